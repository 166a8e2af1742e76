"""The portal over real HTTP, on both databases: what a reader, a program and a hostile client get."""
import gzip
import json
import pathlib
import re
import signal
import socket
import threading
import unittest
import urllib.parse

from support.tocsin import DEMO, Folder, POSTGRES, Server, fresh_postgres, init, needs_postgres, run

PAGES = ["/", "/advisories", "/advisories?q=helmwerk", "/advisories?q=severity:critical&sort=severity", "/advisories/TDC-2025-001",
         "/advisories/TDC-2025-001/raw", "/advisories/TDC-2025-001/revisions", "/advisories/TDC-2025-001/diff?from=1&to=3",
         "/advisories/TDC-2025-001/revisions/1", "/vulnerabilities", "/vulnerabilities/CVE-1900-0160", "/vendors", "/status",
         "/status?product=HW-740+Safety+Controller&version=V1.5&at=2025-03-04",
         "/vendors/helmwerk-automation", "/about", "/help/search", "/api"]


class Portal:
    database = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        data = cls.folder.__enter__()
        init(data, fresh_postgres() if cls.database else None)
        run("import", "--data", data, DEMO, check=0)
        cls.data = data
        cls.server = Server(data)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.folder.__exit__()

    def test_every_page_is_there_and_guarded(self):
        for path in PAGES:
            with self.subTest(path):
                answer = self.server.get(path, Accept="text/html")
                self.assertEqual(answer.status, 200)
                self.assertIn("<title>", answer.text)
                policy = answer.headers["content-security-policy"]
                self.assertNotIn("unsafe", policy)
                self.assertIn("default-src 'none'", policy)
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
                self.assertIn("x-request-id", answer.headers)
                self.assertNotRegex(answer.text, r"<script(?![^>]*\bsrc=)", "an inline script")
                self.assertNotRegex(answer.text, r"<[^>]+\son[a-z]+=", "an inline event handler")
                self.assertNotRegex(answer.text, r"<[^>]+\sstyle=", "an inline style")

    def test_no_link_of_a_page_is_dead(self):
        seen, waiting = set(), ["/"]
        while waiting and len(seen) < 400:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            answer = self.server.get(path, Accept="text/html")
            self.assertLess(answer.status, 400, f"{path} is linked and answers {answer.status}")
            if "text/html" not in answer.headers.get("content-type", ""):
                continue
            for link in re.findall(r'(?:href|src)="(/[^"#]*)', answer.text):
                waiting.append(link.replace("&amp;", "&"))
        self.assertGreater(len(seen), 50)

    def test_page_and_api_are_one_resource(self):
        page = self.server.get("/advisories/TDC-2025-001", Accept="application/json")
        api = self.server.get("/api/v1/advisories/TDC-2025-001")
        self.assertEqual(page.headers["content-type"].split(";")[0], "application/json")
        self.assertEqual(page.json(), api.json())

    def test_every_list_pages_to_its_end_without_gap_or_repeat(self):
        whole = [i["id"] for i in self.server.get("/api/v1/advisories?limit=200&sort=published").json()["items"]]
        self.assertGreaterEqual(len(whole), 12)
        paged, path = [], "/api/v1/advisories?limit=3&sort=published"
        while path:
            answer = self.server.get(path).json()
            paged += [i["id"] for i in answer["items"]]
            path = answer["next"]
        self.assertEqual(paged, whole)

    def test_etag_makes_the_second_look_free(self):
        for path in ["/", "/advisories", "/advisories/TDC-2025-001", "/api/v1/advisories", "/feeds/advisories.atom"]:
            with self.subTest(path):
                first = self.server.get(path)
                second = self.server.get(path, If_None_Match=first.headers["etag"])
                self.assertEqual((second.status, second.body), (304, b""))

    def test_gzip_unpacks_to_the_same(self):
        plain = self.server.get("/advisories")
        packed = self.server.get("/advisories", Accept_Encoding="gzip")
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)

    def test_the_document_comes_back_byte_for_byte(self):
        source = (DEMO / "tdc-2025-001-v3.json").read_bytes()
        self.assertEqual(self.server.get("/api/v1/advisories/TDC-2025-001/document").body, source)

    def test_queries(self):
        for query, expected in [
            ("helmwerk", {"TDC-2025-001", "TDC-2025-007", "TDC-2026-001"}),
            ("vendor:brightwater-instruments", {"TDC-2025-002", "TDC-2025-008"}),
            ('vendor:"Helmwerk Automation" severity:critical', {"TDC-2025-001", "TDC-2026-001"}),
            ("cve:CVE-1900-0160", {"TDC-2025-007", "TDC-2025-008"}),
            ("7HW1710-1AB00-0XA0", {"TDC-2025-001", "TDC-2025-007"}),
            ("7HW1 710-1AB", {"TDC-2025-001", "TDC-2025-007"}),
            ("tdc-2025-004", {"TDC-2025-004"}),
            ("helmwrek", {"TDC-2025-001", "TDC-2025-007", "TDC-2026-001"}),
            ("sector:dams", {"TDC-2025-008"}),
            ("cvss>=9.9", {"TDC-2026-001"}),
            ("published:2026", {"TDC-2026-001", "TDC-2026-002", "TDC-2026-003"}),
            ("tls -brightwater", {"TDC-2025-007", "TDC-2026-002"}),
        ]:
            with self.subTest(query):
                answer = self.server.get("/api/v1/advisories?q=" + urllib.parse.quote(query))
                self.assertEqual(answer.status, 200, answer.text)
                self.assertEqual({i["id"] for i in answer.json()["items"]}, expected)

    def test_bad_requests_say_what_is_wrong(self):
        for path, status, word in [
            ("/api/v1/advisories?q=vendr:siemens", 400, "vendor"),
            ("/api/v1/advisories?q=cvss%3E%3Deleven", 400, "cvss"),
            ("/api/v1/advisories?limit=0", 400, "limit"),
            ("/api/v1/advisories?cursor=garbage", 400, "cursor"),
            ("/api/v1/advisories?colour=red", 400, "colour"),
            ("/api/v1/advisories/NO-SUCH-1", 404, ""),
            ("/api/v1/nothing", 404, ""),
        ]:
            with self.subTest(path):
                answer = self.server.get(path)
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.headers["content-type"].split(";")[0], "application/problem+json")
                self.assertIn(word, json.dumps(answer.json()))

    def test_feed_is_well_formed_and_complete(self):
        from xml.etree import ElementTree
        root = ElementTree.fromstring(self.server.get("/feeds/advisories.atom").body)
        atom = "{http://www.w3.org/2005/Atom}"
        ids = [e.findtext(atom + "id") for e in root.findall(atom + "entry")]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertGreaterEqual(len(ids), 12)

    def test_metrics_and_health(self):
        self.assertEqual(self.server.get("/healthz").status, 200)
        self.assertEqual(self.server.get("/readyz").status, 200)
        self.assertTrue("tocsin_http_request_duration_seconds_count" in self.server.get("/metrics").text)


