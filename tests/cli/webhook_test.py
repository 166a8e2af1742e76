"""`tocsin webhook`: made, tried out, switched off and on, replayed, removed, as text and as JSON."""
import re
import unittest

from support.tocsin import Folder, json_lines, run


class Webhooks(unittest.TestCase):
    def test_life(self):
        with Folder() as folder:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", "--admin-email", "root@cert.example", "--admin-name", "Root", check=0)
            webhook = lambda what, *rest, check=0: run("webhook", what, "--data", data, *rest, check=check)
            self.assertIn("There is no webhook", webhook("list").stdout)
            whose = ("--org", "1", "--user", "root@cert.example")
            made = webhook("add", "https://siem.cert.example/tocsin", *whose).stdout
            self.assertRegex(made, r"whsec_[A-Za-z0-9+/]{43}=")
            number = re.search(r"Webhook (\d+)", made)[1]
            listed, = json_lines(webhook("list", "--format", "json").stdout)
            self.assertEqual((listed["name"], listed["url"], listed["enabled"]),
                             ("siem.cert.example", "https://siem.cert.example/tocsin", True))
            self.assertNotIn("whsec_", webhook("list").stdout)
            for url in ("http://siem.cert.example/", "ftp://siem.cert.example/", "https://me:secret@siem.cert.example/"):
                refused = webhook("add", url, *whose, check=1)
                self.assertIn("address", refused.stderr)
            webhook("test", number)
            waiting, = json_lines(webhook("deliveries", number, "--state", "waiting", "--format", "json").stdout)
            self.assertEqual((waiting["type"], waiting["attempts"]), ("ping", 0))
            self.assertNotIn("payload", waiting)
            webhook("disable", number)
            self.assertIn("Switched off by hand", webhook("deliveries", number).stdout)
            webhook("test", number, check=1)
            webhook("replay", number, check=1)
            webhook("enable", number)
            self.assertIn("1 delivery is", webhook("replay", number).stdout)
            self.assertNotEqual(re.search(r"whsec_\S+", webhook("rotate", number).stdout)[0], re.search(r"whsec_\S+", made)[0])
            webhook("remove", number)
            webhook("deliveries", number, check=1)
            actions = [each["action"] for each in json_lines(run("audit", "list", "--data", data, "--action", "webhook.*",
                                                                 "--format", "json", check=0).stdout)]
            self.assertEqual(sorted(actions), ["webhook.change"] * 2 + ["webhook.create", "webhook.remove", "webhook.replay",
                                                                        "webhook.rotate", "webhook.test"])


if __name__ == "__main__":
    unittest.main()
