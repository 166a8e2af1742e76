"""kill -9 at random points of an import, many times: every next start finds a consistent database, and importing again
completes it."""
import random
import signal
import subprocess
import time
import unittest

from support.tocsin import (BINARY, DEMO, ENVIRONMENT, Folder, POSTGRES, Server, ARCHIVE, fresh_postgres, init, json_lines,
                            needs_postgres, needs_real_data, run)

ROUNDS = 5
KILLS_A_ROUND = 4


def figures(data):
    """What a reader can count: the same after a killed and repeated import as after one that was left alone."""
    with Server(data) as server:
        overview = server.get("/api/v1/overview").json()
        first = server.get("/api/v1/advisories?limit=200&sort=published").json()
        return {
            "advisories": overview["advisories"], "vulnerabilities": overview["vulnerabilities"],
            "vendors": overview["vendors"], "products": overview["products"], "total": first["total"],
            "ids": [item["id"] for item in first["items"]],
            "siemens": server.get("/api/v1/advisories?q=siemens").json()["total"],
        }


class KilledImport(unittest.TestCase):
    def check(self, source, database):
        with Folder() as folder:
            init(folder / "clean", database and fresh_postgres())
            started = time.monotonic()
            run("import", "--data", folder / "clean", source, check=0)
            whole = time.monotonic() - started
            expected = figures(folder / "clean")
            seed = 20260 + len(database or "")
            chance = random.Random(seed)
            for round_number in range(ROUNDS):
                data = folder / f"killed-{round_number}"
                init(data, database and fresh_postgres())
                # Each kill lets the next import begin where this one ended. Whoever ended before its signal was quicker
                # than the one before, by what is done already or by what else the machine does: the next signal comes sooner.
                kills, expected_time = 0, whole
                while kills < KILLS_A_ROUND:
                    began = time.monotonic()
                    process = subprocess.Popen([BINARY, "import", "--data", data, source], env=ENVIRONMENT,
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    try:
                        process.wait(timeout=chance.uniform(0.0, expected_time * 0.4))
                        expected_time = min(expected_time, time.monotonic() - began)
                        if kills == 0:
                            whole = expected_time
                    except subprocess.TimeoutExpired:
                        process.send_signal(signal.SIGKILL)
                    ended = process.wait()
                    self.assertIn(ended, (0, -signal.SIGKILL))
                    kills += ended == -signal.SIGKILL
                    run("doctor", "--data", data, check=0)
                done = run("import", "--data", data, "--format", "json", source, check=0)
                self.assertTrue(json_lines(done.stdout))
                self.assertEqual(figures(data), expected, f"seed {seed}, round {round_number}")

    @needs_real_data
    def test_sqlite(self):
        self.check(ARCHIVE, None)

    @needs_real_data
    @needs_postgres
    def test_postgres(self):
        self.check(ARCHIVE, POSTGRES)

    def test_sqlite_with_demo_documents(self):
        self.check(DEMO, None)


class KilledServer(unittest.TestCase):
    def test_starts_again_and_serves_the_same(self):
        with Folder() as folder:
            init(folder)
            run("import", "--data", folder, DEMO, check=0)
            expected = figures(folder)
            for _ in range(3):
                server = Server(folder)
                server.get("/advisories")
                server.stop(signal.SIGKILL)
            self.assertEqual(figures(folder), expected)


if __name__ == "__main__":
    unittest.main()
