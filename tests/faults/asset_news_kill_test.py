"""kill -9 while assets are imported, matched, decided and told of: each reader hears of all of them, and of none twice but
under the same Message-ID."""
import json
import random
import re
import signal
import time
import unittest

from support.documents import advisory
from support.mail import Desk, MailServer, with_mail
from support.tocsin import Folder, Server, fresh_postgres, needs_postgres, run

ROUNDS, ASSETS = 4, 700
READERS = ["rosa@plant.example", "ravi@plant.example"]


class KilledBetweenMatchAndLetter(unittest.TestCase):
    def check(self, database):
        chance = random.Random(20261129)
        desk = Desk()
        with Folder() as folder, MailServer(desk) as mail:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", "--admin-email", "root@cert.example", "--admin-name", "Root",
                *(["--database", database] if database else []), check=0)
            run("org", "add", "--data", data, "Plant", "--kind", "asset-owner", check=0)
            for address in READERS:
                run("user", "add", "--data", data, address, "--name", address.split("@")[0], "--org", "Plant", check=0)
                run("user", "password", "--data", data, address, stdin="seven purple turbines hum\n", check=0)
                run("notify", "add", "--data", data, address, "--name", "Ours", "--assets", check=0)
            with_mail(data, mail.url, 'public_url = "https://cert.example"\n')
            text = advisory(1, title="Door 1 open")
            (folder / "one.json").write_text(text)
            run("import", "--data", data, folder / "one.json", check=0)
            vendor = json.loads(text)["product_tree"]["branches"][0]
            product = vendor["branches"][0]
            with Server(data):
                time.sleep(2)  # What advisories tell by themselves is not what is tested here.
            desk.letters.clear()
            kills = 0
            rows = ["Key,Vendor,Product,Version"]
            for number in range(ROUNDS):
                rows += [f"k{number}-{i},{vendor['name']},{product['name']},4.1" for i in range(ASSETS)]
                (folder / "plant.csv").write_text("\n".join(rows) + "\n")
                run("inventory", "import", "--data", data, folder / "plant.csv", "--organisation", "Plant", check=0)
                for _ in range(4):
                    server = Server(data)
                    time.sleep(chance.uniform(0.0, 2.0))
                    server.process.send_signal(signal.SIGKILL)
                    server.process.wait(timeout=60)
                    server.stop()
                    kills += 1
            expected = ROUNDS * ASSETS

            def told():
                """Assets by reader, and letters by Message-ID."""
                found = {}
                for letter in desk.letters:
                    number = re.search(r"speaks? of ([\d,.\s]+) added or changed", letter.subject)
                    if number:
                        found[(letter.to[0], letter.id)] = int(re.sub(r"\D", "", number.group(1)))
                return {address: sum(count for (to, _), count in found.items() if to == address) for address in READERS}

            with Server(data) as server:
                run("mail", "retry", "--data", data, check=0)
                desk.wait(lambda _: all(count >= expected for count in told().values()), seconds=180)
                server.eventually("/metrics", lambda page: "tocsin_mail_waiting 0" in page.text, seconds=120)
            self.assertEqual(kills, ROUNDS * 4)
            self.assertEqual(told(), {address: expected for address in READERS})

    def test_sqlite(self):
        self.check(None)

    @needs_postgres
    def test_postgres(self):
        self.check(fresh_postgres())


if __name__ == "__main__":
    unittest.main()
