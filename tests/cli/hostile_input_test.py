"""What nobody should send and somebody will: every command that reads documents refuses it in words, in bounded memory."""
import gzip
import io
import os
import pathlib
import subprocess
import tarfile
import threading
import unittest
import zipfile

from support.hostile import BROKEN, CONVERSIONS, GOOD, MIB, Hostile, measured, nested, text
from support.tocsin import BINARY, DATA, ENVIRONMENT, Server, init, json_lines, run


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
