"""Documents that nobody should send, and what is demanded of whoever is given them."""
import json
import resource
import subprocess
import sys
import tempfile
import unittest

from support.tocsin import BINARY, ENVIRONMENT, Folder

MIB = 1 << 20
DATE = "2024-03-01T08:00:00Z"
ADDRESS_SPACE = 8 << 30  # A bomb meets this before it meets the machine.
CONVERSIONS = ("markdown", "text", "openvex", "cyclonedx-vex", "csaf-2.1")


def head(version="2.0"):
    made = {"document": {
        "category": "csaf_security_advisory", "csaf_version": version, "title": "Open door",
        "publisher": {"category": "vendor", "name": "Example Valves", "namespace": "https://psirt.example-valves.test"},
        "distribution": {"tlp": {"label": "WHITE" if version == "2.0" else "CLEAR"}},
        "notes": [{"category": "summary", "text": "The gate opens for everybody."}],
        "references": [{"category": "self", "summary": "This", "url": "https://psirt.example-valves.test/ex-1.json"}],
        "tracking": {"current_release_date": DATE, "id": "EX-1", "initial_release_date": DATE, "status": "final",
                     "version": "1", "revision_history": [{"date": DATE, "number": "1", "summary": "Published."}]}}}
    if version == "2.1":
        made["$schema"] = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"
    return made


def vulnerability(ids, number=1001):
    return {"cve": f"CVE-1900-{number}", "notes": [{"category": "description", "text": "It opens."}],
            "product_status": {"known_affected": ids},
            "remediations": [{"category": "vendor_fix", "details": "Update.", "product_ids": ids}]}


def document(version="2.0", products=1):
    made = head(version)
    ids = [f"P-{i}" for i in range(products)]
    made["product_tree"] = {"full_product_names": [{"name": f"Controller {i}", "product_id": each} for i, each in enumerate(ids)]}
    made["vulnerabilities"] = [vulnerability(ids)]
    return made


def text(value):
    return json.dumps(value, separators=(",", ":"))


GOOD = text(document())


def nested(depth):
    return '{"document":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


