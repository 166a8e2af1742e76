"""`tocsin correlate`: which STIX objects have a value."""
import json
import unittest

from support.tocsin import Folder, init, json_lines, run

CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"


def indicator(number, pattern, marking=CLEAR):
    return {"type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{number:012}",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "valid_from": "2026-01-01T00:00:00Z", "name": f"Indicator {number}", "pattern_type": "stix",
            "pattern": pattern, "object_marking_refs": [marking]}


class Correlate(unittest.TestCase):
    def test_values_are_looked_up(self):
        with Folder() as folder:
            data, file = folder / "data", folder / "1.json"
            init(data)
            file.write_text(json.dumps([indicator(1, "[ipv4-addr:value = '203.0.113.9']"),
                                        indicator(2, "[url:value = 'http://203.0.113.9/x']", GREEN),
                                        indicator(3, "[mutex:name = 'pump']")]))
            run("import", "--data", data, file, check=0)
            text = run("correlate", "--data", data, "203[.]0.113.9", check=0).stdout
            self.assertIn("ipv4 203.0.113.9: 2 objects", text)
            self.assertIn("Indicator 2", text)
            text = run("correlate", "--data", data, "--public", "203.0.113.9", check=0).stdout
            self.assertIn("ipv4 203.0.113.9: 1 object\n", text)
            self.assertNotIn("Indicator 2", text)
            [line] = json_lines(run("correlate", "--data", data, "--format", "json", "pump", check=0).stdout)
            self.assertEqual([(each["kind"], each["count"]) for each in line["items"]], [("mutex", 1)])
            self.assertIn("Nothing here", run("correlate", "--data", data, "valve", check=0).stdout)
            self.assertIn("commonplace: resolver", run("correlate", "--data", data, "8.8.8.8", check=0).stdout)
            self.assertIn("registry-key", run("correlate", "--data", data, "--kind", "x", "y", check=1).stderr)