class OnSqlite(Portal, unittest.TestCase):
    pass


@needs_postgres
class OnPostgres(Portal, unittest.TestCase):
    database = POSTGRES


class Import(unittest.TestCase):
    def check(self, database):
        with Folder() as folder:
            init(folder / "data", database)
            with Server(folder / "data") as server:
                self.assertEqual(server.get("/api/v1/advisories").json()["total"], 0)
                run("import", "--data", folder / "data", DEMO / "tdc-2026-003-v1.json", check=0)
                server.eventually("/api/v1/advisories?q=TDC-2026-003", lambda answer: answer.json()["total"] == 1)

    def test_by_another_process_appears_on_sqlite(self):
        self.check(None)

    @needs_postgres
    def test_by_another_process_appears_on_postgres(self):
        self.check(fresh_postgres())


class Shutdown(unittest.TestCase):
    def test_sigterm_finishes_what_began(self):
        with Folder() as folder:
            init(folder)
            run("import", "--data", folder, DEMO, check=0)
            server = Server(folder)
            # A client that has sent half its request header must not hold the shutdown.
            slow = socket.create_connection(("127.0.0.1", server.port))
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            idle = socket.create_connection(("127.0.0.1", server.port))
            statuses = []
            threads = [threading.Thread(target=lambda: statuses.append(server.get("/advisories").status)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(server.stop(signal.SIGTERM), 0)
            self.assertEqual(statuses, [200] * 8)
            slow.close()
            idle.close()


class Demo(unittest.TestCase):
    def test_serve_demo_fills_an_empty_folder(self):
        with Folder() as folder:
            with Server(folder / "var", "--demo") as server:
                self.assertGreaterEqual(server.get("/api/v1/advisories").json()["total"], 12)
            with Server(folder / "var", "--demo") as server:
                self.assertGreaterEqual(server.get("/api/v1/advisories").json()["total"], 12)

    def test_demo_people_are_offered_and_only_there(self):
        with Folder() as folder:
            with Server(folder / "var", "--demo") as server:
                page = server.get("/sign-in").text
                self.assertIn("Sign in as Cora Lindqvist", page)
                self.assertIn("CERT coordinator, Tocsin", page)
                self.assertEqual(server.get("/setup").status, 404)
                self.assertEqual(server.get("/advisories/TDC-2026-104").status, 404)
            with Server(folder / "var") as server:
                self.assertNotIn("Sign in as", server.get("/sign-in").text)
                # Ada is administrator, though nobody knows her password.
                self.assertEqual(server.get("/setup").status, 404)

    def test_only_loopback_unless_told(self):
        with Folder() as folder, Server(folder / "var", "--demo") as server:
            lines = pathlib.Path(f"/proc/{server.process.pid}/net/tcp").read_text().splitlines()[1:]
            listening = {l.split()[1] for l in lines if l.split()[3] == "0A" and l.split()[1].endswith(f":{server.port:04X}")}
            self.assertEqual({address.split(":")[0] for address in listening}, {"0100007F"})


if __name__ == "__main__":
    unittest.main()
