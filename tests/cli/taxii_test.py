"""`tocsin taxii`: collections as an operator keeps them."""
import unittest

from support.tocsin import Folder, init, json_lines, run


class Collections(unittest.TestCase):
    def test_made_changed_listed_and_removed(self):
        with Folder() as folder:
            data = folder / "data"
            init(data)
            made = json_lines(run("taxii", "add", "--data", data, "Water, confident", "--alias", "water", "--readers",
                                  "sector:water", "--confidence-min", "70", "--type", "indicator,malware", "--format",
                                  "json", check=0).stdout)[0]["collection"]

            def listed():
                rows = json_lines(run("taxii", "list", "--data", data, "--format", "json", check=0).stdout)
                return {row["id"]: row for row in rows}

            row = listed()[made]
            self.assertEqual(row["filter"], {"types": ["indicator", "malware"], "confidence_min": 70})
            self.assertEqual(row["readers"], {"who": "sector", "sector": "water"})
            run("taxii", "change", "--data", data, "water", "--confidence-min", "-1", "--type", "*", "--tlp-max", "green",
                "--readers", "anyone", check=0)
            self.assertEqual(listed()[made]["filter"], {"tlp_max": "green"})
            self.assertEqual(listed()[made]["title"], "Water, confident", "what is not said stays")
            self.assertIn("anyone", run("taxii", "list", "--data", data, check=0).stdout)
            self.assertEqual(listed()[made]["writers"], {"who": "nobody"}, "unless somebody says so")
            run("org", "add", "--data", data, "Water works", check=0)
            for writers, kept in (("members", {"who": "members"}), ("sector:water", {"who": "sector", "sector": "water"}),
                                  ("organisation:Water works", {"who": "organisation", "organisation": 2}),
                                  ("nobody", {"who": "nobody"}), ("members", {"who": "members"})):
                run("taxii", "change", "--data", data, "water", "--writers", writers, check=0)
                self.assertEqual(listed()[made]["writers"], kept)
            self.assertIn("members", run("taxii", "list", "--data", data, check=0).stdout)
            for bad in (["--readers", "friends"], ["--readers", "sector:moon"], ["--tlp-max", "blue"], ["--type", "NO"],
                        ["--writers", "friends"], ["--writers", "sector:moon"], ["--writers", "organisation:none"],
                        ["--readers", "sector:water"],  # Nothing can be addressed to a sector, and it has writers.
                        ["--confidence-min", "101"], ["--alias", "Not an alias"], ["--readers", "community:none"]):
                done = run("taxii", "change", "--data", data, "water", *bad)
                self.assertNotEqual(done.returncode, 0, bad)
                self.assertTrue(done.stderr.strip(), bad)
            run("taxii", "remove", "--data", data, "water", check=0)
            self.assertNotIn(made, listed())
            self.assertNotEqual(run("taxii", "remove", "--data", data, "water").returncode, 0)


if __name__ == "__main__":
    unittest.main()
