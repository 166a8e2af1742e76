"""What nobody should send and somebody will: every command that reads documents refuses it in words, in bounded memory."""
import gzip
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest
import zipfile

from support.tocsin import BINARY, DATA, ENVIRONMENT, Folder, Server, init, json_lines, run

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


class BrokenDocuments(Hostile):
    def test_validate_names_file_and_place(self):
        for name, (content, says) in BROKEN.items():
            with self.subTest(name):
                path = self.write(f"{name}.json", content)
                done = self.refused("validate", path, says=f"{name}.json: not valid")
                told = done.stdout.decode()
                # A pointer or line:column stands in the finding, the file at its head.
                self.assertRegex(told, says.removeprefix(":"))
                as_json = json_lines(self.refused("validate", "--format", "json", path, says="results").stdout.decode())
                self.assertEqual([each["valid"] for each in as_json], [False])
                self.assertEqual(as_json[0]["file"], str(path))

    def test_one_broken_document_spoils_no_other(self):
        self.write("all/0.json", GOOD)
        for name, (content, _) in BROKEN.items():
            self.write(f"all/{name}.json", content)
        self.write("all/z.json", GOOD)
        lines = json_lines(run("validate", "--format", "json", self.folder / "all", check=1).stdout)
        self.assertEqual(len(lines), len(BROKEN) + 2)
        self.assertEqual([pathlib.Path(each["file"]).name for each in lines if each["valid"]], ["0.json", "z.json"])

    def test_convert_writes_nothing(self):
        names = [name for name in BROKEN if name not in ("wrong-types", "64-bits")]
        for to in CONVERSIONS:
            # All for one, some for the others: they read with the same function.
            for name in names if to == "csaf-2.1" else names[::4]:
                with self.subTest(to=to, document=name):
                    path = self.write(f"{name}.json", BROKEN[name][0])
                    done = self.refused("convert", "--to", to, path, says=f"{name}.json")
                    self.assertEqual(done.stdout, b"")

    def test_diff_names_the_one_that_is_broken(self):
        good = self.write("good.json", GOOD)
        for name in ("empty", "truncated", "binary", "deep", "utf-16", "latin-1", "repeated-key", "nan", "other-version", "two-texts"):
            with self.subTest(name):
                path = self.write(f"{name}.json", BROKEN[name][0])
                for pair in ((good, path), (path, good)):
                    done = self.refused("diff", *pair, says=f"{name}.json")
                    self.assertEqual(done.stdout, b"")
                    self.assertNotIn(b"good.json", done.stderr)

    def test_import_stores_nothing(self):
        init(self.folder / "data")
        for name, (content, _) in BROKEN.items():
            self.write(f"all/{name}.json", content)
        done = run("import", "--data", self.folder / "data", "--format", "json", self.folder / "all", check=1)
        *lines, last = json_lines(done.stdout)
        self.assertEqual(last["summary"]["rejected"], len(BROKEN))
        for line in lines:
            name = pathlib.Path(line["file"]).stem
            self.assertEqual(line["outcome"], "rejected", name)
            told = "\n".join(f"{each['where']}: {each['message']}" for each in line["problems"])
            self.assertIn(f"{name}.json", told)
            self.assertRegex(told, BROKEN[name][1])
        self.assertIn("Nothing found", run("search", "--data", self.folder / "data", check=0).stdout)

    def test_the_validator_service_says_what_is_wrong(self):
        init(self.folder / "data")
        with Server(self.folder / "data") as server:
            def post(body, **headers):
                return server.request("POST", "/api/v1/csaf/validate", {"Content-Type": "application/json", **headers}, body)
            for name, (content, _) in BROKEN.items():
                with self.subTest(name):
                    answer = post(b'{"tests":[{"type":"preset","name":"full"}],"document":' + (content or b" ") + b"}")
                    if answer.status == 200:  # It could be read: then it is told to be not valid.
                        self.assertFalse(answer.json()["isValid"])
                        self.assertIn(name, ("other-version", "wrong-types", "64-bits", "blanks", "repeated-key", "repeated-escaped-key"))
                    else:
                        self.assertEqual(answer.status, 413 if name == "very-deep" and answer.status == 413 else 400)
                        problem = answer.json()
                        self.assertTrue(problem["detail"])
            self.assertIn(post(b"").status, (400, 415))
            self.assertEqual(server.get("/readyz").status, 200)


