"""Commands that need no data folder: documents, versions, package URLs, scores."""
import json
import tarfile
import unittest

from support.documents import WithFolder, advisory
from support.tocsin import DEMO, ROOT, json_lines, run


class Validate(WithFolder):
    def test_needs_no_data_folder(self):
        done = run("validate", DEMO, check=0)
        self.assertIn("0 not valid", done.stdout)

    def test_json_per_document(self):
        broken = advisory().replace('"final"', '"finished"')
        done = run("validate", "--format", "json", "-", stdin=advisory() + broken + "[1]" + "{", check=1)
        lines = json_lines(done.stdout)
        self.assertEqual([line["valid"] for line in lines], [True, False, False, False])
        self.assertEqual([line["csaf_version"] for line in lines], ["2.0", "2.0", None, None])
        self.assertEqual(set(lines[0]), {"file", "csaf_version", "kind", "valid", "results"})
        self.assertEqual(lines[1]["results"][0]["path"], "/document/tracking/status")
        self.assertEqual(set(lines[1]["results"][0]), {"test", "group", "path", "message"})

    def test_text_names_the_place(self):
        path = self.write("a.json", advisory().replace('"final"', '"finished"'))
        done = run("validate", path, check=1)
        self.assertIn(f"{path}: not valid, 1 error", done.stdout)
        self.assertIn("/document/tracking/status: ", done.stdout)

    def test_modes_add_groups(self):
        groups = {}
        for mode in ("basic", "extended", "full"):
            done = run("validate", "--mode", mode, "--format", "json", DEMO, check=0)
            groups[mode] = {result["group"] for line in json_lines(done.stdout) for result in line["results"]}
        self.assertEqual(groups["basic"], set())
        self.assertLessEqual(groups["extended"], {"optional", "recommended"})
        self.assertLessEqual(groups["full"], {"optional", "recommended", "informative"})
        run("validate", "--mode", "thorough", DEMO, check=2)

    def test_quality_is_asked_for_and_makes_nothing_invalid(self):
        document = DEMO / "tdc-2025-009-v1.json"
        self.assertNotIn("TOC-", run("validate", "--mode", "full", document, check=0).stdout)
        (verdict,) = json_lines(run("validate", "--quality", "--format", "json", document, check=0).stdout)
        self.assertTrue(verdict["valid"])
        (finding,) = verdict["results"]
        self.assertEqual((finding["test"], finding["group"]), ("TOC-005", "quality"))
        self.assertEqual(finding["path"], "/vulnerabilities/0/discovery_date")

    def test_sarif_is_one_log(self):
        path = self.write("a b.json", advisory().replace('"final"', '"finished"'))
        log = json.loads(run("validate", "--format", "sarif", path, DEMO, check=1).stdout)
        self.assertEqual(log["version"], "2.1.0")
        [result] = log["runs"][0]["results"]
        self.assertEqual((result["ruleId"], result["level"]), ("schema", "error"))
        location = result["locations"][0]
        self.assertEqual(location["logicalLocations"][0]["fullyQualifiedName"], "/document/tracking/status")
        self.assertTrue(location["physicalLocation"]["artifactLocation"]["uri"].endswith("/a%20b.json"))
        self.assertEqual(len(log["runs"][0]["artifacts"]), 1 + len(list(DEMO.glob("*.json"))))

    def test_stix_is_recognised(self):
        every = ROOT / "src/formats/stix/testdata/every-type.json"
        self.assertIn("valid (STIX 2.1 bundle)", run("validate", every, check=0).stdout)
        bundle = json.loads(every.read_text())
        tool = next(each for each in bundle["objects"] if each["type"] == "tool")
        for kind, content in (("bundle", bundle), ("envelope", {"objects": [tool]}), ("list", [tool]), ("object", tool)):
            path = self.write(f"{kind}.json", json.dumps(content))
            (verdict,) = json_lines(run("validate", "--mode", "full", "--format", "json", path, check=0).stdout)
            self.assertEqual((verdict["kind"], verdict["stix_version"], verdict["results"]), (f"STIX {kind}", "2.1", []))
            self.assertIsNone(verdict["csaf_version"])

    def test_stix_modes_and_sarif(self):
        tool = {"type": "tool", "spec_version": "2.1", "id": "tool--f431f809-377b-45e0-aa1c-6a4751cae5ff", "name": "x", "colour": 1,
                "created": "2016-04-06T20:03:48.000Z", "modified": "2016-04-06T20:03:48.000Z"}
        path = self.write("a.json", json.dumps([tool]))
        self.assertNotIn("STIX-11.1", run("validate", path, check=0).stdout)
        self.assertIn("STIX-11.1-custom-property /0/colour", run("validate", "--mode", "extended", path, check=0).stdout)
        path = self.write("b.json", json.dumps([tool | {"name": 5}]))
        run_of = json.loads(run("validate", "--format", "sarif", path, check=1).stdout)["runs"][0]
        self.assertEqual([(each["ruleId"], each["level"]) for each in run_of["results"]], [("STIX-2-type", "error")])
        (rule,) = run_of["tool"]["driver"]["rules"]
        self.assertEqual(rule["shortDescription"]["text"], "A property's value has the type that the standard gives it.")

    def test_archives(self):
        archive = self.folder / "a.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            for path in sorted(DEMO.glob("*.json")):
                tar.add(path, path.name)
        lines = json_lines(run("validate", "--format", "json", archive, check=0).stdout)
        self.assertEqual(len(lines), len(list(DEMO.glob("*.json"))))
        self.assertTrue(lines[0]["file"].startswith(f"{archive}:tdc-"))


