#!/usr/bin/env python3
"""replicate.py COUNT FOLDER...: writes a tar of COUNT CSAF documents to standard output, the documents of the folders
again and again under new tracking ids, so that a corpus of any size has the shape of the real one."""
import io
import json
import pathlib
import sys
import tarfile


def main():
    count = int(sys.argv[1])
    sources = []
    for folder in sys.argv[2:]:
        for path in sorted(pathlib.Path(folder).rglob("*.json")):
            data = path.read_bytes()
            try:
                tracking_id = json.loads(data)["document"]["tracking"]["id"]
            except (ValueError, KeyError, TypeError):
                continue
            sources.append((tracking_id, data))
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for n in range(count):
            tracking_id, data = sources[n % len(sources)]
            turn = n // len(sources)
            if turn:
                new_id = f"{tracking_id.strip()}-R{turn:03}"
                data = data.replace(json.dumps(tracking_id).encode(), json.dumps(new_id).encode())
            info = tarfile.TarInfo(f"{n:07}.json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


if __name__ == "__main__":
    main()
