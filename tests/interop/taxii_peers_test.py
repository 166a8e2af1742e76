"""`tocsin peer` reads servers of others: OASIS' own medallion, and OpenTAXII, directly and through a proxy that does what bad
servers and bad networks do. Whatever happens in between, every object is here at the end, once."""
import http.client
import http.server
import json
import os
import re
import subprocess
import threading
import time
import unittest

from support import opentaxii
from support.peers import python_peer
from support.tocsin import ROOT, Folder, Server, free_port, json_lines, run

COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
ACCOUNT, PASSWORD = "us", "pass-word"
COUNT = 330
LOCAL = {"TOCSIN_PEERS_ALLOW_HTTP": "true", "TOCSIN_PEERS_NETWORKS": "127.0.0.0/8"}


def indicator(number):
    return {"type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{number:012}",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "name": f"Indicator {number}",
            "pattern": f"[ipv4-addr:value = '198.51.100.{number % 250}']", "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z",
            "object_marking_refs": ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"]}


def added(number):
    """Three objects share each moment."""
    return f"2026-02-01T{number // 3 // 60:02}:{number // 3 % 60:02}:00.000000Z"


def medallion_data():
    objects = [indicator(number) for number in range(COUNT)]
    manifest = [{"id": each["id"], "date_added": added(number), "version": each["modified"],
                 "media_type": "application/stix+json;version=2.1"} for number, each in enumerate(objects)]
    return {"/discovery": {"title": "Medallion", "default": "http://localhost/api1/", "api_roots": ["/api1/"]},
            "api1": {"information": {"title": "Root of others", "versions": ["application/taxii+json;version=2.1"],
                                     "max_content_length": 9765625},
                     "status": [],
                     "collections": [{"id": COLLECTION, "title": "Indicators of others", "can_read": True,
                                      "can_write": True, "media_types": ["application/stix+json;version=2.1"],
                                      "objects": objects, "manifest": manifest}]}}


class Process:
    """A server of others, which has begun to answer."""

    def __init__(self, folder, name, command, port, environment=None):
        self.port = port
        self.log_file = folder / f"{name}.log"
        self.log = self.log_file.open("wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env={**os.environ, **(environment or {})})
        deadline = time.monotonic() + 60
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/taxii2/")
                connection.getresponse().read()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(self.log_file.read_text()[-2000:]) from None
                time.sleep(0.05)
            finally:
                connection.close()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Medallion(Process):
    again_at_most = 20
    path = f"/api1/collections/{COLLECTION}/"

    @staticmethod
    def install():
        python_peer("medallion", "medallion==3.0.0")

    def __init__(self, folder):
        port = free_port()
        data = folder / "medallion.json"
        data.write_text(json.dumps(medallion_data()))
        config = folder / "config.json"
        config.write_text(json.dumps({
            "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend",
                        "filename": str(data)},
            "users": {ACCOUNT: PASSWORD}, "taxii": {"max_page_size": 100}}))
        python = ROOT / "build/peers/medallion/bin/python"
        super().__init__(folder, "medallion", [python, "-m", "medallion.scripts.run", "--port", str(port), config], port)


class OpenTaxii(Process):
    # What was added within a minute before the last is asked for again, as clocks go wrong: here it is all.
    again_at_most = COUNT

    @staticmethod
    def install():
        python_peer("opentaxii", *opentaxii.REQUIREMENTS)

    def __init__(self, folder):
        python = ROOT / "build/peers/opentaxii/bin/python"
        # Ten share each moment.
        environment, self.path = opentaxii.fill(python, folder, [json.dumps(indicator(number)) for number in range(COUNT)], 10, 30, 30,
                                                ACCOUNT, PASSWORD)
        port = free_port()
        super().__init__(folder, "opentaxii", opentaxii.command(python, port, 1), port, environment)


class Proxy:
    """Passes requests on. `faults`: what to do to the answer of the n-th question for objects, from 0. Of a slow one a few
    bytes come at a time until it is whole; of an endless one never the last ones, until whoever asked gives up."""

    def __init__(self, port):
        proxy = self
        self.faults, self.asked, self.last = {}, [], None
        self.given_up, self.ending = threading.Event(), threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", self.path, headers={k: v for k, v in self.headers.items() if k != "Host"})
                answer = connection.getresponse()
                status, body, headers = answer.status, answer.read(), dict(answer.getheaders())
                connection.close()
                if "/objects/" in self.path:
                    fault = proxy.faults.get(len(proxy.asked))
                    proxy.asked.append(self.path)
                    if fault == "same" and proxy.last:
                        status, body, headers = proxy.last
                    proxy.last = status, body, headers
                    if fault == "busy":
                        status, body, headers = 503, b"", {"Retry-After": "1"}
                    if fault == "cut":
                        body = body[:len(body) // 2]
                    if fault == "no next":
                        body = re.sub(rb'"next": *"[^"]*",?', b"", body)
                    if fault == "no more":
                        body = body.replace(b'"more": true', b'"more": false').replace(b'"more":true', b'"more":false')
                    if fault == "html":
                        headers, body = {"Content-Type": "text/html"}, b"<html>Sign in</html>"
                    if fault == "hang up":
                        self.close_connection = True
                        return
                self.send_response(status)
                for name in ("Content-Type", "X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last", "Retry-After"):
                    if name in headers:
                        self.send_header(name, headers[name])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if "/objects/" in self.path and fault == "slow":
                    self.trickle(body, len(body) // 40 + 1)
                elif "/objects/" in self.path and fault == "endless":
                    self.trickle(body[:-1], 1)
                    self.close_connection = True
                else:
                    self.wfile.write(body)

            def trickle(self, body, piece):
                try:
                    for start in range(0, len(body), piece):
                        self.wfile.write(body[start:start + piece])
                        self.wfile.flush()
                        if proxy.ending.wait(0.02):
                            return
                except OSError:
                    proxy.given_up.set()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Whoever asked was killed in the middle of it.
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.ending.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Peers:
    """What holds for every server; `server` is the class of one."""

    @classmethod
    def setUpClass(cls):
        cls.server.install()

    def setUp(self):
        folder = Folder()
        self.path = folder.__enter__()
        self.addCleanup(folder.__exit__)
        self.data = self.path / "data"
        run("init", "--data", self.data, check=0)
        self.other = self.server(self.path)
        self.addCleanup(self.other.stop)
        self.proxy = Proxy(self.other.port)
        self.addCleanup(self.proxy.stop)
        self.secret = self.path / "secret"
        self.secret.write_text(PASSWORD + "\n")

    def tocsin(self, *arguments, check=0):
        return run(*arguments[:2], "--data", self.data, *arguments[2:], env=LOCAL, check=check)

    def url(self):
        return f"http://127.0.0.1:{self.proxy.port}{self.other.path}"

    def add(self, *more):
        self.tocsin("peer", "add", "Others", self.url(), "--account", ACCOUNT, "--secret-file", self.secret,
                    "--tlp-max", "amber+strict", *more)

    def state(self):
        (peer,) = json_lines(self.tocsin("peer", "list", "--format", "json").stdout)
        return peer

    def stored(self):
        return self.state()["stored"]

    def test_previews_and_reads(self):
        self.add()
        (seen,) = json_lines(self.tocsin("peer", "preview", "Others", "--format", "json").stdout)
        self.assertEqual(seen["new"], seen["objects"])
        self.assertEqual(seen["types"], {"indicator": seen["objects"]})
        self.assertEqual(self.stored(), 0)
        (read,) = json_lines(self.tocsin("peer", "read", "Others", "--format", "json").stdout)
        self.assertEqual(read["stored"], COUNT)
        (again,) = json_lines(self.tocsin("peer", "read", "Others", "--format", "json").stdout)
        self.assertEqual(again["stored"], 0)
        self.assertLessEqual(again["unchanged"], self.server.again_at_most)

    def test_every_object_comes_whatever_happens_between(self):
        self.add()
        self.proxy.faults = {1: "cut", 2: "hang up", 3: "busy", 4: "html", 5: "slow", 6: "same", 8: "no next", 10: "no more"}
        for _ in range(12):
            if self.tocsin("peer", "read", "Others", check=None).returncode == 0 and not set(self.proxy.faults) - set(
                    range(len(self.proxy.asked))):
                break
        self.assertEqual(self.tocsin("peer", "read", "Others").returncode, 0)
        self.assertEqual(self.stored(), COUNT)
        self.assertEqual(self.state()["refused"], 0)
        self.assertLess(len(self.proxy.asked), 60)

    def test_a_killed_server_goes_on_with_the_next_page(self):
        self.add()
        self.tocsin("peer", "start", "Others")
        server = Server(self.data, settings=LOCAL)
        while self.stored() == 0:
            time.sleep(0.01)
        server.process.kill()
        server.process.wait()
        self.assertEqual(self.stored() % 10, 0)
        deadline = time.monotonic() + 60
        # Whoever held the peer may hold it for a while yet: only reading shows.
        while self.tocsin("peer", "read", "Others", check=None).returncode != 0:
            self.assertLess(time.monotonic(), deadline)
            self.tocsin("peer", "pause", "Others")
        self.assertEqual(self.stored(), COUNT)


class MedallionPeers(Peers, unittest.TestCase):
    server = Medallion

    def test_finds_the_collections(self):
        found = json_lines(self.tocsin("peer", "look", f"http://127.0.0.1:{self.proxy.port}/", "--account", ACCOUNT,
                                       "--secret-file", self.secret, "--format", "json").stdout)
        self.assertEqual([(each["api_root"], each["title"], each["can_read"]) for each in found], [("Root of others", "Indicators of others", True)])
        self.assertEqual(found[0]["url"], self.url())

    def test_an_endless_answer_is_given_up(self):
        """Bytes that keep coming do not keep the client: a preview has 20 s for a page, as somebody waits for it."""
        self.add()
        self.proxy.faults = {0: "endless"}
        done = self.tocsin("peer", "preview", "Others", check=1)
        self.assertIn("did not answer in time", done.stderr)
        self.assertTrue(self.proxy.given_up.wait(30))
        self.assertEqual(self.stored(), 0)
        self.tocsin("peer", "read", "Others")
        self.assertEqual(self.stored(), COUNT)

    def test_wrong_credentials_are_said(self):
        self.secret.write_text("wrong\n")
        self.add()
        done = self.tocsin("peer", "read", "Others", check=1)
        self.assertIn("credentials", done.stderr)
        self.assertEqual(self.state()["state"], "paused")
        self.assertNotIn("wrong", self.tocsin("peer", "list", "--format", "json").stdout)


class OpenTaxiiPeers(Peers, unittest.TestCase):
    """Its list of collections ends with an error of its own (0.9.3: a UUID that is no JSON), so none is looked for."""

    server = OpenTaxii


if __name__ == "__main__":
    unittest.main()