class OtherKinds(Hostile):
    """What lies beside advisories in a provider's folders."""

    KINDS = {
        "CSAF provider metadata": {"metadata_version": "2.0", "publisher": {"category": "vendor"}},
        "CSAF aggregator": {"aggregator_version": "2.0", "csaf_providers": []},
        "ROLIE feed": {"feed": {"entry": []}},
        "ROLIE service document": {"service": {"workspace": []}},
        "ROLIE category document": {"categories": {"category": []}},
        "OpenVEX document": {"@context": "https://openvex.dev/ns/v0.2.0"},
    }

    def test_validate_says_what_it_is(self):
        for kind, made in self.KINDS.items():
            with self.subTest(kind):
                path = self.write("other.json", text(made))
                if kind.startswith(("CSAF", "ROLIE")):
                    # What lies beside advisories is judged by rules of its own: what is missing here is named.
                    done = self.refused("validate", path, says=f"other.json: not valid [(]{kind}")
                    self.assertIn("schema /", done.stdout.decode())
                else:
                    self.refused("validate", path, says=f"other.json: not valid, 1 error\n  schema /: this is no CSAF advisory but: {kind}\n")
        self.refused("validate", self.write("other.json", "{}"), says="schema /document: this member is required")

    def test_the_official_ones(self):
        archive = DATA / "csaf/distribution-examples.tar.zst"
        if not archive.exists():
            self.skipTest("no distribution examples: set TOCSIN_DATA")
        lines = json_lines(run("validate", "--format", "json", archive, check=1).stdout)
        self.assertEqual(len(lines), 18)
        for each in lines:
            self.assertRegex(each["kind"], "^(CSAF provider|CSAF aggregator|ROLIE) ?", each["file"])
            if not each["valid"]:
                # A file name with capitals, and metadata that were maintained until 2026 only.
                self.assertLessEqual({result["test"] for result in each["results"]}, {"7.1.2", "7.1.7"}, each["file"])


