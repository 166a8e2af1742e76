"""Comments on an advisory and its removal, from the command line; and that what was removed stays away."""
import json
import unittest

from support.tocsin import DEMO, Folder, fresh_postgres, init, json_lines, needs_postgres, run

ID = "TDC-2025-001"


class Manage(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.data = self.folder / "data"

    def imported(self, *arguments):
        lines = json_lines(run("import", "--data", self.data, DEMO, *arguments, "--format", "json", "--quiet", check=0).stdout)
        return lines[-1]["summary"]

    def comments(self):
        return json.loads(run("comment", "list", "--data", self.data, ID, "--format", "json", check=0).stdout)["items"]

    def check_all(self, *database):
        init(self.data, *database)
        first = self.imported()
        run("comment", "add", "--data", self.data, ID.lower(), "Seen in the field", check=0)
        (comment,) = self.comments()
        self.assertEqual((comment["text"], comment["for"]), ("Seen in the field", "organisation"))
        self.assertIn("Seen in the field", run("comment", "list", "--data", self.data, ID, check=0).stdout)
        run("comment", "add", "--data", self.data, ID, "--everyone", "-", stdin="x" * 4001, check=1)
        run("comment", "remove", "--data", self.data, ID, comment["id"], check=0)
        self.assertEqual(self.comments(), [])
        # Nothing goes without a reason, nor what is not there.
        run("remove", "--data", self.data, ID, check=2)
        run("remove", "--data", self.data, "TDC-1999-001", "--reason", "x", check=1)
        run("remove", "--data", self.data, ID, "--reason", "Sent by mistake", check=0)
        run("show", "--data", self.data, ID, check=1)
        (entry,) = json_lines(run("audit", "list", "--data", self.data, "--action", "record.remove", "--format", "json",
                                  check=0).stdout)
        self.assertIn(ID, json.dumps(entry))
        run("audit", "verify", "--data", self.data, check=0)
        again = self.imported()
        self.assertGreater(again["removed"], 0)
        self.assertEqual(again["new"], 0)
        run("show", "--data", self.data, ID, check=1)
        self.assertEqual(self.imported("--again")["removed"], 0)
        run("show", "--data", self.data, ID, check=0)
        self.assertGreater(first["new"], 0)

    def test_on_sqlite(self):
        self.check_all()

    @needs_postgres
    def test_on_postgres(self):
        self.check_all(fresh_postgres())


if __name__ == "__main__":
    unittest.main()
