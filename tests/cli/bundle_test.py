"""Evidence in, bundles out and in again, and matching with nothing but a bundle."""
import contextlib
import json
import sqlite3
import unittest

from support.documents import WithFolder
from support.tocsin import DEMO, init, json_lines, run

KEV = {"catalogVersion": "2026.05.01", "dateReleased": "2026-05-01T10:00:00Z", "count": 1, "vulnerabilities": [
    {"cveID": "CVE-1900-0101", "vendorProject": "Helmwerk", "product": "HW-710", "vulnerabilityName": "Door", "dateAdded": "2026-04-30",
     "requiredAction": "Apply the update.", "dueDate": "2026-05-21", "knownRansomwareCampaignUse": "Known"}]}
EPSS = "#model_version:v1,score_date:2026-05-01T00:00:00Z\ncve,epss,percentile\nCVE-1900-0101,0.97,0.999\nCVE-1900-0102,0.001,0.2\n"
PLANT = ("vendor,product,firmware,exposure,safety,criticality,next outage\n"
         "Helmwerk Automation,HW-710 Controller,V2.3,internet,high,high,\n"
         "Helmwerk Automation,HW-710 Controller,V2.3,isoliert,keine,gering,\n")


class Evidence(WithFolder):
    def setUp(self):
        super().setUp()
        init(self.data)

    def take(self, name, text, check=0):
        return run("import", "--data", self.data, self.write(name, text), "--format", "json", check=check)

    def test_kev_and_epss_come_in_and_older_ones_do_not(self):
        first = json_lines(self.take("kev.json", json.dumps(KEV)).stdout)[0]
        self.assertEqual((first["outcome"], first["kind"], first["added"]), ("evidence", "kev", ["CVE-1900-0101"]))
        older = KEV | {"dateReleased": "2026-04-30T10:00:00Z"}
        self.assertEqual(json_lines(self.take("old.json", json.dumps(older)).stdout)[0]["outcome"], "older")
        self.assertEqual(json_lines(self.take("epss.csv", EPSS).stdout)[0]["outcome"], "evidence")
        self.assertEqual(json_lines(self.take("epss-old.csv", EPSS.replace("2026-05-01", "2026-04-01")).stdout)[0]["outcome"], "older")
        undated = EPSS.split("\n", 1)[1]
        self.assertIn("of which day", self.take("scores.csv", undated, check=1).stdout)
        self.assertEqual(json_lines(self.take("epss_scores-2026-05-02.csv", undated).stdout)[0]["outcome"], "evidence")
        bad = self.take("bad.csv", EPSS.replace("0.97", "97"), check=1)
        self.assertIn("bad.csv:3", bad.stdout)
        wrong_count = self.take("cut.json", json.dumps(KEV | {"count": 2}), check=1)
        self.assertIn("/count", wrong_count.stdout)
        run("import", "--data", self.data, DEMO, check=0)
        shown = json.loads(run("show", "--data", self.data, "TDC-2025-001", "--format", "json", check=0).stdout)
        evidence = shown["vulnerabilities"][0]["evidence"]
        self.assertEqual(evidence["kev"]["date_added"], "2026-04-30")
        log = run("audit", "list", "--data", self.data, "--action", "evidence.import", "--format", "json", check=0).stdout
        self.assertEqual(len(json_lines(log)), 5)


