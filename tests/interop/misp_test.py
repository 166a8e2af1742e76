"""Events of MISP beside the programs that MISP's users have: PyMISP reads our feed and finds the events that came in;
misp-stix reads the STIX that we make of an event, and we read what misp-stix makes of it."""
import json
import unittest
import urllib.error
import urllib.request

from support.peers import python_peer
from support.tocsin import Folder, Server, json_lines, run

MAIL = "ada@water.example"


def uuid(number):
    return f"00000000-0000-4000-8000-{number:012}"


def attribute(number, kind, value, category="Network activity", **more):
    return {"uuid": uuid(number), "type": kind, "value": value, "category": category, "to_ids": True,
            "timestamp": "1767400000", **more}


def event(number, tlp, attributes, objects=()):
    return {"Event": {"uuid": uuid(number), "info": f"Pumps that stop, {number}", "date": "2026-01-02",
                      "timestamp": "1767400000", "publish_timestamp": "1767400100", "published": True, "analysis": "2",
                      "threat_level_id": "2", "distribution": "3",
                      "Orgc": {"name": "Water CERT", "uuid": uuid(999)},
                      "Tag": [{"name": f"tlp:{tlp}"}, {"name": "PAP:GREEN"}],
                      "Attribute": attributes, "Object": list(objects)}}


ATTRIBUTES = [
    attribute(1, "ip-dst", "198.51.100.7"), attribute(2, "domain", "pump.example"),
    attribute(3, "url", "https://pump.example/it's?a=1"), attribute(4, "domain|ip", "pump.example|198.51.100.8"),
    attribute(5, "ip-src|port", "198.51.100.9|502"), attribute(6, "md5", "0123456789abcdef0123456789abcdef",
                                                               "Payload delivery"),
    attribute(7, "filename|sha1", "a.exe|0123456789abcdef0123456789abcdef01234567", "Payload delivery"),
    attribute(8, "email-src", "ops@pump.example", "Payload delivery"),
    attribute(9, "AS", "64500"), attribute(10, "mutex", "Global\\tap", "Artifacts dropped"),
    attribute(11, "hostname", "www.pump.example", to_ids=False),
    attribute(12, "ip-dst", "2001:db8::7", to_ids=False),
    attribute(13, "vulnerability", "CVE-2024-12345", "External analysis", to_ids=False),
]
FILE = {"uuid": uuid(50), "name": "file", "meta-category": "file", "timestamp": "1767400000", "distribution": "5",
        "Attribute": [attribute(51, "filename", "b.exe", "Payload delivery", object_relation="filename"),
                      attribute(52, "md5", "abcdef0123456789abcdef0123456789", "Payload delivery",
                                object_relation="md5")]}


def told(events):
    """Type and value of every attribute, also of those in objects. Whether a number of an AS begins with AS is taste."""
    return sorted({(each["type"], each["value"].removeprefix("AS")) for one in events for each in
                   [*one.get("Attribute", []), *(a for o in one.get("Object", []) for a in o["Attribute"])]})


def setUpModule():
    python_peer("misp", "pymisp==2.5.34.4", "misp-stix==2026.10.12")


class Misp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.path = cls.folder.__enter__()
        cls.addClassCleanup(cls.folder.__exit__)

    def write(self, name, content):
        file = self.path / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    def test_misp_stix_reads_what_we_write(self):
        from misp_stix_converter import InternalSTIX2toMISPParser
        from stix2.parsing import dict_to_stix2

        came = event(100, "clear", ATTRIBUTES)
        made = run("convert", "--to", "stix-2.1", self.write("event.json", came), check=0).stdout
        parser = InternalSTIX2toMISPParser()
        parser.load_stix_bundle(dict_to_stix2(json.loads(made), allow_custom=True, interoperability=True))
        parser.parse_stix_bundle()
        read = json.loads(parser.misp_event.to_json())
        self.assertEqual(told([read]), told([came["Event"]]))
        self.assertEqual(read["uuid"], uuid(100))

    def test_we_read_what_misp_stix_writes(self):
        from misp_stix_converter import MISPtoSTIX21Parser

        came = event(101, "clear", ATTRIBUTES)
        parser = MISPtoSTIX21Parser()
        parser.parse_misp_event(came)
        bundle = self.write("bundle.json", parser.bundle.serialize())
        read = json.loads(run("convert", "--to", "misp", bundle, check=0).stdout)
        self.assertEqual(told([read["Event"]]), told([came["Event"]]))
        self.assertEqual(read["Event"]["Orgc"], {"name": "Water CERT", "uuid": uuid(999)})

    def test_an_event_comes_back_as_it_was(self):
        came = event(102, "green", ATTRIBUTES, [FILE])
        bundle = run("convert", "--to", "stix-2.1", "--lossless", self.write("e.json", came), check=0).stdout
        back = run("convert", "--to", "misp", "--lossless", self.write("b.json", bundle), check=0).stdout
        self.assertEqual(json.loads(back), came)

    def test_pymisp_reads_the_feed(self):
        from pymisp import MISPEvent

        data = self.path / "data"
        run("init", "--data", data, check=0)
        run("org", "add", "--data", data, "Water", check=0)
        run("user", "add", "--data", data, MAIL, "--name", "Ada", "--org", "Water", check=0)
        run("user", "password", "--data", data, MAIL, stdin="seven purple turbines hum\n", check=0)
        (made,) = json_lines(run("token", "create", "--data", data, MAIL, "--org", "Water", "--name", "MISP", "--scopes",
                                 "read", "--format", "json", check=0).stdout)
        clear, green = event(1000, "clear", ATTRIBUTES, [FILE]), event(1001, "green", [attribute(1100, "domain", "g.example")])
        run("import", "--data", data, self.write("clear.json", clear), self.write("green.json", green), check=0)
        server = Server(data)
        self.addCleanup(server.stop)

        def get(name, token=None):
            request = urllib.request.Request(f"http://127.0.0.1:{server.port}/feeds/misp/{name}",
                                             headers={"Authorization": f"Bearer {token}"} if token else {})
            with urllib.request.urlopen(request) as answer:
                return answer.read().decode()

        for token, events in ((None, [clear]), (made["token"], [clear, green])):
            manifest = json.loads(get("manifest.json", token))
            self.assertEqual(sorted(manifest), sorted(each["Event"]["uuid"] for each in events))
            hashes = get("hashes.csv", token).splitlines()
            for each in events:
                number = each["Event"]["uuid"]
                read = MISPEvent()
                read.load(get(f"{number}.json", token))
                self.assertEqual(json.loads(get(f"{number}.json", token)), each)
                # What PyMISP itself would write as its feed's hashes is what ours has.
                self.assertLessEqual(set(f"{hash},{number}" for hash in read.attributes_hashes("md5")), set(hashes))
                self.assertEqual(manifest[number]["info"], read.info)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            get(f"{uuid(1001)}.json")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main()
