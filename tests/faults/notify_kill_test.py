"""kill -9 while people are told of advisories, at many points between an import and the last letter: nobody misses one,
and nobody gets one twice, but under the same Message-ID."""
import collections
import random
import re
import signal
import time
import unittest

from support.documents import advisory
from support.mail import Desk, MailServer, with_mail
from support.tocsin import Folder, Server, fresh_postgres, needs_postgres, run

ADVISORIES, AT_ONCE = 36, 6
READERS = ["rosa@plant.example", "ravi@plant.example"]


class KilledHerald(unittest.TestCase):
    def check(self, database):
        state = {"server": None, "kill_after": 0, "taken": 0, "kills": 0}

        def kill():
            server, state["server"] = state["server"], None
            if server is not None:
                state["kills"] += 1
                server.process.send_signal(signal.SIGKILL)

        def take(letter):
            state["taken"] += 1
            if state["kill_after"] and state["taken"] >= state["kill_after"]:
                state["kill_after"] = 0
                kill()

        desk = Desk(data=take)
        chance = random.Random(20261129)
        with Folder() as folder, MailServer(desk) as mail:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", "--admin-email", "root@cert.example", "--admin-name", "Root",
                *(["--database", database] if database else []), check=0)
            run("org", "add", "--data", data, "Plant", "--kind", "asset-owner", check=0)
            for address in READERS:
                run("user", "add", "--data", data, address, "--name", address.split("@")[0], "--org", "Plant", check=0)
                run("user", "password", "--data", data, address, stdin="seven purple turbines hum\n", check=0)
                # Several match what comes: it is told once.
                run("notify", "add", "--data", data, address, "--name", "Everything", check=0)
                run("notify", "add", "--data", data, address, "--name", "Doors", "--query", "door", check=0)
            with_mail(data, mail.url, 'public_url = "https://cert.example"\n')

            expected = set()
            # Where many wait, one letter tells of several.
            doors = lambda letter: {int(number) for number in re.findall(r"Door (\d+) open", letter.subject + letter.text)}
            for first in range(1, ADVISORIES + 1, AT_ONCE):
                for number in range(first, first + AT_ONCE):
                    path = folder / f"ex-{number}.json"
                    path.write_text(advisory(number, title=f"Door {number} open"))
                    run("import", "--data", data, path, check=0)
                    for address in READERS:
                        expected.add((address, number))
                # Killed soon after its start, again and again: while it derives, notices, or sends.
                for _ in range(3):
                    state["kill_after"] = state["taken"] + chance.randint(1, 4)
                    server = Server(data)
                    state["server"] = server
                    until = time.monotonic() + chance.uniform(0.0, 2.5)
                    while state["server"] is not None and time.monotonic() < until:
                        time.sleep(0.01)
                    kill()
                    server.process.wait(timeout=60)
                    server.stop()
                    state["kill_after"] = 0
                    run("mail", "retry", "--data", data, check=0)
            numbers = lambda: {(each.to[0], number) for each in desk.letters for number in doors(each)}
            with Server(data) as server:
                run("mail", "retry", "--data", data, check=0)
                desk.wait(lambda _: numbers() >= expected, seconds=180)
                server.eventually("/metrics", lambda page: "tocsin_mail_waiting 0" in page.text, seconds=120)
            self.assertGreater(state["kills"], 10, "hardly any was killed: the test tested nothing")
            self.assertEqual(numbers(), expected, "somebody was told what is not theirs")
            ids = collections.defaultdict(set)
            for each in desk.letters:
                for number in doors(each):
                    ids[(each.to[0], number)].add(each.id)
            for what, under in ids.items():
                self.assertEqual(len(under), 1, f"told twice: {what}")
            self.assertIn("no mail waits", run("mail", "list", "--data", data, check=0).stdout.lower())

    def test_sqlite(self):
        self.check(None)

    @needs_postgres
    def test_postgres(self):
        self.check(fresh_postgres())


if __name__ == "__main__":
    unittest.main()
