"""The command line as a shell user meets it."""
import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import tarfile
import unittest

from support.documents import WithFolder, advisory, summary
from support.tocsin import (ARCHIVE, BINARY, DEMO, ENVIRONMENT, Folder, Server,
                            fresh_postgres, init, json_lines, needs_postgres, needs_real_data, run)

COMMANDS = ["init", "serve", "import", "search", "show", "validate", "diff", "cvss", "purl", "vers compare", "vers contains", "vers canonical", "vers from-native", "vers affected", "convert", "withdraw", "supersede", "modify", "translate", "update-ids", "share", "backup", "restore",
            "doctor", "reindex", "audit", "audit list", "audit export", "audit verify", "audit checkpoint", "audit prune", "org", "org add", "org list", "org show", "org set-status", "org change", "org add-key", "org add-contact", "org add-client", "org remove-key", "org remove-contact", "org remove-client", "user", "user add", "user list", "user show", "user change", "user roles", "user suspend", "user activate", "user erase", "user export", "user password", "user reset-link", "user remove-mail-key", "token", "token create", "token list", "token revoke", "community", "community add", "community list", "community show", "community add-member", "community remove-member", "community change", "community close", "community open", "taxii", "taxii list", "taxii add", "taxii change", "taxii remove", "attack", "attack show", "attack layer", "attack diff", "correlate", "extract", "site", "site show", "site set",
            "config check", "config doc", "version"]


class Help(unittest.TestCase):
    def test_every_command_explains_itself(self):
        for command in COMMANDS:
            with self.subTest(command):
                done = run(*command.split(), "--help", check=0)
                self.assertIn("Examples:", done.stdout)
                self.assertEqual(done.stderr, "")
        self.assertIn("Exit codes", run("--help", check=0).stdout)

    def test_usage_errors_exit_2_and_say_so_on_standard_error(self):
        for words in ([], ["improt"], ["import"], ["search", "--limit", "x"], ["config"], ["doctor", "--nonsense"]):
            with self.subTest(words):
                done = run(*words, check=2)
                self.assertNotEqual(done.stderr, "")
                self.assertEqual(done.stdout, "")
        self.assertIn("did you mean import?", run("improt").stderr)

    def test_version(self):
        self.assertRegex(run("version", check=0).stdout, r"^tocsin \d+\.\d+\.\d+$")
        self.assertEqual(run("--version", check=0).stdout, run("version", check=0).stdout)
        self.assertIn("version", json_lines(run("version", "--format", "json", check=0).stdout)[0])

    def test_the_settings_document_is_up_to_date(self):
        written = (pathlib.Path(__file__).resolve().parents[2] / "docs/settings.md").read_text()
        self.assertEqual(run("config", "doc", check=0).stdout, written, "tocsin config doc > docs/settings.md")


