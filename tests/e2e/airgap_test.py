"""A plant behind a one-way link: a server makes bundles, files are carried, a server behind the link takes them in and shows
what they hold, and a laptop without a network matches 5,000 rows with nothing but them."""
import csv
import json
import os
import platform
import random
import shutil
import subprocess
import unittest

from support.tocsin import BINARY, DEMO, ENVIRONMENT, Folder, Server, fresh_postgres, init, json_lines, needs_postgres, run

ROWS = 5000
# What stands in the plant, and which advisories of the demo say that it is affected, by their own texts.
THINGS = [
    # TDC-2025-007 says that it is under investigation.
    (("Helmwerk Automation", "HW-710 Controller", "V2.3"), {"TDC-2025-001"}),
    (("Helmwerk Automation", "HW-710 Controller", "V2.9.4"), set()),
    (("Brightwater Instruments", "FlowSense 200", "3.11"), {"TDC-2025-002"}),
    (("Brightwater Instruments", "FlowSense 400", "3.12"), set()),
    (("Ostrava Drives s.r.o.", "VFD-9 Frequency Converter", "4.6.1"), {"TDC-2025-003"}),
    (("Ostrava Drives s.r.o.", "VFD-9 Frequency Converter", "4.6.2"), set()),
    (("Meridian SCADA", "Historian", "11.2"), {"TDC-2025-004"}),
    (("Meridian SCADA", "Historian", "11.4.3"), set()),
    (("Brightwater Instruments", "LevelScan Radar", "2.4"), {"TDC-2025-008"}),
    (("Brightwater Instruments", "LevelScan Radar", "2.5"), set()),
    (("Unheard Of", "Garden Gate Opener", "1.0"), set()),
]
SHAPE = {"row": int, "asset": str, "advisory": str, "product_ids": list, "cves": list, "status": str, "confidence": float, "because": str,
         "decision": str}
DECISIONS = {"act_now", "mitigate_now", "next_outage", "accept", "nothing_to_do"}


def write_plant(path, seed=7):
    """An inventory of ROWS rows; which advisories each row is affected by."""
    dice, truth = random.Random(seed), {}
    with path.open("w", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["id", "vendor", "product", "firmware", "exposure", "safety", "criticality", "site"])
        for row in range(1, ROWS + 1):
            (vendor, product, version), affected = dice.choice(THINGS)
            sheet.writerow([f"T-{row:05}", vendor, product, version, dice.choice(["internet", "vpn", "isolated", ""]),
                            dice.choice(["none", "high", ""]), dice.choice(["low", "high"]), f"Hall {row % 9}"])
            truth[row] = affected
    return truth


def without_network(command):
    """The command where the kernel gives it no network at all, if it lets us."""
    cut = ["unshare", "--map-root-user", "--net"]
    return cut + command if subprocess.run([*cut, "true"], capture_output=True).returncode == 0 else command


