"""Acts that a second person approves: what the command line says of them."""
import unittest

from support.tocsin import Folder, init, json_lines, run


class Approval(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.data = self.folder / "data"
        init(self.data)

    def setting(self, text):
        path = self.data / "tocsin.toml"
        path.write_text(text + "\n" + path.read_text())

    def test_nothing_waits(self):
        self.assertIn("Nothing waits", run("approval", "list", "--data", self.data, check=0).stdout)
        self.assertEqual(json_lines(run("approval", "list", "--data", self.data, "--format", "json", check=0).stdout), [])
        for action in ("approve", "reject"):
            done = run("approval", action, "1", "--data", self.data, check=1)
            self.assertIn("approval", done.stderr)
            run("approval", action, "0", "--data", self.data, check=2)

    def test_a_wrong_act_is_named(self):
        self.setting('four_eyes = "grant_role, everything"')
        self.assertIn("'everything'", run("config", "check", "--data", self.data, check=1).stderr)

    def test_acts_that_nobody_can_approve_are_warned_of(self):
        self.assertEqual(run("config", "check", "--data", self.data, check=0).stderr, "")
        self.setting('four_eyes = "grant_role"')
        done = run("config", "check", "--data", self.data, check=0)
        self.assertIn("four_eyes has grant_role", done.stderr)
        self.assertIn("four eyes", run("doctor", "--data", self.data).stdout)


if __name__ == "__main__":
    unittest.main()
