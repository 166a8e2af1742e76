"""Inventories held against advisories from the command line: what happens by itself, what is asked for, and the lists of it."""
import json
import subprocess
import unittest

from support.tocsin import BINARY, DEMO, ENVIRONMENT, Folder, fresh_postgres, init, json_lines, needs_postgres, run

PLANT = DEMO.parent / "inventory-water.csv"
BOM = {
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
    "metadata": {"component": {"type": "device", "bom-ref": "it", "name": "Pump skid", "version": "4"}},
    "components": [
        {"type": "firmware", "bom-ref": "1", "supplier": {"name": "Helmwerk Automation"}, "name": "HW-710 Controller",
         "version": "V2.8.0"},
        {"type": "library", "bom-ref": "2", "name": "zlib", "version": "1.2.11"}],
}


class Exposure(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.data = self.folder / "data"

    def exposure(self, *arguments, check=0):
        return json_lines(run("exposure", *arguments, "--data", self.data, "--format", "json", check=check).stdout)

    def test_a_dry_run_tells_what_each_column_is_taken_for(self):
        init(self.data)
        path = self.folder / "odd.csv"
        path.write_text("Hersteller;Produkt;Farbe\nHelmwerk;HW-710;grau\n")
        tried = run("inventory", "import", path, "--dry-run", "--data", self.data, check=0).stdout
        self.assertIn("'Hersteller' as vendor, 'Produkt' as product", tried)
        self.assertIn("Nothing knows 'Farbe'", tried)
        (told,) = json_lines(run("inventory", "import", path, "--dry-run", "--data", self.data, "--format", "json", check=0).stdout)
        self.assertEqual(told["columns"], {"Hersteller": "vendor", "Produkt": "product", "Farbe": "none"})
        self.assertEqual(told["added"], 1)
        self.assertNotIn("Columns:", run("inventory", "import", path, "--data", self.data, check=0).stdout)
        for form, begin in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("cyclonedx", b'{"bomFormat":"CycloneDX"')):
            done = subprocess.run([BINARY, "inventory", "export", "--data", self.data, "--format", form], capture_output=True, env=ENVIRONMENT)
            self.assertEqual((done.returncode, done.stdout[:len(begin)]), (0, begin), done.stderr)
            again = self.folder / f"again.{form}"
            again.write_bytes(done.stdout)
            self.assertIn("1 as they are", run("inventory", "import", again, "--dry-run", "--data", self.data, check=0).stdout)

    def check_all(self, *database):
        init(self.data, *database)
        run("import", "--data", self.data, DEMO, check=0)
        run("inventory", "import", PLANT, "--data", self.data, check=0)
        bom = self.folder / "skid.cdx.json"
        bom.write_text(json.dumps(BOM))
        run("inventory", "import", bom, "--data", self.data, check=0)
        run("inventory", "import", bom, "--bom", "Spare skid", "--data", self.data, check=0)
        (first,) = self.exposure("run")
        self.assertGreater(first["changed"], 0)

        # The names of the API.
        match = self.exposure("list", "--all", check=1)[0]
        for name in ("asset", "label", "advisory", "tracking_id", "status", "decision", "state", "changed_at"):
            self.assertIn(name, match)

        bills = json_lines(run("inventory", "boms", "--data", self.data, "--format", "json", check=0).stdout)
        self.assertEqual([each["name"] for each in bills], ["Pump skid 4", "Spare skid"])
        self.assertEqual([each["components"] for each in bills], [3, 3])
        total = len(self.exposure("list", "--all", check=1))
        for by in ("product", "advisory", "asset"):
            lines = self.exposure("lists", "--by", by, "--all")
            self.assertEqual(sum(each["matches"] for each in lines), total, by)
        advisory = self.exposure("lists", "--by", "advisory", "--all")[0]
        products = self.exposure("lists", "--by", "product", "--all", "--advisory", advisory["advisory"])
        self.assertEqual(sum(each["assets"] for each in products), advisory["assets"])
        back = self.exposure("lists", "--by", "advisory", "--all", "--product", products[0]["product"])
        self.assertIn(advisory["advisory"], [each["advisory"] for each in back])

        # By hand: the same again, and nothing is news.
        asset = str(match["asset"])
        for what in (["--advisory", match["advisory"]], ["--asset", asset], ["--everything"],
                     ["--advisory", match["advisory"], "--asset", asset], ["--bom", str(bills[0]["id"])]):
            (done,) = self.exposure("run", "--organisation", "1", *what)
            self.assertEqual((done["state"], done["changed"], done["news"]), ("done", 0, 0), what)
        entries = json_lines(run("audit", "list", "--data", self.data, "--action", "exposure.run", "--format", "json",
                                 check=0).stdout)
        self.assertEqual(len(entries), 5)
        run("exposure", "run", "--organisation", "1", "--data", self.data, check=1)
        run("exposure", "run", "--organisation", "1", "--asset", "4711", "--data", self.data, check=1)
        run("exposure", "run", "--everything", "--anew", "--data", self.data, check=1)

    def test_lists_and_runs(self):
        self.check_all()

    @needs_postgres
    def test_lists_and_runs_on_postgres(self):
        self.check_all(fresh_postgres())


if __name__ == "__main__":
    unittest.main()
