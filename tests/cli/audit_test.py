"""The audit log: what happens to it outside of Tocsin is found out."""
import contextlib
import json
import sqlite3
import stat
import unittest

from support.tocsin import Folder, fresh_postgres, init, json_lines, needs_postgres, run

ENTRY = ("at, person_id, organisation_id, action, object, owner_id, outcome, request_id, personal_hash, previous_hash, "
         "hash")


class Audit(unittest.TestCase):
    def setUp(self):
        keeper = Folder()
        self.folder = keeper.__enter__()
        self.addCleanup(keeper.__exit__)
        self.data = self.folder / "data"
        init(self.data)

    def audit(self, *arguments, **more):
        return run("audit", arguments[0], "--data", self.data, *arguments[1:], **more)

    def fill(self, entries=6):
        """Each export and each checkpoint is an entry; the last one here is a checkpoint."""
        for _ in range(entries - 1):
            self.audit("export", check=0)
        self.audit("checkpoint", check=0)

    def sql(self, *statements):
        """As somebody who has the database file and no scruples."""
        with contextlib.closing(sqlite3.connect(self.data / "tocsin.db")) as database:
            database.execute("PRAGMA foreign_keys = OFF")
            for statement in statements:
                self.assertGreater(database.execute(statement).rowcount, 0, statement)
            database.commit()

    def damages(self, *arguments):
        done = self.audit("verify", "--format", "json", *arguments)
        *findings, last = json_lines(done.stdout)
        self.assertEqual(done.returncode, 1 if findings else 0, done.stderr)
        self.assertEqual(last["summary"]["damages"], len(findings))
        self.assertEqual(last["summary"]["intact"], not findings)
        for finding in findings:
            self.assertEqual(set(finding), {"damage", "sequence", "text"})
        return [(finding["sequence"], finding["damage"]) for finding in findings]


class Verify(Audit):
    def test_an_untouched_log_is_intact(self):
        self.assertEqual(self.damages(), [])
        self.fill()
        self.assertEqual(self.damages(), [])
        done = self.audit("verify", check=0)
        self.assertIn("The log is intact: 6 entries, 1 checkpoint, 0 erased", done.stdout)
        self.assertIn("Public key: ", done.stdout)

    def test_a_changed_entry(self):
        self.fill()
        self.sql("UPDATE audit SET action = 'sign-in' WHERE sequence = 3")
        self.assertEqual(self.damages(), [(3, "altered")])
        done = self.audit("verify", check=1)
        self.assertIn("Entry 3 was altered", done.stdout)
        self.assertIn("THE LOG IS DAMAGED, 1 finding", done.stdout)

    def test_an_entry_removed_from_the_middle(self):
        self.fill()
        self.sql("DELETE FROM audit_personal WHERE sequence = 3", "DELETE FROM audit WHERE sequence = 3")
        self.assertEqual(self.damages(), [(3, "removed")])

    def test_the_last_entry_removed(self):
        self.fill()
        self.sql("DELETE FROM audit_personal WHERE sequence = 6", "DELETE FROM audit WHERE sequence = 6",
                 "UPDATE sqlite_sequence SET seq = 5 WHERE name = 'audit'")
        self.assertEqual(self.damages(), [(6, "removed")])
        # Going on does not hide it.
        self.audit("export", check=0)
        self.assertEqual(self.damages(), [(6, "removed")])

    def test_the_last_entry_removed_with_its_checkpoint(self):
        self.fill()
        kept = self.folder / "kept.jsonl"
        kept.write_text(self.audit("checkpoint", "--format", "json", check=0).stdout + "\n")
        self.assertEqual(self.damages("--checkpoints", kept), [])
        self.sql("DELETE FROM audit_personal WHERE sequence = 7", "DELETE FROM audit WHERE sequence = 7",
                 "DELETE FROM audit_checkpoint WHERE sequence = 7",
                 "UPDATE sqlite_sequence SET seq = 6 WHERE name = 'audit'")
        self.assertEqual(self.damages(), [])
        self.assertEqual(self.damages("--checkpoints", kept), [(7, "removed")])

    def test_the_first_entries_removed(self):
        self.fill()
        self.sql("DELETE FROM audit_personal WHERE sequence < 3", "DELETE FROM audit WHERE sequence < 3")
        self.assertEqual(self.damages(), [(1, "removed")])

    def test_two_entries_swapped(self):
        self.fill()
        self.sql("UPDATE audit SET sequence = 100 WHERE sequence = 2", "UPDATE audit SET sequence = 2 WHERE sequence = 4",
                 "UPDATE audit SET sequence = 4 WHERE sequence = 100")
        found = self.damages()
        self.assertIn((2, "reordered"), found)
        self.assertIn((4, "reordered"), found)

    def test_a_changed_personal_part(self):
        self.fill()
        for column in ("address", "agent", "detail", "salt"):
            with self.subTest(column):
                self.sql(f"UPDATE audit_personal SET {column} = {column} || 'x' WHERE sequence = 2")
                self.assertEqual(self.damages(), [(2, "personal-altered")])
                self.sql(f"UPDATE audit_personal SET {column} = substr({column}, 1, length({column}) - 1) WHERE sequence = 2")
        self.assertEqual(self.damages(), [])

    def test_an_erased_personal_part_is_no_damage(self):
        self.fill()
        self.sql("DELETE FROM audit_personal WHERE sequence IN (2, 4)")
        self.assertEqual(self.damages(), [])
        self.assertIn("2 erased personal parts", self.audit("verify", check=0).stdout)
        erased = [line["sequence"] for line in json_lines(self.audit("export", check=0).stdout) if line["erased"]]
        self.assertEqual(erased, [2, 4])

    def test_a_changed_checkpoint_and_a_stranger_s(self):
        self.fill()
        self.sql("UPDATE audit_checkpoint SET at = at + 1000000")
        self.assertEqual(self.damages(), [(6, "bad-signature")])
        self.sql("UPDATE audit_checkpoint SET at = at - 1000000, key_id = '0123456789abcdef'")
        self.assertEqual(self.damages(), [(6, "unknown-key")])

    def test_without_the_key_the_earlier_public_part_is_needed(self):
        self.fill()
        public = json_lines(self.audit("verify", "--format", "json", check=0).stdout)[-1]["summary"]["public_key"]
        (self.data / "audit.key").unlink()
        self.assertEqual(self.damages(), [(6, "unknown-key")])
        self.assertFalse((self.data / "audit.key").exists(), "looking makes no key")
        self.assertEqual(self.damages("--key", public), [])
        self.assertEqual(self.audit("verify", "--key", "nonsense").returncode, 1)

    def test_a_file_that_holds_no_checkpoints(self):
        self.fill()
        kept = self.folder / "kept.jsonl"
        self.assertIn("kept.jsonl", self.audit("verify", "--checkpoints", kept, check=1).stderr)
        kept.write_text("\n{}\n")
        self.assertIn("kept.jsonl:2", self.audit("verify", "--checkpoints", kept, check=1).stderr)


