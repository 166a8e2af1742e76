#!/usr/bin/env python3
"""stix_peer.py FILE...: objects per CPU second of the Python library stix2 over bundles that lie in memory, to hold
stix_bench's beside: json alone, json and stix2.parse of each object. Prints one line of JSON a file."""
import json
import sys
import time

import stix2


def fastest(rounds, function):
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        function()
        best = min(best, time.process_time() - started)
    return best


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    objects = json.loads(text)["objects"]
    refused = 0

    def parse_all():
        global refused
        refused = 0
        for each in json.loads(text)["objects"]:
            try:
                stix2.parse(each, allow_custom=True)
            except Exception:
                refused += 1

    alone = fastest(3, lambda: json.loads(text))
    parsed = fastest(1, parse_all)
    print(json.dumps({"file": path, "objects": len(objects), "refused": refused, "json_per_s": round(len(objects) / alone),
                      "parsed_per_s": round(len(objects) / parsed)}))
