"""Layers of the ATT&CK Navigator beside MITRE's own library for them: what we write loads there and says the same, and
what it writes, as text and as a file, is shown on our matrix with the same techniques and scores."""
import gzip
import html
import json
import re
import subprocess
import unittest

from support.browser import Browser
from support.peers import installed
from support.tocsin import DATA, Folder, Server, init, run

ICS = DATA / "attack/ics-attack-18.1.json.gz"
TIME = "2025-01-01T00:00:00.000Z"
CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"

# Run by the interpreter that has the library: prints what it has read, and writes the layer as text and as a file.
THEIRS = """
import json, sys
from mitreattack.navlayers import Layer
layer = Layer(strict=True)
layer.from_str(sys.stdin.read())
if isinstance(layer.layer, str):
    sys.exit("It does not load.")
layer.to_file(sys.argv[1])
print("\\n" + layer.to_str())
"""


def thing(kind, number, attack_id, name, **more):
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--00000000-0000-4000-8000-{number:012}", "created": TIME,
            "modified": TIME, "name": name, "x_mitre_version": "1.0", "x_mitre_domains": ["ics-attack"],
            "external_references": [{"source_name": "mitre-attack", "external_id": attack_id}], **more}


def technique(number, attack_id, name, *tactics):
    return thing("attack-pattern", number, attack_id, name, description="Does it.", kill_chain_phases=[
        {"kill_chain_name": "mitre-ics-attack", "phase_name": each} for each in tactics])


def relation(number, kind, source, target):
    return {"type": "relationship", "spec_version": "2.1", "id": f"relationship--00000000-0000-4000-8000-{number:012}",
            "created": TIME, "modified": TIME, "relationship_type": kind, "source_ref": source["id"],
            "target_ref": target["id"], "x_mitre_attack_spec_version": "3.2.0"}


def report(number, text):
    return {"type": "note", "spec_version": "2.1", "id": f"note--00000000-0000-4000-8000-{number:012}", "created": TIME,
            "modified": TIME, "content": text, "object_refs": ["identity--00000000-0000-4000-8000-000000000001"]}


def sluices():
    """A matrix of two tactics and four techniques, one of them in both and one below another; a group uses two."""
    tactics = [thing("x-mitre-tactic", 1, "TA9001", "Flooding", x_mitre_shortname="flooding"),
               thing("x-mitre-tactic", 2, "TA9002", "Draining", x_mitre_shortname="draining")]
    opens, drains = technique(3, "T9001", "Open the sluice", "flooding", "draining"), technique(4, "T9002", "Pull the plug", "draining")
    below, unnamed = technique(5, "T9001.001", "Open it by night", "flooding"), technique(6, "T9003", "Wait for rain", "flooding")
    below["x_mitre_is_subtechnique"] = True
    group = thing("intrusion-set", 7, "G9001", "Mudlark")
    return [thing("x-mitre-matrix", 8, "ics-attack", "Matrix of sluices", tactic_refs=[each["id"] for each in tactics]), *tactics,
            opens, drains, below, unnamed, group, relation(10, "subtechnique-of", below, opens), relation(11, "uses", group, opens),
            relation(12, "uses", group, below)]


def told(layer):
    """Of each technique what both have to say alike."""
    return sorted((each["techniqueID"], each.get("tactic", ""), each.get("score"), each.get("color", ""),
                   each.get("comment", ""), each.get("enabled", True)) for each in layer["techniques"])


def shown(page):
    """(tactic, technique, score) of every cell with a number."""
    out = []
    for column in re.split(r'<section class="attack-column"', page)[1:]:
        tactic = re.search(r'aria-labelledby="c-(TA\d+)"', column).group(1)
        for cell in re.findall(r'<div class="attack-cell.*?</div>', column, re.S):
            score = re.search(r'class="attack-count">([^ <]+)', cell)
            if score:
                out.append((tactic, re.search(r'class="id">(T[\d.]+)<', cell).group(1), int(score.group(1))))
    return sorted(out)