class Sizes(Hostile):
    def test_two_gigabytes_of_blanks_from_a_pipe_are_refused_early(self):
        fed = 0

        def feed(pipe):
            nonlocal fed
            block = b" " * MIB
            for _ in range(2048):
                pipe.write(block)
                fed += len(block)
        code, out, err, memory = measured("validate", "-", feed=feed)
        self.assertEqual(code, 1)
        self.assertRegex(out, r"-: not valid[^$]*larger than 67108864 bytes")
        self.assertLess(fed, 100 * MIB, "it read on long after the limit")
        self.assertLess(memory, 100 * MIB)

    def test_a_hole_of_two_gigabytes_is_refused_early(self):
        path = self.folder / "hole.json"
        with open(path, "wb") as file:
            file.truncate(2 << 30)
        for command in (("validate", path), ("validate", self.folder), ("convert", "--to", "csaf-2.1", path), ("diff", path, path)):
            with self.subTest(command[0]):
                code, out, err, memory = measured(*command)
                self.assertEqual(code, 1)
                self.assertRegex(out + err, r"hole\.json[^$]*(larger than 67108864 bytes|a file of zeros)")
                self.assertLess(memory, 260 * MIB)

    def test_a_million_products(self):
        """By default refused by size; with the limit raised answered rightly, in at most six times the document."""
        path = self.folder / "million.json"
        count = 1_000_000
        with open(path, "w") as file:
            begin, end = text(document()).split('{"name":"Controller 0","product_id":"P-0"}')
            file.write(begin)
            for i in range(count):
                file.write(f'{"," if i else ""}{{"name":"Controller of the model line {i:07}","product_id":"PRODUCT-{i:07}"}}')
            before, after = end.split('"known_affected":["P-0"]')
            file.write(before + '"known_affected":[')
            for i in range(count):
                file.write(f'{"," if i else ""}"PRODUCT-{i:07}"')
            file.write("]" + after.replace("P-0", "PRODUCT-0000000"))
        size = path.stat().st_size
        self.assertGreater(size, 90_000_000)
        code, out, err, memory = measured("validate", path)
        self.assertEqual(code, 1)
        self.assertRegex(out, r"million\.json: not valid[^$]*larger than 67108864 bytes")
        self.assertLess(memory, 260 * MIB)
        code, out, err, memory = measured("validate", "--max-bytes", 2 * size, path)
        self.assertEqual((code, err), (0, ""), out[-500:])
        self.assertIn("valid (CSAF 2.0)", out)
        self.assertLess(memory, 6 * size)
        # The right verdict, not only any: one id that is not defined, at the far end.
        with open(path, "r+b") as file:
            file.seek(-600, os.SEEK_END)
            tail = file.read()
            at = tail.index(b'PRODUCT-0999999')
            file.seek(size - 600 + at)
            file.write(b'PRODUCT-X999999')
        code, out, err, memory = measured("validate", "--max-bytes", 2 * size, path)
        self.assertEqual(code, 1)
        self.assertIn("6.1.1 /vulnerabilities/0/product_status/known_affected/999999: product id 'PRODUCT-X999999'", out)
        self.assertLess(memory, 6 * size)

    def judged(self, made, codes=(0,)):
        """The answer of all tests, which may take a few times the memory of the document."""
        path = self.write("judged.json", text(made))
        code, out, err, memory = measured("validate", "--mode", "full", "--quality", path)
        self.assertIn(code, codes, (out + err)[-500:])
        self.assertLess(memory, 60 * MIB + 6 * path.stat().st_size)
        return out

    def test_200_000_vulnerabilities_and_references(self):
        def vulnerabilities(count):
            made = document()
            made["vulnerabilities"] = [vulnerability(["P-0"], 1000 + i) for i in range(count)]
            return made

        def references(count):
            made = document()
            made["document"]["references"] += [{"category": "external", "summary": f"Page {i}", "url": f"https://example.test/{i}"}
                                               for i in range(count)]
            return made
        for make in (vulnerabilities, references):
            with self.subTest(make.__name__):
                self.assertIn("valid (CSAF 2.0)", self.judged(make(200_000)))

    def test_groups_that_name_much_in_few_bytes(self):
        def groups(count):
            made = document(products=count)
            made["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": [f"P-{i}" for i in range(count)]}]
            made["vulnerabilities"] = [
                {**vulnerability([f"P-{i}"], 1000 + i), "remediations": [{"category": "vendor_fix", "details": "Update.", "group_ids": ["G"]},
                                                                         {"category": "none_available", "details": "None.", "group_ids": ["G"]}],
                 "flags": [{"label": "component_not_present", "group_ids": ["G"]}]} for i in range(count)]
            return made
        self.judged(groups(20_000), codes=(0, 1))
        path = self.write("groups.json", text(groups(20_000)))
        for to in CONVERSIONS:
            with self.subTest(to):
                code, out, err, memory = measured("convert", "--to", to, path)
                self.assertEqual((code, out), (1, ""))
                self.assertRegex(err, "groups resolved|written out")
                self.assertLess(memory, 1500 * MIB)

    def test_a_long_name_above_many_products_is_told_once(self):
        """Ten megabytes of name, wanted by twenty thousand products: written out that is 200 GB."""
        made = document(products=20_000)
        products = made["product_tree"].pop("full_product_names")
        made["product_tree"]["branches"] = [{"category": "vendor", "name": "V" * 10_000_000, "branches": [
            {"category": "product_name", "name": "N" * 5_000_000, "branches": [
                {"category": "product_version_range", "name": f"<{i}", "product": each} for i, each in enumerate(products)]}]}]
        made["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": ["P-0", "P-1"]}]
        path = self.write("long-name.json", text(made))
        code, out, err, memory = measured("validate", "--mode", "full", "--quality", path)
        self.assertEqual((code, err), (0, ""), out[-500:])
        self.assertLess(memory, 10 * path.stat().st_size)
        for to in CONVERSIONS:
            with self.subTest(to):
                code, out, err, memory = measured("convert", "--to", to, path)
                self.assertLess(memory, 600 * MIB)
                self.assertEqual((code, out), (1, ""))
                self.assertRegex(err, r"long-name\.json:/product_tree: .*wherever branches and groups lead")

    def test_a_long_id_in_a_group_is_quoted_in_part(self):
        long_id = "P" * 5_000_000
        made = document()
        made["product_tree"]["full_product_names"][0]["product_id"] = long_id
        made["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": [long_id]}]
        made["vulnerabilities"] = [
            {"cve": f"CVE-1900-{1000 + i}", "notes": [{"category": "description", "text": "It opens."}],
             "product_status": {"known_affected": ["Q"]},
             "flags": [{"label": "component_not_present", "group_ids": ["G"]}, {"label": "vulnerable_code_not_present", "group_ids": ["G"]}]}
            for i in range(1000)]
        path = self.write("long-id.json", text(made))
        code, out, err, memory = measured("validate", "--mode", "full", path)
        self.assertEqual(code, 1)
        self.assertLess(len(out), 5 * MIB)
        self.assertLess(memory, 250 * MIB)
        for to in ("markdown", "openvex"):
            code, out, err, memory = measured("convert", "--to", to, path)
            self.assertEqual((code, out), (1, ""))
            self.assertLess(memory, 600 * MIB)

    def test_what_one_test_finds_a_thousand_times_silences_no_other(self):
        made = document()
        made["vulnerabilities"][0]["product_status"]["known_affected"] = [f"Q-{i}" for i in range(3000)]
        made["document"]["tracking"]["version"] = "2"
        lines = json_lines(run("validate", "--format", "json", self.write("many.json", text(made)), check=1).stdout)
        found = [each["test"] for each in lines[0]["results"]]
        self.assertEqual(found.count("6.1.1"), 1000)
        self.assertIn("6.1.16", found)

    def test_deep_branches_and_rings(self):
        def branches(depth):
            made = document("2.1")
            branch = {"category": "product_name", "name": "N", "product": {"name": "N", "product_id": "P-9"}}
            for _ in range(depth - 1):
                branch = {"category": "product_family", "name": "F", "branches": [branch]}
            made["product_tree"]["branches"] = [branch]
            return text(made)
        # Two levels of JSON each, and three above.
        self.assertIn("6.1.34", run("validate", self.write("deep.json", branches(31)), check=1).stdout)
        self.refused("validate", self.write("deep.json", branches(200)), says="nested deeper than 128 levels")
        self.refused("validate", "--max-depth", "200", self.write("deep.json", branches(90)), says="6.1.34")
        for version in ("2.0", "2.1"):
            made = document(version)
            ring = 50_000
            paths = []
            for i in range(ring):
                name = {"name": f"R {i}", "product_id": f"R-{i}"}
                other = f"R-{(i + 1) % ring}"
                paths.append({"category": "installed_on", "full_product_name": name, "product_reference": other,
                              "relates_to_product_reference": "P-0"} if version == "2.0" else
                             {"full_product_name": name, "beginning_product_reference": other,
                              "subpaths": [{"category": "installed_on", "next_product_reference": "P-0"}]})
            made["product_tree"]["relationships" if version == "2.0" else "product_paths"] = paths
            path = self.write("ring.json", text(made))
            with self.subTest(version):
                told = run("validate", "--mode", "full", path, check=1).stdout
                self.assertIn("6.1.3", told)
                for to in CONVERSIONS[:4]:
                    self.assertEqual(run("convert", "--to", to, path).returncode, 0)


