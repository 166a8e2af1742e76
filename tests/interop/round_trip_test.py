"""Real content goes in and comes out without loss: OASIS' examples of STIX, EMB3D, what MISP and misp-stix made of the same
content, and a feed of MISP. STIX is asked for by the API and by TAXII and is the same bytes; events of MISP by the feed.
What differs is what docs/stix.md and docs/misp.md tell, and is named here."""
import copy
import gzip
import json
import subprocess
import time
import unittest

from support.tocsin import DATA, Folder, Server, init, json_lines, run

EXAMPLES = DATA / "stix/stix-2.1-schemas-examples.tar.zst"
EMB3D = DATA / "attack/emb3d-stix-2.0.1.json.gz"
PAIRS = DATA / "misp/misp-stix-pairs.tar.zst"
FEED = DATA / "misp/feed.tar.zst"
MAIL = "cora@cert.example"
# A coordinator without a second factor has no token that does anything, else.
SETTINGS = {"TOCSIN_SECOND_FACTOR": "optional"}

# Of STIX 2.0: properties that lifting to 2.1 writes anew, and why.
LIFTED = {
    "pattern": "in the grammar of 2.1",
    "labels": "become the types of 2.1 where its vocabularies have them",
    "objects": "the observables of a container become objects of their own",
    "object_refs": "a report also lists what came out of its containers",
}


def setUpModule():
    for file in (EXAMPLES, EMB3D, PAIRS, FEED):
        if not file.exists():
            raise unittest.SkipTest(f"no real content: set TOCSIN_DATA (looked for {file.name})")


def raw_objects(text):
    """(object, its bytes) of each object in a bundle or envelope, or of one alone."""
    decoder = json.JSONDecoder()
    if '"objects"' not in text:
        yield json.loads(text), text.strip()
        return
    at = text.find("[", text.find('"objects"')) + 1
    while at > 0:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return
        value, end = decoder.raw_decode(text, at)
        yield value, text[at:end]
        at = end


class Portal:
    """An installation of its own for what stands in `files`, with the eyes of the CERT, whose it is."""

    def __init__(self, test, *files):
        folder = Folder()
        path = folder.__enter__()
        test.addCleanup(folder.__exit__)
        data = path / "data"
        init(data)
        run("user", "add", "--data", data, MAIL, "--name", "Cora", "--org", "1", "--roles", "coordinator", check=0)
        run("user", "password", "--data", data, MAIL, stdin="seven purple turbines hum\n", check=0)
        (made,) = json_lines(run("token", "create", "--data", data, MAIL, "--org", "1", "--name", "Reads", "--scopes",
                                 "read", "--format", "json", check=0).stdout)
        self.headers = {"Authorization": "Bearer " + made["token"]}
        self.items = json_lines(run("import", "--data", data, "--format", "json", *files, check=0).stdout)
        self.counts = self.items.pop()["summary"]["objects"]
        self.server = Server(data, settings=SETTINGS)
        test.addCleanup(self.server.stop)

    def get(self, path):
        return self.server.request("GET", path, self.headers)

    def document(self, stix_id):
        return self.get(f"/api/v1/threats/{stix_id}/document").text

    def taxii(self, count):
        """Every version that TAXII tells, as its bytes. What was written last is told a moment later."""
        deadline = time.monotonic() + 30
        while True:
            told, path = [], "/taxii2/default/collections/all/objects/?limit=500&match%5Bversion%5D=all"
            while path:
                page = self.server.request("GET", path, {**self.headers, "Accept": "application/taxii+json;version=2.1"})
                if page.status != 200:  # The index is made anew.
                    break
                told += [raw for _, raw in raw_objects(page.text)] if '"objects"' in page.text else []
                envelope = page.json()
                path = (f"/taxii2/default/collections/all/objects/?limit=500&match%5Bversion%5D=all&next={envelope['next']}"
                        if envelope.get("more") else "")
            if len(told) >= count or time.monotonic() > deadline:
                return told
            time.sleep(0.05)


