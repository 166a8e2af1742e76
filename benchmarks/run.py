#!/usr/bin/env python3
"""Measures Tocsin on this machine, prints a table and writes build/bench.json. Called by ./bench."""
import argparse
import gzip
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from indicators import bench_indicators
from measuring import DATA, ROOT, TOCSIN, Server, free_port, last_json, load_rows, row, rows, timed, wrk
from stix_judged import bench_stix
from taxii import bench_taxii


def bench_start():
    print("Command line")
    best = min(timed([TOCSIN, "--help"])[0] for _ in range(20))
    row("tocsin --help", best * 1000, "ms", "< 10")


def bench_import(archive, documents, work, postgres):
    print(f"Import of {archive.name}")
    data = work / "sqlite"
    subprocess.run([TOCSIN, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
    seconds, peak, output, _ = timed([TOCSIN, "import", "--data", data, "--format", "json", archive], stderr=subprocess.DEVNULL)
    row("SQLite, archive to searchable", documents / seconds, "docs/s", ">= 1,500", f"{seconds:.2f} s")
    row("SQLite, peak memory", peak, "MB", "< 300")
    seconds, _, _, _ = timed([TOCSIN, "import", "--data", data, "--format", "json", archive], stderr=subprocess.DEVNULL)
    row("SQLite, the same again (unchanged)", documents / seconds, "docs/s")
    if postgres:
        data = work / "postgres"
        subprocess.run([TOCSIN, "init", "--data", data, "--database", postgres], check=True, stdout=subprocess.DEVNULL)
        seconds, peak, _, _ = timed([TOCSIN, "import", "--data", data, "--format", "json", archive], stderr=subprocess.DEVNULL)
        row("PostgreSQL, archive to searchable", documents / seconds, "docs/s", ">= 500", f"{seconds:.2f} s")
    server = Server(work / "sqlite")
    time.sleep(2)
    row("idle server, resident", server.resident_mb(), "MB", "< 60")
    server.stop()


def big_data(count, folders):
    """A data folder with `count` advisories, kept between runs."""
    data = ROOT / f"build/bench-data/{count}"
    done = data / ".done"
    stamp = str(TOCSIN.stat().st_mtime_ns)
    if done.exists() and done.read_text() == stamp:
        return data, None
    shutil.rmtree(data, ignore_errors=True)
    data.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([TOCSIN, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
    source = subprocess.Popen([sys.executable, ROOT / "benchmarks/replicate.py", str(count), *folders], stdout=subprocess.PIPE)
    seconds, peak, _, code = timed([TOCSIN, "import", "--data", data, "--format", "json", "-"], stdin=source.stdout,
                                   stderr=subprocess.DEVNULL)
    if code not in (0, 1):
        raise RuntimeError("import failed")
    done.write_text(stamp)
    return data, (seconds, peak)


def slugs_of(server, count):
    slugs, path = [], "/api/v1/advisories?limit=200&sort=published"
    while path and len(slugs) < count:
        answer = json.loads(server.get(path))
        slugs += [item["id"] for item in answer["items"]]
        path = answer.get("next")
    return slugs


def bench_serve(data, count, seconds):
    print(f"Serving {count:,} advisories, 64 connections")
    server = Server(data)
    row("start to first answer", server.first_answer_ms, "ms", "< 300")
    # Far more pages than the answer cache holds.
    slugs = slugs_of(server, 50_000)
    load_rows("advisory page, 100 pages asked again and again",
              wrk(server.port, [f"/advisories/{s}" for s in slugs[:100]], seconds), ">= 10,000")
    # Hardly any of these is in the answer cache: each is read, rendered and, where asked for, compressed.
    pages = [f"/advisories/{s}" for s in slugs]
    load_rows("advisory page, any of 50,000", wrk(server.port, pages, seconds, encoding="identity"), "")
    load_rows("advisory page, any of 50,000, gzip", wrk(server.port, pages, seconds), "")
    # By now most of them are ready, as on a portal that has been up for a while.
    load_rows("advisory page, any of 50,000, gzip, once more", wrk(server.port, pages, seconds), ">= 10,000/s")
    load_rows("list page with facets", wrk(server.port, ["/advisories"], seconds), ">= 1,000")
    filters = [f"/advisories?q={a}%20{b}" for a in ("sector:energy", "sector:water", "severity:critical", "cvss%3E%3D8", "vendor:siemens",
               "published:2021", "published:2020..2022", "has:fix") for b in ("severity:high", "cvss%3C9", "sector:chemical", "updated%3E2019", "-vendor:abb")]
    load_rows("list page with facets, 40 filters", wrk(server.port, filters, seconds), ">= 1,000")
    row("resident after load", server.resident_mb(), "MB")
    server.stop()


def bench_search(data):
    program = ROOT / "build/release/bin/search_bench"
    print("Faceted full-text search, no answer cache")
    output = subprocess.run([program, data], capture_output=True, text=True, check=True).stdout
    result = last_json(output)
    row("query, p50", float(result["p50_ms"]), "ms", "< 5", f"{result['queries']} queries")
    row("query, p95", float(result["p95_ms"]), "ms", "< 50")
    row("query, p99", float(result["p99_ms"]), "ms")


def bench_policy(data, work):
    """The same data twice: public for an anonymous reader, and marked TLP:GREEN with 1,000 owners for a member, who sees
    as many; what differs is the policy's work."""
    program = ROOT / "build/release/bin/search_bench"
    print("What the policy costs: the same queries as a member, where 1,000 organisations own what is marked")
    marked = work / "marked"
    marked.mkdir()
    if (data / "tocsin.toml").exists():
        shutil.copy(data / "tocsin.toml", marked)
    source, copy = sqlite3.connect(data / "tocsin.db"), sqlite3.connect(marked / "tocsin.db")
    source.backup(copy)
    columns = [each[1] for each in copy.execute("PRAGMA table_info(organisation)")]
    copy.execute("CREATE TEMP TABLE one AS SELECT * FROM organisation WHERE id = 1")
    for number in range(2, 1002):
        copy.execute("UPDATE one SET id = ?, name = ?", (number, f"Organisation {number}"))
        for unique in ("uuid", "folded_name"):
            if unique in columns:
                copy.execute(f"UPDATE one SET {unique} = ?", (f"00000000-0000-4000-8000-{number:012d}",))
        copy.execute("INSERT INTO organisation SELECT * FROM one")
    copy.execute("UPDATE record SET tlp = 1, owner_id = 2 + id % 1000")
    copy.commit()
    copy.close()
    source.close()
    subprocess.run([TOCSIN, "reindex", "--data", marked], check=True, capture_output=True)
    figures = {}
    for name, folder, who in (("public", data, []), ("marked", marked, ["member"])):
        best = None
        for _ in range(3):
            found = last_json(subprocess.run([program, folder, "3", *who], capture_output=True, text=True, check=True).stdout)
            best = found if best is None or float(found["p50_ms"]) < float(best["p50_ms"]) else best
        figures[name] = best
        row(f"{name}: query, p50", float(best["p50_ms"]), "ms")
        row(f"{name}: query, p95", float(best["p95_ms"]), "ms")
        row(f"{name}: list with facets, first look", float(best["list_ms"]), "ms")
    for quantile in ("p50_ms", "p95_ms"):
        row(f"policy, {quantile[:3]}", (float(figures["marked"][quantile]) / float(figures["public"][quantile]) - 1) * 100, "%", "<= 15")


def flood(port, form, many, seconds, then):
    """Sign-ins with wrong passwords at full speed for `seconds`; what `then` gives when called meanwhile."""
    cookie, token = form
    attack = subprocess.Popen(["wrk", "-t1", "-c32", f"-d{seconds}s", "-s", ROOT / "benchmarks/wrk/sign_in.lua",
                               f"http://127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "FORM_COOKIE": cookie, "FORM_TOKEN": token, "MANY": many})
    time.sleep(1)
    found = then()
    return json.loads(re.search(r"RESULT (\{.*\})", attack.communicate()[0])[1]), found


def bench_sign_in(work):
    print("Signing in while others guess passwords as fast as they are answered")
    data = work / "guessed"
    password = "correct horse battery staple"
    subprocess.run([TOCSIN, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([TOCSIN, "user", "add", "--data", data, "eve@plant.example", "--name", "Eve"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([TOCSIN, "user", "password", "--data", data, "eve@plant.example"], input=password + "\n", text=True, check=True,
                   stdout=subprocess.DEVNULL)
    os.environ["TOCSIN_TRUSTED_PROXIES"] = "127.0.0.1/32"
    server = Server(data)
    del os.environ["TOCSIN_TRUSTED_PROXIES"]

    def form():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        return answer.getheader("Set-Cookie").split(";")[0], re.search(r'name="csrf" value="([^"]+)"', answer.read().decode())[1]

    def sign_in():
        """As Eve from an address that nobody guesses from; how often it took to be let in, and the milliseconds."""
        started, tries = time.monotonic(), 0
        while tries < 20:
            tries += 1
            cookie, token = form()
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("POST", "/sign-in", f"csrf={token}&email=eve%40plant.example&password={password.replace(' ', '+')}",
                               {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "X-Forwarded-For": "198.51.100.7"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 303:
                return tries, (time.monotonic() - started) * 1000
            time.sleep(2 if answer.status == 429 else 0)
        return tries, float("inf")

    def others():
        """A reader, one page after the other for four seconds: the milliseconds of each; and Eve."""
        connection, took, until = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30), [], time.monotonic() + 4
        while time.monotonic() < until:
            for path in ("/", "/advisories", "/vendors"):
                started = time.monotonic()
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                took.append((time.monotonic() - started) * 1000 if answer.status == 200 else float("inf"))
        return sorted(took), sign_in()

    def other_rows(pages, tries, ms):
        row("  a page for others, p50", pages[len(pages) // 2], "ms")
        row("  a page for others, p99", pages[len(pages) * 99 // 100], "ms", "", f"{len(pages):,} pages")
        row("  Eve signs in", ms, "ms", "", f"tries: {tries}")

    print("  nobody guesses")
    pages, (tries, ms) = others()
    other_rows(pages, tries, ms)
    for name, many in (("one address", "no"), ("an address each", "yes")):
        attack, (pages, (tries, ms)) = flood(server.port, form(), many, 12, others)
        row(f"guesses from {name}, answered", attack["requests_per_s"], "/s", ">= 10,000", f"{attack['socket_errors']} socket errors")
        other_rows(pages, tries, ms)
    server.stop()


def bench_validate(corpus):
    print("Validation of the same documents from their bytes: grammar and tests, one thread, csaf-validator-lib (Node.js) beside it")
    interop = ROOT / "tests/interop"
    installed = subprocess.run(["npm", "--prefix", interop, "ci", "--silent", "--no-audit", "--no-fund"]).returncode == 0
    if not installed:
        print("  csaf-validator-lib could not be installed: no comparison")
    for mode, what in (("basic", "mandatory tests"), ("full", "all tests")):
        output = subprocess.run([ROOT / "build/release/bin/validate_bench", corpus, mode], capture_output=True, text=True, check=True).stdout
        own = last_json(output)
        if mode == "basic":
            row("simdjson, reading alone", own["parse_per_s"], "docs/s", "", "per CPU second, as all of these")
        row(f"tocsin, {what}", own["best_per_s"], "docs/s", "", f"{own['parse_per_s'] / own['best_per_s']:.1f} times reading alone"
            + (" (goal <= 4)" if mode == "basic" else "") + f"; the first time {own['first_per_s']:,}")
        if mode == "basic":
            row("tocsin, two threads to one", own["two_threads"], "times", ">= 1.9")
        if not installed:
            continue
        output = subprocess.run(["node", ROOT / "benchmarks/formats/validator_peer.mjs", mode, corpus], capture_output=True, text=True,
                                check=True).stdout
        peer = last_json(output)
        row(f"csaf-validator-lib, {what}", peer["first_per_s"], "docs/s", "", f"the first time; {peer['best_per_s']:,} at best, when often repeated")
        row(f"ratio, {what}, the first time both", own["first_per_s"] / peer["first_per_s"], "", ">= 50")
        row(f"ratio, {what}, at best both", own["best_per_s"] / peer["best_per_s"])


def bench_inventory(work, postgres):
    things = int(os.environ.get("THINGS", "1000000"))
    # What differs between the databases shows with fewer, too, and PostgreSQL takes its time to fill.
    fewer = int(os.environ.get("THINGS_POSTGRES", min(things, 100_000)))
    archive = DATA / "csaf/cisa-ot-2017-2022.tar.zst"
    for name, count in (("SQLite", things), ("PostgreSQL", fewer if postgres else 0)):
        if count == 0:
            continue
        print(f"One organisation with {count:,} assets, {name}")
        if not archive.exists():
            print("  the real advisories are not there: nothing to measure")
            return
        data = work / f"inventory-{name}"
        more = [] if name == "SQLite" else ["--database", postgres]
        if more:
            empty_database(postgres)
        subprocess.run([TOCSIN, "init", "--data", data, *more], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([TOCSIN, "import", "--data", data, "--format", "json", archive], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        output = subprocess.run([ROOT / "build/release/bin/inventory_bench", postgres if more else data / "tocsin.db", str(count)],
                                capture_output=True, text=True, check=True).stdout
        for what, value in last_json(output).items():
            if not what.startswith("new advisory "):
                row(what.strip(), float(value), "MB" if what == "peak MB" else "ms", "< 200" if what == "new advisory, p95" and not more else "")


def bench_correlation(work):
    attributes = int(os.environ.get("ATTRIBUTES", "10000000"))
    print(f"Correlation of {attributes:,} attributes, SQLite")
    process = subprocess.Popen([ROOT / "build/release/bin/correlation_bench", work / "correlation.db", str(attributes)],
                               stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    if process.wait() != 0:
        raise RuntimeError("correlation_bench failed")
    figures = last_json(output)
    row("objects that have them", figures["objects"], "", "", f"{figures['JSON MB']:,.0f} MB of JSON, database {figures['database MB']:,.0f} MB")
    row("index built", figures["build s"], "s", "< 60 for 10 million", f"{figures['build cpu s']:.1f} s of one core, {figures['pairs']:,} pairs, peak {figures['peak MB']:.0f} MB")
    row("index", figures["index MB"], "MB", "", f"{figures['segments']} segments")
    row("index, beside the objects' JSON", figures["index to JSON"], "times", "< 1.5")
    for name, value in figures.items():
        if name.endswith(" ms"):
            row(name.removesuffix(" ms"), value, "ms", "< 5" if "some share" in name or "nobody has" in name else "")


def bench_exposure(work):
    """Matching things of plants with advisories, both made from the real ones."""
    print("Exposure: things against advisories, two threads")
    program = ROOT / "build/release/bin/exposure_bench"

    def ask(*what):
        return last_json(subprocess.run([program, *what], capture_output=True, text=True, check=True).stdout)

    whole = ask("all")
    if not whole:
        return print("  no real advisories at TOCSIN_DATA: nothing to measure")
    row("100,000 things, 20,000 advisories, from nothing", float(whole["seconds"]), "s", "< 10",
        f"{whole['matches']:,} matches, {whole['per_thing_us']} us a thing")
    row("  CPU time of all threads", float(whole["cpu_seconds"]), "s", "", f"of which {whole['cpu_build_seconds']} s for the advisories")
    row("  peak memory, inputs included", float(whole["peak_mb"]), "MB", "<= 1,024", f"inputs {whole['inputs_mb']} MB")
    one = ask("advisory")
    row("a new advisory, 1,000,000 things, p50", float(one["p50_ms"]), "ms", "< 200", f"largest {one['max_ms']} ms, {one['peak_mb']} MB; CPU time p50 {one['cpu_p50_ms']}, p95 {one['cpu_p95_ms']} ms")
    row("a new advisory, 1,000,000 things, p95", float(one["p95_ms"]), "ms", "< 200")
    thing = ask("asset")
    row("a new thing, 100,000 advisories, p50", float(thing["p50_ms"]), "ms", "< 20", f"largest {thing['max_ms']} ms, {thing['peak_mb']} MB; CPU time p50 {thing['cpu_p50_ms']}, p99 {thing['cpu_p99_ms']} ms")
    row("a new thing, 100,000 advisories, p99", float(thing["p99_ms"]), "ms", "< 20")
    dumped = work / "exposure"
    dumped.mkdir()
    subprocess.run([program, "dump", dumped], check=True)
    output = subprocess.run([sys.executable, ROOT / "benchmarks/exposure_peer.py", dumped], capture_output=True, text=True, check=True).stdout
    peer = last_json(output)
    row("plain Python matcher, the same 20,000 advisories", float(peer["per_asset_us"]), "us/thing", "", f"{peer['affected']:,} told affected")
    row("ratio, wall clock a thing", peer["per_asset_us"] / whole["per_thing_us"], "times", ">= 100", "two threads to one")


def bench_bundle(corpus, documents, work):
    """What a plant behind a one-way link gets and does: nothing but the file and the program."""
    print("A bundle for a place without a network, and 5,000 rows matched with it alone, start included")
    evidence = [*(DATA / "kev").glob("known_exploited_vulnerabilities.json*"), *(DATA / "vuln").glob("epss-*.csv.gz")]
    years = max(1, len([each for each in corpus.iterdir() if each.is_dir() and each.name.isdigit()]))
    ten = round(documents * 10 / years)
    rows_folder = work / "rows"
    rows_folder.mkdir()
    subprocess.run([sys.executable, ROOT / "benchmarks/plant_rows.py", corpus, "5000", rows_folder], check=True)
    for count in sorted({documents, ten}):
        data, file = work / f"bundle-{count}", work / f"{count}.tocsin"
        subprocess.run([TOCSIN, "init", "--data", data], check=True, stdout=subprocess.DEVNULL)
        source = subprocess.Popen([sys.executable, ROOT / "benchmarks/replicate.py", str(count), corpus], stdout=subprocess.PIPE)
        subprocess.run([TOCSIN, "import", "--data", data, "--format", "json", "-"], stdin=source.stdout, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        subprocess.run([TOCSIN, "import", "--data", data, "--format", "json", *evidence], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds, peak, output, _ = timed([TOCSIN, "bundle", "create", "--data", data, "--out", file, "--format", "json"])
        made = last_json(output)
        what = f"{made['advisories']:,} advisories ({'real' if count == documents else 'ten years, the real ones again under new ids'})"
        row(f"bundle of {what}", made["bytes"] / 1e6, "MB", "< 25",
            f"content {made['content_bytes'] / 1e6:.0f} MB, KEV {made['kev']:,}, EPSS {made['epss']:,}")
        if count == documents and ten != count:
            # Copies pack better than other documents would.
            row(f"  ten years at the same size each ({years} are real)", made["bytes"] / 1e6 * 10 / years, "MB", "< 25")
        row("  made in", seconds, "s", "", f"peak {peak:.0f} MB")
        site = work / f"site-{count}"
        subprocess.run([TOCSIN, "init", "--data", site], check=True, stdout=subprocess.DEVNULL)
        row("  taken in, searchable", timed([TOCSIN, "bundle", "apply", file, "--data", site, "--key", made["public_key"], "--format", "json"])[0], "s")
        best = None
        for _ in range(5):
            seconds, peak, output, _ = timed([TOCSIN, "match", "--assets", rows_folder / "plant.csv", "--bundle", file, "--key", made["public_key"],
                                              "--format", "json", "--quiet"])
            best = min(best or (seconds, peak, output), (seconds, peak, output), key=lambda each: each[0])
        row("  5,000 rows matched and decided, with start", best[0], "s", "< 2", f"{best[2].count(chr(10)):,} lines, peak {best[1]:.0f} MB")
    peer = timed([sys.executable, ROOT / "benchmarks/exposure_peer.py", rows_folder])
    row("plain Python matcher, the same rows and real documents", peer[0], "s", "", f"{last_json(peer[2])['affected']:,} told affected; no decision, no reason")


def threat_files(folder):
    """ATT&CK, unpacked; or else a crowd of its size, made."""
    folder.mkdir()
    files = []
    for packed in (DATA / "attack/enterprise-attack-18.1-stix20.json.gz", DATA / "attack/ics-attack-18.1.json.gz"):
        if packed.exists():
            files.append(folder / packed.stem)
            files[-1].write_bytes(gzip.decompress(packed.read_bytes()))
    if files:
        return files, "ATT&CK Enterprise and ICS"
    ids = [f"attack-pattern--00000000-0000-4000-8000-{i:012}" for i in range(5_000)]
    common = {"spec_version": "2.1", "created": "2025-01-01T00:00:00.000Z", "modified": "2025-01-01T00:00:00.000Z"}
    objects = [{"type": "attack-pattern", "id": each, "name": f"Technique {i}", **common} for i, each in enumerate(ids)]
    for i in range(20_000):
        # A few have most of them, as it is with people's knowledge.
        objects.append({"type": "relationship", "id": f"relationship--00000000-0000-4000-8000-{i:012}", "relationship_type": "related-to",
                        "source_ref": ids[i % 5_000], "target_ref": ids[(i * i * 7919) % 5_000 % (1 + i % 5_000)], **common})
    made = folder / "made.json"
    made.write_text(json.dumps({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": objects}))
    return [made], "made objects"


def empty_database(postgres):
    subprocess.run(["psql", "-X", "-q", postgres, "-c", "DROP SCHEMA public CASCADE", "-c", "CREATE SCHEMA public"], check=True,
                   stderr=subprocess.DEVNULL)


def bench_graph(work, postgres):
    files, what = threat_files(work / "threats")
    print(f"The graph of threat knowledge, {what}: two steps, answers of 500 objects")
    data = work / "graph"
    urls = [("SQLite", data / "tocsin.db")] + ([("PostgreSQL", postgres)] if postgres else [])
    asked = []
    for name, url in urls:
        more = [] if name == "SQLite" else ["--database", postgres]
        place = data if name == "SQLite" else work / "graph-postgres"
        if more:
            empty_database(postgres)
        subprocess.run([TOCSIN, "init", "--data", place, *more], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([TOCSIN, "import", "--data", place, *more, "--default-tlp", "CLEAR", *files], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        own = last_json(subprocess.run([ROOT / "build/release/bin/graph_bench", url], capture_output=True, text=True, check=True).stdout)
        row(f"{name}, what is around an object, p50", float(own["p50_ms"]), "ms", "< 50", f"{own['answers']} answers, {own['edges']:,} edges each")
        row(f"{name}, what is around an object, p99", float(own["p99_ms"]), "ms", "")
        row(f"{name}, the way between two, p50", float(own["path_p50_ms"]), "ms", "", f"{own['paths']} of 200 found")
        row(f"{name}, the way between two, p99", float(own["path_p99_ms"]), "ms", "")
        asked = asked or own["ids"]
        if more:
            empty_database(postgres)
    server = Server(data)
    times, size = [], 0
    for each in asked * 3:
        started = time.monotonic()
        size = max(size, len(server.get(f"/api/v1/threats/{each}/graph?limit=500")))
        times.append((time.monotonic() - started) * 1000)
    # As many as the drawing takes unless asked for more.
    drawn = {}
    if asked and (ROOT / "tests/browser/node_modules").exists():
        drawn = last_json(subprocess.run(["node", ROOT / "benchmarks/graph_drawn.mjs", f"http://127.0.0.1:{server.port}", *asked[:20]],
                                         capture_output=True, text=True, check=True).stdout)
    server.stop()
    times.sort()
    if times:
        row("SQLite, the same by API, p50", times[len(times) // 2], "ms", "< 50", f"{len(times)} answers, one at a time, up to {size / 1e6:.1f} MB")
        row("SQLite, the same by API, p99", times[len(times) * 99 // 100], "ms", "")
    if drawn:
        row("drawn in a browser, from the click, p50", drawn["drawn_p50"], "ms", "< 1,000", f"{drawn['pages']} pages of {drawn['nodes_at_least']} nodes at least, largest {drawn['drawn_largest']:,}")
        row("and come to rest, p50", drawn["still_p50"], "ms")


def bench_static(data, work, seconds):
    print("Static file, 64 connections, nginx (one worker) beside it")
    server = Server(data)
    page = server.get("/").decode()
    path = re.search(r'href="(/assets/[^"]+\.css)"', page)[1]
    body = server.get(path)
    own = wrk(server.port, [path], seconds, encoding="identity")
    server.stop()
    root = work / "nginx"
    (root / "assets").mkdir(parents=True)
    (root / path.lstrip("/")).write_bytes(body)
    port = free_port()
    (root / "nginx.conf").write_text(
        f"worker_processes 1; daemon off; pid {root}/pid; error_log {root}/error.log;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; sendfile on; keepalive_requests 1000000; types {{ text/css css; }}\n"
        f"client_body_temp_path {root}/b; proxy_temp_path {root}/p; fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;\n"
        f"server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n")
    os.chmod(work, 0o755)
    nginx = subprocess.Popen(["nginx", "-c", root / "nginx.conf", "-p", root], stderr=subprocess.DEVNULL)
    time.sleep(1)
    peer = wrk(port, [path], seconds, encoding="identity")
    nginx.send_signal(signal.SIGQUIT)
    nginx.wait()
    load_rows(f"tocsin, {len(body):,} bytes", own, "")
    load_rows(f"nginx, {len(body):,} bytes", peer, "")
    row("ratio tocsin / nginx", own["requests_per_s"] / peer["requests_per_s"], "", ">= 0.5")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["all", "quick", "validate", "policy", "exposure", "inventory", "bundle", "taxii", "correlation",
                                                              "graph", "indicators", "stix"],
                        default="all")
    what = parser.parse_args().what
    wanted = [what] if what not in ("all", "quick") else ["validate", "server"]
    count, seconds = (100_000, 10) if what != "quick" else (10_000, 3)
    postgres = os.environ.get("TOCSIN_BENCH_POSTGRES")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        work = pathlib.Path(folder)
        archive = DATA / "csaf/cisa-ot-2017-2022.tar.zst"
        corpus = work / "corpus"
        corpus.mkdir()
        if archive.exists():
            subprocess.run(["tar", "--zstd", "-xf", archive, "-C", corpus], check=True)
        else:
            print("No real advisories at TOCSIN_DATA: the demo advisories are used instead.")
            shutil.copytree(ROOT / "demo/advisories", corpus / "demo")
            archive = corpus
        documents = sum(1 for _ in corpus.rglob("*.json"))
        print(f"{'':2}{'what':<58} {'measured':>12} {'':<8} goal")
        bench_start()
        if "validate" in wanted:
            bench_validate(corpus)
        if what in ("all", "exposure"):
            bench_exposure(work)
        if what in ("all", "bundle"):
            bench_bundle(corpus, documents, work)
        if what in ("all", "taxii"):
            bench_taxii(work, seconds)
        if what in ("all", "indicators"):
            bench_indicators(work, postgres)
        if what == "inventory":
            bench_inventory(work, postgres)
        if what == "correlation":
            bench_correlation(work)
        if what in ("all", "stix"):
            bench_stix(*threat_files(work / "judged"), work)
        if what in ("all", "graph"):
            bench_graph(work, postgres)
        if what == "policy":
            data, _ = big_data(count, [corpus])
            bench_policy(data, work)
            bench_sign_in(work)
        if "server" not in wanted:
            return finish(count, documents)
        bench_import(archive, documents, work, postgres)
        data, made = big_data(count, [corpus])
        if made:
            row(f"SQLite, import of {count:,}", count / made[0], "docs/s", "", f"peak {made[1]:.0f} MB")
        bench_serve(data, count, seconds)
        bench_search(data)
        bench_policy(data, work)
        bench_sign_in(work)
        bench_static(data, work, seconds)
        finish(count, documents)


def finish(count, documents):
    (ROOT / "build").mkdir(exist_ok=True)
    (ROOT / "build/bench.json").write_text(json.dumps({"count": count, "corpus_documents": documents, "cpus": os.cpu_count(),
                                                       "rows": rows}, indent=1) + "\n")
    print("Written to build/bench.json")


if __name__ == "__main__":
    main()
