"""The CSAF library as another program uses it: installed, found, linked."""
import pathlib
import re
import subprocess
import unittest

from support.tocsin import BINARY, DEMO, Folder

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(BINARY).resolve().parents[1]


class Library(unittest.TestCase):
    def test_example_builds_against_the_installed_library_and_runs(self):
        with Folder() as folder:
            prefix, build = folder / "prefix", folder / "build"

            def good(*command):
                done = subprocess.run(command, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
                return done.stdout

            good("cmake", "--install", BUILD, "--component", "library", "--prefix", prefix)
            headers = prefix / "include/tocsin"
            for header in headers.rglob("*.hpp"):
                for included in re.findall(r'#include "([^"]+)"', header.read_text()):
                    self.assertTrue((headers / included).exists(), f"{header} includes {included}, which is not installed")
            good("cmake", "-S", ROOT / "examples/validate", "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
                 "-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19")
            good("cmake", "--build", build)
            program = build / "validate_csaf"
            documents = sorted(DEMO.glob("*.json"))
            out = good(program, *documents)
            self.assertEqual(out.count(": valid"), len(documents))
            self.assertRegex(out, r"\d+ products, \d+ vulnerabilities")
            wrong = folder / "wrong.json"
            wrong.write_text('{"document": {"csaf_version": "2.0"}}')
            done = subprocess.run([program, wrong], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("/document/title: this member is required", done.stdout)


if __name__ == "__main__":
    unittest.main()
