"""`tocsin status`: what was known of a product on a day, from the database and from documents alone."""
import csv
import io
import json

import unittest

from support.documents import WithFolder
from support.tocsin import DEMO, Folder, init, run

SAFETY = ("--vendor", "Helmwerk Automation", "--product", "HW-740 Safety Controller", "--version", "V1.5")


def lines(answer, part):
    return [(each["tracking_id"], each["version"], each["kind"], each["status"]) for each in answer[part]]


class StatusOfDocuments(WithFolder):
    def status(self, *arguments, check=0):
        return run("status", "--advisories", DEMO, *SAFETY, *arguments, check=check)

    def test_tells_what_was_known_and_what_since(self):
        answer = json.loads(self.status("--at", "2025-03-04", "--format", "json").stdout)
        self.assertEqual(lines(answer, "known"), [("TDC-2025-001", "2", "as_it_stood", "not_affected")])
        self.assertEqual(lines(answer, "since"), [("TDC-2025-001", "3", "changed", "affected")])
        answer = json.loads(self.status("--format", "json").stdout)
        self.assertEqual(lines(answer, "known"), [("TDC-2025-001", "3", "as_it_stood", "affected")])
        self.assertEqual(answer["since_total"], 0)

    def test_text_and_csv(self):
        text = self.status("--at", "2025-03-04").stdout
        self.assertIn("Known on 2025-03-04", text)
        self.assertIn("Became known since: 1 advisory", text)
        rows = list(csv.DictReader(io.StringIO(self.status("--at", "2025-03-04", "--format", "csv").stdout)))
        self.assertEqual([(row["part"], row["status"]) for row in rows], [("known", "not_affected"), ("since", "affected")])
        self.assertIn("CVE-1900-0101", rows[1]["vulnerabilities"])

    def test_what_is_no_question_is_explained(self):
        self.assertIn("--product or --model", run("status", "--advisories", DEMO, check=2).stderr)
        self.assertIn("a day is written", self.status("--at", "soon", check=1).stderr)
        self.assertIn("--known-by", self.status("--known-by", "received", check=2).stderr)
        self.assertIn("--advisories", run("status", "--product", "x", check=1).stderr)
        empty = self.write("empty.json", "{}")
        self.assertIn("No advisory could be read", run("status", "--advisories", empty, "--product", "x", check=1).stderr)


class StatusOfDatabase(unittest.TestCase):
    def test_is_the_same_from_the_database(self):
        with Folder() as data:
            init(data)
            run("import", "--data", data, DEMO, check=0)
            for at in ("2025-02-10", "2025-03-04", "2026-01-01"):
                asked = (*SAFETY, "--at", at, "--format", "json")
                stored = json.loads(run("status", "--data", data, *asked, check=0).stdout)
                offline = json.loads(run("status", "--advisories", DEMO, *asked, check=0).stdout)
                for part in ("known", "since"):
                    self.assertEqual(lines(stored, part), lines(offline, part), at)
            asked = (*SAFETY, "--at", "2025-12-31", "--known-by", "received", "--format", "json")
            answer = json.loads(run("status", "--data", data, *asked, check=0).stdout)
            self.assertEqual(lines(answer, "known"), [])
            self.assertEqual(lines(answer, "since"), [("TDC-2025-001", "3", "published", "affected")])


if __name__ == "__main__":
    unittest.main()
