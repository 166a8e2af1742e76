"""The portal's TAXII 2.1 server as its usual clients meet it: taxii2-client and cytaxii2 page through a collection, each
by its own way, while others write; every object comes once, byte for byte. They add objects, read what became of them,
and delete one."""
import json
import threading
import time
import unittest

from support.peers import python_peer
from support.tocsin import Folder, Server, json_lines, run

MAIL, CERT_MAIL = "ada@water.example", "cora@cert.example"
CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"


def malware(number, marking=CLEAR, modified="2026-02-01T00:00:00.000Z"):
    return {"type": "malware", "spec_version": "2.1", "id": f"malware--00000000-0000-4000-8000-{number:012}",
            "created": "2026-01-01T00:00:00.000Z", "modified": modified, "name": f"Worm {number}", "is_family": False,
            "object_marking_refs": [marking]}


def setUpModule():
    python_peer("taxii", "taxii2-client==2.3.0", "cytaxii2==1.0.1")


class Taxii(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        path = cls.folder.__enter__()
        cls.addClassCleanup(cls.folder.__exit__)
        cls.path, cls.data = path, path / "data"
        run("init", "--data", cls.data, check=0)
        run("org", "add", "--data", cls.data, "Water", check=0)
        run("user", "add", "--data", cls.data, MAIL, "--name", "Ada", "--org", "Water", check=0)
        run("user", "password", "--data", cls.data, MAIL, stdin="seven purple turbines hum\n", check=0)
        (made,) = json_lines(run("token", "create", "--data", cls.data, MAIL, "--org", "Water", "--name", "TAXII",
                                 "--scopes", "read", "--format", "json", check=0).stdout)
        cls.token = made["token"]
        run("user", "add", "--data", cls.data, CERT_MAIL, "--name", "Cora", "--org", "1", "--roles", "coordinator",
            check=0)
        run("user", "password", "--data", cls.data, CERT_MAIL, stdin="seven purple turbines hum\n", check=0)
        cls.writer = cls.make_token(MAIL, "Water", "read,write-records")
        cls.remover = cls.make_token(CERT_MAIL, "1", "read,write-records,publish")
        cls.write("first.json", [malware(n) for n in range(1, 250)] + [malware(250, GREEN)])
        # A coordinator without a second factor has no token that does anything.
        cls.server = Server(cls.data, settings={"TOCSIN_SECOND_FACTOR": "optional"})
        cls.addClassCleanup(cls.server.stop)
        # The server has made its first collection by now, which it does only where there is none.
        run("taxii", "add", "--data", cls.data, "Shared", "--alias", "shared", "--readers", "members", "--writers",
            "members", "--tlp-max", "green", check=0)
        cls.url = f"http://127.0.0.1:{cls.server.port}/taxii2/"
        cls.wait_for_the_first(250)

    @classmethod
    def wait_for_the_first(cls, count):
        """The portal's service tells the feed what was imported before it ran; a client that comes first finds none."""
        from taxii2client.v21 import Server as Taxii2Server
        server = Taxii2Server(cls.url, user="any", password=cls.token)
        (collection,) = [each for each in server.default.collections if each.title == "All threat knowledge"]
        deadline = time.monotonic() + 30
        while len(collection.get_manifest(limit=1000).get("objects", [])) < count:
            if time.monotonic() > deadline:
                raise AssertionError("what was imported is not told")
            time.sleep(0.1)

    @classmethod
    def write(cls, name, objects):
        file = cls.path / name
        file.write_text(json.dumps({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001",
                                    "objects": objects}))
        run("import", "--data", cls.data, file, check=0)

    @classmethod
    def make_token(cls, mail, organisation, scopes):
        (made,) = json_lines(run("token", "create", "--data", cls.data, mail, "--org", organisation, "--name", "Writes",
                                 "--scopes", scopes, "--format", "json", check=0).stdout)
        return made["token"]

    def collection(self, title="All threat knowledge", token=None):
        from taxii2client.v21 import Server as Taxii2Server
        found = Taxii2Server(self.url, user="any", password=token or self.token)
        self.assertEqual(found.default.title, "Threat knowledge")
        (collection,) = [each for each in found.default.collections if each.title == title]
        self.assertTrue(collection.can_read)
        self.assertEqual(collection.can_write, token is not None)
        return collection

    def wait_for(self, collection, wanted, text):
        """What was written last is told a moment later."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if wanted(collection):
                return
            time.sleep(0.1)
        self.fail(text)

    def test_taxii2_client_pages_through_all_of_it(self):
        from taxii2client.v21 import as_pages
        collection = self.collection()
        seen = [each["id"] for page in as_pages(collection.get_objects, per_request=37) for each in page.get("objects", [])]
        self.assertGreaterEqual(len(seen), 250)
        self.assertEqual(len(seen), len(set(seen)))
        listed = [each["id"] for page in as_pages(collection.get_manifest, per_request=100)
                  for each in page.get("objects", [])]
        self.assertLessEqual(set(seen), set(listed))
        one = malware(7)
        self.assertEqual(collection.get_object(one["id"])["objects"], [one])
        self.assertEqual(collection.object_versions(one["id"])["versions"], ["2026-02-01T00:00:00.000000Z"])
        self.assertEqual(collection.get_objects(type=["tool"]), {})
        self.assertEqual(len(collection.get_objects(id=[one["id"], malware(8)["id"]])["objects"]), 2)

    def test_cytaxii2_reads_it_too(self):
        from cytaxii2 import cytaxii2
        client = cytaxii2.cytaxii2(discovery_url=self.url, username="any", password=self.token, version=2.1)
        discovered = client.discovery_request()
        self.assertTrue(discovered["status"], discovered)
        roots = client.root_discovery()
        self.assertTrue(roots["status"], roots)
        listed = client.collection_request()
        self.assertTrue(listed["status"], listed)
        (collection,) = [each for each in listed["response"]["collections"] if each["alias"] == "all"]
        answer = client.poll_request(collection["id"], limit=100)
        self.assertTrue(answer["status"], answer)
        self.assertEqual(len(answer["response"]["objects"]), 100)

    def test_who_follows_while_others_write_ends_with_the_set(self):
        collection = self.collection()
        numbers = range(1000, 1200)
        failed = []

        def write():
            try:
                for start in range(numbers.start, numbers.stop, 20):
                    self.write(f"more-{start}.json", [malware(n) for n in range(start, start + 20)])
            except BaseException as error:  # Told by the test, which would wait for ever else.
                failed.append(error)

        writer = threading.Thread(target=write)
        writer.start()
        wanted = {malware(n)["id"] for n in numbers}
        seen, added = [], "1970-01-01T00:00:00Z"
        # What was written last is told a moment later.
        deadline = time.monotonic() + 60
        while not wanted <= set(seen) and time.monotonic() < deadline and not failed:
            page = collection.get_objects(limit=13, added_after=added)
            seen += [each["id"] for each in page.get("objects", [])]
            if page.get("objects"):
                # taxii2-client does not show headers; the manifest says the same of the last object.
                (entry,) = collection.get_manifest(id=[page["objects"][-1]["id"]])["objects"]
                added = entry["date_added"]
        writer.join()
        self.assertEqual(failed, [])
        self.assertLessEqual(wanted, set(seen))
        self.assertEqual(len(seen), len(set(seen)), "an object came twice")
        self.assertEqual(collection.get_objects(added_after=added), {})

    def test_taxii2_client_adds_objects_reads_the_status_and_deletes(self):
        shared = self.collection("Shared", self.writer)
        given = [malware(2000, GREEN), malware(2001), malware(2002, AMBER)]
        status = shared.add_objects({"objects": given})
        self.assertEqual(status.status, "complete")
        self.assertEqual((status.total_count, status.success_count, status.failure_count, status.pending_count),
                         (3, 2, 1, 0))
        self.assertEqual([each["id"] for each in status.failures], [given[2]["id"]])
        self.assertIn("TLP:GREEN", status.failures[0]["message"])
        status.refresh()
        self.assertEqual(status.success_count, 2)
        self.wait_for(shared, lambda it: it.get_object(given[0]["id"]).get("objects") == [given[0]]
                      if self.has(it, given[0]["id"]) else False, "what was added is not there")
        # Once more: nothing happens twice.
        self.assertEqual(shared.add_objects({"objects": given[:2]}).success_count, 2)
        self.assertEqual(len(shared.object_versions(given[0]["id"])["versions"]), 1)
        # Who only reads cannot write, and the client knows.
        from taxii2client.exceptions import AccessError
        with self.assertRaises(AccessError):
            self.collection("All threat knowledge").add_objects({"objects": given})
        # Another's object stays as it is; the CERT's own goes, a version first.
        remover = self.collection("Shared", self.remover)
        ours = [malware(2100, GREEN), malware(2100, GREEN, "2026-03-01T00:00:00.000Z")]
        self.assertEqual(remover.add_objects({"objects": ours}).success_count, 2)
        theirs = shared.add_objects({"objects": [malware(2100, GREEN, "2026-04-01T00:00:00.000Z")]})
        self.assertEqual(theirs.failure_count, 1)
        gone = ours[0]["id"]
        self.wait_for(remover, lambda it: self.has(it, gone), "what was added is not there")
        with self.assertRaises(Exception):
            shared.delete_object(gone)
        remover.delete_object(gone, version="2026-03-01T00:00:00.000Z")
        self.wait_for(remover, lambda it: self.has(it, gone) and it.get_object(gone)["objects"] == [ours[0]],
                      "the version before is not the current one")
        remover.delete_object(gone)
        self.wait_for(remover, lambda it: not self.has(it, gone), "what was deleted is still there")

    @staticmethod
    def has(collection, object_id):
        return bool(collection.get_manifest(id=[object_id]).get("objects"))

    def test_cytaxii2_adds_objects_too(self):
        from cytaxii2 import cytaxii2
        client = cytaxii2.cytaxii2(discovery_url=self.url, username="any", password=self.writer, version=2.1)
        listed = client.collection_request()["response"]["collections"]
        (shared,) = [each for each in listed if each.get("alias") == "shared"]
        self.assertTrue(shared["can_write"])
        added = client.inbox_request(shared["id"], json.dumps({"objects": [malware(2200, GREEN)]}))
        self.assertTrue(added["status"], added)
        self.assertEqual(added["status_code"], 202)
        self.assertEqual(added["response"]["success_count"], 1)
        refused = client.inbox_request(shared["id"], "no JSON")
        self.assertEqual(refused["status_code"], 422)
        self.assertIn("http_status", refused["response"])

    def test_without_token_there_is_nothing(self):
        from taxii2client.v21 import Server as Taxii2Server
        self.assertEqual(Taxii2Server(self.url).default.collections, [])
