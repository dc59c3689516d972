#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""arrows.py - who calls whom, and that it goes one way.

    arrows.py [--order FILE] calls PART=OBJECTS[:OBJECTS…]…
    arrows.py [--order FILE] includes

calls reads what each object of a part defines and what it asks for (nm): an arrow from one file to another is a symbol
that the first takes from the second. Weak definitions do not count, they are the copies of inline functions. Nor do
functions that are handed down as pointers: that is how a service calls back whom it does not know. Nor do types by name
(typeinfo), of which some compilers ask for wherever a method is called, to check the object. OBJECTS are folders in
which the objects lie as the sources do; of several objects of a source the newest is read.

includes reads the #include lines of all parts.

Both print KTAP. What is right is in arrows.txt, or in FILE.
"""
import argparse
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from arrows_includes import judge_includes
from arrows_order import Order, Report, circles_of, folder_of, shortest_way_round

TOP = Path(__file__).resolve().parent.parent


def sources_of(folder):
    """Every .c and .cpp below a folder, relative to it."""
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.suffix in (".c", ".cpp") and f.is_file())


def output(*command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, **more).stdout


def symbols_of(objects):
    """Object -> (what it defines for others, what it asks for)."""
    defined, wanted = defaultdict(set), defaultdict(set)
    if objects:
        for line in output("nm", "-A", "-P", "--no-demangle", *objects).splitlines():
            where, _, symbol = line.rpartition(": ")
            symbol, kind, *_ = symbol.split()
            if symbol.startswith("_ZTI"):
                continue
            if kind == "U":
                wanted[where].add(symbol)
            elif kind in "TDBRSGCA":
                defined[where].add(symbol)
    return defined, wanted


def plain(symbols):
    """Names as a reader knows them."""
    return sorted(output("c++filt", "-p", input="\n".join(symbols)).splitlines())


def newest_object(source, folders):
    found = [o for o in (f / Path(source).with_suffix(".o") for f in folders) if o.exists()]
    return max(found, key=lambda o: o.stat().st_mtime, default=None)


def arrows_of(objects):
    """{source: object} -> {(from, to): symbols}"""
    by_object = {str(o): s for s, o in objects.items()}
    defined, wanted = symbols_of(list(by_object))
    home = {symbol: by_object[o] for o, symbols in defined.items() for symbol in symbols}
    arrows = defaultdict(set)
    for o, symbols in wanted.items():
        for symbol in symbols:
            if symbol in home and home[symbol] != by_object[o]:
                arrows[by_object[o], home[symbol]].add(symbol)
    return arrows


def told(arrow, arrows, most=4):
    names = plain(arrows[arrow])
    return f"{arrow[0]} -> {arrow[1]}: {', '.join(names[:most])}{' …' if len(names) > most else ''}"


def judge_calls(order, part, folders, report):
    objects, missing = {}, []
    for source in sources_of(order.top / order.sources[part]):
        o = newest_object(source, folders)
        if o is None:
            places = " or ".join(map(str, folders))
            missing.append(f"{order.sources[part]}/{source} has no object in {places}: build it first")
        else:
            objects[source] = o
    arrows = arrows_of(objects)

    said = list(missing)
    circles = circles_of(arrows)
    for circle in circles:
        said.append(f"a circle of {len(circle)} files: {' '.join(circle)}; the shortest way round in it:")
        said += [f"  {told(a, arrows)}" for a in shortest_way_round(circle, arrows)]
    report.result(f"{part}: no circle; {len(objects)} files, {len(arrows)} arrows", said)

    said = [f"{s} is on no floor of {part}" for s in objects if order.floor(part, s) is None]
    for a, b in sorted(arrows):
        above, below = order.floor(part, a), order.floor(part, b)
        if above is not None and below is not None and above > below:
            said.append(f"up: {told((a, b), arrows)}")
    if said:
        said.append(f"from the roof down: {' '.join(order.floors[part])}")
    report.result(f"{part}: no arrow goes up", said)

    between = defaultdict(int)
    for a, b in arrows:
        if folder_of(a) != folder_of(b):
            between[folder_of(a), folder_of(b)] += 1
    for (a, b), count in sorted(between.items()):
        print(f"# {part}: {a} -> {b} {count}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--order", type=Path, default=TOP / "selftests/arrows.txt")
    parser.add_argument("--top", type=Path, default=TOP, help="the tree that the order's folders are in")
    parser.add_argument("what", choices=("calls", "includes"))
    parser.add_argument("parts", nargs="*", metavar="PART=OBJECTS")
    options = parser.parse_args()
    order = Order(options.order, options.top.resolve())

    if options.what == "calls":
        report = Report(2 * len(options.parts))
        for word in options.parts:
            part, _, folders = word.partition("=")
            if part not in order.sources:
                sys.exit(f"{options.order} says nothing of '{part}'")
            judge_calls(order, part, [Path(f) for f in folders.split(":")], report)
    else:
        report = Report(5)
        judge_includes(order, report)
    sys.exit(bool(report.failed))


if __name__ == "__main__":
    main()
