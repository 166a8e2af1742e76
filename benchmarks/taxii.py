"""TAXII 2.1: the portal beside OpenTAXII (SQLite, two workers) and OASIS' medallion, with the same objects; then a million objects, and
reading while others write. What others need is installed from PyPI below build/peers."""
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

from measuring import ROOT, TOCSIN, Server, free_port, install, row, timed, wrk

sys.path.append(str(ROOT / "tests"))
from support import opentaxii  # noqa: E402 - of the tests, which ask the same server

MEDIA = "application/taxii+json;version=2.1"
CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
# Each object has one version, so it changes no answer; without it OpenTAXII joins the whole collection with itself for each page.
EVERY_VERSION = "match%5Bversion%5D=all"
IDENTIFIER = re.compile(rb'"id": ?"(indicator--[0-9a-f-]{36})"')
NEXT = re.compile(rb'"next": ?"([^"]+)"')


def indicator(number, name="Generated"):
    """As feeds of indicators have them: about 700 bytes."""
    a, b, c = number >> 16 & 255, number >> 8 & 255, number & 255
    return {"type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{number:012x}",
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-02-01T00:00:00.000Z", "name": f"{name} {number}",
            "description": f"Seen at the edge of a plant's network while an engineering station was asked for its programs. Case {number}.",
            "indicator_types": ["malicious-activity"], "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
            "pattern": f"[ipv4-addr:value = '10.{a}.{b}.{c}' AND network-traffic:dst_port = {1024 + number % 60000}]",
            "confidence": number % 100, "labels": ["generated"], "object_marking_refs": [CLEAR]}


def write_objects(file, count, first=0):
    with file.open("w") as out:
        for number in range(first, first + count):
            out.write(json.dumps(indicator(number)) + "\n")
    return file


class Reader:
    """Follows `next` over one connection, which it opens again where the server closes it."""

    def __init__(self, port, path, headers=None):
        self.port, self.path, self.headers = port, path, {"Accept": MEDIA, **(headers or {})}
        self.connection = None

    def page(self, query):
        for fresh in (False, True):
            if fresh or self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                self.connection.request("GET", f"{self.path}?{query}", headers=self.headers)
                answer = self.connection.getresponse()
                body = answer.read()
                break
            except (http.client.HTTPException, OSError):
                if fresh:
                    raise
        if answer.status != 200:
            raise RuntimeError(f"{self.path}?{query} answered {answer.status}: {body[:300]}")
        return body, answer.getheader("X-TAXII-Date-Added-Last")

    def pages(self, limit, added_after=""):
        """Each page's bytes and the moment of its last object."""
        query = f"limit={limit}&{EVERY_VERSION}" + (f"&added_after={added_after}" if added_after else "")
        more = query
        while more:
            body, last = self.page(more)
            yield body, last
            # What the standard says of `next`: at the end or at the beginning of an envelope.
            found = NEXT.search(body[-600:]) or NEXT.search(body[:600])
            more = f"{query}&next={found[1].decode()}" if found else None


class Other:
    """A server of others, until it is stopped."""

    def __init__(self, command, port, environment, log):
        self.port = port
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment})
        started = time.monotonic()
        while True:
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/taxii2/")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() - started > 60:
                    raise RuntimeError(log.read_text()[-2000:]) from None
                time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def open_taxii(work, objects):
    """The server and the address of its objects."""
    python = install("opentaxii", *opentaxii.REQUIREMENTS)
    if python is None:
        return None, None
    environment, path = opentaxii.fill(python, work, objects.read_text().splitlines(), 1000, 100, 10000)
    port = free_port()
    return Other(opentaxii.command(python, port, 2), port, environment, work / "opentaxii.log"), path + "objects/"


def medallion(work, objects):
    python = install("medallion", "medallion==3.0.0")
    if python is None:
        return None, None
    loaded = [json.loads(line) for line in objects.read_text().splitlines()]
    data = {"/discovery": {"title": "Generated", "default": "/trust/", "api_roots": ["/trust/"]},
            "trust": {"information": {"title": "Trust", "versions": [MEDIA], "max_content_length": 9765625}, "status": [],
                      "collections": [{"id": "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "title": "All", "can_read": True, "can_write": False,
                                       "media_types": ["application/stix+json;version=2.1"], "objects": loaded, "manifest": [
                                           {"id": each["id"], "version": each["modified"], "media_type": "application/stix+json;version=2.1",
                                            "date_added": f"2026-03-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.{n // 86400:06}Z"}
                                           for n, each in enumerate(loaded)]}]}}
    (work / "medallion-data.json").write_text(json.dumps(data))
    config = work / "medallion.json"
    config.write_text(json.dumps({"backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend",
                                              "filename": str(work / "medallion-data.json")},
                                  "users": {"any": "any"}, "taxii": {"max_page_size": 100}}))
    port = free_port()
    command = [python, "-m", "medallion.scripts.run", "--port", str(port), config]
    return Other(command, port, {}, work / "medallion.log"), "/trust/collections/91a7b528-80eb-42ed-a74d-c6fbd5a26116/objects/"


