"""Judging STIX, beside the Python library stix2: both read the same files from memory, on one core."""
import json
import subprocess

from measuring import ROOT, install, last_json, row

INDICATORS = 20_000


def made_indicators(path):
    common = {"spec_version": "2.1", "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z"}
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000002", "objects": [
        {"type": "indicator", "id": f"indicator--00000000-0000-4000-8000-{i:012}", **common, "name": f"Address {i}",
         "description": "Seen behind the phishing campaign of the week. " * 5, "indicator_types": ["malicious-activity"],
         "pattern": f"[ipv4-addr:value = '198.51.{i // 250 % 250}.{i % 250}'] OR [domain-name:value = 'host{i}.example']",
         "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z"} for i in range(INDICATORS)]}))
    return path


def told(*command):
    return last_json(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def bench_stix(files, what, work):
    print(f"Judging STIX objects on one core: {what}, and made indicators")
    python = install("stix2", "stix2==3.0.2")
    for path in [*files, made_indicators(work / "judged/made-indicators.json")]:
        own = told(ROOT / "build/release/bin/stix_bench", path)
        size = f"{own['objects']:,} objects of {own['bytes'] // own['objects']:,} bytes"
        row(f"{path.stem}, judged", int(own["judged_per_s"]), "per s", "", size)
        if python is None:
            continue
        peer = told(python, ROOT / "benchmarks/stix_peer.py", path)
        row("  stix2.parse (Python), the same", int(peer["parsed_per_s"]), "per s")
        row("  ratio", own["judged_per_s"] / peer["parsed_per_s"], "times", "> 50")
