#!/usr/bin/env python3
"""exposure_peer.py FOLDER: a straightforward matcher over the data that `exposure_bench dump FOLDER` wrote, to hold
Tocsin's against: a dictionary by vendor, words compared as sets, order numbers in a dictionary, versions as tuples of
numbers. Prints one line of JSON."""
import json
import pathlib
import re
import sys
import time

WORDS = re.compile(r"[^\W_]+")
BOUND = re.compile(r"(<=|>=|<|>)\s*[vV]?([\d.]+)")


def words_of(text):
    return frozenset(WORDS.findall(text.lower()))


def version_of(text):
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def compact(text):
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def is_affected(text, installed):
    if "*" in text and "<" not in text:
        return True
    bounds = BOUND.findall(text)
    if not bounds:
        return version_of(text) == installed
    for sign, bound in bounds:
        limit = version_of(bound)
        if not {"<": installed < limit, "<=": installed <= limit, ">": installed > limit, ">=": installed >= limit}[sign]:
            return False
    return True


def main():
    folder = pathlib.Path(sys.argv[1])
    advisories = [json.loads(line) for line in (folder / "advisories.jsonl").open()]
    assets = [json.loads(line) for line in (folder / "assets.jsonl").open()]
    started = time.monotonic()
    by_vendor, by_number, everything = {}, {}, []
    for number, advisory in enumerate(advisories):
        for product in advisory["products"]:
            entry = (number, words_of(product["name"]), product["version"])
            by_vendor.setdefault(product["vendor"], []).append(entry)
            everything.append(entry)
            for order in product["numbers"]:
                by_number.setdefault(compact(order), []).append(entry)
    built = time.monotonic() - started
    affected = 0
    for asset in assets:
        installed, found = version_of(asset["version"]), set()
        for number, _, version in by_number.get(compact(asset["model"]), ()):
            if is_affected(version, installed):
                found.add(number)
        wanted = words_of(asset["product"])
        for number, name, version in (by_vendor.get(asset["vendor"], ()) if asset["vendor"] else everything) if wanted else ():
            both = len(wanted & name)
            if both and both / (len(wanted) + len(name) - both) >= 0.6 and is_affected(version, installed):
                found.add(number)
        affected += len(found)
    seconds = time.monotonic() - started
    print(json.dumps({"seconds": round(seconds, 2), "build_seconds": round(built, 2), "assets": len(assets), "affected": affected,
                      "per_asset_us": round((seconds - built) / len(assets) * 1e6, 1)}))


if __name__ == "__main__":
    main()