class Decisions(WithFolder):
    def match(self, *arguments, check=1):
        return run("match", "--assets", self.write("plant.csv", PLANT), "--advisories", DEMO, *arguments, check=check)

    def test_the_decision_follows_evidence_and_the_things_place(self):
        kev, epss = self.write("kev.json", json.dumps(KEV)), self.write("epss.csv", EPSS)
        lines = json_lines(self.match("--kev", kev, "--epss", epss, "--format", "json").stdout)
        found = {line["row"]: line for line in lines if line["advisory"] == "TDC-2025-001" and line["status"] == "affected"}
        self.assertEqual(found[1]["decision"], "act_now")
        self.assertNotEqual(found[2]["decision"], "act_now")
        path = {step["name"]: step for step in found[1]["decision_path"]}
        self.assertEqual(path["Exploitation"]["value"], "A")
        self.assertIn("CISA KEV", path["Exploitation"]["because"])
        self.assertTrue(path["Outage"]["assumed"])
        self.assertEqual(found[1]["decision_table"], "x_tocsin.portal#ot:DT_OT:1.0.0")
        self.assertTrue(found[1]["to_do"])

    def test_tables_of_others_and_of_ones_own(self):
        for name, table in (("deployer", "ssvc:DT_DP:1.0.0"), ("cisa", "cisa:DT_CO:2.0.3")):
            lines = json_lines(self.match("--decision-table", name, "--format", "json").stdout)
            self.assertIn(table, {line.get("decision_table") for line in lines})
        self.assertIn("neither a file nor", self.match("--decision-table", "none").stderr)
        self.assertIn("/namespace", self.match("--decision-table", self.write("table.json", "{}")).stderr)


