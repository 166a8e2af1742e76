"""Documents that become others, as a shell user meets it: convert, withdraw, supersede, modify, translate, update-ids."""
import json
import pathlib

from support.documents import WithFolder, advisory
from support.tocsin import DEMO, json_lines, run


class Convert(WithFolder):
    def test_demo_documents_become_valid_2_1(self):
        for path in sorted(DEMO.glob("*.json")):
            if json.loads(path.read_text())["document"]["csaf_version"] != "2.0":
                continue
            with self.subTest(path.name):
                if path.name == "tdc-2025-009-v1.json":
                    # Discovered after its last revision: a flaw on purpose, which 2.0 lets pass and 2.1 does not.
                    done = run("convert", "--to", "csaf-2.1", path, check=1)
                    self.assertIn("6.1.62", done.stderr)
                    self.assertEqual(done.stdout, "")
                    continue
                done = run("convert", "--to", "csaf-2.1", path, check=0)
                converted = self.write(path.name, done.stdout)
                self.assertEqual(json.loads(done.stdout)["document"]["csaf_version"], "2.1")
                run("validate", converted, check=0)
                if "distributed before" in path.read_text():
                    # A date of delivery is no range of versions that 2.1 could hold: the text stays with the name.
                    self.assertIn("/product_tree/branches/0/branches/0/branches/0/name: 'distributed before", done.stderr)
                    self.assertRegex(done.stdout, '"name": "[^"]+ distributed before ')

    def test_tells_what_was_done(self):
        done = run("convert", "--to", "csaf-2.1", self.write("a.json", advisory()), "--format", "json", check=0)
        self.assertTrue(done.stdout.startswith('{'))
        for note in json_lines(done.stderr):
            self.assertEqual(set(note), {"level", "path", "message"})

    def test_takes_only_2_0(self):
        done = run("convert", "--to", "csaf-2.1", "-", stdin='{"document":{"csaf_version":"2.1"}}', check=1)
        self.assertIn("only CSAF 2.0", done.stderr)
        self.assertEqual(done.stdout, "")
        run("convert", "--to", "docx", "-", stdin="{}", check=2)
        run("convert", "-", stdin="{}", check=2)

    def test_back_to_2_0(self):
        source = self.write("a.json", advisory())
        there = self.write("b.json", run("convert", "--to", "csaf-2.1", source, check=0).stdout)
        back = run("convert", "--to", "csaf-2.0", "--lossless", there, check=0)
        run("validate", self.write("c.json", back.stdout), check=0)
        before, after = json.loads(advisory()), json.loads(back.stdout)
        self.assertEqual(after["product_tree"], before["product_tree"])
        self.assertEqual(after["vulnerabilities"], before["vulnerabilities"])

    def test_lossless_prints_nothing_where_something_is_lost(self):
        document = json.loads(run("convert", "--to", "csaf-2.1", "-", stdin=advisory(), check=0).stdout)
        document["document"]["publisher"]["category"] = "multiplier"
        path = self.write("a.json", json.dumps(document))
        done = run("convert", "--to", "csaf-2.0", "--format", "json", path, check=0)
        self.assertEqual(json.loads(done.stdout)["document"]["publisher"]["category"], "other")
        self.assertIn("/document/publisher/category",
                      [note["path"] for note in json_lines(done.stderr) if note["message"].startswith("lost: ")])
        for to in ("csaf-2.0", "openvex"):
            done = run("convert", "--to", to, "--lossless", path, check=1)
            self.assertEqual(done.stdout, "")
            self.assertIn("lost: ", done.stderr)
        self.assertIn("only CSAF 2.1", run("convert", "--to", "csaf-2.0", self.write("b.json", advisory()), check=1).stderr)

    def test_choices_of_the_way_to_2_1(self):
        document = json.loads(advisory())
        document["document"]["publisher"]["category"] = "other"
        document["product_tree"]["branches"][0]["branches"][0]["branches"][0]["product"][
            "product_identification_helper"] = {"model_numbers": ["A?*1"]}
        path = self.write("a.json", json.dumps(document))
        done = run("convert", "--to", "csaf-2.1", "--complete-numbers", "--literal-question-marks", "--literal-stars",
                   "--other-publisher", "multiplier", "--latest-cwe", path, check=0)
        self.assertIn(r'"A\\?\\*1"', done.stdout)
        self.assertEqual(json.loads(done.stdout)["document"]["publisher"]["category"], "multiplier")
        self.assertIn("multiplier", run("convert", "--to", "csaf-2.1", path, check=0).stderr)
        self.assertNotIn("multiplier",
                         run("convert", "--to", "csaf-2.1", "--other-publisher", "keep", path, check=0).stderr)
        run("convert", "--to", "csaf-2.1", "--other-publisher", "nobody", path, check=2)

    def test_to_markdown_and_text(self):
        path = self.write("a.json", advisory(title="Open <b>door</b>"))
        markdown = run("convert", "--to", "markdown", path, check=0).stdout
        self.assertTrue(markdown.startswith("# Open \\<b\\>door\\</b\\>\n"), markdown)
        text = run("convert", "--to", "text", path, check=0).stdout
        self.assertTrue(text.startswith("Open <b>door</b>\n================\n"), text)
        for made in (markdown, text):
            for part in ("CVE-1900-1001", "Example Valves Controller 4.1", "The gate opens for everybody."):
                self.assertIn(part, made)
        for to in ("markdown", "text"):
            done = run("convert", "--to", to, "-", stdin='{"bomFormat":"CycloneDX"}', check=1)
            self.assertIn("CycloneDX BOM", done.stderr)
            self.assertEqual(done.stdout, "")

    def there_and_back(self, to):
        document = json.loads(advisory())
        document["vulnerabilities"][0]["remediations"] = [
            {"category": "workaround", "details": "Shut the gate.", "product_ids": ["P-1"]}]
        made = run("convert", "--to", to, "--format", "json", self.write("a.json", json.dumps(document)), check=0)
        self.assertIn("TLP label WHITE", " ".join(note["message"] for note in json_lines(made.stderr)))
        back = run("convert", "--to", "csaf-2.1", "-", stdin=made.stdout, check=0)
        run("validate", self.write("back.json", back.stdout), check=0)
        csaf = json.loads(back.stdout)
        self.assertEqual(csaf["document"]["category"], "csaf_vex")
        self.assertEqual(csaf["vulnerabilities"][0]["cve"], "CVE-1900-1001")
        self.assertIn("Shut the gate.", csaf["vulnerabilities"][0]["remediations"][0]["details"])
        return json.loads(made.stdout)

    def test_to_openvex_and_back(self):
        self.assertEqual(self.there_and_back("openvex")["statements"][0]["status"], "affected")

    def test_to_cyclonedx_vex_and_back(self):
        made = self.there_and_back("cyclonedx-vex")["vulnerabilities"][0]
        self.assertEqual(made["analysis"], {"state": "exploitable", "response": ["workaround_available"]})

    def test_from_cvrf(self):
        source = pathlib.Path(__file__).resolve().parents[2] / "src/formats/cvrf/testdata/full-1.2.xml"
        publisher = ("--publisher", "Example Valves", "--namespace", "https://psirt.example-valves.example")
        for version in ("2.0", "2.1"):
            with self.subTest(version):
                done = run("convert", "--to", f"csaf-{version}", *publisher, source, check=0)
                self.assertEqual(json.loads(done.stdout)["document"]["csaf_version"], version)
                self.assertIn("'own:Ticket' with value '4711'", done.stderr)
                run("validate", self.write(f"{version}.json", done.stdout), check=0)
        done = run("convert", "--to", "csaf-2.0", source, check=1)
        self.assertIn("say it with --publisher", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn("CVRF document", run("convert", "--to", "openvex", source, check=1).stderr)
        for wrong, told in (("<feed/>", "no CVRF document"), ("<cvrfdoc>\n&x;</cvrfdoc>", "1:10"), ("{}", "csaf")):
            done = run("convert", "--to", "csaf-2.0", "-", stdin=wrong, check=1)
            self.assertIn(told, done.stderr.lower() if told == "csaf" else done.stderr)
            self.assertEqual(done.stdout, "")

    def test_from_a_bom_that_does_not_say_who_made_it(self):
        bom = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [
            {"id": "CVE-1900-1001", "analysis": {"state": "in_triage"}, "affects": [{"ref": "pump"}]}]})
        self.assertIn("--id", run("convert", "--to", "csaf-2.1", "-", stdin=bom, check=1).stderr)
        made = run("convert", "--to", "csaf-2.1", "--id", "EX-9", "--publisher", "Example Valves", "--namespace",
                   "https://psirt.example-valves.test", "-", stdin=bom, check=0).stdout
        self.assertEqual(json.loads(made)["document"]["tracking"]["id"], "EX-9")
        run("validate", self.write("made.json", made), check=0)


