"""Programs of others, in Python, that ours are held against: installed as ordinary packages below build/peers."""
import subprocess
import sys
import unittest

from support.tocsin import ROOT


def installed(name, *requirements):
    """The folder of an environment that has the packages, for a process of its own. The test is skipped, with the reason,
    where they cannot be had."""
    folder = ROOT / "build/peers" / name
    done = folder / ("+".join(sorted(requirements)).replace("/", "_") + ".done")
    if not done.exists():
        for command in ([sys.executable, "-m", "venv", "--clear", folder],
                        [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *requirements]):
            made = subprocess.run(command, capture_output=True, text=True)
            if made.returncode != 0:
                raise unittest.SkipTest(f"{', '.join(requirements)} cannot be installed: "
                                        + (made.stderr or made.stdout).strip().splitlines()[-1][:300])
        done.touch()
    return folder


def python_peer(name, *requirements):
    """Makes the packages importable. Skips as above."""
    folder = installed(name, *requirements)
    for path in folder.glob("lib/python3*/site-packages"):
        if str(path) not in sys.path:
            sys.path.append(str(path))
