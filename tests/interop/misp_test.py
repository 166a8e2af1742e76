"""Events of MISP beside the programs that MISP's users have: PyMISP reads our feed, and searches, adds and changes events
as with a MISP; misp-stix reads the STIX that we make of an event, and we read what misp-stix makes of it."""
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


class MispRest(unittest.TestCase):
    """PyMISP itself, as two organisations: what one adds and what the other finds."""

    @classmethod
    def setUpClass(cls):
        folder = Folder()
        path = folder.__enter__()
        cls.addClassCleanup(folder.__exit__)
        data = path / "data"
        run("init", "--data", data, check=0)
        cls.tokens = {}
        for name, scopes in (("Water", "read,write-records"), ("Mill", "read,write-records"), ("Paper", "read")):
            mail = f"ada@{name.lower()}.example"
            run("org", "add", "--data", data, name, check=0)
            run("user", "add", "--data", data, mail, "--name", "Ada", "--org", name, check=0)
            run("user", "password", "--data", data, mail, stdin="seven purple turbines hum\n", check=0)
            (made,) = json_lines(run("token", "create", "--data", data, mail, "--org", name, "--name", "MISP",
                                     "--scopes", scopes, "--format", "json", check=0).stdout)
            cls.tokens[name] = made["token"]
        for number, tlp in ((1000, "clear"), (1001, "green"), (1002, "red")):
            file = path / f"{number}.json"
            file.write_text(json.dumps(event(number, tlp, [attribute(number * 10, "domain", f"e{number}.example")],
                                             [FILE] if number == 1000 else [])))
            run("import", "--data", data, file, check=0)
        cls.server = Server(data)
        cls.addClassCleanup(cls.server.stop)

    def misp(self, name="Water", token=None):
        from pymisp import PyMISP

        return PyMISP(f"http://127.0.0.1:{self.server.port}/misp/", token or self.tokens[name])

    def test_the_connection_says_who_one_is(self):
        from pymisp import PyMISPError

        misp = self.misp()
        self.assertEqual(misp.misp_instance_version["version"], "2.5.0")
        self.assertEqual(misp.get_user(pythonify=True).email, "ada@water.example")
        self.assertIn("ip-dst", misp.types)
        self.assertEqual(misp.sane_default, misp.describe_types_local["sane_defaults"])
        self.assertEqual({key: sorted(of) for key, of in misp.category_type_mapping.items()},
                         {key: sorted(of) for key, of in misp.describe_types_local["category_type_mappings"].items()})
        with self.assertRaises(PyMISPError):
            self.misp(token="tocsin_wrong")

    def test_events_and_attributes_are_found(self):
        misp = self.misp("Mill")
        for filters, numbers in (
                ({"value": "e1000.example"}, [1000]), ({"value": "e100%", "type_attribute": "domain"}, [1001, 1000]),
                ({"value": "abcdef0123456789abcdef0123456789"}, [1000]), ({"tags": "tlp:green", "value": "e100%"}, [1001]),
                ({"tags": misp.build_complex_query(or_parameters=["PAP:GREEN"], not_parameters=["tlp:clear"]),
                  "value": "e100%"}, [1001]),
                ({"date_from": "2026-01-02", "date_to": "2026-01-02", "value": "e100%"}, [1001, 1000]),
                ({"date_from": "2026-01-03", "value": "e100%"}, []), ({"eventid": int("1001", 16)}, [1001]),
                ({"uuid": uuid(51)}, [1000]), ({"org": "Water CERT", "value": "e1001.example"}, [1001]),
                ({"eventinfo": "%1000"}, [1000]), ({"timestamp": "1767400000", "value": "e1000.example"}, [1000]),
                ({"last": "1d", "value": "e1000.example"}, []), ({"published": False, "value": "e100%"}, []),
                ({"value": "e1002.example"}, []), ({"uuid": uuid(1002)}, []), ({"eventinfo": "%1002"}, []),
                ({"value": "e100%", "limit": 1, "page": 2}, [1000])):
            with self.subTest(filters=filters):
                found = misp.search(pythonify=True, **filters)
                self.assertEqual([each.uuid for each in found], [uuid(number) for number in numbers])
        (whole,) = misp.search(value="e1000.example", pythonify=True)
        self.assertEqual(whole.objects[0].get_attributes_by_relation("md5")[0].value,
                         "abcdef0123456789abcdef0123456789")
        found = misp.search(controller="attributes", value=["b.exe", "e1001.example", "e1002.example"], pythonify=True)
        self.assertEqual(sorted((each.value, each.Event.uuid) for each in found),
                         [("b.exe", uuid(1000)), ("e1001.example", uuid(1001))])
        refused = misp.search(searchall="x")
        self.assertEqual(refused["errors"][0], 400)
        self.assertIn("searchall", refused["errors"][1]["message"])

    def test_an_event_is_read(self):
        misp = self.misp("Mill")
        for name in (uuid(1001), int("1001", 16)):
            read = misp.get_event(name, pythonify=True)
            self.assertEqual((read.uuid, read.id, read.attributes[0].value), (uuid(1001), 0x1001, "e1001.example"))
        self.assertTrue(misp.event_exists(uuid(1001)))
        self.assertFalse(misp.event_exists(uuid(1002)))
        self.assertEqual(misp.get_event(uuid(1002))["errors"][0], 404)
        self.assertEqual([each.uuid for each in misp.events(pythonify=True) if each.date.year == 2026],
                         [uuid(1001), uuid(1000)])
        self.assertIn("tlp:clear", [each.name for each in misp.tags(pythonify=True)])
        self.assertNotIn("tlp:red", [each.name for each in misp.tags(pythonify=True)])

    def test_an_event_is_added_and_changed(self):
        from pymisp import MISPEvent, MISPObject

        # Times are whole seconds, and a later version needs a later one.
        came = MISPEvent(force_timestamps=True)
        came.info, came.distribution, came.timestamp = "Pumps that hum", 1, 1746403200
        came.set_date("2025-05-05")
        came.add_tag("tlp:green")
        came.add_attribute("domain", "hum.example", to_ids=True).add_tag("Hum")
        file = MISPObject("file")
        file.add_attribute("filename", "hum.exe")
        file.add_attribute("sha1", "0123456789abcdef0123456789abcdef01234567")
        came.add_object(file)
        water, mill = self.misp(), self.misp("Mill")
        added = water.add_event(came, pythonify=True)
        self.assertEqual((added.uuid, added.info, added.Orgc.name), (came.uuid, "Pumps that hum", "Water"))
        self.assertEqual(told([json.loads(added.to_json())]), told([json.loads(came.to_json())]))
        (found,) = mill.search(value="hum.exe", tags=["hum"], pythonify=True)
        self.assertEqual(found.uuid, came.uuid)
        twice = water.add_event(came)
        self.assertEqual(twice["errors"][0], 403)
        self.assertIn("already exists", twice["errors"][1]["message"])

        found.add_attribute("ip-dst", "198.51.100.77")
        self.assertEqual(mill.update_event(found)["errors"][0], 403)
        added.info = "Pumps that hum louder"
        added.add_attribute("ip-dst", "198.51.100.77")
        changed = water.update_event(added, pythonify=True)
        self.assertEqual(changed.info, "Pumps that hum louder", changed)
        self.assertEqual(len(changed.attributes), 2)
        self.assertEqual([each.uuid for each in mill.search(value="198.51.100.77", pythonify=True)], [came.uuid])

        hidden = MISPEvent()
        hidden.info, hidden.distribution = "Ours alone", 0
        hidden.add_tag("tlp:green")
        hidden.add_attribute("domain", "ours.example")
        water.add_event(hidden)
        self.assertEqual(len(water.search(value="ours.example")), 1)
        self.assertEqual(mill.search(value="ours.example"), [])
        self.assertEqual(mill.search(controller="attributes", value="ours.example"), {"Attribute": []})
        self.assertEqual(mill.get_event(hidden.uuid)["errors"][0], 404)
        self.assertEqual(self.misp("Paper").add_event(hidden)["errors"][0], 403)


if __name__ == "__main__":
    unittest.main()