class AirGap:
    database = False

    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.cert, self.plant, self.stick = self.folder / "cert", self.folder / "plant", self.folder / "stick"
        self.stick.mkdir()
        for data in (self.cert, self.plant):
            init(data, fresh_postgres() if self.database else None)
        run("import", "--data", self.cert, DEMO, check=0)
        run("org", "add", "--data", self.cert, "Power plant", "--kind", "asset-owner", check=0)
        self.servers = [Server(self.cert), Server(self.plant)]
        self.at_cert, self.at_plant = self.servers
        for each in self.servers:
            self.addCleanup(each.stop)

    def create(self, name, *arguments):
        """Makes one at the CERT and carries it over."""
        made = run("bundle", "create", "--data", self.cert, "--out", self.folder / name, "--for", "Power plant", "--format", "json",
                   *arguments, check=0)
        shutil.copy(self.folder / name, self.stick / name)
        made = json_lines(made.stdout)[0]
        self.key = made["public_key"]
        return made

    def apply(self, name):
        run("bundle", "verify", self.stick / name, "--key", self.key, check=0)
        done = run("bundle", "apply", self.stick / name, "--data", self.plant, "--key", self.key, "--format", "json", check=0)
        return json_lines(done.stdout)[0]

    def refused(self, path, says, key=None):
        before = self.state()
        done = run("bundle", "apply", path, "--data", self.plant, "--key", key or self.key, check=1)
        self.assertIn(says, done.stderr)
        self.assertEqual(self.state(), before)

    def state(self):
        shown = run("search", "--data", self.plant, "", "--format", "json", check=0).stdout
        audit = run("audit", "list", "--data", self.plant, "--action", "bundle.apply", "--format", "json", check=0).stdout
        return shown, len(json_lines(audit))

    def gone_at_plant(self, advisory):
        self.at_plant.eventually(f"/api/v1/advisories/{advisory}", lambda answer: answer.status == 404)

    def there_at_plant(self, advisory):
        return self.at_plant.eventually(f"/api/v1/advisories/{advisory}", lambda answer: answer.status == 200)

    def match(self, *bundles, check=1):
        command = without_network([str(BINARY), "match", "--assets", str(self.folder / "plant.csv"), "--key", self.key, "--format", "json",
                                   *(each for name in bundles for each in ("--bundle", str(self.stick / name)))])
        # Neither a data folder nor a home: the files alone.
        empty = self.folder / "nowhere"
        empty.mkdir(exist_ok=True)
        done = subprocess.run(command, capture_output=True, text=True, cwd=empty, env={**ENVIRONMENT, "HOME": str(empty)}, timeout=120)
        self.assertEqual(done.returncode, check, done.stderr)
        self.assertEqual(list(empty.iterdir()), [])
        return [json.loads(line) for line in done.stdout.splitlines()]

    def table_with(self, outcome):
        """The built-in table, deciding all alike."""
        table = json.loads(run("decision", "show", "--data", self.cert, check=0).stdout)
        table["namespace"] = "x_tocsin.portal#plant"
        for row in table["mapping"]:
            row[table["outcome"]] = outcome
        path = self.folder / f"{outcome}.json"
        path.write_text(json.dumps(table))
        return path

    def test_from_the_cert_to_the_plant(self):
        self.assertGreater(self.create("one")["advisories"], 10)
        self.assertEqual(self.at_plant.get("/api/v1/advisories/TDC-2025-001").status, 404)
        first = self.apply("one")
        self.assertEqual(self.there_at_plant("TDC-2025-001").json()["id"], self.at_cert.get("/api/v1/advisories/TDC-2025-001").json()["id"])
        self.assertEqual(self.at_plant.get("/advisories/TDC-2025-001/raw").body, self.at_cert.get("/advisories/TDC-2025-001/raw").body)

        # The CERT goes on: one advisory goes, one comes, and the plant's table is another.
        run("remove", "--data", self.cert, "TDC-2025-002", "--reason", "Sent by mistake", check=0)
        two = self.create("two", "--since", self.folder / "one")
        self.assertEqual((two["withdrawn"], two["advisories"]), (1, 0))
        run("import", "--data", self.cert, "--again", DEMO / "tdc-2025-002-v1.json", check=0)
        run("decision", "set", self.table_with("ACT"), "--organisation", "Power plant", "--data", self.cert, check=0)
        three = self.create("three", "--since", "2")
        self.assertEqual((three["withdrawn"], three["advisories"]), (0, 1))
        self.assertIn("decision_table", three)

        # Out of order, tampered, cut, by another, of a later form.
        self.refused(self.stick / "three", "a bundle is missing")
        good = (self.stick / "two").read_bytes()
        for name, change, says in (("flipped", good[:-3] + bytes([good[-3] ^ 1]) + good[-2:], "changed after it was signed"),
                                   ("list", good[:250] + bytes([good[250] ^ 1]) + good[251:], "signature is wrong"),
                                   ("cut", good[:-1], "cut"),
                                   ("downgraded", good.replace(b"tocsin-bundle 2", b"tocsin-bundle 1", 1), "signature is wrong"),
                                   ("later", good.replace(b"tocsin-bundle 2", b"tocsin-bundle 3", 1), "a newer one may read it"),
                                   ("longer", good + b"x", "changed after it was signed")):
            with self.subTest(name):
                (self.stick / name).write_bytes(change)
                self.refused(self.stick / name, says)
        other = json_lines(run("bundle", "create", "--data", self.plant, "--out", self.folder / "other", "--format", "json", check=0).stdout)[0]
        self.refused(self.stick / "two", "signed with the key", key=other["public_key"])

        self.assertEqual(self.apply("two")["withdrawn"], 1)
        self.gone_at_plant("TDC-2025-002")
        done = self.apply("three")
        self.assertEqual((done["new"], done["decision_table_is"]), (1, "taken"))
        self.there_at_plant("TDC-2025-002")
        self.refused(self.stick / "one", "never replaces")
        self.refused(self.stick / "two", "never replaces")
        self.assertTrue(self.apply("three")["already"])
        self.assertGreater(first["new"], 10)
        table = json.loads(run("decision", "show", "--data", self.plant, check=0).stdout)
        self.assertEqual({row[table["outcome"]] for row in table["mapping"]}, {"ACT"})
        run("audit", "verify", "--data", self.plant, check=0)

    def test_the_carried_table_decides_the_plants_own_things(self):
        write_plant(self.folder / "plant.csv")
        lines = (self.folder / "plant.csv").read_text().splitlines()[:40]
        (self.folder / "few.csv").write_text("\n".join(lines) + "\n")
        run("decision", "set", self.table_with("ACT"), "--organisation", "Power plant", "--data", self.cert, check=0)
        self.create("one")
        run("inventory", "import", "--data", self.plant, self.folder / "few.csv", check=0)
        self.apply("one")

        def decided(decision):
            items = json_lines(run("exposure", "list", "--data", self.plant, "--decision", decision, "--format", "json").stdout)
            return [each for item in items for each in item.get("items", [item])]
        run("exposure", "run", "--data", self.plant)
        self.assertGreater(len(decided("act_now")), 5)
        self.assertEqual(decided("accept"), [])
        run("decision", "set", self.table_with("ACCEPT"), "--organisation", "Power plant", "--data", self.cert, check=0)
        self.create("two", "--since", "1")
        self.apply("two")
        run("exposure", "run", "--data", self.plant)
        self.assertGreater(len(decided("accept")), 5)
        self.assertEqual(decided("act_now"), [])

    def test_five_thousand_rows_without_a_network(self):
        truth = write_plant(self.folder / "plant.csv")
        self.create("one")
        found = self.match("one")
        for line in found:
            self.assertEqual(list(line)[:8], list(SHAPE)[:8])
            for name, kind in SHAPE.items():
                self.assertIsInstance(line[name], kind, line)
            self.assertIn(line["decision"], DECISIONS)
            self.assertEqual(line["asset"], f"T-{line['row']:05}")
            self.assertTrue(line["because"] and line["product_ids"])
        told = {row: set() for row in truth}
        for line in found:
            if line["status"] == "affected" and line["confidence"] >= 0.5:
                told[line["row"]].add(line["advisory"])
        self.assertEqual(told, truth)
        self.assertEqual([line["row"] for line in found], sorted(line["row"] for line in found))
        # As with the documents themselves.
        beside = run("match", "--assets", self.folder / "plant.csv", "--advisories", DEMO, "--format", "json", check=1).stdout
        self.assertEqual([json.loads(line) for line in beside.splitlines()], found)

        # What is taken back is told no more; what the plant decides by is.
        run("remove", "--data", self.cert, "TDC-2025-002", "--reason", "Sent by mistake", check=0)
        run("decision", "set", self.table_with("ACT"), "--organisation", "Power plant", "--data", self.cert, check=0)
        self.create("two", "--since", "1")
        later = self.match("one", "two")
        self.assertEqual([(each["row"], each["advisory"], each["status"]) for each in later],
                         [(each["row"], each["advisory"], each["status"]) for each in found if each["advisory"] != "TDC-2025-002"])
        self.assertEqual({each["decision"] for each in later if each["status"] == "affected"}, {"act_now"})
        # Out of order it says why, and nothing of any row.
        for wrong, says in ((["two"], "name that one before it"), (["two", "one"], "name that one before it"), (["one", "one"], "name the newest last")):
            (told,) = self.match(*wrong)
            self.assertEqual(told["error"]["code"], "conflict")
            self.assertIn(says, told["error"]["message"])
        # Nothing affected is another exit code.
        (self.folder / "plant.csv").write_text("vendor,product,firmware\nHelmwerk Automation,HW-710 Controller,V2.9.4\n")
        self.match("one", check=0)

    def test_tocsin_itself_comes_along(self):
        self.create("one", "--program", "this")
        out = self.folder / "tocsin-new"
        run("bundle", "program", self.stick / "one", "--key", self.key, "--out", out, check=0)
        self.assertTrue(os.access(out, os.X_OK))
        version = subprocess.run([out, "version"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(version, run("version", check=0).stdout)
        # It serves its purpose: with it the same bundle is read.
        subprocess.run([out, "bundle", "verify", self.stick / "one", "--key", self.key], check=True, capture_output=True)
        self.assertIn("There is a file", run("bundle", "program", self.stick / "one", "--key", self.key, "--out", out, check=1).stderr)
        strange = "aarch64" if platform.machine() != "aarch64" else "x86_64"
        done = run("bundle", "program", self.stick / "one", "--key", self.key, "--out", self.folder / "x", "--machine", strange, check=1)
        self.assertIn(f"brings Tocsin for {platform.machine()}, and not for {strange}", done.stderr)
        self.assertFalse((self.folder / "x").exists())
        # Whoever does not care for it takes the rest.
        self.assertGreater(self.apply("one")["new"], 10)
        script = self.folder / "script"
        script.write_text("#!/bin/sh\n")
        done = run("bundle", "create", "--data", self.cert, "--out", self.folder / "bad", "--program", script, check=1)
        self.assertIn("Is no program", done.stderr)


class OnSqlite(AirGap, unittest.TestCase):
    pass


@needs_postgres
class OnPostgres(AirGap, unittest.TestCase):
    database = True


if __name__ == "__main__":
    unittest.main()