class Diff(WithFolder):
    def test_tells_changes_by_meaning(self):
        first, second = DEMO / "tdc-2025-001-v1.json", DEMO / "tdc-2025-001-v2.json"
        done = run("diff", first, second, check=0)
        self.assertIn("Matters to owners", done.stdout)
        [line] = json_lines(run("diff", "--format", "json", first, second, check=0).stdout)
        self.assertTrue(line["matters_to_owners"])
        self.assertLessEqual({change["concerns"] for change in line["changes"]},
                             {"affected", "remediation", "severity", "editorial"})
        self.assertIn("Nothing", run("diff", first, first, check=0).stdout)

    def test_only_words(self):
        before, after = self.write("a.json", advisory()), self.write("b.json", advisory(title="Gate left open"))
        self.assertIn("Only words changed", run("diff", before, after, check=0).stdout)

    def test_bad_input(self):
        good, bad = self.write("a.json", advisory()), self.write("b.json", "{")
        self.assertIn("b.json", run("diff", good, bad, check=1).stderr)
        run("diff", good, check=2)
        self.assertIn("several", run("diff", good, DEMO, check=1).stderr)


class Cvss(unittest.TestCase):
    GATE = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    PUMP = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    VALVE = "AV:N/AC:L/Au:N/C:P/I:P/A:P"

    def test_json_per_vector(self):
        done = run("cvss", "--format", "json", self.GATE + "/E:U", self.PUMP, self.VALVE, check=0)
        self.assertEqual(json_lines(done.stdout), [
            {"vector": self.GATE + "/E:U", "version": "3.1", "valid": True, "scores": [9.8, 9.0, 9.0],
             "severity": "critical"},
            {"vector": self.PUMP, "version": "4.0", "valid": True, "scores": [9.3, None, None], "severity": "critical"},
            {"vector": self.VALVE, "version": "2.0", "valid": True, "scores": [7.5, None, None], "severity": "high"}])
        self.assertIn('"scores":[9.8,9.0,9.0]', done.stdout)

    def test_lines_of_standard_input(self):
        typed = f"{self.GATE}\r\n\n  {self.PUMP} \n{self.VALVE}"
        for words in ([], ["-"]):
            with self.subTest(words):
                lines = json_lines(run("cvss", "--format", "json", *words, stdin=typed, check=0).stdout)
                self.assertEqual([line["vector"] for line in lines], [self.GATE, self.PUMP, self.VALVE])
        self.assertEqual(run("cvss", stdin="", check=0).stdout, "")

    def test_one_that_is_not_valid_spoils_no_other(self):
        done = run("cvss", "--format", "json", stdin=b"nonsense\n" + b"x" * 100_000 + b"\n\xff\x1b[31m\n" + self.GATE.encode(),
                   check=1)
        lines = json_lines(done.stdout.decode())
        self.assertEqual([line["valid"] for line in lines], [False, False, False, True])
        self.assertEqual(set(lines[0]), {"vector", "version", "valid", "scores", "severity", "error"})
        self.assertEqual(lines[0]["scores"], [None, None, None])
        self.assertIn("is no metric of CVSS 2.0", lines[0]["error"])
        self.assertIn("512", lines[1]["error"])
        self.assertNotIn(b"\x1b", done.stdout)

    def test_text_explains_metric_by_metric(self):
        out = run("cvss", self.PUMP + "/E:P/MSI:S", check=0).stdout
        self.assertIn("CVSS 4.0", out)
        self.assertIn("CVSS-BTE", out)
        self.assertRegex(out, r"Score +9\.\d critical")
        self.assertRegex(out, r"AV:N +Attack Vector: Network")
        self.assertIn("Tampering may injure people.", out)
        out = run("cvss", "A:P/I:P/C:P/Au:N/AC:L/AV:N/E:U", check=0).stdout
        self.assertIn("AV:N/AC:L/Au:N/C:P/I:P/A:P/E:U", out)
        self.assertRegex(out, r"Temporal score +6\.4 medium")
        self.assertNotIn("Environmental score", out)
        self.assertIn("not valid", run("cvss", "CVSS:3.1/AV:Q", check=1).stdout)


