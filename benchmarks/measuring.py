"""What the benchmarks share: rows of the table, programs that are timed, the portal's server, load by wrk."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOCSIN = pathlib.Path(os.environ.get("TOCSIN_BINARY", ROOT / "build/release/bin/tocsin"))
DATA = pathlib.Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared/data"))
rows = []


def row(name, value, unit, goal="", note=""):
    rows.append({"name": name, "value": value, "unit": unit, "goal": goal, "note": note})
    shown = f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    print(f"  {name:<58} {shown:>12} {unit:<8} {goal:<18} {note}", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def timed(command, **kwargs):
    """Seconds, peak resident MB and output of a command."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **kwargs)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - started, usage.ru_maxrss / 1024, output, process.returncode


def last_json(output):
    lines = [line for line in output.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {}


def install(name, *requirements):
    """Its Python, or nothing where the packages cannot be had."""
    folder = ROOT / "build/peers" / f"bench-{name}"
    done = folder / ".done"
    if not done.exists():
        for command in ([sys.executable, "-m", "venv", "--clear", folder],
                        [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *requirements]):
            if subprocess.run(command, stdout=subprocess.DEVNULL).returncode != 0:
                print(f"  {name} cannot be installed: no comparison")
                return None
        done.touch()
    return folder / "bin/python"


class Server:
    """`tocsin serve` on a free port."""

    def __init__(self, data, *more):
        self.port = free_port()
        started = time.monotonic()
        self.process = subprocess.Popen([TOCSIN, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}", *more],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                self.get("/advisories")
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() - started > 60:
                    raise RuntimeError("the server did not start")
                time.sleep(0.002)
        self.first_answer_ms = (time.monotonic() - started) * 1000

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return body

    def resident_mb(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def wrk(port, paths, seconds, connections=64, encoding="gzip", accept="text/html"):
    with tempfile.NamedTemporaryFile("w", suffix=".paths") as file:
        file.write("\n".join(paths) + "\n")
        file.flush()
        result = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", ROOT / "benchmarks/wrk/paths.lua",
                                 f"http://127.0.0.1:{port}"], capture_output=True, text=True,
                                env={**os.environ, "PATHS": file.name, "ENCODING": encoding, "ACCEPT": accept})
    found = re.search(r"RESULT (\{.*\})", result.stdout)
    if not found:
        raise RuntimeError(result.stdout + result.stderr)
    return json.loads(found[1])


def load_rows(name, result, goal):
    note = f"p50 {result['p50_ms']:.1f} ms, p99 {result['p99_ms']:.1f} ms, {result['mb_per_s']:.0f} MB/s"
    if result["not_2xx"] or result["socket_errors"]:
        note += f", {result['not_2xx']} not 2xx, {result['socket_errors']} socket errors"
    row(name, int(result["requests_per_s"]), "req/s", goal, note)
