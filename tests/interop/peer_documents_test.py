"""`tocsin peer` reads news, a MISP feed and a list of indicators from a web server of others, over HTTP: one that says what
did not change, breaks off, hangs up and answers with something else. Whatever happens in between, everything is here at the end, once."""
import hashlib
import http.server
import json
import threading
import unittest

from support.tocsin import Folder, json_lines, run

LOCAL = {"TOCSIN_PEERS_ALLOW_HTTP": "true", "TOCSIN_PEERS_NETWORKS": "127.0.0.0/8"}
SIGN_IN = b"<!DOCTYPE html><html>\n<body>\nSign in\n</body></html>"


def news(*titles):
    entries = "".join(f"<entry><id>urn:{number}</id><title>{title}</title><updated>2026-01-0{number + 1}T00:00:00Z</updated>"
                      f"<summary>About CVE-2026-1000{number}</summary></entry>" for number, title in enumerate(titles))
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:f</id><title>Tides</title>{entries}</feed>".encode()


def uuid(number):
    return f"5b0e1c3a-1111-4222-8333-{number:012}"


def event(number, timestamp):
    return json.dumps({"Event": {
        "uuid": uuid(number), "info": f"Event {number}", "date": "2026-01-02", "timestamp": str(timestamp),
        "published": True, "analysis": "2", "threat_level_id": "2",
        "Orgc": {"name": "Others", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f"},
        "Attribute": [{"uuid": f"6b0e1c3a-1111-4222-8333-{number:012}", "type": "domain", "to_ids": True,
                       "category": "Network activity", "timestamp": str(timestamp),
                       "value": f"h{number}.example"}]}}).encode()


class Files:
    """A web server with ETags. `faults`: what to do to the next answers for a path, one after the other."""

    def __init__(self):
        owner = self
        self.files, self.faults, self.asked = {}, {}, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = owner.files.get(self.path)
                faults = owner.faults.get(self.path, [])
                fault = faults.pop(0) if faults else None
                etag = '"%s"' % hashlib.sha256(body or b"").hexdigest()
                if fault == "hang up":
                    owner.asked.append((self.path, fault))
                    self.close_connection = True
                    return
                if fault == "html":
                    status, body, etag = 200, SIGN_IN, ""
                elif fault == "busy":
                    status, body = 503, b""
                elif body is None:
                    status, body = 404, b""
                elif self.headers.get("If-None-Match") == etag:
                    status, body = 304, b""
                else:
                    status = 200
                owner.asked.append((self.path, fault or status))
                self.send_response(status)
                if status in (200, 304) and etag:
                    self.send_header("ETag", etag)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:len(body) // 2] if fault == "cut" else body)
                if fault == "cut":
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def put(self, files):
        self.files.update(files)
        self.asked.clear()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class PeerDocuments(unittest.TestCase):
    def setUp(self):
        folder = Folder()
        self.data = folder.__enter__() / "data"
        self.addCleanup(folder.__exit__)
        self.tocsin("init")
        self.server = Files()
        self.addCleanup(self.server.stop)

    def tocsin(self, *arguments, check=0):
        return run(*arguments, "--data", self.data, check=check, env=LOCAL)

    def add(self, kind, path):
        self.tocsin("peer", "add", "Others", self.server.url + path, "--kind", kind)

    def read(self):
        (read,) = json_lines(self.tocsin("peer", "read", "Others", "--format", "json").stdout)
        return read["stored"], read["unchanged"]

    def fails(self, *words):
        done = self.tocsin("peer", "read", "Others", check=1)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_news(self):
        self.server.put({"/feed.xml": news("Spring tide", "Neap tide")})
        self.add("news", "/feed.xml")
        (seen,) = json_lines(self.tocsin("peer", "preview", "Others", "--format", "json").stdout)
        self.assertEqual(seen["types"], {"identity": 1, "report": 2, "vulnerability": 2})
        self.server.faults["/feed.xml"] = ["cut", "html", "hang up"]
        for _ in range(2):
            self.fails()
        # Whoever fetches may ask once more where the connection was gone.
        self.tocsin("peer", "read", "Others", check=None)
        self.read()
        self.assertEqual(self.read(), (0, 0))
        self.assertEqual(self.server.asked[-1], ("/feed.xml", 304))
        self.server.put({"/feed.xml": news("Spring tide", "Neap tides", "Ebb")})
        self.assertEqual(self.read(), (3, 4))
        (state,) = json_lines(self.tocsin("peer", "list", "--format", "json").stdout)
        self.assertEqual((state["kind"], state["stored"], state["failures"]), ("news", 8, 0))

    def test_misp_feed(self):
        events = {f"/feed/{uuid(number)}.json": event(number, 1700000000 + number) for number in range(4)}
        manifest = {uuid(number): {"info": "x", "timestamp": str(1700000000 + number)} for number in range(4)}
        self.server.put({"/feed/manifest.json": json.dumps(manifest).encode(), **events})
        self.add("misp", "/feed/")
        self.server.faults = {"/feed/manifest.json": ["html"], f"/feed/{uuid(1)}.json": ["cut"],
                              f"/feed/{uuid(2)}.json": ["busy"]}
        self.fails("JSON")
        self.fails()
        self.read()
        self.assertEqual(self.read(), (0, 0))
        self.assertEqual(self.server.asked[-1], ("/feed/manifest.json", 304))
        given = [path for path, status in self.server.asked if status == 200 and "manifest" not in path]
        self.assertEqual(sorted(given), sorted(events), "each event once")
        manifest[uuid(3)]["timestamp"] = "1800000000"
        self.server.put({"/feed/manifest.json": json.dumps(manifest).encode(),
                         f"/feed/{uuid(3)}.json": event(3, 1800000000)})
        self.read()
        self.assertEqual(self.server.asked, [("/feed/manifest.json", 200), (f"/feed/{uuid(3)}.json", 200)])

    def test_list(self):
        rows = [f"198.51.{number // 250}.{number % 250},scanner,2026-01-02" for number in range(500)]
        self.server.put({"/bad.csv": ("indicator,comment,first_seen\n" + "\n".join(rows)).encode()})
        self.add("list", "/bad.csv")
        self.server.faults["/bad.csv"] = ["html", "cut", "busy"]
        self.fails("no list of indicators")
        self.fails()
        self.fails("503")
        self.assertEqual(self.read(), (501, 0))
        self.assertEqual(self.read(), (0, 0))
        self.assertEqual(self.server.asked[-1], ("/bad.csv", 304))
        rows[7] = rows[7].replace("scanner", "C2")
        self.server.put({"/bad.csv": ("indicator,comment,first_seen\n" + "\n".join(rows)).encode()})
        self.assertEqual(self.read(), (1, 500))

    def test_addresses_of_ones_own_are_not_reached_unless_they_may(self):
        self.server.put({"/feed.xml": news("Spring tide")})
        self.add("news", "/feed.xml")
        done = run("peer", "read", "Others", "--data", self.data, check=1, env={"TOCSIN_PEERS_ALLOW_HTTP": "true"})
        self.assertNotEqual(done.stderr, "")
        self.assertEqual(self.server.asked, [])


if __name__ == "__main__":
    unittest.main()
