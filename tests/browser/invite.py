"""Invites a person into a portal's database, as its operator would: prints the secret of the link."""
import hashlib
import secrets
import sqlite3
import sys
import time

database, mail, name, roles = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
now = int(time.time() * 1_000_000)
secret = secrets.token_urlsafe(32)
with sqlite3.connect(database, timeout=30) as db:
    for number, organisation in ((501, "Waterworks Upper Valley"), (502, "Power plant North")):
        db.execute(
            "INSERT OR IGNORE INTO organisation (id, kind, name, folded_name, uuid, created_at, status)"
            " VALUES (?, 1, ?, ?, ?, ?, 2)",
            (number, organisation, organisation.lower(), f"00000000-0000-4000-8000-000000000{number}", now),
        )
    person = db.execute(
        "INSERT INTO person (uuid, name, email, folded_email, status, language, time_zone, created_at)"
        " VALUES (?, ?, ?, ?, 0, '', '', ?) RETURNING id",
        (secrets.token_hex(16), name, mail, mail, now),
    ).fetchone()[0]
    for number in (501, 502):
        db.execute("INSERT INTO membership VALUES (?, ?, ?, ?)", (person, number, roles, now))
    db.execute(
        "INSERT INTO one_time_link (token_hash, purpose, person_id, organisation_id, email, created_at, expires_at)"
        " VALUES (?, 1, ?, 501, ?, ?, ?)",
        (hashlib.sha256(secret.encode()).hexdigest(), person, mail, now, now + 3_600_000_000),
    )
print(secret)