def advisory_2_1(number=1, **document):
    made = json.loads(advisory(number, tlp=None))
    made["$schema"] = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"
    made["document"].update({
        "category": "csaf_base", "csaf_version": "2.1", "distribution": {"tlp": {"label": "CLEAR"}},
        "references": [{"category": "self", "summary": "This advisory",
                        "url": f"https://psirt.example-valves.test/ex-{number}.json"}], **document})
    return json.dumps(made)


DATE = ("--date", "2026-06-01T12:00:00Z")


class Change(WithFolder):
    """withdraw, supersede, modify, translate, update-ids"""

    def valid(self, done):
        run("validate", self.write("made.json", done.stdout), check=0)
        return json.loads(done.stdout)

    def refused(self, *words, part, **more):
        done = run(*words, check=1, **more)
        self.assertEqual(done.stdout, "")
        self.assertIn(part, done.stderr)

    def test_withdraw(self):
        path = self.write("a.json", advisory_2_1(notes=[{"category": "description", "text": "A gate that opens."}]))
        done = run("withdraw", path, "--reason", "A gate that opens.", "--reason", "It does not.", *DATE, check=0)
        made = self.valid(done)
        self.assertEqual(made["document"]["category"], "csaf_withdrawn")
        self.assertEqual(made["document"]["tracking"]["version"], "2")
        self.assertEqual(made["document"]["tracking"]["current_release_date"], "2026-06-01T12:00:00Z")
        self.assertEqual(made["document"]["tracking"]["generator"]["engine"]["name"], "Tocsin")
        self.assertEqual(made["document"]["notes"], [{"category": "description", "title": "Reasoning for Withdrawal",
                                                      "text": "A gate that opens.\n\nIt does not."}])
        self.assertEqual([*made], ["document", "$schema"])
        self.assertIn("warning: /document/notes/0: the note", done.stderr)
        again = self.write("again.json", done.stdout)
        self.refused("withdraw", again, "--reason", "x", part="again.json:/document/category: the document is withdrawn already")
        self.refused("withdraw", "-", "--reason", "x", part="convert it to 2.1 first", stdin=advisory())
        self.refused("withdraw", path, "--reason", "x", "--date", "2020-01-01T00:00:00Z", part="later than")

    def test_demo_documents_can_be_withdrawn_and_superseded(self):
        for path in sorted(DEMO.glob("*.json")):
            if json.loads(path.read_text())["document"]["csaf_version"] != "2.1":
                continue
            with self.subTest(path.name):
                self.valid(run("withdraw", path, "--reason", "x", check=0))
                self.valid(run("supersede", path, "--by", "https://example.com/b.json", check=0))

    def test_supersede(self):
        old, new = (self.write(f"{n}.json", advisory_2_1(n)) for n in (1, 2))
        made = self.valid(run("supersede", old, "--by", new, "--by", "https://example.com/b", *DATE, check=0))
        self.assertEqual(made["document"]["category"], "csaf_superseded")
        self.assertEqual([(r["category"], r["url"]) for r in made["document"]["references"]],
                         [("self", "https://psirt.example-valves.test/ex-1.json"),
                          ("external", "https://psirt.example-valves.test/ex-2.json"),
                          ("external", "https://example.com/b")])
        self.assertIn("EX-2", made["document"]["notes"][0]["text"])
        french = self.write("fr.json", advisory_2_1(3, lang="fr"))
        made = self.valid(run("supersede", french, "--by", new, "--reason", "Voir EX-2.", "--note-title", "Motif",
                              "--reference-summary", "Remplacé par", check=0))
        self.assertEqual(made["document"]["references"][1]["summary"].split(":")[0], "Remplacé par")
        self.assertEqual(made["document"]["notes"][0]["title"], "Motif")
        self.refused("supersede", old, "--by", old, part="cannot supersede itself")
        self.refused("supersede", old, "--by", self.folder / "none.json", part="none.json")
        nameless = self.write("n.json", advisory())
        self.refused("supersede", old, "--by", nameless, part="n.json:/document/references: the document has no reference")

    def test_modify(self):
        path = self.write("a.json", advisory_2_1())
        patch = self.write("p.json", json.dumps([
            {"op": "test", "path": "/document/tracking/id", "value": "EX-1"},
            {"op": "add", "path": "/vulnerabilities/0/title", "value": "Open gate"}]))
        made = self.valid(run("modify", path, "--patch", patch, "--summary", "Title added", *DATE, check=0))
        self.assertEqual(made["vulnerabilities"][0]["title"], "Open gate")
        self.assertEqual(made["document"]["tracking"]["revision_history"][1],
                         {"date": "2026-06-01T12:00:00Z", "number": "2", "summary": "Title added"})
        bad = self.write("bad.json", '[{"op":"remove","path":"/nothing"}]')
        self.refused("modify", path, "--patch", bad, "--summary", "x", part="bad.json:/0/path: there is no /nothing")
        self.refused("modify", path, "--summary", "x", part="nothing changes")
        self.refused("modify", path, "--patch", self.write("no.json", "{"), "--summary", "x", part="no.json:")
        self.refused("modify", path, "--summary", "x", "--namespace", "https://other.test", part="an id of its own")

    def test_update_ids(self):
        document = json.loads(advisory_2_1())
        document["vulnerabilities"][0]["ids"] = [
            {"system_name": "OASIS Open CSAF TC GitHub Issues", "text": "Issue 1217"},
            {"system_name": "https://github.com/oasis-tcs/csaf", "text": "1218"},
            {"system_name": "Works", "text": "L-7"}]
        path = self.write("a.json", json.dumps(document))
        ids = lambda made: [(each["system_name"], each["text"]) for each in made["vulnerabilities"][0]["ids"]]
        url = "https://github.com/oasis-tcs/csaf"

        made = self.valid(run("update-ids", path, check=0))
        self.assertEqual(ids(made), [(url, "#1217"), (url, "#1218"), ("Works", "L-7")])
        self.assertEqual(made["document"]["tracking"]["version"], "1")
        made = self.valid(run("update-ids", path, "--commit", "--summary", "Ours", "--number", "2", *DATE, check=0))
        self.assertEqual(made["document"]["tracking"]["revision_history"][-1],
                         {"date": "2026-06-01T12:00:00Z", "number": "2", "summary": "Ours"})

        dry = run("update-ids", path, "--dry-run", check=0)
        self.assertEqual(len(dry.stdout.splitlines()), 2)
        listed = run("update-ids", path, "--list-unregistered", "--format", "json", check=0)
        self.assertEqual([each["system_name"] for each in json_lines(listed.stdout)],
                         ["OASIS Open CSAF TC GitHub Issues", "Works"])
        listed = run("update-ids", path, "--list-nonconforming", "--ignore", "Works", check=0)
        self.assertEqual(listed.stdout, f"/vulnerabilities/0/ids/1: '1218' of '{url}'\n")

        rules = self.write("rules.json", json.dumps([{"system_name": "Works", "precondition": "L-([0-9]+)",
                                                      "new_system_name": "https://works.example", "new_text": r"LAMP-\1"}]))
        made = self.valid(run("update-ids", path, "--rules", rules, "--interactive", stdin="what?\nn\ny\ny\n", check=0))
        self.assertEqual(ids(made), [("OASIS Open CSAF TC GitHub Issues", "Issue 1217"), (url, "#1218"),
                                     ("https://works.example", "LAMP-7")])
        made = self.valid(run("update-ids", path, "--interactive", stdin="", check=0))
        self.assertEqual(ids(made)[0], ("OASIS Open CSAF TC GitHub Issues", "Issue 1217"))

        self.refused("update-ids", path, "--rules", self.write("bad.json", '[{"system_name":"A"}]'), part="bad.json:/0: the rule")
        self.refused("update-ids", path, "--commit", "--number", "1", part="no version after 1")
        self.refused("update-ids", "-", part="belongs to CSAF 2.1", stdin=advisory())

    def test_modify_to_what_is_not_valid(self):
        path = self.write("a.json", advisory_2_1())
        patch = self.write("p.json", '[{"op":"remove","path":"/product_tree"}]')
        words = ("modify", path, "--patch", patch, "--summary", "x", "--format", "json")
        done = run(*words, check=1)
        self.assertEqual(done.stdout, "")
        notes = json_lines(done.stderr)
        self.assertEqual({note["level"] for note in notes}, {"error"})
        self.assertIn("6.1.1", notes[0]["message"])
        kept = run(*words, "--keep-invalid", check=1)
        self.assertNotIn("product_tree", json.loads(kept.stdout))

    def test_modify_as_another_issuer(self):
        path = self.write("a.json", advisory_2_1())
        made = self.valid(run("modify", path, "--publisher", "Grid CERT", "--namespace", "https://cert.grid.test",
                              "--publisher-category", "multiplier", "--id-prefix", "GC-", "--tlp", "GREEN",
                              "--summary", "For our members", check=0))
        self.assertEqual(made["document"]["tracking"]["id"], "GC-EX-1")
        self.assertEqual(made["document"]["references"][0]["url"], "https://psirt.example-valves.test/ex-1.json")
        self.assertEqual(made["document"]["distribution"]["tlp"]["label"], "GREEN")

    def test_translate(self):
        path = self.write("a.json", advisory_2_1(lang="en"))
        texts = self.write("t.json", json.dumps({"/document/title": "Offene Tür"}))
        words = ("translate", path, "--lang", "de", "--texts", texts)
        made = self.valid(run(*words, "--publisher", "U", "--namespace", "https://u.test", check=0))
        self.assertEqual(made["document"]["title"], "Offene Tür")
        self.assertEqual(made["document"]["tracking"]["id"], "EX-1-de")
        self.assertEqual(made["document"]["publisher"]["category"], "translator")
        self.valid(run(*words, "--by-publisher", check=0))
        self.refused(*words, part="who translated")
        self.write("t.json", '["x"]')
        self.refused(*words, "--by-publisher", part="t.json")
