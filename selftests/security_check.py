#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""security_check.py - docs/security.md tells the truth about the tests.

Each case of the catalogue has one row, and a row names tests that exist, in files that bear the case's number, or says
why there is none. A test that bears a number and is missing in that row gets a note.

    *.cc   `file.cc` Suite.Test        (`netback/file.cc` in selftests/unit) the number is in the comment above the test
    *.sh   `file.sh` "words" (or .py)   words and number are in the file
    `name_fuzz.cc`                     the whole fuzzer; the number is in the file
"""
import os
import re
import sys
from functools import cache
from pathlib import Path

os.chdir(Path(__file__).resolve().parent.parent)
PAGE = "docs/security.md"
FOLDERS = [Path(f) for f in ("selftests/unit", "toolstack/tests", "selftests/fuzz", "selftests/kselftest", "selftests/gate")]
CATALOGUE = {"NB": 80, "NF": 44, "BR": 34, "CL": 34, "RL": 19}
ID = re.compile(r"\b(?:NB|NF|BR|CL|RL)-\d\d")
TEST = re.compile(r"TEST(?:_F|_P)?\((\w+), *(\w+)\)")
ADVISORY = re.compile(r"\| XSA-(\d+) ")
PROOF = re.compile(r" *`([a-z_0-9/]*\.[a-z]*)` *(.*?) *")

faults = []


@cache
def text_of(path):
    return path.read_text()


def tests_of(path):
    """Suite.Test -> the numbers in the comment above it."""
    tests, ids = {}, set()
    for line in text_of(path).splitlines():
        if line.startswith("//"):
            ids.update(ID.findall(line))
            continue
        if test := TEST.match(line):
            tests[".".join(test.groups())] = ids
        ids = set()
    return tests


TESTS = {str(path.relative_to(folder)): tests_of(path) for folder in FOLDERS for path in sorted(folder.rglob("*.cc"))}


def judge(case, file, name):
    """One proof of a row; the (file, test, number) it names, if it is a test of a .cc."""
    path = next((folder / file for folder in FOLDERS if (folder / file).is_file()), None)
    if path is None:
        faults.append(f"{case}: there is no {file} in {' '.join(map(str, FOLDERS))}")
        return None
    if file.endswith(".cc") and not file.endswith("_fuzz.cc"):
        if name not in TESTS[file]:
            faults.append(f"{case}: there is no test {name} in {file}")
        elif case not in TESTS[file][name]:
            faults.append(f"{case}: the comment above {name} in {file} does not bear the number")
        return file, name, case
    if file.endswith((".sh", ".py")):
        text = text_of(path)
        if '/lies.sh"\n' in text:  # the list of lies is part of a scenario that tells them
            text += text_of(path.parent / "lies.sh")
        if name not in text:
            faults.append(f'{case}: "{name}" is not in {file}')
    if case not in text_of(path):
        faults.append(f"{case}: {file} does not bear the number")
    return None


def judge_row(case, proof, where):
    """What the row names; None: it says that there is no test."""
    if "none" in where:
        if len(proof) <= 10:
            faults.append(f"{case}: no test and no reason")
        return None
    named = set()
    proofs = [PROOF.fullmatch(each) for each in proof.split(";")]
    if not any(proofs):
        faults.append(f"{case}: names no test")
    for each in filter(None, proofs):
        named.add(judge(case, each[1], each[2].strip('"')))
    return named


def judge_advisories(lines, tested):
    """Each known hole once, in order, with cases whose tests show that it is none here; how many there are."""
    numbers = []
    for line in lines:
        if not (advisory := ADVISORY.match(line)):
            continue
        numbers.append(int(advisory[1]))
        cases = ID.findall(line.split("|")[4])
        if not cases:
            faults.append(f"XSA-{numbers[-1]}: names no case")
        faults.extend(f"XSA-{numbers[-1]}: {case} is no case with a test" for case in cases if case not in tested)
    if not numbers or numbers != sorted(set(numbers)):
        faults.append("advisories: none, or one twice, or not in order")
    return len(numbers)


def main():
    rows = [line.split("|") for line in text_of(Path(PAGE)).splitlines() if re.match(r"\| " + ID.pattern + " ", line)]
    ids = [row[1].strip() for row in rows]
    named, tested = set(), set()
    for case, row in zip(ids, rows):
        names = judge_row(case, row[3], row[4])
        if names is not None:
            tested.add(case)
        named |= names or set()
    advisories = judge_advisories(text_of(Path(PAGE)).splitlines(), tested)
    catalogue = [f"{series}-{n:02}" for series, last in CATALOGUE.items() for n in range(1, last + 1)]
    faults.extend(f"{PAGE}: row missing: {case}" for case in catalogue if case not in ids)
    faults.extend(f"{PAGE}: row doubled or unknown: {case}" for case in set(ids)
                  if case not in catalogue or ids.count(case) > 1)
    for fault in faults:
        print(fault, file=sys.stderr)
    for file, tests in TESTS.items():
        for name, numbers in tests.items():
            for case in sorted(numbers):
                if (file, name, case) not in named:
                    print(f"note: not in its row: {file} {name} {case}")
    if not faults:
        print(f"security: {len(rows)} cases, {len(tested)} with tests that exist, {len(rows) - len(tested)} without; "
              f"{advisories} advisories")
    return 1 if faults else 0


sys.exit(main())
