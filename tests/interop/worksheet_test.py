"""Worksheets of other programs are read, and they read ours: openpyxl and XlsxWriter, where they are installed."""
import datetime
import io
import subprocess
import unittest

from support.documents import WithFolder
from support.tocsin import BINARY, DEMO, ENVIRONMENT, json_lines, run

try:
    import openpyxl
    from openpyxl.utils import get_column_letter
except ImportError:
    openpyxl = None
try:
    import xlsxwriter
except ImportError:
    xlsxwriter = None

HEAD = ["Hersteller", "Produkt", "Bestell-Nr.", "Firmwarestand", "Standort", "geprüft"]
DAY = datetime.datetime(2025, 3, 1)


class Worksheets(WithFolder):
    def affected(self, path, *arguments):
        done = run("match", "--assets", path, "--advisories", DEMO, "--format", "json", *arguments, check=1)
        return [(line["row"], line["advisory"]) for line in json_lines(done.stdout) if line["status"] == "affected"]

    @unittest.skipUnless(openpyxl, "python3-openpyxl is not installed")
    def test_openpyxl_writes_what_is_read(self):
        path = self.folder / "plant.xlsx"
        book = openpyxl.Workbook()
        book.active.title = "Leer"
        sheet = book.create_sheet("Halle 2")
        sheet.append(["Inventar Halle 2"])
        sheet.merge_cells("A1:F1")
        sheet.append(HEAD)
        sheet.append(["Helmwerk Automation", "HW-710 Controller", 7, 2.3, "Halle 2", DAY])
        sheet["C3"].number_format = "000000"
        sheet["D3"].number_format = "0.0"
        sheet["F3"].number_format = "dd.mm.yyyy"
        sheet.row_dimensions[3].hidden = True
        sheet.append(["Nobody", "=CONCATENATE(\"Coffee\")", None, True, "Größe 漏洞"])
        book.save(path)
        self.assertIn((1, "TDC-2025-001"), self.affected(path))
        self.assertIn((1, "TDC-2025-001"), self.affected(path, "--sheet", "halle 2"))

    @unittest.skipUnless(xlsxwriter, "python3-xlsxwriter is not installed")
    def test_xlsxwriter_writes_what_is_read(self):
        for options in ({}, {"constant_memory": True}, {"strings_to_numbers": True}):
            with self.subTest(options):
                path = self.folder / "plant.xlsx"
                with xlsxwriter.Workbook(str(path), options) as book:
                    two_places = book.add_format({"num_format": "0.0", "bold": True})
                    date = book.add_format({"num_format": "yyyy-mm-dd"})
                    sheet = book.add_worksheet("Plant")
                    sheet.write_row(0, 0, HEAD)
                    sheet.write_row(1, 0, ["Helmwerk Automation", "HW-710 Controller"])
                    sheet.write_rich_string(1, 2, "HW", book.add_format({"bold": True}), "-7") if not options.get("constant_memory") else None
                    sheet.write_number(1, 3, 2.3, two_places)
                    sheet.write_string(1, 4, "Hall <&> 2")
                    sheet.write_datetime(1, 5, DAY, date)
                self.assertIn((1, "TDC-2025-001"), self.affected(path))

    @unittest.skipUnless(openpyxl, "python3-openpyxl is not installed")
    def test_openpyxl_reads_what_is_written(self):
        plant = self.write("plant.csv", "vendor,product,firmware,asset name\nHelmwerk Automation,HW-710 Controller,V2.3,=1+1 Größe <&> \U0001F6A8\n")
        done = subprocess.run([BINARY, "match", "--assets", plant, "--advisories", DEMO, "--format", "xlsx"], capture_output=True, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 1, done.stderr)
        sheet = openpyxl.load_workbook(io.BytesIO(done.stdout))["Exposure"]
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(rows[0][:4], ("row", "asset", "advisory", "status"))
        self.assertIn(("1", "=1+1 Größe <&> \U0001F6A8", "TDC-2025-001", "affected"), [row[:4] for row in rows])
        self.assertEqual({cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} - {"s", "inlineStr"}, set(), "no formulas")
        self.assertTrue(all(cell.font.bold for cell in sheet[1]))
        self.assertFalse(sheet["A2"].font.bold)
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertEqual(sheet.auto_filter.ref, f"A1:{get_column_letter(len(rows[0]))}{len(rows)}")


if __name__ == "__main__":
    unittest.main()