class Places(Hostile):
    def test_what_is_not_there(self):
        for command in (("validate",), ("convert", "--to", "csaf-2.1"), ("diff", self.write("good.json", GOOD))):
            for name in ("nothing.json", "good.json/inside.json", ""):
                self.refused(*command, self.folder / name if name else "", says="No such file or folder", codes=(1, 2))

    def test_links_in_a_circle_and_out_of_the_folder(self):
        (self.folder / "a").symlink_to("b")
        (self.folder / "b").symlink_to("a")
        self.refused("validate", self.folder / "a", says="a: Cannot be read: Too many levels of symbolic links")
        folder = self.folder / "in"
        self.write("in/x.json", GOOD)
        self.write("secret.json", GOOD)
        (folder / "loop").symlink_to(".")
        (folder / "up").symlink_to("..")
        (folder / "out.json").symlink_to("../secret.json")
        (folder / "gone.json").symlink_to("nowhere")
        lines = json_lines(run("validate", "--format", "json", folder, check=0).stdout)
        self.assertEqual([pathlib.Path(each["file"]).name for each in lines], ["x.json"])

    @unittest.skipIf(os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"), "root may read everything")
    def test_without_permission(self):
        self.write("open.json", GOOD)
        self.write("closed/x.json", GOOD)
        self.write("locked.json", GOOD).chmod(0)
        (self.folder / "closed").chmod(0)
        self.addCleanup((self.folder / "closed").chmod, 0o700)
        self.folder.chmod(0o755)
        words = [BINARY, "validate", "--format", "json", self.folder]
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *words]
        done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
        if done.returncode == 126 or done.returncode == 127 or "setpriv" in done.stderr:
            self.skipTest("the binary cannot be run as another user: " + done.stderr.strip()[-200:])
        self.assertEqual(done.returncode, 1, done.stderr)
        by_name = {pathlib.Path(each["file"]).name: each for each in json_lines(done.stdout)}
        self.assertTrue(by_name["open.json"]["valid"])
        for name in ("closed", "locked.json"):
            self.assertIn("Permission denied", by_name[name]["results"][0]["message"])

    def test_a_pipe_is_read_where_it_is_named_and_passed_over_in_a_folder(self):
        fifo = self.folder / "in/x.json"
        self.write("in/good.json", GOOD)
        os.mkfifo(fifo)
        lines = json_lines(run("validate", "--format", "json", self.folder / "in", check=0, timeout=60).stdout)
        self.assertEqual([pathlib.Path(each["file"]).name for each in lines], ["good.json"])
        writer = threading.Thread(target=lambda: fifo.write_text(GOOD))
        writer.start()
        self.assertIn("valid (CSAF 2.0)", run("validate", fifo, check=0, timeout=60).stdout)
        writer.join()

    def test_files_that_vanish_and_change_meanwhile(self):
        folder = self.folder / "busy"
        for i in range(400):
            self.write(f"busy/{i:04}.json", GOOD)
        stop = threading.Event()

        def disturb():
            i = 0
            while not stop.is_set():
                path = folder / f"{i % 400:04}.json"
                path.unlink(missing_ok=True)
                path.write_text(GOOD if i % 3 else "{")
                i += 7
        other = threading.Thread(target=disturb)
        other.start()
        try:
            for _ in range(5):
                done = run("validate", "--format", "json", folder)
                self.assertIn(done.returncode, (0, 1), done.stderr)
                for each in json_lines(done.stdout):
                    if not each["valid"]:
                        self.assertRegex(each["results"][0]["message"], "No such file|ends too early|empty")
        finally:
            stop.set()
            other.join()