OWN_PATH = "/taxii2/default/collections/everything/objects/"


def portal(work, name, objects):
    """A portal with the objects, for anyone; the seconds that the import took."""
    data = work / name
    subprocess.run([TOCSIN, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
    seconds, peak, _, code = timed([TOCSIN, "import", "--data", data, "--format", "json", objects], stderr=subprocess.DEVNULL)
    if code != 0:
        raise RuntimeError(f"the import ended with {code}")
    subprocess.run([TOCSIN, "taxii", "add", "--data", data, "Everything", "--alias", "everything", "--readers", "anyone", "--tlp-max", "clear"],
                   check=True, stdout=subprocess.DEVNULL)
    return data, seconds, peak


def wait_for_all(reader, count):
    """What was written last is told a moment later. All identifiers."""
    while True:
        found = [each for body, _ in reader.pages(10_000) for each in IDENTIFIER.findall(body)]
        if len(found) == count:
            return found
        if len(found) > count or len(set(found)) != len(found):
            raise RuntimeError(f"{len(found)} objects of {count}")
        time.sleep(0.2)


def moments(reader, count):
    """Of about so many places in the collection, the moment there."""
    found = [last for _, last in reader.pages(1000)]
    return found[::max(1, len(found) // count)] or found


def load(port, path, starts, seconds, connections):
    paths = [f"{path}?limit=100&{EVERY_VERSION}" + (f"&added_after={each}" if each else "") for each in ["", *starts[:-1]]]
    return wrk(port, paths, seconds, connections, encoding="identity", accept=MEDIA)


def full_download(reader, count, limit):
    started = time.monotonic()
    found = sum(len(IDENTIFIER.findall(body)) for body, _ in reader.pages(limit))
    took = time.monotonic() - started
    if found != count:
        raise RuntimeError(f"{found} objects of {count} came")
    return found / took


def compare(work, seconds):
    count = int(os.environ.get("OBJECTS_OF_PEERS", "20000"))
    print(f"TAXII, {count:,} indicators for anyone, pages of 100 objects")
    objects = write_objects(work / "some.jsonl", count)
    figures = {}

    def measure(name, server, path, headers=None):
        if server is None:
            return
        reader = Reader(server.port, path, headers)
        if name.startswith("tocsin"):
            wait_for_all(reader, count)
        if headers:  # wrk sends none: one reader, page after page.
            try:
                figures[name, "download"] = full_download(reader, count, 100)
            except TimeoutError:
                return row(f"{name}, all pages one after the other", "-", "", "", "a page took longer than a minute")
            return row(f"{name}, all pages one after the other", int(figures[name, "download"]), "obj/s", "", "one reader; for reference")
        starts = moments(reader, 200)
        for connections in (1, 16, 64):
            result = load(server.port, path, starts, seconds, connections)
            figures[name, connections] = result["requests_per_s"]
            note = f"p50 {result['p50_ms']:.1f} ms, p99 {result['p99_ms']:.1f} ms, {result['mb_per_s']:.0f} MB/s"
            if result["not_2xx"] or result["socket_errors"]:
                note += f", {result['not_2xx']} not 2xx, {result['socket_errors']} socket errors"
            row(f"{name}, {connections} connection{'s' * (connections > 1)}", int(result["requests_per_s"]), "req/s", "", note)
        figures[name, "download"] = full_download(reader, count, 100)
        row(f"{name}, all pages one after the other", int(figures[name, "download"]), "obj/s")

    data, _, _ = portal(work, "some", objects)
    for name, start in (("tocsin, just imported", lambda: (Server(data), OWN_PATH)),
                        ("tocsin, started again", lambda: (Server(data), OWN_PATH)), ("OpenTAXII", lambda: open_taxii(work, objects)),
                        ("medallion", lambda: medallion(work, objects))):
        server, path = start()
        try:
            measure(name, server, path, {"Authorization": "Basic YW55OmFueQ=="} if name == "medallion" else None)
        finally:
            if server is not None:
                server.stop()
    if ("OpenTAXII", 1) in figures:
        for own in ("just imported", "started again"):
            for what in (1, 16, 64, "download"):
                shown = "all pages" if what == "download" else f"{what} connection{'s' * (what > 1)}"
                row(f"ratio to OpenTAXII, {own}, {shown}", figures[f"tocsin, {own}", what] / figures["OpenTAXII", what], "times", ">= 25")


class Writer(threading.Thread):
    """Adds objects by TAXII at a steady pace until it is told to end."""

    def __init__(self, port, token, per_second, first):
        super().__init__(daemon=True)
        self.port, self.token, self.per_second, self.number = port, token, per_second, first
        self.ending, self.failed = threading.Event(), None

    def run(self):
        batch, began, done = 25, time.monotonic(), 0
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self.ending.is_set():
            body = json.dumps({"objects": [indicator(self.number + n, "Written") for n in range(batch)]})
            connection.request("POST", OWN_PATH.replace("everything", "written"), body,
                               {"Accept": MEDIA, "Content-Type": MEDIA, "Authorization": f"Bearer {self.token}"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 202 or json.loads(text)["success_count"] != batch:
                self.failed = f"{answer.status}: {text[:300]}"
                return
            self.number += batch
            done += batch
            self.ending.wait(max(0.0, began + done / self.per_second - time.monotonic()))
        self.written_per_second = done / (time.monotonic() - began)

    def end(self):
        self.ending.set()
        self.join()
        if self.failed:
            raise RuntimeError(self.failed)


def writable(data):
    """A collection that anyone reads and members write, and a writer's token."""
    mail = "ada@water.example"

    def tocsin(*words, text=None):
        return subprocess.run([TOCSIN, words[0], words[1], "--data", data, *words[2:]], check=True, capture_output=True, text=True, input=text).stdout

    tocsin("org", "add", "Water")
    tocsin("user", "add", mail, "--name", "Ada", "--org", "Water")
    tocsin("user", "password", mail, text="seven purple turbines hum\n")
    tocsin("taxii", "add", "Written", "--alias", "written", "--readers", "anyone", "--writers", "members", "--tlp-max", "clear")
    made = tocsin("token", "create", mail, "--org", "Water", "--name", "Load", "--scopes", "read,write-records", "--format", "json")
    return json.loads(made)["token"]


def followers(port, count, everything, ended):
    """So many clients that read all and then go on by `added_after`, until the writing has ended and nothing more comes."""
    sets = [[] for _ in range(count)]

    def follow(mine):
        reader, after = Reader(port, OWN_PATH), ""
        while True:
            over = ended.is_set()  # Before asking: what was written by then has to come.
            came = 0
            for body, last in reader.pages(10_000, after):
                found = IDENTIFIER.findall(body)
                mine += found
                came += len(found)
                after = last or after
            if over and came == 0 and len(mine) >= everything():
                return
            time.sleep(0.2)

    threads = [threading.Thread(target=follow, args=(each,)) for each in sets]
    for each in threads:
        each.start()
    return threads, sets


def bench_many(work, seconds):
    count = int(os.environ.get("OBJECTS", "1000000"))
    print(f"TAXII, {count:,} indicators for anyone")
    # Files as feeds are cut: a document has its limit.
    objects, each = work / "objects", 50_000
    objects.mkdir()
    size = sum(write_objects(objects / f"{first}.json", min(each, count - first), first).stat().st_size for first in range(0, count, each))
    data, took, peak = portal(work, "many", objects)
    row("import of them, to searchable", took, "s", "< 60", f"{count / took:,.0f} objects/s, peak {peak:.0f} MB, {size / 1e6:.0f} MB")
    token = writable(data)
    server = Server(data)
    reader = Reader(server.port, OWN_PATH)
    wait_for_all(reader, count)
    for limit in (1000, 10_000):
        row(f"full download, pages of {limit:,}", int(max(full_download(reader, count, limit) for _ in range(2))), "obj/s", ">= 200,000", "one reader")
    starts = moments(reader, 200)
    alone = load(server.port, OWN_PATH, starts, seconds, 16)
    row("page of 100, 16 connections, nobody writes, p99", alone["p99_ms"], "ms", "", f"{alone['requests_per_s']:,.0f} req/s")
    writer = Writer(server.port, token, 500, 10_000_000)
    writer.start()
    result = load(server.port, OWN_PATH, starts, seconds, 16)
    writer.end()
    row("page of 100, while 500 objects/s are written, p99", result["p99_ms"], "ms", "< 20",
        f"{result['requests_per_s']:,.0f} req/s beside {writer.written_per_second:.0f} written/s")
    server.stop()


def bench_followers(work, seconds):
    count = int(os.environ.get("OBJECTS_FOLLOWED", "5000"))
    data, _, _ = portal(work, "followed", write_objects(work / "followed.jsonl", count))
    server = Server(data)
    writer = Writer(server.port, writable(data), 500, 10_000_000)
    ended = threading.Event()
    writer.start()
    threads, sets = followers(server.port, 100, lambda: count + writer.number - 10_000_000, ended)
    time.sleep(max(5, seconds))
    writer.end()
    ended.set()
    for each in threads:
        each.join()
    wanted = count + writer.number - 10_000_000
    exact = sum(len(each) == wanted and len(set(each)) == wanted for each in sets)
    row("of 100 clients that follow while others write: exactly the set", exact, "clients", "100", f"{wanted:,} objects each")
    server.stop()


def bench_taxii(work, seconds):
    compare(work, seconds)
    bench_followers(work, seconds)
    bench_many(work, seconds)
