"""Runs the binary under test: commands, servers, databases of their own."""
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("TOCSIN_BINARY", ROOT / "build/release/bin/tocsin"))
DATA = pathlib.Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared/data"))
ARCHIVE = DATA / "csaf/cisa-ot-2017-2022.tar.zst"
DEMO = ROOT / "demo/advisories"
POSTGRES = os.environ.get("TOCSIN_TEST_POSTGRES", "")

needs_real_data = unittest.skipUnless(ARCHIVE.exists(), f"no real advisories: set TOCSIN_DATA (looked for {ARCHIVE.name})")
needs_postgres = unittest.skipUnless(POSTGRES, "no PostgreSQL: set TOCSIN_TEST_POSTGRES")

# A clean environment, so that TOCSIN_... of the caller's shell does not steer the tests.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}


def run(*arguments, stdin=None, timeout=300, env=None, check=None):
    """Runs `tocsin ARGUMENTS`; output as text. With `check`, the exit code must be that."""
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout,
                          text=not isinstance(stdin, bytes), env={**ENVIRONMENT, **(env or {})})
    if check is not None and done.returncode != check:
        raise AssertionError(f"tocsin {' '.join(map(str, arguments))} exited {done.returncode}, not {check}:\n"
                             f"{done.stdout}\n{done.stderr}")
    return done


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


class Folder:
    """A temporary folder, as context manager."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def fresh_postgres():
    """URL of a new, empty database on the test server."""
    name = "t" + uuid.uuid4().hex
    subprocess.run(["psql", "-X", "-q", POSTGRES, "-c", f'CREATE DATABASE "{name}"'], check=True, capture_output=True)
    base, _, query = POSTGRES.partition("?")
    return base.rsplit("/", 1)[0] + "/" + name + ("?" + query if query else "")


def init(data, database=None):
    run("init", "--data", data, *(["--database", database] if database else []), check=0)


def free_port():
    """Below those that the system gives to whoever connects: one of these could be taken again before the server has it."""
    while True:
        port = random.randrange(11000, 20000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class Server:
    """`tocsin serve` on a free loopback port, ready when the constructor returns. PORT in an argument is that port.
    `tls`: an ssl.SSLContext to talk to it by."""

    def __init__(self, data, *arguments, tls=None, settings=None):
        self.tls = tls
        self.port = free_port()
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([BINARY, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}",
                                         *(str(each).replace("PORT", str(self.port)) for each in arguments)],
                                        stdout=self.log, stderr=self.log, env={**ENVIRONMENT, **(settings or {})})
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.get("/readyz").status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.log.seek(0)
                raise AssertionError("the server did not get ready:\n" + self.log.read().decode()[-4000:])
            time.sleep(0.01)

    def request(self, method, path, headers=None, body=None, tls=None):
        tls = tls or self.tls
        connection = (http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=tls) if tls
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=30))
        try:
            connection.request(method, path, body=body, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, {k.replace("_", "-"): v for k, v in headers.items()})

    def eventually(self, path, condition, seconds=30, tls=None):
        """Asks again until the condition holds of the answer: for what other processes write."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.request("GET", path, tls=tls)
            if condition(answer):
                return answer
            if time.monotonic() > deadline:
                raise AssertionError(f"{path} never answered as expected; last: {answer.status} {answer.text[:500]}")
            time.sleep(0.02)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        self.log.seek(0)
        self.output = self.log.read().decode()
        self.log.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
