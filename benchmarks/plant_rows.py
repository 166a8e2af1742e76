#!/usr/bin/env python3
"""plant_rows.py CORPUS COUNT FOLDER: writes FOLDER/plant.csv, an inventory of COUNT rows of products that the CSAF documents under
CORPUS speak of, with versions below, at and above those they name; and the same rows and documents as exposure_peer.py reads them:
assets.jsonl, advisories.jsonl."""
import csv
import json
import pathlib
import random
import re
import sys

VERSION = re.compile(r"\d+(?:\.\d+)+|\d+")


def products_of(document):
    """Vendor, name, version text and order numbers of each product in the branches."""
    found = []

    def walk(branches, vendor, name):
        for branch in branches:
            category, text = branch.get("category"), branch.get("name", "")
            here = (text if category == "vendor" else vendor, text if category == "product_name" else name)
            if "product" in branch and category in ("product_version", "product_version_range"):
                helper = branch["product"].get("product_identification_helper", {})
                found.append({"vendor": here[0], "name": here[1], "version": text, "numbers": helper.get("model_numbers", [])})
            walk(branch.get("branches", []), *here)
    walk(document.get("product_tree", {}).get("branches", []), "", "")
    return found


def installed(text, dice):
    """A version near one that the text names: as it stands, or with its last number changed."""
    named = VERSION.findall(text)
    if not named:
        return "1.0"
    parts = [int(each) for each in dice.choice(named).split(".")]
    parts[-1] = max(0, parts[-1] + dice.choice([-1, 0, 0, 1]))
    return ".".join(map(str, parts))


def main():
    corpus, count, folder = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    products = []
    with (folder / "advisories.jsonl").open("w") as out:
        for path in sorted(corpus.rglob("*.json")):
            try:
                document = json.loads(path.read_bytes())
                advisory = {"id": document["document"]["tracking"]["id"], "products": products_of(document)}
            except (ValueError, KeyError, TypeError):
                continue
            products += advisory["products"]
            # Whoever writes a plain matcher folds vendors' case.
            out.write(json.dumps({**advisory, "products": [{**each, "vendor": each["vendor"].lower()} for each in advisory["products"]]}) + "\n")
    dice = random.Random(5)
    with (folder / "plant.csv").open("w", newline="") as plant, (folder / "assets.jsonl").open("w") as assets:
        sheet = csv.writer(plant)
        sheet.writerow(["id", "vendor", "product", "order number", "firmware", "exposure", "criticality", "site"])
        for row in range(1, count + 1):
            product = dice.choice(products)
            version, number = installed(product["version"], dice), dice.choice(product["numbers"] or [""])
            sheet.writerow([f"T-{row:06}", product["vendor"], product["name"], number, version, dice.choice(["internet", "vpn", "isolated"]),
                            dice.choice(["low", "high"]), f"Hall {row % 12}"])
            assets.write(json.dumps({"vendor": product["vendor"].lower(), "product": product["name"], "model": number, "version": version}) + "\n")


if __name__ == "__main__":
    main()
