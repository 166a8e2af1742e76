"""kill -9 while webhooks are being sent, each time between the receiver's taking a delivery and our knowing of it: none is
lost, and what came twice came under the same webhook-id with the same body."""
import base64
import collections
import hashlib
import hmac
import re
import signal
import threading
import unittest

from support.webhook import Receiver
from support.tocsin import Folder, Server, fresh_postgres, needs_postgres, run

DELIVERIES, KILL_EVERY = 24, 4
# The lease of a dead process: a turn and two timeouts (exchange/hook_sender.hpp), with webhooks.timeout = 1.
SETTINGS = 'allow_http = true\nnetworks = "127.0.0.0/8"\ntimeout = 1\n'


class KilledHookSender(unittest.TestCase):
    def check(self, database):
        state = {"server": None, "taken": 0, "kills": 0}
        lock = threading.Condition()

        def taken():
            with lock:
                # The first may come before the test has got hold of the process.
                self.assertTrue(lock.wait_for(lambda: state["server"] is not None or state["closing"], 60))
                state["taken"] += 1
                if state["taken"] % KILL_EVERY == 0 and state["server"] is not None:
                    state["kills"] += 1
                    server, state["server"] = state["server"], None
                    server.process.send_signal(signal.SIGKILL)
                    lock.notify_all()

        state["closing"] = False
        receiver = Receiver(taken)
        try:
            with Folder() as folder:
                data = folder / "data"
                run("init", "--data", data, "--name", "Grid CERT", "--admin-email", "root@cert.example", "--admin-name", "Root",
                    *(["--database", database] if database else []), check=0)
                run("user", "password", "--data", data, "root@cert.example", stdin="seven purple turbines hum\n", check=0)
                settings = data / "tocsin.toml"
                before, header, after = settings.read_text().partition("[webhooks]\n")
                settings.write_text(before + header + SETTINGS + after)
                made = run("webhook", "add", "--data", data, receiver.url, "--org", "1", "--user", "root@cert.example",
                           check=0).stdout
                number, secret = re.search(r"Webhook (\d+)", made)[1], re.search(r"whsec_\S+", made)[0]
                for _ in range(DELIVERIES):
                    run("webhook", "test", "--data", data, number, check=0)
                while True:
                    server = Server(data)
                    try:
                        with lock:
                            known = state["kills"]
                            state["server"] = server
                            lock.notify_all()
                            # What the dead process had in hand is leased to it for a while yet.
                            done = lambda: state["kills"] > known or len(receiver.ids()) == DELIVERIES
                            while not done():
                                lock.wait(0.1)
                            killed = state["kills"] > known
                        if killed:
                            server.process.wait(timeout=60)
                            continue
                        server.eventually("/metrics", lambda page: "tocsin_webhook_waiting 0" in page.text or
                                          server.process.poll() is not None)
                        if server.process.poll() is None:
                            break
                    except OSError:
                        pass  # Killed while it was asked.
                    finally:
                        server.stop()
                        with lock:
                            state["server"] = None
                listed = run("webhook", "deliveries", "--data", data, number, "--state", "delivered", "--format", "json",
                             check=0).stdout
        finally:
            with lock:
                state["closing"] = True
                lock.notify_all()
            receiver.close()
        self.assertGreater(state["kills"], 3, "hardly any was killed: the test tested nothing")
        times = collections.Counter(headers["webhook-id"] for headers, _ in receiver.requests)
        self.assertEqual(len(times), DELIVERIES)
        self.assertEqual(len(listed.splitlines()), DELIVERIES)
        self.assertGreater(len(receiver.requests), DELIVERIES, "the window that is meant was never hit")
        bodies = {}
        key = base64.b64decode(secret.removeprefix("whsec_"))
        for headers, body in receiver.requests:
            self.assertEqual(bodies.setdefault(headers["webhook-id"], body), body, "a double is the same")
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            self.assertEqual(headers["webhook-signature"], expected)

    def test_sqlite(self):
        self.check(None)

    @needs_postgres
    def test_postgres(self):
        self.check(fresh_postgres())


if __name__ == "__main__":
    unittest.main()
