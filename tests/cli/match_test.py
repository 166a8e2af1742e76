"""`tocsin match`: an inventory against advisories, without server or database."""
import csv
import io
import unittest

from support.documents import WithFolder
from support.tocsin import DEMO, json_lines, run

HEAD = "vendor;product;order number;firmware;colour\n"


class Match(WithFolder):
    def inventory(self, *rows):
        return self.write("plant.csv", HEAD + "".join(row + "\n" for row in rows))

    def match(self, path, *arguments, check=0):
        return run("match", "--assets", path, "--advisories", DEMO, *arguments, check=check)

    def test_says_what_is_affected_and_why(self):
        path = self.inventory("Helmwerk Automation;HW-710 Controller;;V2.3;grey", "Nobody;Coffee machine;;1.0;red")
        lines = json_lines(self.match(path, "--format", "json", check=1).stdout)
        affected = [line for line in lines if line["status"] == "affected"]
        self.assertTrue(affected, lines)
        self.assertLessEqual({"row", "asset", "advisory", "product_ids", "cves", "status", "confidence", "because"}, set(affected[0]))
        self.assertEqual({line["row"] for line in lines}, {1})
        self.assertIn("because", affected[0]["because"])
        self.assertGreaterEqual(affected[0]["confidence"], 0.5)

    def test_the_newest_revision_counts(self):
        self.assertGreater(len(list(DEMO.glob("tdc-2025-001-v*.json"))), 1)
        path = self.inventory("Helmwerk Automation;HW-710 Controller;;V2.3;grey")
        found = [line["advisory"] for line in json_lines(self.match(path, "--format", "json", check=1).stdout)]
        self.assertEqual(found.count("TDC-2025-001"), 1)

    def test_nothing_affected_is_good(self):
        path = self.inventory("Nobody;Coffee machine;;1.0;red")
        self.assertIn("0 affected", self.match(path).stdout)
        self.assertEqual(self.match(path, "--format", "json").stdout, "")

    def test_csv_for_spreadsheets(self):
        path = self.inventory("Helmwerk Automation;HW-710 Controller;;V2.3;grey")
        rows = list(csv.DictReader(io.StringIO(self.match(path, "--format", "csv", check=1).stdout)))
        self.assertTrue(rows)
        self.assertIn("affected", {row["status"] for row in rows})

    def test_columns_can_be_named(self):
        path = self.write("odd.csv", "Wer,Was,Stand\nHelmwerk Automation,HW-710 Controller,V2.3\n")
        self.assertIn("No column says what the things are", self.match(path, check=1).stderr)
        done = self.match(path, "--column", "Was=product", "--column", "Stand=firmware", "--column", "Wer=vendor", check=1)
        self.assertIn("affected", done.stdout)
        self.assertIn("is no field", self.match(path, "--column", "Was=colour", check=1).stderr)
        self.assertIn("no column", self.match(path, "--column", "What=product", check=1).stderr)

    def test_standard_input(self):
        done = run("match", "--assets", "-", "--advisories", DEMO, stdin="product\nCoffee machine\n", check=0)
        self.assertIn("1 asset against", done.stdout)

    def test_bad_input_is_told(self):
        self.assertIn("never closed", self.match(self.write("a.csv", 'a,b\n1,"2\n'), check=1).stderr)
        self.assertIn("empty", self.match(self.write("b.csv", ""), check=1).stderr)
        self.assertIn("cannot be read", self.match(self.folder / "none.csv", check=1).stderr)
        run("match", "--assets", "x.csv", check=2)
        bad = self.write("bad.json", "{")
        good = self.inventory("Nobody;Coffee machine;;1.0;red")
        self.assertIn("No advisory could be read", run("match", "--assets", good, "--advisories", bad, check=1).stderr)


if __name__ == "__main__":
    unittest.main()
