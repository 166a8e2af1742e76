"""What is new, told in open pages over real HTTP, on both databases, while other processes write."""
import json
import socket
import time
import unittest

from support.browser import Browser
from support.documents import advisory
from support.tocsin import Folder, Server, fresh_postgres, needs_postgres, run

PASSWORD = "seven purple turbines hum"


class Stream:
    """GET /live as a browser asks it, read as it comes."""

    def __init__(self, browser, path="/live"):
        self.socket = socket.create_connection(("127.0.0.1", browser.port), timeout=60)
        cookies = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nCookie: {cookies}\r\n\r\n".encode())
        self.bytes, self.events = b"", []
        self.head = self.until(b"\r\n\r\n").decode()

    def until(self, mark):
        """With the mark; b"" where the stream ends before it."""
        while mark not in self.bytes:
            some = self.socket.recv(4096)
            if not some:
                return b""
            self.bytes += some
        taken, _, self.bytes = self.bytes.partition(mark)
        return taken + mark

    def event(self, name, condition=lambda data: True):
        """The data of the first event of this name that the condition holds of, and that was not asked for yet: the two
        kinds come in no order. None at the end of the stream."""
        deadline = time.monotonic() + 120
        while True:
            for at, (what, data) in enumerate(self.events):
                if what == name and condition(data):
                    del self.events[at]
                    return data
            if time.monotonic() > deadline:
                raise AssertionError(f"no {name} as expected; there were {self.events}")
            block = self.until(b"\n\n").decode()
            if not block:
                return None
            lines = dict(line.split(": ", 1) for line in block.strip().split("\n") if ": " in line)
            if "event" in lines:
                self.events.append((lines["event"], json.loads(lines["data"])))

    def ends(self):
        while self.until(b"\n\n"):
            pass
        return True

    def close(self):
        self.socket.close()


class Live:
    database = None

    def setUp(self):
        self.folder = Folder()
        self.path = self.folder.__enter__()
        self.addCleanup(self.folder.__exit__)
        data = self.data = self.path / "data"
        run("init", "--data", data, "--name", "Grid CERT", "--admin-email", "root@cert.example", "--admin-name", "Root",
            *(["--database", fresh_postgres()] if self.database else []), check=0)
        for name, people in {"Plant": ["rosa", "ravi"], "Other": ["olga"]}.items():
            run("org", "add", "--data", data, name, "--kind", "asset-owner", check=0)
            for person in people:
                address = f"{person}@{name.lower()}.example"
                run("user", "add", "--data", data, address, "--name", person, "--org", name, check=0)
                run("user", "password", "--data", data, address, stdin=PASSWORD + "\n", check=0)
        run("notify", "add", "--data", data, "rosa@plant.example", "--name", "Ours", "--assets", check=0)
        run("notify", "add", "--data", data, "olga@other.example", "--name", "Ours", "--assets", check=0)
        (self.path / "one.json").write_text(advisory(1, title="Door 1 open"))
        run("import", "--data", data, self.path / "one.json", check=0)
        self.server = Server(data)
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.stop())

    def signed_in(self, address):
        return Browser(self.server.port).sign_in(address, PASSWORD)

    def stream(self, browser, path="/live"):
        made = Stream(browser, path)
        self.addCleanup(made.close)
        return made

    def add_assets(self, count):
        document = json.loads((self.path / "one.json").read_text())
        vendor = document["product_tree"]["branches"][0]
        product = vendor["branches"][0]
        rows = ["Key,Vendor,Product,Version"] + [f"k{i},{vendor['name']},{product['name']},4.1" for i in range(count)]
        (self.path / "plant.csv").write_text("\n".join(rows) + "\n")
        run("inventory", "import", "--data", self.data, self.path / "plant.csv", "--organisation", "Plant", check=0)

    def test_assets_that_another_process_adds_are_told_to_their_own(self):
        rosa, olga = self.stream(self.signed_in("rosa@plant.example")), self.stream(self.signed_in("olga@other.example"))
        self.assertIn("200 OK", rosa.head)
        self.assertIn("text/event-stream", rosa.head)
        self.assertIn("X-Accel-Buffering: no", rosa.head)
        self.assertEqual(rosa.event("news")["unread"], 0)
        self.assertEqual(olga.event("news")["unread"], 0)
        self.add_assets(1_200)
        news = rosa.event("news", lambda data: data["fresh"] > 0)
        self.assertEqual((news["unread"], news["fresh"]), (1, 1), "one message, however many assets")
        self.assertRegex(news["lines"][0]["text"], r"^1 advisory speaks of 1,?.?200 added or changed assets$")
        figures = rosa.event("exposure", lambda data: data["changed"])
        self.assertGreater(figures["open"], 0)
        page = self.signed_in("rosa@plant.example").get(news["lines"][0]["url"])
        self.assertEqual(page.status, 200)
        self.assertIn("Door 1 open", page.text)
        self.assertEqual(self.signed_in("olga@other.example").get(news["lines"][0]["url"]).status, 404)
        self.assertEqual(self.server.stop(), 0, "open streams do not hold a server up")
        self.assertTrue(rosa.ends())
        told = olga.bytes + b"".join(iter(lambda: olga.socket.recv(4096), b""))
        self.assertNotIn(b'"fresh":1', told)
        self.assertNotIn(b'"changed":true', told)
        self.assertFalse([data for _, data in olga.events if data.get("fresh") or data.get("changed")])

    def test_it_ends_with_the_session(self):
        browser, other = self.signed_in("rosa@plant.example"), self.signed_in("ravi@plant.example")
        mine, colleague = self.stream(browser), self.stream(other)
        mine.event("news"), colleague.event("news")
        self.assertEqual(browser.post("/sign-out").status, 303)
        self.assertTrue(mine.ends())
        run("user", "suspend", "--data", self.data, "ravi@plant.example", check=0)
        self.assertTrue(colleague.ends())

    def test_many_streams_leave_the_portal_free(self):
        streams = []
        for address in ("rosa@plant.example", "ravi@plant.example", "olga@other.example"):
            browser = self.signed_in(address)
            streams += [self.stream(browser) for _ in range(8)]
            self.assertIn(" 429 ", self.stream(browser).head.split("\r\n")[0])
        for each in streams:
            self.assertIn("200 OK", each.head)
        began = time.monotonic()
        self.assertEqual(self.server.get("/advisories").status, 200)
        self.assertLess(time.monotonic() - began, 20, "streams hold the threads that answer")

    def test_strangers_get_none(self):
        self.assertEqual(self.server.get("/live").status, 303)
        self.assertEqual(self.server.get("/live", Cookie="tocsin=" + "A" * 43).status, 303)
        self.assertEqual(self.server.get("/live", Authorization="Bearer nonsense").status, 401)


class OnSqlite(Live, unittest.TestCase):
    pass


@needs_postgres
class OnPostgres(Live, unittest.TestCase):
    database = "postgres"


if __name__ == "__main__":
    unittest.main()