class Archives(Hostile):
    def tar(self, name, *entries, mode="w:gz"):
        path = self.folder / name
        with tarfile.open(path, mode) as tar:
            for entry, content in entries:
                info = tarfile.TarInfo(entry)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return path

    def test_bombs(self):
        bomb = self.folder / "bomb.json.gz"
        with gzip.open(bomb, "wb", compresslevel=9) as file:
            for _ in range(300):
                file.write(bytes(MIB))
        in_zip = self.folder / "bomb.zip"
        with zipfile.ZipFile(in_zip, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.json", bytes(200 * MIB))
            archive.writestr("b.json", GOOD)
        many = self.folder / "many.tar.gz"
        with tarfile.open(many, "w:gz") as tar:
            for i in range(12):
                info = tarfile.TarInfo(f"{i}.json")
                info.size = 30 * MIB
                tar.addfile(info, io.BytesIO(bytes(info.size)))
        for path, says in ((bomb, "larger than 67108864 bytes|file of zeros"), (in_zip, "larger than 67108864 bytes|more than 1000 times"),
                           (many, "not JSON|more than 1000 times")):
            with self.subTest(path.name):
                code, out, err, memory = measured("validate", path)
                self.assertEqual(code, 1)
                self.assertRegex(out + err, f"{path.name}[^$]*({says})")
                self.assertLess(memory, 400 * MIB)

    def test_names_that_lead_out_are_only_names(self):
        names = ["../../../outside.json", "/tmp/outside-tocsin.json", "a/../../outside.json", "\x1b[31mred.json", "C:\\x.json"]
        path = self.tar("names.tar.gz", *[(name, GOOD.encode()) for name in names])
        before = sorted(self.folder.rglob("*"))
        lines = json_lines(run("validate", "--format", "json", path, check=0).stdout)
        self.assertEqual(len(lines), len(names))
        self.assertTrue(all(each["file"].startswith(f"{path}:") for each in lines))
        self.assertNotIn("\x1b", run("validate", path, check=0).stdout)
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        self.assertFalse(pathlib.Path("/tmp/outside-tocsin.json").exists())

    def test_links_in_archives_are_passed_over(self):
        path = self.folder / "links.tar"
        with tarfile.open(path, "w") as tar:
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
                info = tarfile.TarInfo(f"{kind.decode()}.json")
                info.type, info.linkname = kind, "/etc/passwd"
                tar.addfile(info)
            info = tarfile.TarInfo("good.json")
            info.size = len(GOOD)
            tar.addfile(info, io.BytesIO(GOOD.encode()))
        lines = json_lines(run("validate", "--format", "json", path, check=0).stdout)
        self.assertEqual([each["file"] for each in lines], [f"{path}:good.json"])

    def test_archives_in_archives_are_not_opened(self):
        inner = self.tar("inner.tar.gz", ("x.json", GOOD.encode())).read_bytes()
        path = self.tar("outer.tar.gz", ("inner.tar.gz", inner), ("inner.json", inner), ("y.json", GOOD.encode()))
        lines = json_lines(run("validate", "--format", "json", path, check=1).stdout)
        self.assertEqual([(each["file"].rpartition(":")[2], each["valid"]) for each in lines], [("inner.json", False), ("y.json", True)])

    def test_cut_off_at_every_tenth(self):
        for name, content in (("x.json.gz", gzip.compress(GOOD.encode())), ("x.tar.gz", self.tar("t.tar.gz", ("x.json", GOOD.encode())).read_bytes())):
            for tenth in range(1, 10):
                with self.subTest(name=name, tenth=tenth):
                    path = self.write(name, content[:len(content) * tenth // 10])
                    self.refused("validate", path, says=name)

    def test_import_of_hostile_archives_stores_only_what_is_good(self):
        init(self.folder / "data")
        path = self.tar("mixed.tar.gz", ("../good.json", GOOD.encode()), ("bad.json", b"{"), ("deep.json", nested(200).encode()))
        done = run("import", "--data", self.folder / "data", "--format", "json", path, check=1)
        figures = json_lines(done.stdout)[-1]["summary"]
        self.assertEqual((figures["documents"], figures["rejected"]), (3, 2))


class Lines(Hostile):
    """Commands that take a question a line."""

    def test_every_line_is_answered_and_no_other_spoilt(self):
        for command, good in ((("cvss", "--format", "json", "-"), b"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), (("purl", "-"), b"pkg:npm/a@1"),
                              (("vers", "canonical", "-"), b"vers:npm/1|2")):
            for name, bad in (("binary", bytes(range(11, 256))), ("nul", b"a\x00b"), ("long", b"A" * (5 * MIB)), ("latin-1", b"pkg:npm/\xfc"),
                              ("percent", b"pkg:npm/%FF%00%zz@1"), ("many-bars", b"vers:npm/" + b"|" * 100_000), ("overlong", b"\xc0\xaf")):
                with self.subTest(command=command[0], line=name):
                    code, out, err, memory = measured(*command, feed=lambda pipe: pipe.write(good + b"\n" + bad + b"\n" + good + b"\n"))
                    self.assertEqual(code, 1, (out + err)[-300:])
                    self.assertGreaterEqual(len(out.splitlines()), 2)
                    self.assertEqual(out.splitlines()[0], out.splitlines()[-1])
                    self.assertLess(memory, 120 * MIB)

    def test_a_line_without_end(self):
        for command in (("cvss", "-"), ("purl", "-"), ("vers", "canonical", "-")):
            with self.subTest(command[0]):
                code, out, err, memory = measured(*command, feed=lambda pipe: [pipe.write(b"A" * MIB) for _ in range(300)])
                self.assertEqual(code, 1, (out + err)[-300:])
                self.assertLess(memory, 120 * MIB)


if __name__ == "__main__":
    unittest.main()
