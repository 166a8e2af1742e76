"""Who sees an advisory, and changing that, from the command line."""
import json
import unittest

from support.tocsin import DEMO, Folder, fresh_postgres, init, json_lines, needs_postgres, run

ID = "TDC-2025-001"


class Share(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.data = self.folder / "data"

    def start(self, *database):
        init(self.data, *database)
        run("import", "--data", self.data, DEMO, check=0)

    def share(self, *arguments, **more):
        return run("share", "--data", self.data, ID, *arguments, **more)

    def tlp(self):
        return json.loads(self.share("--format", "json", check=0).stdout)["marking"]["tlp"]

    def seen_by_the_public(self):
        return run("show", "--data", self.data, "--public", ID).returncode == 0

    def check_all(self):
        self.assertIn("Everyone, also without an account", self.share(check=0).stdout)
        # Narrower is done at once.
        done = self.share("--tlp", "AMBER", "--audience", "owner-only", check=0)
        self.assertIn("No longer reached: everyone", done.stdout)
        self.assertFalse(self.seen_by_the_public())
        # Wider only where it is meant.
        asked = self.share("--tlp", "CLEAR", "--audience", "everyone", check=1)
        self.assertIn("Newly reached: everyone, also without an account", asked.stdout)
        self.assertIn("--yes", asked.stderr)
        self.assertEqual(self.tlp(), "AMBER")
        self.share("--tlp", "CLEAR", "--audience", "everyone", "--embargo", "2999-01-01T00:00:00Z", "--yes", check=0)
        self.assertFalse(self.seen_by_the_public())
        self.assertIn("Until 2999-01-01 00:00 UTC:", self.share(check=0).stdout)
        self.share("--embargo", "none", check=1)
        last = json_lines(self.share("--embargo", "none", "--yes", "--format", "json", check=0).stdout)[-1]
        self.assertTrue(last["done"])
        self.assertTrue(last["difference"]["widens"])
        self.assertTrue(self.seen_by_the_public())
        entries = json_lines(run("audit", "list", "--data", self.data, "--action", "record.change-marking", "--format",
                                 "json", check=0).stdout)
        self.assertEqual(len(entries), 3)
        (made,) = json_lines(run("case", "open", "--data", self.data, "Pumps", "--format", "json", check=0).stdout)
        to = "case:" + made["case"]
        last = json_lines(self.share("--tlp", "AMBER", "--to", to, "--yes", "--format", "json", check=0).stdout)[-1]
        self.assertEqual(last["marking"]["listed"], [to])

    def test_widening_needs_yes(self):
        self.start()
        self.check_all()

    @needs_postgres
    def test_on_postgresql(self):
        self.start(fresh_postgres())
        self.check_all()

    def test_refuses(self):
        self.start()
        self.assertIn("There is no advisory", run("share", "--data", self.data, "NO-SUCH", check=1).stderr)
        for wrong in (["--to", "planet:1"], ["--to", "organisation:404"], ["--to", "community:1"],
                      ["--to", "person:nobody@example.com"], ["--to", "person:1"], ["--to", "case:CASE-1999-00000"], ["--to", "case:1"],
                      ["--to", "organisation:1", "--audience", "members"]):
            with self.subTest(wrong):
                self.assertNotEqual(self.share(*wrong, "--yes", check=1).stderr, "")
        for wrong in (["--tlp", "PINK"], ["--audience", "friends"], ["--embargo", "tomorrow"]):
            with self.subTest(wrong):
                self.assertNotEqual(self.share(*wrong, check=2).stderr, "")


if __name__ == "__main__":
    unittest.main()
