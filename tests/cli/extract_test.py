"""`tocsin extract`: what is found in files about threats."""
import hashlib
import unittest

from support.tocsin import Folder, json_lines, run

MAIL = ("Received: from evil.pump-update.net ([45.66.77.88])\n\tby mx.plant-works.net\nFrom: Boss <boss@pump-bills.net>\n"
        "Subject: =?utf-8?B?UmVjaG51bmcgw7xiZXI=?=\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<a href=3D\"http://login.pump-bills.net/b\">CVE-2024-=\n12345</a>\n"
        "--b\nContent-Type: application/zip; name=bill.zip\nContent-Transfer-Encoding: base64\n\nUEs=\n--b--\n")


def pdf(text):
    """A PDF by hand; readers find its objects without a table of them."""
    stream = f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET"
    return (f"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[5 0 R]>>\n"
            f"endobj\n3 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Courier>>\nendobj\n5 0 obj\n<</Type/Page/Parent 2 0 R"
            f"/MediaBox[0 0 600 800]/Contents 6 0 R/Resources<</Font<</F1 3 0 R>>>>>>\nendobj\n"
            f"6 0 obj\n<</Length {len(stream)}>>\nstream\n{stream}\nendstream\nendobj\n"
            f"trailer\n<</Root 1 0 R/Size 7>>\n%%EOF\n").encode()


class Extract(unittest.TestCase):
    def test_pdfs_are_read_by_a_child(self):
        with Folder() as folder:
            report, broken = folder / "report.pdf", folder / "broken.pdf"
            report.write_bytes(pdf("C2 is hxxp://c2.heron-pump[.]net/x for CVE-2024-12345"))
            broken.write_bytes(b"%PDF-1.7 and no more")
            text = run("extract", report, check=0).stdout
            self.assertIn("url http://c2.heron-pump.net/x  (page 1, line 1)", text)
            self.assertIn("cve CVE-2024-12345  (page 1, line 1)", text)
            self.assertIn("broken", run("extract", broken, check=1).stderr)
            self.assertNotIn("extract-pdf", run("--help", check=0).stdout)

    def test_files_and_standard_input_are_looked_into(self):
        with Folder() as folder:
            mail, page, note = folder / "mail.eml", folder / "page.html", folder / "note.md"
            mail.write_text(MAIL)
            page.write_text("<!doctype html><title>Heron</title><p>C2: hxxp://c2.heron-pump[.]net/x, T0883")
            note.write_text("# Heron\n\n8.8.8.8 and `45.66.77[.]99`\n")
            text = run("extract", mail, page, note, check=0).stdout
            for expected in ("attachment bill.zip (application/zip, 2 bytes)", "url http://login.pump-bills.net/b  (a link",
                             "cve CVE-2024-12345  (HTML, line 1", "(header Received) - Headers of a mail",
                             "url http://c2.heron-pump.net/x  (HTML, line 3", "technique T0883",
                             "ipv4 8.8.8.8  (text, line 3) - A public name server", "ipv4 45.66.77.99  (text, line 3)\n"):
                self.assertIn(expected, text)
            [line] = json_lines(run("extract", "--format", "json", mail, check=0).stdout)
            [found] = line["files"]
            self.assertEqual((found["format"], found["title"]), ("mail", "Rechnung über"))
            self.assertIn(hashlib.sha256(b"PK").hexdigest(), [each["value"] for each in found["found"]])
            again = run("extract", "--as", "mail", "-", check=0, stdin=MAIL).stdout
            self.assertIn("login.pump-bills.net", again)
            self.assertIn("Nothing was found", run("extract", "-", check=0, stdin="nothing here").stdout)

    def test_known_good_lists_are_asked(self):
        with Folder() as folder:
            note, data, lists = folder / "note.txt", folder / "data", folder / "lists"
            note.write_text("c2.sluice[.]net, ns7.gate[.]net and c2.heron-pump[.]net\n")
            for where in (data / "known-good", lists):
                where.mkdir(parents=True)
            (data / "known-good" / "ours.txt").write_text("sluice.net\n")
            (lists / "list.json").write_text('{"type":"regex","list":["/^ns[0-9]+\\\\./","(?<=a)b"]}')
            good = "In a list of what is known to be good"
            told = lambda *arguments: [line.split()[1] for line in run("extract", note, *arguments, check=0)
                                       .stdout.splitlines() if good in line]
            self.assertEqual(told(), [])
            self.assertEqual(told("--data", data), ["c2.sluice.net"])
            self.assertEqual(told("--data", data, "--known-good", lists), ["ns7.gate.net"])
            self.assertEqual(told("--known-good", data / "known-good" / "ours.txt"), ["c2.sluice.net"])
            self.assertIn("1 pattern is not read: '(?<=a)b' cannot be read",
                          run("extract", note, "--known-good", lists, check=0).stderr)
            self.assertIn("cannot be read", run("extract", note, "--known-good", folder / "none.txt", check=1).stderr)
            (folder / "empty").mkdir()
            self.assertIn("holds no list", run("extract", note, "--known-good", folder / "empty", check=1).stderr)

    def test_what_cannot_be_read_is_said(self):
        with Folder() as folder:
            archive = folder / "a.docx"
            archive.write_bytes(b"PK\x03\x04\0\0")
            self.assertIn("neither a text", run("extract", archive, check=1).stderr)
            self.assertIn("cannot be read", run("extract", folder / "none.txt", check=1).stderr)
            run("extract", "--as", "docx", archive, check=2)
            run("extract", check=2)


if __name__ == "__main__":
    unittest.main()
