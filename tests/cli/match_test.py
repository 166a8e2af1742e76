"""`tocsin match`: an inventory against advisories, without server or database."""
import csv
import io
import json
import subprocess
import unittest
import zipfile

from support.documents import WithFolder
from support.tocsin import BINARY, DEMO, ENVIRONMENT, json_lines, run

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

    def test_standard_error_tells_what_the_columns_were_taken_for(self):
        path = self.inventory("Nobody;Coffee machine;;1.0;red")
        told = self.match(path).stderr
        self.assertIn("Columns: 'vendor' as vendor, 'product' as product, 'order number' as model, 'firmware' as firmware.", told)
        self.assertIn("Nothing knows 'colour'", told)
        self.assertNotIn("colour", self.match(path, "--column", "colour=hardware").stderr.replace("'colour' as hardware", ""))
        self.assertNotIn("Columns:", self.match(path, "--format", "json").stderr)
        self.assertNotIn("Columns:", self.match(path, "--quiet").stderr)
        self.assertNotIn("Columns:", self.match(path).stdout)
        nameless = self.write("plant.cdx.json", json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": [
            {"type": "device", "name": "Coffee machine"}]}))
        self.assertNotIn("Columns:", self.match(nameless).stderr)

    def test_standard_input(self):
        done = run("match", "--assets", "-", "--advisories", DEMO, stdin="product\nCoffee machine\n", check=0)
        self.assertIn("1 asset against", done.stdout)

    def test_every_kind_of_inventory(self):
        device = {"type": "device", "bom-ref": "hw", "manufacturer": {"name": "Helmwerk Automation"}, "name": "HW-710 Controller", "version": "V2.3"}
        netbox = {"id": 1, "name": "plc", "device_type": {"manufacturer": {"name": "Helmwerk Automation"}, "model": "HW-710 Controller"},
                  "custom_fields": {"firmware_version": "V2.3"}}
        inventories = {
            "bom.json": json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [device]}),
            "bom.xml": '<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component type="device"><supplier><name>Helmwerk Automation</name></supplier>'
                       "<name>HW-710 Controller</name><version>V2.3</version></component></components></bom>",
            "x.spdx.json": json.dumps({"spdxVersion": "SPDX-2.3", "packages": [
                {"name": "HW-710 Controller", "supplier": "Organization: Helmwerk Automation", "versionInfo": "V2.3"}]}),
            "x.spdx": "SPDXVersion: SPDX-2.3\nPackageName: HW-710 Controller\nPackageSupplier: Organization: Helmwerk Automation\nPackageVersion: V2.3\n",
            "scan.xml": '<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun><host><address addr="10.0.0.1" addrtype="ipv4"/><ports><port protocol="tcp" portid="44818">'
                        '<state state="open"/><script id="enip-info"><elem key="vendor">Helmwerk Automation (7)</elem><elem key="productName">HW-710 Controller</elem>'
                        '<elem key="revision">2.3</elem></script></port></ports></host></nmaprun>',
            "cip_identity.log": "#separator \\x09\n#path\tcip_identity\n#fields\tsource_h\tvendor_name\tproduct_name\trevision\n"
                                "10.0.0.1\tHelmwerk Automation\tHW-710 Controller\t2.3\n",
            "devices.json": json.dumps({"count": 1, "results": [netbox]}),
            "gm.xml": '<GmDataExportType><Data><Network name="n"><Device name="plc" primaryAddress="10.0.0.1"><Detail name="Vendor">Helmwerk Automation</Detail>'
                      '<Detail name="Product">HW-710 Controller</Detail><Detail name="Firmware">V2.3</Detail></Device></Network></Data></GmDataExportType>',
            "plant.aml": '<CAEXFile SchemaVersion="2.15"><InstanceHierarchy Name="h"><InternalElement Name="plc" ID="1"><Attribute Name="Manufacturer">'
                         '<Value>Helmwerk Automation</Value></Attribute><Attribute Name="TypeName"><Value>HW-710 Controller</Value></Attribute>'
                         '<Attribute Name="FirmwareVersion"><Value>V2.3</Value></Attribute></InternalElement></InstanceHierarchy></CAEXFile>',
        }
        for name, text in inventories.items():
            with self.subTest(name):
                for stdin, path in ((None, self.write(name, text)), (text, "-")):
                    done = run("match", "--assets", path, "--advisories", DEMO, "--format", "json", stdin=stdin, check=1)
                    found = [line["advisory"] for line in json_lines(done.stdout) if line["status"] == "affected"]
                    self.assertIn("TDC-2025-001", found, done.stdout + done.stderr)

    def test_worksheets(self):
        path = self.inventory("Helmwerk Automation;HW-710 Controller;;V2.3;grey")
        done = subprocess.run([BINARY, "match", "--assets", path, "--advisories", DEMO, "--format", "xlsx"], capture_output=True, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 1, done.stderr)
        with zipfile.ZipFile(io.BytesIO(done.stdout)) as book:
            self.assertIsNone(book.testzip())
            self.assertIn(b"TDC-2025-001", book.read("xl/worksheets/sheet1.xml"))
        # What was written is an inventory, too, if somebody says which column is what.
        sheet = self.folder / "exposure.xlsx"
        sheet.write_bytes(done.stdout)
        self.assertIn("asset", self.match(sheet, "--sheet", "Exposure", check=0).stdout)
        self.assertIn("no worksheet 'Other'; there are Exposure", self.match(sheet, "--sheet", "Other", check=1).stderr)

    def test_a_report_to_print(self):
        path = self.write("plant.csv", "vendor,product,firmware,site\nHelmwerk Automation,HW-710 Controller,V2.3,Hall <1>\nNobody,Coffee machine,1.0,Hall 2\n")
        page = self.match(path, "--format", "html", check=1).stdout
        self.assertTrue(page.startswith("<!doctype html>"))
        for wanted in ("2 assets of plant.csv", "Affected", "TDC-2025-001", "HW-710 Controller", "Hall &lt;1&gt;", "because"):
            self.assertIn(wanted, page)
        for refused in ("<script", "<link", "<img", "src=", "url("):
            self.assertNotIn(refused, page)

    def test_bad_input_is_told(self):
        self.assertIn("never closed", self.match(self.write("a.csv", 'a,b\n1,"2\n'), check=1).stderr)
        self.assertIn("empty", self.match(self.write("b.csv", ""), check=1).stderr)
        for name, text, wanted in (("a.json", '{"document":{"csaf_version":"2.0"}}', "CSAF 2.0 advisory, no inventory"),
                                   ("a.xml", "<html/>", "root element 'html'"), ("a.pdf", "%PDF-1.7", "This is a PDF"),
                                   ("bom.json", '{"bomFormat":"CycloneDX","specVersion":"1.5"}', "no component"),
                                   ("x.xlsx", "PK\x03\x04", "damaged")):
            self.assertIn(wanted, self.match(self.write(name, text), check=1).stderr)
        self.assertIn("cannot be read", self.match(self.folder / "none.csv", check=1).stderr)
        run("match", "--assets", "x.csv", check=2)
        bad = self.write("bad.json", "{")
        good = self.inventory("Nobody;Coffee machine;;1.0;red")
        self.assertIn("No advisory could be read", run("match", "--assets", good, "--advisories", bad, check=1).stderr)


if __name__ == "__main__":
    unittest.main()
