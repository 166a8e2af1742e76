"""Advisories as files to print and to pass on, read back with other programs (poppler-utils)."""
import json
import pathlib
import re
import shutil
import subprocess
import unittest

from support.documents import WithFolder, advisory
from support.tocsin import BINARY, DEMO, ENVIRONMENT, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "src/formats/csaf/testdata"
DOCUMENT = DEMO / "tdc-2025-001-v3.json"

needs_poppler = unittest.skipUnless(shutil.which("pdftotext"), "no pdftotext: apt install poppler-utils")


def tool(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, check=True)
    return done.stdout.decode()


def large(vulnerabilities, products=3, text="The gate opens for everybody."):
    """An advisory of many vulnerabilities, each with a remediation of its own."""
    document = json.loads(advisory(tlp="AMBER"))
    ids = [f"P-{i}" for i in range(products)]
    document["product_tree"] = {"full_product_names": [
        {"name": f"Example Valves Controller {i}", "product_id": each} for i, each in enumerate(ids)]}
    document["vulnerabilities"] = [{
        "cve": f"CVE-1900-{1000 + i}", "title": f"Open door {i}", "product_status": {"known_affected": ids},
        "notes": [{"category": "description", "text": text}],
        "scores": [{"products": ids, "cvss_v3": {
            "version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8,
            "baseSeverity": "CRITICAL"}}],
        "remediations": [{"category": "vendor_fix", "details": f"Update number {i}.", "product_ids": ids}]}
        for i in range(vulnerabilities)]
    return json.dumps(document)


class Exports(WithFolder):
    def convert(self, to, source, check=0, env=None):
        """The bytes that come out, and what was said about them."""
        done = subprocess.run([BINARY, "convert", "--to", to, source], capture_output=True,
                              env={**ENVIRONMENT, **(env or {})})
        self.assertEqual(done.returncode, check, done.stderr.decode())
        return done.stdout, done.stderr.decode()

    def pdf(self, source):
        path = self.folder / "made.pdf"
        path.write_bytes(self.convert("pdf", source)[0])
        return path

    def pages(self, path):
        """Text of each page."""
        return tool("pdftotext", "-layout", path, "-").split("\f")[:-1]

    def marked_on_every_page(self, path, marking):
        """The marking twice on each page: first and last of what stands there, to the right."""
        words = tool("pdftotext", "-bbox", path, "-")
        for number, page in enumerate(re.findall(r"<page .*?</page>", words, re.S), 1):
            boxes = [tuple(map(float, box)) for box in re.findall(
                rf'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">{re.escape(marking)}</word>', page)]
            tops = [float(y) for y in re.findall(r'yMin="([\d.]+)"', page)]
            self.assertEqual(len(boxes), 2, f"page {number}")
            for _, top, right, bottom in boxes:
                self.assertGreater(right, 525, f"page {number}: to the right")
                self.assertGreaterEqual(bottom - top, 12, f"page {number}: 12 points or more")
            self.assertLess(boxes[0][1], 60)
            self.assertGreater(boxes[1][1], 780)
            self.assertLess(max(tops), 810, f"page {number}: nothing below the foot")


class Html(Exports):
    def test_one_file_that_needs_nothing_else(self):
        for source in [*sorted(DEMO.glob("*.json")), FIXTURES / "full-2.0.json", FIXTURES / "full-2.1.json",
                       FIXTURES / "hostile-2.0.json"]:
            with self.subTest(source.name):
                html = self.convert("html", source)[0].decode()
                self.assertTrue(html.startswith("<!doctype html>"))
                self.assertTrue(html.endswith("</html>\n"))
                self.assertNotRegex(html, r"(?i)<(script|link|img|iframe|object|embed|base|svg)\b")
                self.assertNotRegex(html, r"(?i)<[^>]* (src|on\w+|srcset|style)=[\"']")
                self.assertNotRegex(html, r"url\(|@import")
                for target in re.findall(r'href="([^"]*)"', html):
                    self.assertRegex(target, r"^(#|https?://|mailto:)")

    def test_twice_the_same(self):
        self.assertEqual(self.convert("html", DOCUMENT)[0], self.convert("html", DOCUMENT)[0])

    def test_what_is_no_advisory_is_refused(self):
        for to in ("html", "pdf"):
            out, said = self.convert(to, self.write("x.json", '{"document":{"csaf_version":"2.0"}}'), check=1)
            self.assertEqual(out, b"")
            self.assertIn("x.json", said)
            out, said = self.convert(to, self.write("y.json", advisory(tlp="PURPLE")), check=1)
            self.assertEqual(out, b"")
            self.assertIn("y.json:/document/distribution/tlp/label: 'PURPLE' is no TLP label", said)