class Bundles(WithFolder):
    def setUp(self):
        super().setUp()
        init(self.data)
        run("import", "--data", self.data, DEMO, self.write("kev.json", json.dumps(KEV)), self.write("epss.csv", EPSS), check=0)
        self.site = self.folder / "site"
        init(self.site)

    def bundle(self, *arguments, check=0):
        return run("bundle", *arguments, check=check)

    def make(self, name, *arguments):
        out = self.bundle("create", "--data", self.data, "--out", self.folder / name, "--format", "json", *arguments).stdout
        return json_lines(out)[0]

    def test_over_the_link_and_back_into_work(self):
        made = self.make("full")
        self.assertGreater(made["advisories"], 5)
        self.assertEqual((made["kev"], made["sequence"], made["previous"]), (1, 1, None))
        key = made["public_key"]
        self.assertIn("is whole", self.bundle("verify", self.folder / "full", "--key", key).stdout)
        self.assertIn("Whose bundles", self.bundle("apply", self.folder / "full", "--data", self.site, check=1).stderr)
        applied = json_lines(self.bundle("apply", self.folder / "full", "--data", self.site, "--key", key, "--format", "json").stdout)[0]
        self.assertEqual(applied["new"], made["advisories"])
        again = self.bundle("apply", self.folder / "full", "--data", self.site, "--key", self.write("cert.pub", key + "\n"))
        self.assertIn("taken in before", again.stdout)
        there = run("show", "--data", self.data, "TDC-2025-001", "--raw", check=0).stdout
        self.assertEqual(run("show", "--data", self.site, "TDC-2025-001", "--raw", check=0).stdout, there)

    def test_increments_in_order(self):
        key = self.make("full")["public_key"]
        empty = self.make("two", "--since", self.folder / "full")
        self.assertEqual((empty["advisories"], empty["previous"]["sequence"]), (0, 1))
        self.make("three", "--since", "2")
        self.bundle("apply", self.folder / "full", "--data", self.site, "--key", key)
        gap = self.bundle("apply", self.folder / "three", "--data", self.site, "--key", key, check=1)
        self.assertIn("a bundle is missing", gap.stderr)
        self.bundle("apply", self.folder / "two", "--data", self.site, "--key", key)
        self.bundle("apply", self.folder / "three", "--data", self.site, "--key", key)
        old = self.bundle("apply", self.folder / "full", "--data", self.site, "--key", key, check=1)
        self.assertIn("never replaces", old.stderr)

    def test_changed_cut_and_foreign_bundles_are_refused(self):
        key = self.make("full")["public_key"]
        good = (self.folder / "full").read_bytes()
        for change in (good[:-1], good[:200], good[:-5] + b"x" + good[-4:], b"hello"):
            bad = self.folder / "bad"
            bad.write_bytes(change)
            self.bundle("verify", bad, "--key", key, check=1)
            self.bundle("apply", bad, "--data", self.site, "--key", key, check=1)
        other = json_lines(self.bundle("create", "--data", self.site, "--out", self.folder / "other", "--format", "json").stdout)[0]
        foreign = self.bundle("apply", self.folder / "full", "--data", self.site, "--key", other["public_key"], check=1)
        self.assertIn("signed with the key", foreign.stderr)
        self.assertIn("file of this name", self.bundle("create", "--data", self.data, "--out", self.folder / "full", check=1).stderr)
        self.assertEqual((self.folder / "full").read_bytes(), good)

    def test_matching_needs_nothing_else(self):
        key = self.make("full")["public_key"]
        plant = self.write("plant.csv", PLANT)
        done = run("match", "--assets", plant, "--bundle", self.folder / "full", "--key", key, "--format", "json", check=1)
        found = {line["row"]: line for line in json_lines(done.stdout) if line["advisory"] == "TDC-2025-001"}
        self.assertEqual(found[1]["decision"], "act_now")
        self.assertIn("CISA KEV", found[1]["decision_because"])
        unchecked = run("match", "--assets", plant, "--bundle", self.folder / "full", check=1)
        self.assertIn("not checked without --key", unchecked.stderr)
        self.make("two", "--since", "1")
        alone = run("match", "--assets", plant, "--bundle", self.folder / "two", "--key", key, check=1)
        self.assertIn("since number 1", alone.stderr)
        run("match", "--assets", plant, "--bundle", self.folder / "full", "--bundle", self.folder / "two", "--key", key, check=1)
        run("match", "--assets", plant, check=2)

    def test_what_was_learnt_of_names_goes_along(self):
        run("org", "add", "--data", self.data, "Water", check=0)
        plant = self.write("plant.csv", "vendor,product,firmware\nHausmarke,Blauer Kasten,V2.3\nHausmarke,Roter Kasten,V2.3\n")

        def matched(*bundles):
            names = [part for name in bundles for part in ("--bundle", self.folder / name)]
            lines = json_lines(run("match", "--assets", plant, *names, "--key", key, "--format", "json").stdout)
            return {line["row"]: line["because"] for line in lines if line["advisory"] == "TDC-2025-001" and line["status"] == "affected"}

        key = self.make("before")["public_key"]
        self.assertEqual(matched("before"), {})
        names = ("kind, of_vendor, text_key, vendor_key, product_key, vendor, product",
                 "2, 'hausmarke', '{}-kasten', 'helmwerk-automation', 'hw-710-controller', 'Helmwerk Automation', 'HW-710 Controller'")
        with contextlib.closing(sqlite3.connect(self.data / "tocsin.db")) as database, database:
            database.execute(f"INSERT INTO community_alias ({names[0]}, least, offered_at, state, judged_at) "
                             f"VALUES ({names[1].format('roter')}, 5, 0, 1, 1764374400000000)")
            database.execute(f"INSERT INTO exposure_alias ({names[0]}, organisation_id, shown, is_denied, taught_at) "
                             f"VALUES ({names[1].format('blauer')}, 2, 'Blauer Kasten', 0, 1764374400000000)")
        public = self.make("public")
        self.assertEqual((public["aliases"], public["own_aliases"]), (1, 0))
        found = matched("public")
        self.assertEqual(list(found), [2])
        self.assertIn('the CERT accepted on 2025-11-29, that "Roter Kasten" is', found[2])
        own = self.make("own", "--for", "Water")
        self.assertEqual((own["aliases"], own["own_aliases"]), (1, 1))
        found = matched("own")
        self.assertEqual(list(found), [1, 2])
        self.assertIn('your organisation confirmed on 2025-11-29 that "Blauer Kasten" is', found[1])
        self.assertEqual(list(matched("public", "own")), [1, 2])
        # The last one decides: what was forgotten is not in it.
        with contextlib.closing(sqlite3.connect(self.data / "tocsin.db")) as database, database:
            database.execute("DELETE FROM exposure_alias")
        self.make("next", "--for", "Water", "--since", self.folder / "own")
        self.assertEqual(list(matched("own", "next")), [2])


if __name__ == "__main__":
    unittest.main()
