"""Documents of sizes that nobody should send: refused or read in bounded time and memory."""
import os
import unittest

from support.hostile import CONVERSIONS, MIB, Hostile, document, measured, text, vulnerability
from support.tocsin import json_lines, run


class Sizes(Hostile):
    def test_two_gigabytes_of_blanks_from_a_pipe_are_refused_early(self):
        fed = 0

        def feed(pipe):
            nonlocal fed
            block = b" " * MIB
            for _ in range(2048):
                pipe.write(block)
                fed += len(block)
        code, out, err, memory = measured("validate", "-", feed=feed)
        self.assertEqual(code, 1)
        self.assertRegex(out, r"-: not valid[^$]*larger than 67108864 bytes")
        self.assertLess(fed, 100 * MIB, "it read on long after the limit")
        self.assertLess(memory, 100 * MIB)

    def test_a_hole_of_two_gigabytes_is_refused_early(self):
        path = self.folder / "hole.json"
        with open(path, "wb") as file:
            file.truncate(2 << 30)
        for command in (("validate", path), ("validate", self.folder), ("convert", "--to", "csaf-2.1", path), ("diff", path, path)):
            with self.subTest(command[0]):
                code, out, err, memory = measured(*command)
                self.assertEqual(code, 1)
                self.assertRegex(out + err, r"hole\.json[^$]*(larger than 67108864 bytes|a file of zeros)")
                self.assertLess(memory, 260 * MIB)

    def test_a_million_products(self):
        """By default refused by size; with the limit raised answered rightly, in at most six times the document."""
        path = self.folder / "million.json"
        count = 1_000_000
        with open(path, "w") as file:
            begin, end = text(document()).split('{"name":"Controller 0","product_id":"P-0"}')
            file.write(begin)
            for i in range(count):
                file.write(f'{"," if i else ""}{{"name":"Controller of the model line {i:07}","product_id":"PRODUCT-{i:07}"}}')
            before, after = end.split('"known_affected":["P-0"]')
            file.write(before + '"known_affected":[')
            for i in range(count):
                file.write(f'{"," if i else ""}"PRODUCT-{i:07}"')
            file.write("]" + after.replace("P-0", "PRODUCT-0000000"))
        size = path.stat().st_size
        self.assertGreater(size, 90_000_000)
        code, out, err, memory = measured("validate", path)
        self.assertEqual(code, 1)
        self.assertRegex(out, r"million\.json: not valid[^$]*larger than 67108864 bytes")
        self.assertLess(memory, 260 * MIB)
        code, out, err, memory = measured("validate", "--max-bytes", 2 * size, path)
        self.assertEqual((code, err), (0, ""), out[-500:])
        self.assertIn("valid (CSAF 2.0)", out)
        self.assertLess(memory, 6 * size)
        # The right verdict, not only any: one id that is not defined, at the far end.
        with open(path, "r+b") as file:
            file.seek(-600, os.SEEK_END)
            tail = file.read()
            at = tail.index(b'PRODUCT-0999999')
            file.seek(size - 600 + at)
            file.write(b'PRODUCT-X999999')
        code, out, err, memory = measured("validate", "--max-bytes", 2 * size, path)
        self.assertEqual(code, 1)
        self.assertIn("6.1.1 /vulnerabilities/0/product_status/known_affected/999999: product id 'PRODUCT-X999999'", out)
        self.assertLess(memory, 6 * size)

    def judged(self, made, codes=(0,)):
        """The answer of all tests, which may take a few times the memory of the document."""
        path = self.write("judged.json", text(made))
        code, out, err, memory = measured("validate", "--mode", "full", "--quality", path)
        self.assertIn(code, codes, (out + err)[-500:])
        self.assertLess(memory, 60 * MIB + 6 * path.stat().st_size)
        return out

    def test_200_000_vulnerabilities_and_references(self):
        def vulnerabilities(count):
            made = document()
            made["vulnerabilities"] = [vulnerability(["P-0"], 1000 + i) for i in range(count)]
            return made

        def references(count):
            made = document()
            made["document"]["references"] += [{"category": "external", "summary": f"Page {i}", "url": f"https://example.test/{i}"}
                                               for i in range(count)]
            return made
        for make in (vulnerabilities, references):
            with self.subTest(make.__name__):
                self.assertIn("valid (CSAF 2.0)", self.judged(make(200_000)))

    def test_groups_that_name_much_in_few_bytes(self):
        def groups(count):
            made = document(products=count)
            made["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": [f"P-{i}" for i in range(count)]}]
            made["vulnerabilities"] = [
                {**vulnerability([f"P-{i}"], 1000 + i), "remediations": [{"category": "vendor_fix", "details": "Update.", "group_ids": ["G"]},
                                                                         {"category": "none_available", "details": "None.", "group_ids": ["G"]}],
                 "flags": [{"label": "component_not_present", "group_ids": ["G"]}]} for i in range(count)]
            return made
        self.judged(groups(20_000), codes=(0, 1))
        path = self.write("groups.json", text(groups(20_000)))
        for to in CONVERSIONS:
            with self.subTest(to):
                code, out, err, memory = measured("convert", "--to", to, path)
                self.assertEqual((code, out), (1, ""))
                self.assertRegex(err, "groups resolved|written out")
                self.assertLess(memory, 1500 * MIB)

    def test_a_long_name_above_many_products_is_told_once(self):
        """Ten megabytes of name, wanted by twenty thousand products: written out that is 200 GB."""
        made = document(products=20_000)
        products = made["product_tree"].pop("full_product_names")
        made["product_tree"]["branches"] = [{"category": "vendor", "name": "V" * 10_000_000, "branches": [
            {"category": "product_name", "name": "N" * 5_000_000, "branches": [
                {"category": "product_version_range", "name": f"<{i}", "product": each} for i, each in enumerate(products)]}]}]
        made["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": ["P-0", "P-1"]}]
        path = self.write("long-name.json", text(made))
        code, out, err, memory = measured("validate", "--mode", "full", "--quality", path)
        self.assertEqual((code, err), (0, ""), out[-500:])
        self.assertLess(memory, 10 * path.stat().st_size)
        for to in CONVERSIONS:
            with self.subTest(to):
                code, out, err, memory = measured("convert", "--to", to, path)
                self.assertLess(memory, 600 * MIB)
                self.assertEqual((code, out), (1, ""))
                self.assertRegex(err, r"long-name\.json:/product_tree: .*wherever branches and groups lead")

    def test_a_long_id_in_a_group_is_quoted_in_part(self):
        long_id = "P" * 5_000_000
        made = document()
        made["product_tree"]["full_product_names"][0]["product_id"] = long_id
        made["product_tree"]["product_groups"] = [{"group_id": "G", "product_ids": [long_id]}]
        made["vulnerabilities"] = [
            {"cve": f"CVE-1900-{1000 + i}", "notes": [{"category": "description", "text": "It opens."}],
             "product_status": {"known_affected": ["Q"]},
             "flags": [{"label": "component_not_present", "group_ids": ["G"]}, {"label": "vulnerable_code_not_present", "group_ids": ["G"]}]}
            for i in range(1000)]
        path = self.write("long-id.json", text(made))
        code, out, err, memory = measured("validate", "--mode", "full", path)
        self.assertEqual(code, 1)
        self.assertLess(len(out), 5 * MIB)
        self.assertLess(memory, 250 * MIB)
        for to in ("markdown", "openvex"):
            code, out, err, memory = measured("convert", "--to", to, path)
            self.assertEqual((code, out), (1, ""))
            self.assertLess(memory, 600 * MIB)

    def test_what_one_test_finds_a_thousand_times_silences_no_other(self):
        made = document()
        made["vulnerabilities"][0]["product_status"]["known_affected"] = [f"Q-{i}" for i in range(3000)]
        made["document"]["tracking"]["version"] = "2"
        lines = json_lines(run("validate", "--format", "json", self.write("many.json", text(made)), check=1).stdout)
        found = [each["test"] for each in lines[0]["results"]]
        self.assertEqual(found.count("6.1.1"), 1000)
        self.assertIn("6.1.16", found)

    def test_deep_branches_and_rings(self):
        def branches(depth):
            made = document("2.1")
            branch = {"category": "product_name", "name": "N", "product": {"name": "N", "product_id": "P-9"}}
            for _ in range(depth - 1):
                branch = {"category": "product_family", "name": "F", "branches": [branch]}
            made["product_tree"]["branches"] = [branch]
            return text(made)
        # Two levels of JSON each, and three above.
        self.assertIn("6.1.34", run("validate", self.write("deep.json", branches(31)), check=1).stdout)
        self.refused("validate", self.write("deep.json", branches(200)), says="nested deeper than 128 levels")
        self.refused("validate", "--max-depth", "200", self.write("deep.json", branches(90)), says="6.1.34")
        for version in ("2.0", "2.1"):
            made = document(version)
            ring = 50_000
            paths = []
            for i in range(ring):
                name = {"name": f"R {i}", "product_id": f"R-{i}"}
                other = f"R-{(i + 1) % ring}"
                paths.append({"category": "installed_on", "full_product_name": name, "product_reference": other,
                              "relates_to_product_reference": "P-0"} if version == "2.0" else
                             {"full_product_name": name, "beginning_product_reference": other,
                              "subpaths": [{"category": "installed_on", "next_product_reference": "P-0"}]})
            made["product_tree"]["relationships" if version == "2.0" else "product_paths"] = paths
            path = self.write("ring.json", text(made))
            with self.subTest(version):
                told = run("validate", "--mode", "full", path, check=1).stdout
                self.assertIn("6.1.3", told)
                for to in CONVERSIONS[:4]:
                    self.assertEqual(run("convert", "--to", to, path).returncode, 0)


if __name__ == "__main__":
    unittest.main()