class Init(WithFolder):
    def test_creates_a_folder_for_its_owner_only(self):
        run("init", "--data", self.data, check=0)
        self.assertEqual(stat.S_IMODE(self.data.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE((self.data / "tocsin.toml").stat().st_mode), 0o600)
        self.assertTrue((self.data / "tocsin.db").exists())

    def test_again_changes_nothing(self):
        init(self.data)
        before = (self.data / "tocsin.toml").read_bytes()
        self.assertIn("already", run("init", "--data", self.data, check=0).stdout)
        self.assertEqual((self.data / "tocsin.toml").read_bytes(), before)

    def test_never_in_a_folder_of_others(self):
        self.write("data/letters.txt", "dear")
        done = run("init", "--data", self.data, check=1)
        self.assertIn("not Tocsin's", done.stderr)
        self.assertEqual([p.name for p in self.data.iterdir()], ["letters.txt"])
        self.assertEqual(run("serve", "--demo", "--data", self.data).returncode, 1)
        self.assertEqual([p.name for p in self.data.iterdir()], ["letters.txt"])

    def test_commands_say_how_to_begin(self):
        for words in (["import", "x.json"], ["search"], ["show", "x"], ["doctor"], ["config", "check"], ["serve"], ["reindex"]):
            with self.subTest(words):
                done = run(*words, "--data", self.data, check=1)
                self.assertIn("tocsin init --data", done.stderr + done.stdout)
                self.assertFalse(self.data.exists())

    def test_data_from_the_environment(self):
        run("init", env={"TOCSIN_DATA": str(self.data)}, check=0)
        self.assertTrue((self.data / "tocsin.toml").exists())


class Settings(WithFolder):
    def test_unknown_keys_are_errors_with_place_and_suggestion(self):
        init(self.data)
        with open(self.data / "tocsin.toml", "a") as file:
            file.write("\nbody_byts = 5\n")
        for words in (["config", "check"], ["search"], ["doctor"]):
            with self.subTest(words):
                done = run(*words, "--data", self.data, check=1)
                self.assertRegex(done.stdout + done.stderr, r"tocsin\.toml:\d+:1: .*did you mean limits.body_bytes\?")

    def test_check_shows_where_each_comes_from(self):
        init(self.data)
        done = run("config", "check", "--data", self.data, "--format", "json", env={"TOCSIN_LOG_LEVEL": "warn"}, check=0)
        by_name = {line["setting"]: line for line in json_lines(done.stdout)}
        self.assertEqual(by_name["log_level"], {"setting": "log_level", "value": "warn", "origin": "environment",
                                                "where": "TOCSIN_LOG_LEVEL"})
        self.assertEqual(by_name["listen"]["origin"], "built in")
        self.assertEqual(by_name["site_name"]["origin"], "built in")

    def test_a_name_that_was_chosen_stands_in_the_file(self):
        run("init", "--data", self.data, "--name", "Grid CERT", check=0)
        done = run("config", "check", "--data", self.data, "--format", "json", check=0)
        by_name = {line["setting"]: line for line in json_lines(done.stdout)}
        self.assertEqual((by_name["site_name"]["value"], by_name["site_name"]["origin"]), ("Grid CERT", "file"))

    def test_a_password_is_not_shown(self):
        init(self.data)
        done = run("config", "check", "--data", self.data, "--format", "json",
                   env={"TOCSIN_DATABASE": "postgresql://u:geheim@127.0.0.1:1/x"}, check=0)
        self.assertNotIn("geheim", done.stdout + done.stderr)


class Import(WithFolder):
    def setUp(self):
        super().setUp()
        init(self.data)

    def do(self, *arguments, **more):
        return run("import", "--data", self.data, *arguments, **more)

    def test_summary_in_text_and_json(self):
        good, bad = self.write("good.json", advisory()), self.write("bad.json", "{")
        done = self.do(good, bad, check=1)
        self.assertIn("1 new, 1 rejected", done.stdout)
        self.assertIn(f"{bad}:1:", done.stderr)
        done = self.do("--format", "json", good, bad, check=1)
        lines = json_lines(done.stdout)
        self.assertEqual([line.get("outcome") for line in lines], ["unchanged", "rejected", None])
        self.assertEqual(lines[0]["id"], "EX-1")
        self.assertTrue(lines[1]["problems"][0]["where"].startswith(f"{bad}:1:"))
        figures = lines[2]["summary"]
        self.assertEqual((figures["unchanged"], figures["rejected"], figures["documents"]), (1, 1, 2))

    def test_new_updated_history_conflicting(self):
        outcomes = []
        for version, title in (("2", "b"), ("3", "c"), ("1", "a"), ("3", "other"), ("3", "c")):
            done = self.do("--format", "json", "-", stdin=advisory(version=version, title=title), check=0)
            outcomes.append(json_lines(done.stdout)[0]["outcome"])
        self.assertEqual(outcomes, ["created", "updated", "history", "conflicting", "unchanged"])

    def test_standard_input_takes_documents_and_archives(self):
        several = advisory(1) + "\n" + advisory(2) + advisory(3)
        self.assertEqual(summary(self.do("--format", "json", "-", stdin=several, check=0))["new"], 3)
        archive = self.folder / "a.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(self.write("x.json", advisory(4)), "x.json")
        done = self.do("--format", "json", "-", stdin=archive.read_bytes(), check=0)
        self.assertEqual(json_lines(done.stdout.decode())[-1]["summary"]["new"], 1)

    def test_objects_of_stix_are_counted_apart(self):
        def tool(number, name="x"):
            return {"type": "tool", "spec_version": "2.1", "id": f"tool--f431f809-377b-45e0-aa1c-6a4751cae5f{number}", "name": name,
                    "created": "2024-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z"}
        objects = [tool(1), tool(2), {**tool(3), "name": 5}]
        bundle = json.dumps({"type": "bundle", "id": "bundle--f431f809-377b-45e0-aa1c-6a4751cae5ff", "objects": objects})
        done = self.do(self.write("b.json", bundle), self.write("a.json", advisory()), check=1)
        self.assertIn("1 new, 1 file of STIX.", done.stdout)
        self.assertIn("STIX objects: 2 new, 1 refused.", done.stdout)
        self.assertIn("b.json:/objects/2:", done.stderr)
        objects[2] = tool(1, "another")
        bundle = json.dumps({"objects": objects})
        lines = json_lines(self.do("--format", "json", self.write("c.json", bundle), check=0).stdout)
        self.assertEqual(lines[0]["outcome"], "objects")
        self.assertEqual(lines[0]["objects"]["unchanged"], 2)
        self.assertEqual(lines[1]["summary"]["objects"]["conflicting"], 1)
        self.assertNotIn("tool--", run("search", "--data", self.data, check=0).stdout)

    def test_folders_and_archives(self):
        done = self.do("--format", "json", DEMO, check=0)
        self.assertEqual(summary(done)["rejected"], 0)
        self.assertEqual(summary(done)["documents"], len(list(DEMO.glob("*.json"))))
        again = summary(self.do("--format", "json", DEMO, check=0))
        self.assertEqual(again["unchanged"], again["documents"])

    def test_a_missing_path_is_named_and_nothing_imported(self):
        good = self.write("good.json", advisory())
        done = self.do(good, self.folder / "nothing.json", check=1)
        self.assertIn("nothing.json: No such file or folder", done.stderr)
        self.assertIn("Nothing found", run("search", "--data", self.data, check=0).stdout)

    def test_unmarked_documents_get_the_narrow_default_and_it_is_said(self):
        done = self.do(self.write("a.json", advisory(tlp=None)), check=0)
        self.assertIn("TLP:AMBER+STRICT", done.stdout)
        self.assertIn("default_tlp", done.stdout)
        self.assertIn("EX-1", run("search", "--data", self.data, check=0).stdout)
        self.assertIn("Nothing found", run("search", "--data", self.data, "--public", check=0).stdout)
        self.do("--default-tlp", "clear", self.write("b.json", advisory(2, tlp=None)), check=0)
        self.assertIn("EX-2", run("search", "--data", self.data, "--public", check=0).stdout)

    def test_hostile_names_do_not_reach_the_terminal(self):
        name = self.folder / "evil\x1b]0;x\x07.json"
        name.write_text("{")
        done = self.do(name, check=1)
        self.assertNotIn("\x1b", done.stdout + done.stderr)

    @needs_real_data
    def test_the_real_archive(self):
        done = self.do("--format", "json", ARCHIVE)
        figures = summary(done)
        self.assertEqual(figures["documents"], 1655)
        for line in json_lines(done.stdout):
            if line.get("outcome") == "rejected":
                self.assertTrue(line["problems"][0]["message"])
        found = json_lines(run("search", "--data", self.data, "--format", "json", "simens s7 1500", check=0).stdout)
        self.assertGreater(found[-1]["summary"]["total"], 0)


class SearchAndShow(WithFolder):
    @classmethod
    def setUpClass(cls):
        cls.keeper = Folder()
        cls.shared = cls.keeper.__enter__() / "data"
        init(cls.shared)
        run("import", "--data", cls.shared, DEMO, check=0)

    @classmethod
    def tearDownClass(cls):
        cls.keeper.__exit__()

    def search(self, *words, **more):
        return run("search", "--data", self.shared, *words, **more)

    def test_table(self):
        lines = self.search(check=0).stdout.splitlines()
        self.assertEqual(lines[0].split(), ["id", "updated", "score", "severity", "title"])
        self.assertRegex(lines[1], r"^TDC-\d{4}-\d{3} +\d{4}-\d\d-\d\d ")
        self.assertNotIn("\x1b", "\n".join(lines), "no colours into a pipe")

    def test_json_lines_and_pages(self):
        first = json_lines(self.search("--format", "json", "--limit", "5", "--sort", "published", check=0).stdout)
        self.assertEqual(len(first), 6)
        cursor = first[-1]["summary"]["next_cursor"]
        self.assertTrue(cursor)
        second = json_lines(self.search("--format", "json", "--limit", "5", "--sort", "published", "--cursor", cursor,
                                        check=0).stdout)
        ids = [hit["id"] for hit in first[:-1] + second[:-1]]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(first[-1]["summary"]["total"], second[-1]["summary"]["total"])

    def test_a_wrong_query_points_at_the_place(self):
        done = self.search("siemens", "cvss>=eleven", check=1)
        lines = done.stderr.splitlines()
        self.assertEqual(lines[0], "  siemens cvss>=eleven")
        self.assertRegex(lines[1], r"^ +\^$")
        self.assertGreaterEqual(lines[1].index("^"), 2 + len("siemens "))

    def test_negated_words(self):
        everything = json_lines(self.search("--format", "json", check=0).stdout)[-1]["summary"]["total"]
        some = json_lines(self.search("--format", "json", "severity:critical", check=0).stdout)[-1]["summary"]["total"]
        rest = json_lines(self.search("--format", "json", "-severity:critical", check=0).stdout)[-1]["summary"]["total"]
        self.assertEqual(some + rest, everything)
        self.assertGreater(some, 0)

    def test_show(self):
        page = run("show", "--data", self.shared, "tdc-2025-001", check=0).stdout
        self.assertIn("TDC-2025-001", page)
        self.assertIn("Products", page)
        self.assertIn("CVE-1900-", page)
        raw = run("show", "--data", self.shared, "TDC-2025-001", "--raw", "--revision", "1", check=0).stdout
        self.assertEqual(raw, (DEMO / "tdc-2025-001-v1.json").read_text())
        line = json_lines(run("show", "--data", self.shared, "TDC-2025-001", "--format", "json", check=0).stdout)[0]
        self.assertEqual(line["id"], "TDC-2025-001")
        self.assertEqual(line["revision"]["sha512"],
                         hashlib.sha512((DEMO / "tdc-2025-001-v3.json").read_bytes()).hexdigest())
        older = json_lines(run("show", "--data", self.shared, "TDC-2025-001", "--revision", "1", "--format", "json",
                               check=0).stdout)[0]
        self.assertEqual(older["version"], "1")
        self.assertEqual(older["revision"]["standing"], "superseded")

    def test_json_is_what_the_api_answers(self):
        with Server(self.shared) as server:
            def api(path):
                # Why the asker may see it is said to somebody who asks over the network.
                answer = server.get("/api/v1/advisories" + path).json()
                answer.pop("sharing", None)
                return answer

            shown = run("show", "--data", self.shared, "TDC-2025-001", "--format", "json", check=0).stdout
            self.assertEqual(json.loads(shown), api("/TDC-2025-001"))
            served = server.get("/api/v1/advisories/TDC-2025-001").text
            self.assertTrue(served.startswith(shown.rstrip("\n}")), "the same bytes up to there")
            older = run("show", "--data", self.shared, "tdc-2025-001", "--revision", "1", "--format", "json", check=0)
            self.assertEqual(json.loads(older.stdout), api("/TDC-2025-001/revisions/1"))

            lines = json_lines(self.search("--public", "--format", "json", "--limit", "3", "contrller", check=0).stdout)
            answer = api("?q=contrller&limit=3")
            self.assertEqual(lines[:-1], answer["items"])
            self.assertGreater(len(answer["items"]), 0)
            self.assertEqual(lines[-1]["summary"]["total"], answer["total"])
            self.assertEqual(lines[-1]["summary"]["corrections"], answer["corrections"])

    def test_show_what_is_not_there(self):
        self.assertIn("no advisory", run("show", "--data", self.shared, "TDC-9999-001", check=1).stderr)
        self.assertIn("it has 3, 2, 1",
                      run("show", "--data", self.shared, "TDC-2025-001", "--revision", "7", check=1).stderr)

    def test_a_reader_that_goes_away_is_no_trouble(self):
        writer = subprocess.Popen([BINARY, "search", "--data", self.shared, "--format", "json"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env=ENVIRONMENT)
        writer.stdout.close()
        error = writer.stderr.read()
        writer.stderr.close()
        self.assertEqual(writer.wait(), 0)
        self.assertEqual(error, b"")

    def test_reindex_finds_the_same(self):
        before = self.search("--format", "json", "--sort", "published", check=0).stdout
        self.assertIn("Derived", run("reindex", "--data", self.shared, check=0).stdout)
        self.assertEqual(self.search("--format", "json", "--sort", "published", check=0).stdout, before)


class Backup(WithFolder):
    def setUp(self):
        super().setUp()
        init(self.data)
        run("import", "--data", self.data, DEMO, check=0)
        self.file = self.folder / "b.tar.zst"

    def found(self, data):
        return run("search", "--data", data, "--format", "json", "--sort", "published", check=0).stdout

    def test_there_and_back(self):
        run("backup", "--data", self.data, self.file, check=0)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertIn("whole", run("backup", "--verify", self.file, check=0).stdout)
        run("restore", "--data", self.folder / "new", self.file, check=0)
        self.assertEqual(self.found(self.folder / "new"), self.found(self.data))
        run("doctor", "--data", self.folder / "new", check=0)

    @needs_postgres
    def test_to_postgresql_and_back(self):
        run("backup", "--data", self.data, self.file, check=0)
        run("restore", "--data", self.folder / "pg", "--database", fresh_postgres(), self.file, check=0)
        self.assertEqual(self.found(self.folder / "pg"), self.found(self.data))
        back = self.folder / "back.tar.zst"
        run("backup", "--data", self.folder / "pg", back, check=0)
        run("restore", "--data", self.folder / "again", back, check=0)
        self.assertEqual(self.found(self.folder / "again"), self.found(self.data))

    def test_refuses_to_overwrite_and_to_mix(self):
        self.file.write_text("precious")
        self.assertIn("exists", run("backup", "--data", self.data, self.file, check=1).stderr)
        self.assertEqual(self.file.read_text(), "precious")
        other = self.folder / "c.tar.zst"
        run("backup", "--data", self.data, other, check=0)
        self.assertIn("already holds", run("restore", "--data", self.data, other, check=1).stderr)

    def test_a_damaged_backup_makes_no_folder(self):
        run("backup", "--data", self.data, self.file, check=0)
        whole = self.file.read_bytes()
        self.file.write_bytes(whole[:len(whole) // 2])
        run("restore", "--data", self.folder / "new", self.file, check=1)
        self.assertFalse((self.folder / "new").exists())
        run("backup", "--verify", self.file, check=1)

    def test_while_importing(self):
        for number in range(300):
            self.write(f"many/{number}.json", advisory(number, title="t" * (number * 7 % 3000 + 1)))
        importing = subprocess.Popen([BINARY, "import", "--data", self.data, self.folder / "many"], env=ENVIRONMENT,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        files = []
        while importing.poll() is None or not files:
            files.append(self.folder / f"live-{len(files)}.tar.zst")
            run("backup", "--data", self.data, files[-1], check=0)
        self.assertEqual(importing.returncode, 0)
        for file in (files[0], files[-1]):
            run("restore", "--data", self.folder / f"from-{file.name}", file, check=0)
            run("doctor", "--data", self.folder / f"from-{file.name}", check=0)
        self.assertFalse(list(self.folder.glob("*.part")))


class Doctor(WithFolder):
    def test_a_healthy_installation(self):
        init(self.data)
        lines = json_lines(run("doctor", "--data", self.data, "--format", "json", check=0).stdout)
        self.assertTrue({"settings", "folder", "database", "schema", "integrity", "search index", "disk", "clock"} <=
                        {line["check"] for line in lines})
        self.assertFalse([line for line in lines if line["verdict"] == "failed"])

    def test_lists_of_what_is_known_to_be_good(self):
        init(self.data)
        folder = self.data / "known-good" / "plant"
        folder.mkdir(parents=True)
        (folder / "list.json").write_text(json.dumps({"name": "Ours", "type": "hostname", "list": ["sluice.net"]}))
        (folder / "regex.json").write_text(json.dumps({"name": "No", "type": "regex", "list": [".*"]}))
        found = {line["found"]: line["verdict"] for line in json_lines(run("doctor", "--data", self.data, "--format", "json", check=0).stdout)
                 if line["check"] == "known good"}
        self.assertEqual(found.pop("1 list with 1 value"), "good")
        ((what, verdict),) = found.items()
        self.assertEqual(verdict, "warning")
        self.assertIn("regex.json", what)
        seen = self.write("seen.txt", "eu.sluice.net\nother.net\n")
        self.assertIn("'eu.sluice.net' is doubtful: in a list of what is known to be good here",
                      run("import", "--data", self.data, seen, "--format", "json", check=0).stdout)

    def test_a_broken_database_is_found_with_a_way_out(self):
        init(self.data)
        run("import", "--data", self.data, DEMO, check=0)
        database = self.data / "tocsin.db"
        for side in self.data.glob("tocsin.db-*"):
            side.unlink()
        size = database.stat().st_size
        with open(database, "r+b") as file:
            file.seek(size // 3)
            file.write(os.urandom(size // 3))
        done = run("doctor", "--data", self.data, check=1)
        self.assertIn("failed", done.stdout)
        self.assertIn("->", done.stdout)

    def test_tls_key_of_another_certificate(self):
        init(self.data)
        for name in ("a", "b"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "90", "-subj", "/CN=localhost", "-keyout", self.folder / f"{name}.key", "-out",
                            self.folder / f"{name}.pem"], check=True, capture_output=True)
        def doctor(certificate, key):
            return run("doctor", "--data", self.data, env={"TOCSIN_TLS_CERT": str(self.folder / certificate),
                                                           "TOCSIN_TLS_KEY": str(self.folder / key)})
        self.assertEqual(doctor("a.pem", "a.key").returncode, 0)
        wrong = doctor("a.pem", "b.key")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("does not belong", wrong.stdout)

    def test_something_else_on_the_address_is_a_warning(self):
        init(self.data)
        with socket.create_server(("127.0.0.1", 0)) as other:
            address = f"127.0.0.1:{other.getsockname()[1]}"
            done = run("doctor", "--data", self.data, "--format", "json", env={"TOCSIN_LISTEN": address}, check=0)
        verdicts = {line["check"]: line["verdict"] for line in json_lines(done.stdout)}
        self.assertEqual(verdicts["listening"], "warning")


class Serve(WithFolder):
    def start(self, *arguments):
        """Starts on a free port; the process and the address it printed."""
        process = subprocess.Popen([BINARY, "serve", "--data", self.data, "--listen", "127.0.0.1:0", *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        lines = []
        for line in process.stdout:
            lines.append(line)
            found = re.search(r"serves http://(127\.0\.0\.1:\d+)", line)
            if found:
                return process, found[1], "".join(lines)
        self.fail("".join(lines) + process.stderr.read())

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=60)

    def test_demo_prepares_a_missing_folder_and_says_so(self):
        process, address, output = self.start("--demo")
        self.assertIn("Initialised", output)
        self.assertIn("demo advisories", output)
        health = json_lines(run("doctor", "--data", self.data, "--format", "json", env={"TOCSIN_LISTEN": address},
                                check=0).stdout)
        self.assertIn("healthy", {line["check"]: line["found"] for line in health}["listening"])
        self.assertEqual(self.stop(process), 0)
        process, _, output = self.start("--demo")
        self.assertNotIn("Initialised", output)
        self.assertNotIn("Imported", output)
        self.assertEqual(self.stop(process), 0)

    def test_an_address_in_use_is_an_error(self):
        init(self.data)
        with socket.create_server(("127.0.0.1", 0)) as other:
            done = run("serve", "--data", self.data, "--listen", f"127.0.0.1:{other.getsockname()[1]}", check=1)
        self.assertIn("in use", done.stderr)

    def test_an_address_that_is_none(self):
        init(self.data)
        self.assertIn("127.0.0.1:8080", run("serve", "--data", self.data, "--listen", "here", check=1).stderr)

    def test_half_of_tls(self):
        init(self.data)
        self.assertIn("both or none", run("serve", "--data", self.data, "--tls-cert", "a.pem", check=1).stderr)


if __name__ == "__main__":
    unittest.main()