# Bytes of a file, and what the complaint about it says. Where a place can be told, it is told.
BROKEN = {
    "empty": (b"", "empty"),
    "blanks": (b"  \n\t ", "ends too early"),
    "truncated": (GOOD[:-40].encode(), ":1:.*ends too early"),
    "two-texts": ((GOOD + "\n\n" + GOOD).encode(), ":3:1: more text follows"),
    "trailing": ((GOOD + "\nx").encode(), ":2:1: more text follows"),
    "binary": (bytes(range(256)) * 40, ":1:1: "),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(4000), ":1:1: .*not JSON"),
    "no-json": (b"Dear vendor,\nplease find attached", ":1:1: .*not JSON"),
    "deep": (nested(200).encode(), r":1:\d+: .*nested deeper than (64|128) levels"),
    "very-deep": (b"[" * 5_000_000, r":1:\d+: .*nested deeper than (64|128) levels"),
    "utf-16": (GOOD.encode("utf-16"), ":1:1: .*UTF-16"),
    "utf-16-be": (b"\xfe\xff" + GOOD.encode("utf-16-be"), ":1:1: .*UTF-16"),
    "utf-16-without-bom": (GOOD.encode("utf-16-le"), ":1:2: "),
    "utf-32": (GOOD.encode("utf-32"), ":1:1: "),
    "utf-8-bom": (b"\xef\xbb\xbf" + GOOD.encode(), ":1:1: .*byte order mark"),
    "latin-1": (GOOD.replace("Open door", "T\u00fcr").encode("latin-1"), r":1:\d+: .*not well-formed UTF-8"),
    "overlong": (GOOD.encode().replace(b"Open door", b"\xc0\xaf"), r":1:\d+: .*not well-formed UTF-8"),
    "surrogate-bytes": (GOOD.encode().replace(b"Open door", b"\xed\xa0\x80"), r":1:\d+: .*not well-formed UTF-8"),
    "beyond-unicode": (GOOD.encode().replace(b"Open door", b"\xf4\x90\x80\x80"), r":1:\d+: .*not well-formed UTF-8"),
    "lone-surrogate": (GOOD.replace("Open door", r"\ud800").encode(), r":1:\d+: .*half a surrogate pair"),
    "raw-control": (GOOD.encode().replace(b"Open door", b"a\x00b"), r":1:\d+: "),
    "repeated-key": (GOOD.replace('"title":', '"title":"Shut door","title":').encode(), "/document/title: .*(twice|more than once)"),
    "repeated-escaped-key": (GOOD.replace('"title":', r'"t\u0069tle":"Shut door","title":').encode(), "/document/title: .*(twice|more than once)"),
    "nan": (GOOD.replace('"Open door"', "NaN").encode(), r":1:\d+: .*not JSON"),
    "infinity": (GOOD.replace('"Open door"', "-Infinity").encode(), r":1:\d+: .*not JSON"),
    "huge-number": (GOOD.replace('"Open door"', "1e400").encode(), r"(:1:\d+: )?.*too large"),
    "comment": (b"/* x */" + GOOD.encode(), ":1:1: .*not JSON"),
    "no-object": (b"[1,2,3]", "object|CSAF|kind of document"),
    "null": (b"null", "object|CSAF|kind of document"),
    "other-version": (GOOD.replace('"csaf_version":"2.0"', '"csaf_version":"3.0"').encode(), "/document/csaf_version"),
    "wrong-types": (GOOD.replace('"Open door"', "7").encode(), "/document/title"),
    "64-bits": (GOOD.replace('"Open door"', "123456789012345678901234567890").encode(), r"1:\d+: .*64 bits|/document/title"),
}


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def measured(*arguments, feed=None):
    """Exit code, output, errors and the most memory in bytes. `feed(pipe)` writes to the standard input."""
    # Started by a small process: the figure begins at what the parent had when it forked.
    helper = ("import os,resource,sys,json\n"
              f"resource.setrlimit(resource.RLIMIT_AS,({ADDRESS_SPACE},{ADDRESS_SPACE}))\n"
              "pid=os.posix_spawn(sys.argv[1],sys.argv[1:],os.environ)\n"
              "_,status,usage=os.wait4(pid,0)\n"
              "sys.stderr.write('\\n'+json.dumps([os.waitstatus_to_exitcode(status),usage.ru_maxrss*1024]))\n")
    # Output goes to files: nobody waits for a full pipe while the input is written.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen([sys.executable, "-c", helper, str(BINARY), *map(str, arguments)], stdout=out, stderr=err,
                                   stdin=subprocess.PIPE if feed else subprocess.DEVNULL, env=ENVIRONMENT)
        try:
            if feed:
                try:
                    feed(process.stdin)
                except BrokenPipeError:
                    pass
                try:
                    process.stdin.close()
                except BrokenPipeError:
                    pass
            process.wait(timeout=60)
        finally:
            process.kill()
            process.wait()
        out.seek(0)
        err.seek(0)
        said, _, figures = err.read().decode().rstrip("\n").rpartition("\n")
        code, memory = json.loads(figures)
        return code, out.read().decode(), said, memory


class Hostile(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def refused(self, *arguments, says, codes=(1,), stdin=None):
        """Refused in words, not by a signal or an exception that nobody caught."""
        done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, timeout=120, env=ENVIRONMENT,
                              stdin=subprocess.DEVNULL if stdin is None else None, input=stdin, preexec_fn=limited)
        told = done.stdout.decode() + done.stderr.decode()
        self.assertIn(done.returncode, codes, f"{arguments}: {told[-2000:]}")
        self.assertNotIn("Something went wrong inside", told)
        self.assertRegex(told, says, arguments)
        return done