class Use(Audit):
    def test_the_key_is_its_owner_s_only(self):
        self.fill(1)
        key = self.data / "audit.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        key.chmod(0o644)
        self.assertIn("audit.key", self.audit("checkpoint", check=1).stderr)

    def test_export_is_one_object_a_line_in_a_stable_order(self):
        self.fill(3)
        lines = self.audit("export", check=0).stdout.splitlines()
        self.assertEqual(len(lines), 4)
        first = json.loads(lines[0])
        self.assertEqual(list(first), ["sequence", "at", "person", "organisation", "action", "object", "owner", "outcome",
                                       "request_id", "erased", "address", "agent", "detail", "salt", "personal_hash",
                                       "previous_hash", "hash"])
        self.assertEqual(first["action"], "audit.export")
        self.assertEqual(first["detail"], {"by": "console"})
        self.assertRegex(first["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$")
        self.assertEqual([json.loads(line)["previous_hash"] for line in lines[1:]],
                         [json.loads(line)["hash"] for line in lines[:-1]])

    def test_filters(self):
        self.fill(4)

        def sequences(*arguments):
            return [line["sequence"] for line in json_lines(self.audit("list", "--format", "json", *arguments, check=0).stdout)]
        self.assertEqual(sequences(), [4, 3, 2, 1])
        self.assertEqual(sequences("--action", "audit.checkpoint"), [4])
        self.assertEqual(sequences("--action", "audit.*", "--limit", "2"), [4, 3])
        self.assertEqual(sequences("--limit", "2", "--before", "3"), [2, 1])
        self.assertEqual(sequences("--person", "1"), [])
        self.assertEqual(sequences("--object", "record:1"), [])
        self.assertEqual(sequences("--from", "2000-01-01", "--to", "2001-01-01T00:00:00Z"), [])
        self.assertEqual(sequences("--from", "2000-01-01", "--outcome", "done"), [4, 3, 2, 1])
        self.assertIn("--before 3", self.audit("list", "--limit", "2", check=0).stdout)
        for wrong in (["--action", "audit.exprt"], ["--from", "yesterday"], ["--person", "0"], ["--limit", "0"],
                      ["--outcome", "good"]):
            with self.subTest(wrong):
                self.assertNotEqual(self.audit("list", *wrong, check=2).stderr, "")

    def test_prune_keeps_the_rest_verifiable(self):
        self.fill(5)
        self.assertIn("Nothing", self.audit("prune", "--keep-days", "1", check=0).stdout)
        self.audit("prune", check=2)
        self.audit("prune", "--keep-days", "0", check=2)
        self.assertEqual(self.damages(), [])

    @needs_postgres
    def test_on_postgresql(self):
        other = self.folder / "other"
        init(other, fresh_postgres())
        for command in ("export", "checkpoint", "list", "verify"):
            run("audit", command, "--data", other, check=0)


if __name__ == "__main__":
    unittest.main()
