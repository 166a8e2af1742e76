"""What a member shares over the API is STIX that OASIS' own stix2-validator finds nothing wrong with."""
import contextlib
import io
import json
import logging
import unittest
import urllib.request

from support.peers import python_peer
from support.tocsin import Folder, Server, json_lines, run

MAIL = "ada@water.example"
REPORT = {
    "title": "Scans of the remote access", "text": "Since *Monday*, every night.\n\n- from one address",
    "first_seen": "2026-01-05T22:00:00Z", "last_seen": "2026-01-09T04:30:00Z", "sectors": ["water", "energy"],
    "countries": ["DE"], "tlp": "GREEN", "audience": "members", "cves": ["CVE-2024-12345"], "techniques": ["T0883"],
    "indicators": ["45[.]66[.]77[.]88", "2a0e:1::5", "hxxps://evil[.]pump-update[.]net/it's?a=b", "pump-update[.]net",
                   "ops (at) pump-update (dot) net", "0123456789abcdef0123456789abcdef",
                   "0123456789abcdef0123456789abcdef01234567",
                   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
}


def setUpModule():
    python_peer("stix-validator", "stix2-validator==3.3.2")


class SharedReport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        path = cls.folder.__enter__()
        cls.addClassCleanup(cls.folder.__exit__)
        cls.data = path / "data"
        run("init", "--data", cls.data, check=0)
        run("org", "add", "--data", cls.data, "Water", check=0)
        run("user", "add", "--data", cls.data, MAIL, "--name", "Ada", "--org", "Water", check=0)
        run("user", "password", "--data", cls.data, MAIL, stdin="seven purple turbines hum\n", check=0)
        (made,) = json_lines(run("token", "create", "--data", cls.data, MAIL, "--org", "Water", "--name", "Sharing",
                                 "--scopes", "read,write-records", "--format", "json", check=0).stdout)
        cls.token = made["token"]
        cls.server = Server(cls.data)
        cls.addClassCleanup(cls.server.stop)

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", method=method,
                                         data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Authorization": f"Bearer {self.token}",
                                                  "Content-Type": "application/json", "Accept": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    def bundle(self, **changed):
        made = json.loads(self.ask("POST", "/api/v1/threats/reports", REPORT | changed))
        return self.ask("GET", f"/api/v1/threats/{made['report']['id']}/bundle")

    def test_the_official_validator_finds_nothing(self):
        from stix2validator import ValidationOptions, validate_string
        logging.disable(logging.CRITICAL)
        for changed in ({}, {"tlp": "AMBER+STRICT", "audience": "cert"}, {"anonymous": True, "title": "Another one"}):
            with contextlib.redirect_stdout(io.StringIO()):
                found = validate_string(self.bundle(**changed), ValidationOptions(version="2.1"))
            said = [str(each) for each in found.errors + found.warnings]
            self.assertTrue(found.is_valid, said)


if __name__ == "__main__":
    unittest.main()
