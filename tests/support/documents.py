"""Documents and a folder for tests of the command line."""
import json
import unittest

from support.tocsin import Folder, json_lines


def advisory(number=1, version="1", title="Open door in Example Valve Controller", tlp="WHITE"):
    date = "2024-03-01T08:00:00Z"
    document = {
        "category": "csaf_security_advisory", "csaf_version": "2.0", "title": title,
        "publisher": {"category": "vendor", "name": "Example Valves", "namespace": "https://psirt.example-valves.test"},
        "tracking": {"current_release_date": date, "id": f"EX-{number}", "initial_release_date": date, "status": "final",
                     "version": version, "revision_history": [{"date": date, "number": version, "summary": "Published."}]}}
    if tlp:
        document["distribution"] = {"tlp": {"label": tlp}}
    return json.dumps({
        "document": document,
        "product_tree": {"branches": [{"category": "vendor", "name": "Example Valves", "branches": [
            {"category": "product_name", "name": "Controller", "branches": [
                {"category": "product_version", "name": "4.1",
                 "product": {"name": "Example Valves Controller 4.1", "product_id": "P-1"}}]}]}]},
        "vulnerabilities": [{
            "cve": "CVE-1900-1001", "product_status": {"known_affected": ["P-1"]},
            "notes": [{"category": "description", "text": "The gate opens for everybody."}]}]})


def summary(done):
    return json_lines(done.stdout)[-1]["summary"]


class WithFolder(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.data = self.folder / "data"

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path