@needs_poppler
class Pdf(Exports):
    def test_says_what_the_document_says(self):
        path = self.pdf(DOCUMENT)
        text = " ".join(tool("pdftotext", path, "-").split())
        document = json.loads(DOCUMENT.read_text())
        for vulnerability in document["vulnerabilities"]:
            self.assertIn(f"{vulnerability['cve']}: {vulnerability['title']}", text)
            for remediation in vulnerability["remediations"]:
                self.assertIn(remediation["details"], text)
        for entry in document["document"]["tracking"]["revision_history"]:
            self.assertIn(entry["summary"], text)
        self.assertIn("7HW1710-1AB00-0XA0", text)

    def test_properties_are_those_of_the_document(self):
        about = tool("pdfinfo", "-isodates", self.pdf(DOCUMENT))
        for line in ("Title: +Helmwerk Automation HW-700 Controllers", "Subject: +TDC-2025-001, TLP:CLEAR",
                     "Author: +Tocsin Demo CERT", "Keywords: +CVE-1900-0101, CVE-1900-0102", "Creator: +Tocsin",
                     "CreationDate: +2025-06-17T10:00:00Z", "ModDate: +2025-06-17T10:00:00Z", "Pages: +3", "JavaScript: +no"):
            self.assertRegex(about, f"(?m)^{line}$")

    def test_pages_are_numbered_and_marked(self):
        path = self.pdf(DOCUMENT)
        pages = self.pages(path)
        self.assertEqual(len(pages), 3)
        for number, page in enumerate(pages, 1):
            self.assertIn(f"Page {number} of 3", page)
            self.assertIn("TDC-2025-001 – Helmwerk Automation HW-700 Controllers", page)
            self.assertIn("Tocsin Demo CERT, released 2025-06-17, version 3", page)
        self.marked_on_every_page(path, "TLP:CLEAR")

    def test_every_marking(self):
        for label, marking in (("WHITE", "CLEAR"), ("GREEN", "GREEN"), ("AMBER", "AMBER"), ("RED", "RED")):
            with self.subTest(label):
                self.marked_on_every_page(self.pdf(self.write("a.json", advisory(tlp=label))), "TLP:" + marking)
        text = "".join(self.pages(self.pdf(self.write("a.json", advisory(tlp="")))))
        self.assertNotIn("TLP:", text)
        self.assertIn("without a TLP marking", text)

    def test_equal_documents_give_equal_bytes(self):
        for source in (DOCUMENT, FIXTURES / "full-2.0.json", FIXTURES / "hostile-2.0.json"):
            self.assertEqual(self.convert("pdf", source)[0], self.convert("pdf", source)[0], source.name)

    def test_four_hundred_vulnerabilities(self):
        path = self.pdf(self.write("large.json", large(400)))
        pages = self.pages(path)
        self.assertGreater(len(pages), 50)
        self.marked_on_every_page(path, "TLP:AMBER")
        text = "".join(pages)
        for number in range(400):
            self.assertIn(f"CVE-1900-{1000 + number}: Open door {number}", text)
            self.assertIn(f"Update number {number}.", text)
        # The table of severities goes over pages, and each begins with the names of its columns.
        tables = [page for page in pages if re.search(r"9\.8 \(CVSS 3\.1\) +critical", page)]
        self.assertGreater(len(tables), 5)
        for page in tables:
            self.assertRegex(page, r"Vulnerability +Score +Severity +Title")

    def test_links_lead_out_or_within_and_nowhere_else(self):
        document = json.loads(advisory())
        document["document"]["references"] = [
            {"summary": "good", "url": "https://example.test/a'bü(1)"}, {"summary": "script", "url": "javascript:alert(1)"},
            {"summary": "file", "url": "file:///etc/passwd"}, {"summary": "quote", "url": "https://example.test/x' dest='v1"}]
        path = self.pdf(self.write("links.json", json.dumps(document)))
        targets = re.findall(r"Annotation +(\S+)", tool("pdfinfo", "-url", path))
        self.assertEqual(targets, ["https://example.test/a'b%C3%BC(1)"])
        self.assertIn("javascript:alert(1)", "".join(self.pages(path)))

    def test_hostile_texts_are_text(self):
        path = self.pdf(FIXTURES / "hostile-2.0.json")
        text = " ".join(tool("pdftotext", path, "-").split())
        self.assertIn("<img src=x onerror=alert(0)>", text)
        self.marked_on_every_page(path, "TLP:CLEAR")
        self.assertNotIn(b"/JavaScript", path.read_bytes())

    def test_texts_that_try_to_break_the_layout(self):
        document = json.loads(large(3))
        texts = ["x" * 50_000, "Z" + "\u0301" * 3000 + " done", "\u200b" * 20_000 + "end", "a\r\n\n\n\nb\u2028c",
                 "\u202egnp.exe control \u0001\u0007\u001b[31m", "שלום עולם " * 200, "مرحبا بالعالم " * 200,
                 "控制器存在漏洞。" * 100, "".join(map(chr, range(0x20, 0xd00)))]
        document["document"]["notes"] = [{"category": "summary", "text": text} for text in texts]
        document["document"]["title"] = "T" * 3000 + " 'quotes' \\ (parentheses) <b>&amp;"
        document["document"]["publisher"]["name"] = "P" * 3000
        document["vulnerabilities"][0]["title"] = "W" * 20_000
        path = self.pdf(self.write("hard.json", json.dumps(document)))
        pages = self.pages(path)
        self.marked_on_every_page(path, "TLP:AMBER")
        text = "".join(pages)
        self.assertGreaterEqual(sum(map(len, re.findall("x{2,}", text))), 49_999)
        for word in ("done", "end", "gnp.exe control [31m", "<b>&amp;"):
            self.assertIn(word, text)
        self.assertIn("שלום", text)

    def test_more_pages_than_anybody_prints_are_refused(self):
        source = self.write("endless.json", large(1, text="line\n" * 400_000))
        out, said = self.convert("pdf", source, check=1)
        self.assertEqual(out, b"")
        self.assertIn("more than 5,000 pages", said)

    def test_without_fonts_it_says_which(self):
        config = self.write("fonts.conf", '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>')
        out, said = self.convert("pdf", DOCUMENT, check=1, env={"FONTCONFIG_FILE": str(config)})
        self.assertEqual(out, b"")
        self.assertIn("apt install fonts-dejavu-core", said)


if __name__ == "__main__":
    unittest.main()
