"""What `tocsin validate` says of STIX beside OASIS' own stix2-validator, over mutations of one object of each type."""
import contextlib
import copy
import io
import json
import logging
import random
import re
import subprocess
import unittest

from support.peers import python_peer
from support.tocsin import BINARY, DATA, ENVIRONMENT, ROOT, json_lines

MUTATIONS = 1200
OBJECTS = ROOT / "src/formats/stix/testdata/every-type.json"
VALUES = [5, -1, 1.5, "text", "", "TEXT", True, None, [], {}, ["text"], {"key": "text"}, "2024-13-01T00:00:00Z",
          "2023-01-01T00:00:00Z", "tool--11111111-1111-4111-8111-111111111111", "F0"]
ADDED = ["severity", "action", "username", "defanged", "Upper", "x_own_thing", "own_thing", "ab", "1ab"]

# What only one of the two finds, and why that is right. docs/stix.md tells the same in words.
ONLY_OURS = {
    "STIX-2.9-form": "the schemas take any text where an observable refers to another",
    "STIX-3-reference-type": "nor do they look at what type is referred to there",
    "STIX-3.2-not-applicable": "they let any object be defanged",
    "STIX-2-type": "values of dictionaries, and parts within extensions, that the schemas leave open",
    "STIX-3-property-name": "their pattern for names is not anchored, and markings have none",
    "STIX-3.8-reserved": "they let markings use reserved names, and know phone_numbers for phone_number",
    "STIX-3-range": "they have no lower bound where the text forbids negative numbers",
    "STIX-3-required": "an extension's definition needs its creator (section 7.3.1)",
    "STIX-3-one-of": "parts of which a property is needed",
    "STIX-together": "an encoding needs what is encoded (section 3.1)",
    "STIX-6-value": "addresses of IPv6, and shortened hives",
    "STIX-7.2.1-tlp": "the fixed markings",
}
ONLY_THEIRS = [
    r"'spec_version' is a required property",  # An object without one, and without a bundle, is of 2.0.
    r"'definition' must contain a valid",  # The same, of a marking.
    r"If the external reference is a CVE",  # Of 2.0; the text of 2.1 does not say so.
    r"startup_info", r"exif_tags",  # Names of keys; the text does not make values strings.
    r"additional_header_fields",  # Lists of one text are refused, though the text wants lists.
    r"IANA registered", r"mime_type",  # Registries; of kinds of media the text says SHOULD.
    r"is not a '(uri|idn-hostname|email)'",  # By grammars that are stricter than what is met.
]


def places(value, path=()):
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield path + (key,)
        yield from places(value[key], path + (key,))


def changed(whole, path, *value):
    whole = copy.deepcopy(whole)
    parent = whole
    for key in path[:-1]:
        parent = parent[key]
    if value:
        parent[path[-1]] = value[0]
    else:
        del parent[path[-1]]
    return whole


def bases():
    for each in json.loads(OBJECTS.read_text())["objects"]:
        # Three shapes of the standard's text that the schemas refuse.
        if "granular_markings" in each:
            each["granular_markings"] = [one for one in each["granular_markings"] if "lang" not in one]
        if "additional_header_fields" in each:
            each["additional_header_fields"] = {"Reply-To": ["a", "b"]}
        process = each.get("extensions", {}).get("windows-process-ext", {})
        if process:
            process["startup_info"] = {"wShowWindow": "1"}
        yield each


def mutations():
    for each in bases():
        for path in places(each):
            if path == ("type",):
                continue
            yield path, changed(each, path)
            for value in VALUES:
                yield path, changed(each, path, value)
        for name in ADDED:
            if name not in each:
                yield (name,), {**each, name: True}


def verdicts(objects):
    done = subprocess.run([BINARY, "validate", "--format", "json", "-"], input="\n".join(map(json.dumps, objects)),
                          capture_output=True, text=True, env=ENVIRONMENT)
    return [[result["test"] for result in line["results"]] for line in json_lines(done.stdout)]


def their_errors(whole):
    options = stix2validator.ValidationOptions(version="2.1", disabled=["all"])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            found = stix2validator.validate_instance(whole, options)
        except Exception as error:  # It stumbles over some of what it is to judge: that is no "valid".
            return [f"stumbles: {error!r}"]
    return [str(error) for error in found.errors or []]


def setUpModule():
    global stix2validator
    python_peer("stix-validator", "stix2-validator==3.3.2")
    import stix2validator


class BesideTheOfficialValidator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        logging.disable(logging.CRITICAL)

    @classmethod
    def tearDownClass(cls):
        logging.disable(logging.NOTSET)

    def test_one_of_each_type_is_valid_to_both(self):
        objects = list(bases())
        for each, ours in zip(objects, verdicts(objects), strict=True):
            with self.subTest(each["type"]):
                self.assertEqual((ours, their_errors(each)), ([], []))

    def test_mutations_are_judged_alike(self):
        chosen = random.Random(2026).sample(list(mutations()), MUTATIONS)
        both = alike = 0
        for (path, each), ours in zip(chosen, verdicts([each for _, each in chosen]), strict=True):
            theirs = their_errors(each)
            if bool(ours) == bool(theirs):
                alike += 1
                both += bool(ours)
            elif ours:
                self.assertLessEqual(set(ours), set(ONLY_OURS), (each["type"], path, each))
            else:
                for error in theirs:
                    self.assertTrue(any(re.search(known, error) for known in ONLY_THEIRS), (each["type"], path, error))
        self.assertGreater(both, MUTATIONS // 2)
        self.assertGreater(alike, MUTATIONS * 93 // 100)

    @unittest.skipUnless((DATA / "attack").exists(), "no real STIX content: set TOCSIN_DATA")
    def test_nothing_is_wrong_with_what_is_right(self):
        import gzip
        objects = json.loads(gzip.decompress((DATA / "attack/ics-attack-18.1.json.gz").read_bytes()))["objects"]
        chosen = random.Random(7).sample(objects, 150)
        for each, ours in zip(chosen, verdicts(chosen), strict=True):
            self.assertEqual((ours, their_errors(each)), ([], []), each["id"])


if __name__ == "__main__":
    unittest.main()
