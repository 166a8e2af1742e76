"""Somebody subscribes on the page, an advisory comes, one letter with two parts arrives, and its button ends it."""
import http.client
import re
import unittest

from support.browser import Browser
from support.documents import advisory
from support.mail import Desk, MailServer, with_mail
from support.tocsin import Folder, Server, run

PASSWORD = "seven purple turbines hum"


class Notifications(unittest.TestCase):
    def test_from_subscribing_to_unsubscribing(self):
        desk = Desk()
        with Folder() as folder, MailServer(desk) as mail:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", check=0)
            run("org", "add", "--data", data, "Plant", check=0)
            run("user", "add", "--data", data, "rosa@plant.example", "--name", "Rosa", "--org", "Plant", check=0)
            run("user", "password", "--data", data, "rosa@plant.example", stdin=PASSWORD + "\n", check=0)
            with_mail(data, mail.url, 'public_url = "http://cert.example"\n')
            with Server(data) as server:
                browser = Browser(server.port).sign_in("rosa@plant.example", PASSWORD)
                self.assertIn("/notifications/new?q=door", browser.get("/advisories?q=door").text)
                self.assertIn('value="door"', browser.get("/notifications/new?q=door").text)
                page = browser.post("/notifications", name="Doors", query="door", pace="now", channel="mail")
                self.assertEqual((page.status, page.location), (303, "/notifications?notice=subscribed"), page.text)
                browser.get("/notifications")
                browser.post("/notifications", name="Everything", query="", pace="now", channel=["mail", "feed"])

                document = folder / "ex-1.json"
                document.write_text(advisory(1, title="Door open"))
                run("import", "--data", data, document, check=0)
                (letter,) = desk.wait(len)
                self.assertEqual(letter.to, ["rosa@plant.example"])
                self.assertEqual(letter.subject, "Grid CERT: New: EX-1: Door open")
                self.assertEqual(letter.message.get_content_type(), "multipart/alternative")
                self.assertIn("Subscription: Doors, Everything", letter.text)
                self.assertIn("Door open</a>", letter.html)
                self.assertEqual(letter.message["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

                listed = browser.get("/notifications").text
                self.assertIn("Door open", listed)
                self.assertIn("by mail,", listed)
                notice = re.search(r"http://cert.example(/notifications/\d+)", letter.text).group(1)
                self.assertEqual(browser.get(notice).location, "/advisories/EX-1")

                way_out = re.search(r"<http://cert.example(/unsubscribe/[^>]+)>", letter.message["List-Unsubscribe"]).group(1)
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                connection.request("POST", way_out, "List-Unsubscribe=One-Click",
                                   {"Content-Type": "application/x-www-form-urlencoded"})
                self.assertEqual(connection.getresponse().status, 200)
                connection.close()
                listed = browser.get("/notifications").text
                self.assertIn("no way chosen", listed)
                self.assertIn("At once, in my feed", listed)

                document.write_text(advisory(2, title="Second door open"))
                run("import", "--data", data, document, check=0)
                server.eventually("/healthz", lambda _: "Second door" in browser.get("/notifications").text)
                self.assertEqual(len(desk.letters), 1)
                sent = run("notify", "sent", "--data", data, "rosa@plant.example", check=0).stdout
                self.assertIn("in the feed", sent)
                self.assertIn("by mail", sent)


if __name__ == "__main__":
    unittest.main()