class RealContent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = Folder()
        cls.path = folder.__enter__()
        cls.addClassCleanup(folder.__exit__)
        for archive in (EXAMPLES, PAIRS, FEED):
            subprocess.run(["tar", "--zstd", "-xf", archive, "-C", cls.path], check=True, capture_output=True)
        (cls.path / "emb3d.json").write_bytes(gzip.decompress(EMB3D.read_bytes()))
        cls.pairs = cls.path / "misp-stix-pairs"

    def check_stix(self, *files):
        given = {}
        for file in files:
            for value, raw in raw_objects(file.read_text()):
                # The same version may say the same in two files.
                given.setdefault((value["id"], value.get("modified")), (value, raw))
        portal = Portal(self, *files)
        self.assertEqual((portal.counts["new"], portal.counts["refused"], portal.counts["conflicting"]), (len(given), 0, 0))
        ids = {stix_id for stix_id, _ in given}
        for (stix_id, _), (_, raw) in given.items():
            self.assertEqual(portal.document(stix_id), raw)

        def is_told(value):
            """docs/taxii.md: what joins two objects is told where both ends are here."""
            ends = [value.get("source_ref"), value.get("target_ref"), value.get("sighting_of_ref"), *value.get("where_sighted_refs", [])]
            return value["type"] not in ("relationship", "sighting") or all(each in ids for each in ends if each)

        expected = sorted(raw for value, raw in given.values() if is_told(value))
        self.assertEqual(sorted(portal.taxii(len(expected))), expected)
        return len(given), len(given) - len(expected)

    def test_examples_of_stix(self):
        files = sorted((self.path / "stix-2.1-schemas-examples").glob("examples/**/*.json"))
        self.assertEqual(self.check_stix(*files), (259, 0))

    def test_emb3d(self):
        self.assertEqual(self.check_stix(self.path / "emb3d.json"), (573, 0))

    def test_what_misp_stix_made(self):
        files = sorted(self.pairs.glob("*_stix21.json"))
        self.assertEqual(len(files), 5)
        for file in files:
            with self.subTest(file.name):
                _, untold = self.check_stix(file)
                self.assertEqual(untold, 0)

    def test_what_misp_and_misp_stix_made_of_stix_2_0(self):
        """docs/stix.md: it is lifted, and kept so."""
        files = sorted([*self.pairs.glob("*_stix20.json"), *self.pairs.glob("server/stix2_*.json")])
        self.assertEqual(len(files), 7)
        for file in files:
            with self.subTest(file.name):
                portal = Portal(self, file)
                self.assertEqual(portal.counts["refused"], 0)
                for value, _ in raw_objects(file.read_text()):
                    kept = json.loads(portal.document(value["id"]))
                    lost = {name for name, said in value.items() if kept.get(name) != said}
                    self.assertLessEqual(lost, set(LIFTED), (value, kept))
                    for words in value.get("labels", []):
                        self.assertIn(json.dumps(words), json.dumps(kept))
                    for number in value.get("objects", {}):
                        self.assertIn(value["objects"][number]["type"], " ".join(kept["object_refs"]))

    def event(self, portal, uuid):
        answer = portal.get(f"/feeds/misp/{uuid}.json")
        self.assertEqual(answer.status, 200, answer.text[:500])
        return answer.json()["Event"]

    @staticmethod
    def attributes(event):
        return [*event.get("Attribute", []), *(each for whole in event.get("Object", []) for each in whole.get("Attribute", []))]

    def as_told(self, event):
        """docs/misp.md: what is left out of a feed. `RelatedEvent` a MISP works out anew."""
        out = {name: value for name, value in copy.deepcopy(event).items() if name not in ("event_creator_email", "RelatedEvent")}
        for part in (out, *out.get("Object", []), *self.attributes(out)):
            # They are objects of their own.
            part.pop("Sighting", None)
            if "Tag" in part:
                part["Tag"] = [each for each in part["Tag"] if each["name"].startswith("tlp:")
                               or (each.get("exportable", True) not in (False, 0, "0") and not each.get("local"))]
        return out

    def check_events(self, *files):
        events = []
        for file in files:
            whole = json.loads(file.read_text())
            events += [each["Event"] for each in (whole["response"] if "response" in whole else [whole])]
        portal = Portal(self, *files)
        self.assertEqual(portal.counts["refused"], 0)
        manifest = portal.get("/feeds/misp/manifest.json").json()
        self.assertEqual(set(manifest), {each["uuid"] for each in events})
        attributes, sightings = 0, []
        for each in events:
            expected = self.as_told(each)
            if not any(tag["name"].lower().startswith("tlp:") for tag in each.get("Tag", [])):
                # It came without a marking, and says now as what it counts here.
                expected.setdefault("Tag", []).append({"name": "tlp:amber+strict"})
            self.assertEqual(self.as_told(self.event(portal, each["uuid"])), expected)
            attributes += len(self.attributes(each))
            sightings += [one for attribute in self.attributes(each) for one in attribute.get("Sighting", [])]
        told = [json.loads(each) for each in portal.taxii(portal.counts["new"])]
        kept = [each["x_misp_sighting"] for each in told if "x_misp_sighting" in each]
        self.assertEqual(sorted(map(json.dumps, kept)), sorted(map(json.dumps, sightings)))
        return len(events), attributes, len(sightings)

    def test_events_of_a_feed(self):
        files = [each for each in sorted((self.path / "feed").glob("*.json")) if each.name != "manifest.json"]
        self.assertEqual(self.check_events(*files), (7, 239, 6))

    def test_events_that_misp_stix_is_tested_with(self):
        files = sorted([*self.pairs.glob("test_events_collection_[12].json"), *self.pairs.glob("server/misp_*.json")])
        self.assertEqual(len(files), 4)
        for file in files:
            with self.subTest(file.name):
                self.assertGreater(self.check_events(file)[1], 0)

    def test_attributes_and_objects_without_an_event(self):
        for kind in ("Attribute", "Object"):
            for number in (1, 2):
                file = self.pairs / f"test_{kind.lower()}s_collection_{number}.json"
                with self.subTest(file.name):
                    response = json.loads(file.read_text())["response"]
                    given = response[kind] if isinstance(response, dict) else [each[kind] for each in response]
                    portal = Portal(self, file)
                    told = [json.loads(each) for each in portal.taxii(len(given))]
                    kept = {each["uuid"]: each for each in (one.get(f"x_misp_{kind.lower()}") for one in told) if each}
                    self.assertEqual(kept, {each["uuid"]: each for each in given})
                    self.assertNotIn("report", {each["type"] for each in told})


if __name__ == "__main__":
    unittest.main()