class Vers(unittest.TestCase):
    def ask(self, *arguments, check=0, stdin=None):
        return run("vers", *arguments, check=check, stdin=stdin).stdout

    def test_each_command_answers(self):
        self.assertEqual(self.ask("compare", "semver", "1.2.0", "1.10.0"), "<\n")
        self.assertEqual(self.ask("compare", "pypi", "1.0", "1.0.0"), "=\n")
        self.assertEqual(self.ask("contains", "vers:npm/>=1.0.0|<2.0.0", "1.5.0"), "true\n")
        self.assertEqual(self.ask("contains", "vers:npm/>=1.0.0|<2.0.0", "2.0.0"), "false\n")
        self.assertEqual(self.ask("canonical", "vers:npm/<2.0.0|>=1.0.0"), "vers:npm/>=1.0.0|<2.0.0\n")
        self.assertEqual(self.ask("from-native", "npm", "^1.2.3"), "vers:npm/>=1.2.3|<2.0.0\n")
        self.assertEqual(self.ask("affected", "--branch", "product_version_range", "All versions < V9.1 SP2", "V9.1 SP1"), "yes\n")
        self.assertEqual(self.ask("affected", "--branch", "product_version_range", "< V4.5", "4.5"), "no\n")
        answer = self.ask("affected", "--branch", "product_version", "--product", "Gate", "serial numbers up to 24031", "4.5")
        self.assertRegex(answer, r"^ask: .*\?\n$")

    def test_lines_of_standard_input(self):
        lines = self.ask("compare", "-", stdin="semver\t1.0.0\t2.0.0\nunheard-of\t1\t2\nsemver\t1\n", check=1).splitlines()
        self.assertEqual(lines[0], "<")
        self.assertTrue(lines[1].startswith("error: "))
        self.assertIn("3 columns", lines[2])
        lines = self.ask("affected", "-", stdin="product_version_range\tGate\t<= 2.3\t2.3\nnonsense\tGate\t1\t1\n", check=1)
        self.assertEqual(lines.splitlines()[0], "yes")
        self.assertTrue(lines.splitlines()[1].startswith("error: 'nonsense'"))
        self.assertEqual(self.ask("contains", "-", stdin="vers:all/*\tx\r\n"), "true\n")

    def test_what_is_wrong_is_said(self):
        self.assertIn("not known", run("vers", "compare", "unheard-of", "1", "2", check=1).stderr)
        run("vers", "compare", "semver", "1", check=2)
        run("vers", check=2)


class Purl(unittest.TestCase):
    def test_parts_as_json(self):
        done = run("purl", "pkg:NPM/%40valves/controller@1.2%2B3?b=2&A=1#src/lib", check=0)
        self.assertEqual(json_lines(done.stdout), [
            {"purl": "pkg:npm/%40valves/controller@1.2%2B3?a=1&b=2#src/lib", "type": "npm", "namespace": "@valves",
             "name": "controller", "version": "1.2+3", "qualifiers": {"a": "1", "b": "2"}, "subpath": "src/lib"}])
        self.assertEqual(json_lines(run("purl", "pkg:generic/pump", check=0).stdout), [
            {"purl": "pkg:generic/pump", "type": "generic", "namespace": None, "name": "pump", "version": None,
             "qualifiers": None, "subpath": None}])

    def test_lines_of_standard_input(self):
        done = run("purl", "-", stdin="pkg:generic/pump\r\nnonsense\npkg:generic/a\tb\n\npkg:generic/valve@1", check=1)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 5)
        self.assertEqual([line.startswith("error: ") for line in lines], [False, True, True, True, False])
        self.assertIn("1 column separated by tabs, found 2", lines[2])
        self.assertEqual(json.loads(lines[4])["version"], "1")

    def test_one_that_is_not_valid(self):
        done = run("purl", "http://example.com", check=1)
        self.assertEqual(done.stdout, "")
        self.assertIn("tocsin: ", done.stderr)
        run("purl", check=2)