class Layers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.python = installed("navigator", "mitreattack-python==6.3.1") / "bin/python"

    def setUp(self):
        folder = Folder()
        self.path = folder.__enter__()
        self.addCleanup(folder.__exit__)
        self.data = self.path / "data"
        init(self.data)

    def write(self, objects):
        """For everybody, as a knowledge base is."""
        file = self.path / "objects.json"
        file.write_text(json.dumps({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": objects}))
        run("import", "--data", self.data, "--default-tlp", "CLEAR", file, check=0)

    def layer(self, *arguments):
        return json.loads(run("attack", "layer", "--data", self.data, "--public", *arguments, check=0).stdout)

    def theirs(self, layer):
        """What MITRE's library makes of a layer, and the file that it writes."""
        file = self.path / "layer.json"
        done = subprocess.run([self.python, "-c", THEIRS, file], input=json.dumps(layer), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout.splitlines()[-1]), file.read_bytes()

    def assert_alike(self, ours):
        read, _ = self.theirs(ours)
        self.assertEqual(told(read), told(ours))
        self.assertEqual((read["name"], read["domain"], read["description"]), (ours["name"], ours["domain"], ours["description"]))
        self.assertEqual(read["versions"]["layer"], ours["versions"]["layer"])
        self.assertEqual(read["versions"].get("attack"), ours["versions"].get("attack", read["versions"].get("attack")))
        for name in ("minValue", "maxValue"):
            self.assertEqual(read["gradient"][name], ours["gradient"][name])
        self.assertEqual(read.get("legendItems", []), ours["legendItems"])

    def test_what_we_write_loads_there(self):
        self.write(sluices() + [report(20, "They did T9001 and then T9002."), report(21, "Again T9001."), report(22, "T9001.001")])
        plain, by = self.layer(), self.layer("--by", "G9001")
        self.assertEqual({each["techniqueID"]: each["score"] for each in plain["techniques"]}, {"T9001": 2, "T9001.001": 1, "T9002": 1})
        self.assertEqual([each["techniqueID"] for each in by["techniques"] if "color" in each], ["T9001", "T9001.001"])
        with Server(self.data) as server:
            for ours, query in ((plain, ""), (by, "?by=G9001")):
                self.assertEqual(server.get("/api/v1/attack/layer" + query).json(), ours)
                self.assert_alike(ours)

    def test_what_it_writes_is_shown_here(self):
        self.write(sluices())
        made = {"name": "What we saw", "domain": "ics-attack", "versions": {"layer": "4.5", "attack": "18", "navigator": "5.1.0"},
                "description": "In spring.", "gradient": {"colors": ["#ffffff", "#ff6666"], "minValue": 0, "maxValue": 10},
                "legendItems": [{"label": "Seen", "color": "#ff0000"}],
                "techniques": [{"techniqueID": "T9001", "tactic": "draining", "score": 7, "comment": "Twice <b>"},
                               {"techniqueID": "T9001.001", "score": 3, "color": "#ff0000"},
                               {"techniqueID": "T9003", "score": 0, "enabled": False}, {"techniqueID": "T9002"},
                               {"techniqueID": "T9999", "score": 5}]}
        read, file = self.theirs(made)
        self.assertEqual(told(read), told(made))
        with Server(self.data) as server:
            reader = Browser(server.port)
            reader.get("/threats/attack/layer")
            for form, content in (("text", json.dumps(read).encode()), ("file", file)):
                with self.subTest(form):
                    page = reader.upload("/threats/attack/layer", "layer", content)
                    self.assertEqual(page.status, 200, page.text[-2000:])
                    self.assertEqual(shown(page.text), [("TA9001", "T9001.001", 3), ("TA9001", "T9003", 0), ("TA9002", "T9001", 7)])
                    self.assertIn("<b>What we saw</b>", page.text)
                    self.assertIn(html.escape("Twice <b>"), page.text)

    @unittest.skipUnless(ICS.exists(), "no real ATT&CK: set TOCSIN_DATA")
    def test_the_real_matrix_and_what_a_group_uses(self):
        objects = json.loads(gzip.decompress(ICS.read_bytes()))["objects"]
        self.write(objects)
        by_id = {each["id"]: each for each in objects}

        def is_in_force(each):
            return not each.get("revoked") and not each.get("x_mitre_deprecated")

        def attack_id(each):
            return next(one["external_id"] for one in each["external_references"] if one["source_name"] == "mitre-attack")

        (sandworm,) = [each for each in objects if each["type"] == "intrusion-set" and attack_id(each) == "G0034"]
        used = {attack_id(by_id[each["target_ref"]]) for each in objects
                if each["type"] == "relationship" and each["relationship_type"] == "uses" and is_in_force(each)
                and each["source_ref"] == sandworm["id"] and by_id[each["target_ref"]]["type"] == "attack-pattern"
                and is_in_force(by_id[each["target_ref"]])}
        ours = self.layer("--by", "G0034")
        self.assertTrue(used)
        self.assertEqual({each["techniqueID"] for each in ours["techniques"] if "color" in each}, used)
        self.assert_alike(ours)


if __name__ == "__main__":
    unittest.main()
