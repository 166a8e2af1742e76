"""kill -9 while mail is being sent, each time between the mail server's taking a letter and our knowing of it: none is
lost, and what came twice came under the same Message-ID."""
import asyncio
import collections
import signal
import unittest

from support.mail import Desk, MailServer, with_mail
from support.tocsin import Folder, Server, fresh_postgres, needs_postgres, run

LETTERS, KILL_EVERY = 24, 4


class KilledPostOffice(unittest.TestCase):
    def check(self, database):
        state = {"server": None, "taken": 0, "kills": 0}

        async def take(letter):
            # The first letter may come before the test has got hold of the process.
            while state["server"] is None:
                await asyncio.sleep(0.01)
            state["taken"] += 1
            if state["taken"] % KILL_EVERY == 0:
                state["kills"] += 1
                server, state["server"] = state["server"], None
                server.process.send_signal(signal.SIGKILL)
                with desk.changed:
                    desk.changed.notify_all()

        desk = Desk(data=take)
        with Folder() as folder, MailServer(desk) as mail:
            data = folder / "data"
            run("init", "--data", data, "--name", "Grid CERT", "--admin-email", "root@cert.example", "--admin-name", "Root",
                *(["--database", database] if database else []), check=0)
            run("user", "password", "--data", data, "root@cert.example", stdin="seven purple turbines hum\n", check=0)
            with_mail(data, mail.url, 'public_url = "https://cert.example"\n')
            for number in range(LETTERS):
                run("token", "create", "--data", data, "root@cert.example", "--name", f"Number {number}", "--scopes", "read",
                    check=0)
            ids = lambda: {each.id for each in desk.letters}
            while len(ids()) < LETTERS:
                # What the dead process had in hand is leased to it for a while yet.
                run("mail", "retry", "--data", data, check=0)
                server = Server(data)
                try:
                    state["server"] = server
                    known = state["kills"]
                    desk.wait(lambda _: state["kills"] > known or len(ids()) == LETTERS)
                    if state["kills"] > known:
                        server.process.wait(timeout=60)
                    else:
                        server.eventually("/metrics", lambda page: "tocsin_mail_waiting 0" in page.text)
                finally:
                    server.stop()
                    state["server"] = None
            self.assertGreater(state["kills"], 3, "hardly any was killed: the test tested nothing")
            times = collections.Counter(each.id for each in desk.letters)
            self.assertEqual(len(times), LETTERS)
            self.assertLessEqual(len(desk.letters), LETTERS + state["kills"])
            self.assertGreater(len(desk.letters), LETTERS, "the window that is meant was never hit")
            names = {each.id: each.text for each in desk.letters}
            self.assertEqual(len({text for text in names.values()}), LETTERS, "each letter once")
            for each in desk.letters:
                self.assertEqual(each.text, names[each.id], "a double is the same letter")
            self.assertIn("No mail waits", run("mail", "list", "--data", data, check=0).stdout)

    def test_sqlite(self):
        self.check(None)

    @needs_postgres
    def test_postgres(self):
        self.check(fresh_postgres())


if __name__ == "__main__":
    unittest.main()
