"""Organisations, people, communities and cases by the command line."""
import hashlib
import json
import pathlib
import unittest

from support.tocsin import Folder, init, json_lines, run

KEYS = pathlib.Path(__file__).parents[2] / "src/formats/keys/testdata"
PASSWORD = "correct horse battery staple 42"


class Members(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.data = self.folder / "data"
        init(self.data)

    def do(self, group, verb, *arguments, **more):
        return run(group, verb, "--data", self.data, *arguments, **more)

    def rows(self, group, verb, *arguments):
        return json_lines(self.do(group, verb, "--format", "json", *arguments, check=0).stdout)

    def refuses(self, words, group, verb, *arguments, **more):
        done = self.do(group, verb, *arguments, **more)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(words, done.stderr)

    def test_the_life_of_an_organisation(self):
        self.do("org", "add", "Water works", "--kind", "vendor", "--sectors", "water,energy", "--countries", "de", check=0)
        (row,) = self.rows("org", "show", "water WORKS")
        self.assertEqual((row["kind"], row["sectors"], row["countries"]), ("vendor", ["energy", "water"], ["DE"]))
        self.do("org", "change", "Water works", "--homepage", "https://water.example", check=0)
        self.do("org", "add-contact", "2", "--role", "security", "--name", "Desk", "--email", "d@water.example", check=0)
        (row,) = self.rows("org", "show", "2")
        self.assertEqual((row["homepage"], row["sectors"], len(row["contacts"])), ("https://water.example", ["energy", "water"], 1))
        self.do("org", "set-status", "2", "suspended", "--reason", "silence", check=0)
        self.assertEqual([row["name"] for row in self.rows("org", "list", "--status", "suspended")], ["Water works"])
        self.assertIn("suspended", self.do("org", "list", check=0).stdout)
        self.refuses("does not become", "org", "set-status", "2", "vetted")
        self.refuses("There is no organisation", "org", "show", "Nobody")
        self.refuses("no status", "org", "set-status", "2", "odd")
        self.refuses("name: ", "org", "add", "WATER works")

    def test_what_was_added_can_be_removed(self):
        self.do("org", "add", "Water works", check=0)
        self.do("org", "add", "Integrator", check=0)
        self.do("org", "add-contact", "2", "--role", "legal", "--name", "Law", "--phone", "+49 30 1", check=0)
        self.do("org", "add-key", "2", str(KEYS / "certificate.pem"), "--label", "Desk", check=0)
        self.do("org", "add-client", "Integrator", "Water works", check=0)
        (row,) = self.rows("org", "show", "2")
        contact, key = row["contacts"][0]["id"], row["keys"][0]["id"]
        self.refuses("No such contact", "org", "remove-contact", "3", str(contact))
        self.do("org", "remove-contact", "2", str(contact), check=0)
        self.do("org", "remove-key", "2", str(key), check=0)
        self.do("org", "remove-client", "Integrator", "Water works", check=0)
        self.refuses("No such client", "org", "remove-client", "Integrator", "Water works")
        (row,) = self.rows("org", "show", "2")
        self.assertEqual((row["contacts"], row["keys"], row["providers"]), ([], [], []))

    def test_a_person_and_a_community_are_changed(self):
        self.do("user", "add", "ada@cert.example", "--name", "Ada", "--time-zone", "Europe/Berlin", check=0)
        self.do("user", "change", "ada@cert.example", "--name", "Ada Lovelace", "--email", "al@cert.example", check=0)
        (row,) = self.rows("user", "show", "al@cert.example")
        self.assertEqual((row["name"], row["time_zone"]), ("Ada Lovelace", "Europe/Berlin"))
        self.refuses("time zone", "user", "change", "al@cert.example", "--time-zone", "../../etc/passwd")
        self.do("community", "add", "Ring", "--description", "Pumps", check=0)
        self.do("community", "change", "Ring", "--name", "Circle", "--hidden", check=0)
        self.do("community", "close", "Circle", check=0)
        self.do("community", "open", "Circle", check=0)
        (row,) = self.rows("community", "show", "Circle")
        self.assertEqual((row["description"], row["members_hidden"], row["closed"]), ("Pumps", True, False))

    def test_the_site(self):
        logo = self.folder / "logo.svg"
        logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>')
        self.do("site", "set", "site_name=Grid CERT", "time_zone=Europe/Berlin", "accent=#0b5d70", "--logo", str(logo), check=0)
        by_name = {row["setting"]: row for row in self.rows("site", "show")}
        self.assertEqual((by_name["site_name"]["value"], by_name["site_name"]["origin"]), ("Grid CERT", "database"))
        self.assertIn("image/svg+xml", by_name["logo"]["value"])
        self.refuses("nearest colour", "site", "set", "contact=x@cert.example", "accent=#ffcc00")
        self.refuses("TOCSIN_SITE_NAME", "site", "set", "site_name=Mine", env={"TOCSIN_SITE_NAME": "Theirs"})
        logo.write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><script/></svg>')
        self.refuses("script", "site", "set", "contact=x@cert.example", "--logo", str(logo))
        by_name = {row["setting"]: row for row in self.rows("site", "show")}
        self.assertEqual(by_name["contact"]["value"], "")
        self.do("site", "set", "site_name=", "--logo", "none", check=0)
        by_name = {row["setting"]: row for row in self.rows("site", "show")}
        self.assertEqual((by_name["site_name"]["value"], by_name["logo"]["value"]), ("Tocsin", ""))

    def test_breached_passwords_are_refused(self):
        breached = self.folder / "breached.txt"
        digest = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
        breached.write_text("".join(sorted([digest + ":7\n", "0" * 40 + ":1\n", "F" * 40 + ":2\n"])))
        self.do("user", "add", "root@cert.example", "--name", "Root", "--roles", "administrator", check=0)
        with_list = {"TOCSIN_BREACHED_PASSWORDS": str(breached)}
        self.refuses("list of leaked ones", "user", "password", "root@cert.example", stdin=PASSWORD + "\n", env=with_list)
        self.do("user", "password", "root@cert.example", stdin=PASSWORD + "!\n", env=with_list, check=0)
        without = {"TOCSIN_BREACHED_PASSWORDS": str(self.folder / "none.txt")}
        self.refuses("none.txt", "user", "password", "root@cert.example", stdin=PASSWORD + "\n", env=without)

    def test_secret_keys_are_refused(self):
        self.do("org", "add", "Water works", check=0)
        key = self.folder / "key.pem"
        key.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
        self.refuses("secret key", "org", "add-key", "2", key)
        self.refuses("Cannot read the key", "org", "add-key", "2", self.folder / "none")

    def test_the_life_of_a_person(self):
        self.do("org", "add", "Water works", check=0)
        self.do("user", "add", "root@cert.example", "--name", "Root", "--roles", "administrator", check=0)
        self.do("user", "add", "ada@water.example", "--name", "Ada", "--org", "Water works", check=0)
        (row,) = self.rows("user", "show", "ADA@water.example")
        self.assertEqual((row["status"], row["memberships"]), ("invited", [{"organisation": 2, "roles": ["member"]}]))
        self.do("user", "password", "ada@water.example", stdin=PASSWORD + "\n", check=0)
        self.assertEqual(self.rows("user", "show", "ada@water.example")[0]["status"], "active")
        self.do("user", "suspend", "ada@water.example", check=0)
        self.refuses("account is suspended", "user", "reset-link", "ada@water.example")
        self.do("user", "activate", "ada@water.example", check=0)
        link = self.do("user", "reset-link", "ada@water.example", check=0).stdout
        self.assertIn("/link/", link)
        export = json.loads(self.do("user", "export", "ada@water.example", check=0).stdout)
        self.assertEqual(export["person"]["name"], "Ada")
        self.assertNotIn("argon2", json.dumps(export))
        self.refuses("--yes", "user", "erase", "ada@water.example")
        self.do("user", "erase", "ada@water.example", "--yes", check=0)
        self.refuses("There is no person", "user", "show", "ada@water.example")
        self.refuses("last administrator", "user", "erase", "root@cert.example", "--yes")
        self.refuses("is no role", "user", "roles", "root@cert.example", "--roles", "king")

    def test_tokens_show_their_secret_once(self):
        self.do("user", "add", "root@cert.example", "--name", "Root", check=0)
        self.do("user", "password", "root@cert.example", stdin=PASSWORD + "\n", check=0)
        (made,) = self.rows("token", "create", "root@cert.example", "--name", "Export", "--scopes", "read")
        self.assertTrue(made["token"].startswith("tocsin_"))
        (row,) = self.rows("token", "list", "root@cert.example")
        self.assertEqual((row["name"], row["scopes"], row["revoked"]), ("Export", ["read"], False))
        self.assertNotIn(made["token"], json.dumps(row))
        self.do("token", "revoke", "root@cert.example", str(row["id"]), check=0)
        self.assertTrue(self.rows("token", "list", "root@cert.example")[0]["revoked"])

    def test_communities(self):
        self.do("org", "add", "Water works", check=0)
        self.do("community", "add", "Water ring", "--hidden", check=0)
        self.do("community", "add-member", "Water ring", "--org", "Water works", check=0)
        self.refuses("already", "community", "add-member", "Water ring", "--org", "2")
        self.refuses("--org or --user", "community", "add-member", "Water ring")
        (row,) = self.rows("community", "show", "Water ring")
        self.assertEqual((row["members_hidden"], row["member_organisations"]), (True, [{"id": 2, "name": "Water works"}]))
        self.do("community", "remove-member", "1", "--org", "2", check=0)
        self.do("community", "close", "1", check=0)
        self.assertTrue(self.rows("community", "list")[0]["closed"])

    def test_cases(self):
        self.do("org", "add", "Water works", check=0)
        self.do("user", "add", "ada@water.example", "--org", "Water works", check=0)
        (made,) = self.rows("case", "open", "Pumps that stop", "--kind", "incident")
        number = made["case"]
        self.assertRegex(number, r"^CASE-20\d\d-\d{5}$")
        self.do("case", "add", number.lower(), "--org", "Water works", "--part", "asset-owner", check=0)
        self.do("case", "add", number, "--user", "ada@water.example", "--part", "reporter", check=0)
        self.refuses("--org or --user", "case", "add", number)
        self.refuses("coordinates", "case", "add", number, "--org", "1", "--part", "vendor")
        self.assertEqual(self.do("case", "add", number, "--org", "2", "--part", "king").returncode, 2)
        self.refuses("There is no case", "case", "show", "CASE-1999-00000")
        self.do("case", "rename", number, "Pumps", check=0)
        (row,) = self.rows("case", "show", number)
        self.assertEqual((row["title"], row["kind"], row["state"]), ("Pumps", "incident", "open"))
        self.assertEqual([(each["kind"], each["part"]) for each in row["participants"]],
                         [("organisation", "coordinator"), ("person", "reporter"), ("organisation", "asset-owner")])
        self.assertIn("asset owner", self.do("case", "show", number, check=0).stdout)
        self.do("case", "remove", number, "--user", "ada@water.example", check=0)
        self.do("case", "close", number, check=0)
        self.refuses("closed", "case", "add", number, "--user", "ada@water.example")
        self.assertEqual(self.rows("case", "list", "--state", "open"), [])
        self.assertIn(number, self.do("case", "list", "--text", "pump", check=0).stdout)
        self.do("case", "reopen", number, check=0)
        self.assertEqual([each["participant_count"] for each in self.rows("case", "list")], [2])

    def test_init_makes_the_first_administrator(self):
        other = self.folder / "other"
        done = run("init", "--data", other, "--admin-email", "root@cert.example", "--admin-name", "Root", check=0)
        self.assertIn("tocsin user password", done.stdout)
        (row,) = json_lines(run("user", "list", "--data", other, "--format", "json", check=0).stdout)
        self.assertEqual(row["memberships"], [{"organisation": 1, "roles": ["member", "administrator"]}])
        bad = self.folder / "bad"
        self.assertEqual(run("init", "--data", bad, "--admin-email", "nobody").returncode, 1)
        self.assertFalse(bad.exists())

    def test_everything_is_in_the_audit_log(self):
        self.do("org", "add", "Water works", check=0)
        (entry,) = json_lines(run("audit", "list", "--data", self.data, "--format", "json", check=0).stdout)[:1]
        self.assertEqual((entry["action"], entry["object"]), ("organisation.create", "organisation:2"))


if __name__ == "__main__":
    unittest.main()
