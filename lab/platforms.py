#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""platforms.py - what was run where: README's table, of results and of nothing else.

platforms.py add RESULTS KERNELS   takes what the scenario matrix.sh said in RESULTS (a ktap.txt of the lab) into
                                   docs/platforms.json, and writes the table anew; KERNELS: the lab's list of them
platforms.py table                 writes the table anew
platforms.py check                 is the table in README.md what docs/platforms.json says?
"""

import datetime
import json
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
DATA = TOP / "docs/platforms.json"
README = TOP / "README.md"
BEGIN, END = "<!-- made by make platforms: begin -->\n", "<!-- made by make platforms: end -->\n"
KEYS = ("xen", "dom0", "guest", "type", "front")


def rows_of(ktap, kernels):
    """One row for each kind of guest: how many checks named it, and how many of them passed."""
    where, rows = None, {}
    for line in ktap.splitlines():
        if said := re.match(r"\s*# platform: Xen (\S+), dom0 (\S+ \S+)", line):
            where = said.groups()
        result = re.match(r"\s*(not )?ok \d+ (.*)", line)
        if not result or not where:
            continue
        kinds = re.findall(r"(\d+\.\d+) (pvh|pv) (stock|ringway)\b", result[2])
        for kernel, kind, front in dict.fromkeys(kinds):
            key = (*where, kernels.get(kernel, kernel), kind.upper(), front)
            row = rows.setdefault(key, {"passed": 0, "checks": 0})
            row["checks"] += 1
            row["passed"] += not result[1]
    return [dict(zip(KEYS, key), **row) for key, row in rows.items()]


def known():
    return json.loads(DATA.read_text())["rows"] if DATA.exists() else []


def key_of(row):
    return tuple(row[k] for k in KEYS)


def add(ktap_file, kernels_file):
    kernels = dict(line.split() for line in pathlib.Path(kernels_file).read_text().splitlines())
    found = rows_of(pathlib.Path(ktap_file).read_text(), kernels)
    if not found:
        sys.exit(f"platforms: {ktap_file} has no results of matrix.sh")
    date = datetime.date.today().isoformat()
    rows = {key_of(row): row for row in known()}
    rows.update({key_of(row): row | {"date": date} for row in found})
    text = ",\n".join(json.dumps(rows[key]) for key in sorted(rows))
    DATA.write_text('{"rows": [\n' + text + "\n]}\n")


def table(rows):
    out = ["| Xen | dom0 | guest | type | netfront | passed | date |", "|---|---|---|---|---|---|---|"]
    for r in rows:
        out.append(f"| {r['xen']} | {r['dom0']} | {r['guest']} | {r['type']} | {r['front']} | "
                   f"{r['passed']} of {r['checks']} | {r['date']} |")
    return "\n" + "\n".join(out) + "\n\n"


def readme_with(rows):
    text = README.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[:begin] + table(rows) + text[end:]


def main(words):
    match words:
        case ["add", ktap, kernels]:
            add(ktap, kernels)
            README.write_text(readme_with(known()))
        case ["table"]:
            README.write_text(readme_with(known()))
        case ["check"]:
            if README.read_text() != readme_with(known()):
                sys.exit("platforms: README.md's table is not what docs/platforms.json says; run: lab/platforms.py table")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
