"""`tocsin attack`: what changed between releases, objects, layers of the Navigator."""
import json
import unittest

from support.tocsin import Folder, init, json_lines, run

CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"


def uuid(kind, number):
    return f"{kind}--00000000-0000-4000-8000-{number:012}"


def thing(kind, number, attack_id, name, modified="2025-01-01T00:00:00.000Z", **more):
    return {"type": kind, "spec_version": "2.1", "id": uuid(kind, number), "created": "2025-01-01T00:00:00.000Z",
            "modified": modified, "name": name, "object_marking_refs": [CLEAR], "x_mitre_version": "1.0",
            "x_mitre_domains": ["ics-attack"],
            "external_references": [{"source_name": "mitre-attack", "external_id": attack_id}], **more}


def release(version, technique="Open the sluice", **more):
    phases = [{"kill_chain_name": "mitre-ics-attack", "phase_name": "flooding"}]
    uses = {"type": "relationship", "spec_version": "2.1", "id": uuid("relationship", 9),
            "created": "2025-01-01T00:00:00.000Z", "modified": "2025-01-01T00:00:00.000Z", "relationship_type": "uses",
            "source_ref": uuid("intrusion-set", 4), "target_ref": uuid("attack-pattern", 3),
            "object_marking_refs": [CLEAR], "x_mitre_attack_spec_version": "3.2.0"}
    return {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [
        {"type": "x-mitre-collection", "id": uuid("x-mitre-collection", 1), "spec_version": "2.1",
         "created": "2025-01-01T00:00:00.000Z", "modified": "2025-01-01T00:00:00.000Z", "name": "Sluices",
         "x_mitre_version": version, "object_marking_refs": [CLEAR],
         "x_mitre_contents": [{"object_ref": uuid("x-mitre-matrix", 2), "object_modified": "2025-01-01T00:00:00.000Z"}]},
        thing("x-mitre-matrix", 2, "ics-attack", "Matrix of sluices", tactic_refs=[uuid("x-mitre-tactic", 5)]),
        thing("x-mitre-tactic", 5, "TA9001", "Flooding", x_mitre_shortname="flooding"),
        thing("attack-pattern", 3, "T9001", technique, kill_chain_phases=phases, description="Opens it.", **more),
        thing("intrusion-set", 4, "G9001", "Mudlark"), uses]}


class Attack(unittest.TestCase):
    def test_differences_of_two_files(self):
        with Folder() as folder:
            before, after, bad = folder / "1.json", folder / "2.json", folder / "bad.json"
            before.write_text(json.dumps(release("1.0")))
            after.write_text(json.dumps(release("2.0", "Lift the sluice", modified="2026-01-01T00:00:00.000Z")))
            bad.write_text('{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[]}')
            text = run("attack", "diff", before, after, check=0).stdout
            self.assertIn("Sluices 1.0 -> Sluices 2.0", text)
            self.assertIn("T9001 Lift the sluice 1.0 (was Open the sluice)", text)
            [line] = json_lines(run("attack", "diff", "--format", "json", before, after, check=0).stdout)
            self.assertEqual([(each["what"], each["id"]) for each in line["changes"]], [("renamed", "T9001")])
            self.assertEqual(line["relations"], [])
            self.assertIn("Nothing has changed", run("attack", "diff", before, before, check=0).stdout)
            self.assertIn("bad.json", run("attack", "diff", before, bad, check=1).stderr)
            run("attack", "diff", before, check=2)

    def test_objects_and_layers_of_what_was_imported(self):
        with Folder() as folder:
            data, file = folder / "data", folder / "1.json"
            init(data)
            self.assertIn("tocsin import", run("attack", "layer", "--data", data, check=1).stderr)
            file.write_text(json.dumps(release("1.0")))
            run("import", "--data", data, file, check=0)
            text = run("attack", "show", "--data", data, "T9001", check=0).stdout
            self.assertIn("G9001 Mudlark uses this", text)
            self.assertIn("TA9001 Flooding", text)
            [shown] = json_lines(run("attack", "show", "--data", data, "--format", "json", "G9001", check=0).stdout)
            self.assertEqual(shown["relations"][0]["object"]["id"], "T9001")
            run("attack", "show", "--data", data, "T9999", check=1)
            layer = json.loads(run("attack", "layer", "--data", data, "--by", "G9001", "--public", check=0).stdout)
            self.assertEqual((layer["domain"], layer["versions"]["layer"]), ("ics-attack", "4.5"))
            self.assertEqual([each["techniqueID"] for each in layer["techniques"]], ["T9001"])
            run("attack", "layer", "--data", data, "--matrix", "none", check=1)


if __name__ == "__main__":
    unittest.main()
