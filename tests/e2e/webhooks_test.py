"""Somebody sets a webhook and subscribes by it: what is imported arrives, once, signed as Standard Webhooks say."""
import base64
import hashlib
import hmac
import json
import re
import unittest

from support.documents import advisory
from support.tocsin import Folder, Server, json_lines, run
from support.webhook import Receiver


class SubscribedWebhook(unittest.TestCase):
    def test_is_told_what_is_new_once(self):
        with Folder() as folder, Receiver() as receiver:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", check=0)
            # Who may set webhooks has a role that demands a second factor; nobody here has one, and would be told nothing.
            settings = data / "tocsin.toml"
            before, header, after = settings.read_text().partition("[webhooks]\n")
            settings.write_text('public_url = "http://cert.example"\nsecond_factor = "optional"\n' + before + header +
                                'allow_http = true\nnetworks = "127.0.0.0/8"\n' + after)
            run("org", "add", "--data", data, "Plant", check=0)
            run("user", "add", "--data", data, "rosa@plant.example", "--name", "Rosa", "--org", "Plant",
                "--roles", "organisation-administrator", check=0)
            run("user", "password", "--data", data, "rosa@plant.example", stdin="seven purple turbines hum\n", check=0)
            made = run("webhook", "add", "--data", data, receiver.url, "--org", "Plant", "--user", "rosa@plant.example", check=0)
            secret = re.search(r"whsec_(\S+)", made.stdout)[1]
            for name, query in (("Doors", "door"), ("Everything", "")):
                run("notify", "add", "--data", data, "rosa@plant.example", "--name", name, "--query", query, "--by", "hook", check=0)
            document = folder / "ex-1.json"
            with Server(data) as server:
                document.write_text(advisory(1, title="Door open"))
                run("import", "--data", data, document, check=0)
                (headers, body), = receiver.wait(1)
                told = json.loads(body)
                self.assertEqual(told["type"], "advisory.created")
                self.assertEqual(told["data"]["title"], "Door open")
                self.assertEqual(told["data"]["url"], "http://cert.example/advisories/EX-1")
                self.assertEqual(sorted(told["data"]["subscriptions"]), ["Doors", "Everything"])
                signed = f'{headers["webhook-id"]}.{headers["webhook-timestamp"]}.'.encode() + body
                expected = base64.b64encode(hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()).decode()
                self.assertIn(f"v1,{expected}", headers["webhook-signature"].split())

                document.write_text(advisory(2, title="Second door open"))
                run("import", "--data", data, document, check=0)
                self.assertEqual(json.loads(receiver.wait(2)[1][1])["data"]["title"], "Second door open")
                # Taken by the receiver is not yet known to us.
                server.eventually("/healthz", lambda _: all(
                    each["state"] == "delivered"
                    for each in json_lines(run("webhook", "deliveries", "--data", data, "1", "--format", "json", check=0).stdout)))
            self.assertEqual(len(receiver.requests), 2)


if __name__ == "__main__":
    unittest.main()
