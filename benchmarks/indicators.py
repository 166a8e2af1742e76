"""./bench indicators: lists of indicators and bundles of STIX, from the file to searchable."""
import hashlib
import os
import random
import resource
import subprocess

from measuring import DATA, TOCSIN, last_json, row
from taxii import write_objects


def made_up(count):
    """Values as lists have them, each once: names, addresses, URLs and hashes."""
    chance = random.Random(7)

    def word(least, most):
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(least, most)))

    for number in range(count):
        kind = number % 5
        if kind < 2:
            yield f"{word(6, 14)}{number}.{chance.choice(('com', 'net', 'org', 'info'))}"
        elif kind == 2:
            yield f"{11 + number % 89}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        elif kind == 3:
            yield f"http://{word(6, 14)}{number}.com/{word(8, 8)}.php"
        else:
            yield hashlib.sha256(str(number).encode()).hexdigest()


def timed_import(data, *options, paths):
    """What the import says, its seconds, and those of a processor that it took."""
    subprocess.run([TOCSIN, "init", "--data", data, *options], check=True, stdout=subprocess.DEVNULL)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run([TOCSIN, "import", "--data", data, "--format", "json", *paths], capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = last_json(output)["summary"]
    processor = sum(getattr(after, each) - getattr(before, each) for each in ("ru_utime", "ru_stime"))
    return summary["objects"], summary["seconds"], processor


def tell(name, goal, found):
    objects, seconds, processor = found
    stored = objects["new"]
    left = f", {objects['refused']:,} lines refused" if objects["refused"] else ""
    row(name, seconds, "s", goal, f"{stored / seconds:,.0f}/s, {processor:.1f} s of one core, {stored:,} stored{left}")


def bench_indicators(work, postgres):
    count = int(os.environ.get("INDICATORS", "403446"))
    print(f"Lists of indicators and STIX objects, to searchable; {count:,} made-up indicators")
    folder = DATA / "ioc"
    archive = folder / "maltrail-trails.tar.zst"
    if archive.exists():
        tell("real lists, SQLite", "< 30", timed_import(work / "real", paths=[archive]))
    else:
        print("No real lists at TOCSIN_DATA.")
    made = work / "indicators.txt"
    made.write_text("\n".join(made_up(count)) + "\n")
    tell("one list, SQLite", "< 30", timed_import(work / "list", paths=[made]))
    objects, each, folder = int(os.environ.get("OBJECTS", "1000000")), 50_000, work / "stix"
    folder.mkdir()
    for first in range(0, objects, each):
        write_objects(folder / f"{first}.json", min(each, objects - first), first)
    tell(f"{objects:,} STIX objects, SQLite", "< 60", timed_import(work / "objects", paths=[folder]))
    if postgres:
        few = work / "few.txt"
        few.write_text("\n".join(made_up(min(count, 50_000))) + "\n")
        tell(f"one list of {min(count, 50_000):,}, PostgreSQL", "", timed_import(work / "postgres", "--database", postgres, paths=[few]))
