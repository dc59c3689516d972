#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""arrows.py - who calls whom, and that it goes one way.

    arrows.py [--order FILE] calls PART=OBJECTS[:OBJECTS…]…
    arrows.py [--order FILE] includes

calls reads what each object of a part defines and what it asks for (nm): an arrow from one file to another is a symbol that
the first takes from the second. Weak definitions do not count, they are the copies of inline functions. Nor do
functions that are handed down as pointers: that is how a service calls back whom it does not know. OBJECTS are folders in
which the objects lie as the sources do; of several objects of a source the newest is read.

includes reads the #include lines of all parts.

Both print KTAP. What is right is in arrows.txt, or in FILE.
"""
import argparse
import fnmatch
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent


class Order:
    """What arrows.txt says."""

    def __init__(self, path):
        self.sources = {}  # part -> its folder
        self.floors = {}  # part -> patterns, from the roof down
        self.may_include = {}  # folder -> the folders and files it may know
        self.search = {}  # folder -> where its #include lines look
        self.pending = set()  # parts that are not judged yet
        for number, line in enumerate(path.read_text().splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            kind, name, *rest = words
            if kind == "floors":
                self.sources[name] = rest[0]
                self.floors[name] = rest[1:]
            elif kind == "knows":
                self.may_include[name] = rest
            elif kind == "search":
                self.search[name] = rest
            elif kind == "pending":
                self.pending.add(name)
            else:
                sys.exit(f"{path}:{number}: '{kind}' is none of floors, knows, search, pending")

    def floor(self, part, file):
        """The number of a file's floor, 0 for the roof; None where it has none."""
        for number, pattern in enumerate(self.floors[part]):
            folder, slash, name = pattern.rpartition("/")
            if pattern.endswith("/"):
                if file.startswith(pattern):
                    return number
            elif os.path.dirname(file) == folder and fnmatch.fnmatch(os.path.basename(file), name):
                return number
        return None


class Report:
    """KTAP: a result, with what there is to say about it above."""

    def __init__(self, planned):
        self.number = self.failed = 0
        print(f"KTAP version 1\n1..{planned}")

    def result(self, text, said, pending=False):
        self.number += 1
        for line in said:
            print(f"# {line}")
        bad = said and not pending
        self.failed += bool(bad)
        print(f"{'not ' if bad else ''}ok {self.number} {text}{' # SKIP not yet' if said and pending else ''}")


# --- arrows ------------------------------------------------------------------------------------------------------------

def sources_of(folder):
    """Every .c and .cpp below a folder, relative to it."""
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.suffix in (".c", ".cpp") and f.is_file())


def symbols_of(objects):
    """Object -> (what it defines for others, what it asks for)."""
    defined, wanted = defaultdict(set), defaultdict(set)
    if objects:
        listing = subprocess.run(["nm", "-A", "-P", "--no-demangle", *objects], capture_output=True, text=True, check=True).stdout
        for line in listing.splitlines():
            where, symbol, kind, *_ = line.rsplit(": ", 1)[0:1] + line.rsplit(": ", 1)[1].split()
            if kind == "U":
                wanted[where].add(symbol)
            elif kind in "TDBRSGCA":
                defined[where].add(symbol)
    return defined, wanted


def plain(symbols):
    """Names as a reader knows them."""
    text = subprocess.run(["c++filt", "-p"], input="\n".join(symbols), capture_output=True, text=True, check=True).stdout
    return sorted(text.splitlines())


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


def circles_of(arrows):
    """Sets of files each of which reaches all the others (Tarjan's, without recursion)."""
    follow = defaultdict(list)
    for a, b in sorted(arrows):
        follow[a].append(b)
    index, low, stack, circles = {}, {}, [], []
    for root in sorted(follow):
        work = [(root, 0)] if root not in index else []
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
            else:
                child = follow[node][position - 1]
                low[node] = min(low[node], low.get(child, len(index)))
            for i in range(position, len(follow[node])):
                child = follow[node][i]
                if child not in index:
                    work += [(node, i + 1), (child, 0)]
                    break
                if child in stack:
                    low[node] = min(low[node], index[child])
            else:
                if low[node] == index[node]:
                    circle = stack[stack.index(node):]
                    del stack[stack.index(node):]
                    if len(circle) > 1:
                        circles.append(sorted(circle))
    return circles


def shortest_way_round(circle, arrows):
    """The shortest circle within a set of files: its arrows, in order."""
    best = []
    for start in circle:
        reached, edge = {start: []}, [start]
        while edge and start not in edge[1:]:
            node = edge.pop(0)
            for a, b in sorted(arrows):
                if a != node or b not in circle:
                    continue
                if b == start:
                    way = reached[a] + [(a, b)]
                    best = way if not best or len(way) < len(best) else best
                elif b not in reached:
                    reached[b] = reached[a] + [(a, b)]
                    edge.append(b)
    return best


def told(arrow, arrows, most=4):
    names = plain(arrows[arrow])
    return f"{arrow[0]} -> {arrow[1]}: {', '.join(names[:most])}{' …' if len(names) > most else ''}"


def folder_of(file):
    return os.path.dirname(file) + "/" if "/" in file else "(top)"


def judge_calls(order, part, folders, report):
    objects, missing = {}, []
    for source in sources_of(TOP / order.sources[part]):
        o = newest_object(source, folders)
        if o is None:
            missing.append(f"{order.sources[part]}/{source} has no object in {' or '.join(map(str, folders))}: build it first")
        else:
            objects[source] = o
    arrows = arrows_of(objects)

    said = list(missing)
    circles = circles_of(arrows)
    for circle in circles:
        said.append(f"a circle of {len(circle)} files: {' '.join(circle)}; the shortest way round in it:")
        said += [f"  {told(a, arrows)}" for a in shortest_way_round(circle, arrows)]
    report.result(f"{part}: no circle; {len(objects)} files, {len(arrows)} arrows", said, part in order.pending and not missing)

    said = [f"{s} is on no floor of {part}" for s in objects if order.floor(part, s) is None]
    for a, b in sorted(arrows):
        above, below = order.floor(part, a), order.floor(part, b)
        if above is not None and below is not None and above > below:
            said.append(f"up: {told((a, b), arrows)}")
    if said:
        said.append(f"from the roof down: {' '.join(order.floors[part])}")
    report.result(f"{part}: no arrow goes up", said, part in order.pending)

    between = defaultdict(int)
    for a, b in arrows:
        if folder_of(a) != folder_of(b):
            between[folder_of(a), folder_of(b)] += 1
    for (a, b), count in sorted(between.items()):
        print(f"# {part}: {a} -> {b} {count}")


# --- includes ----------------------------------------------------------------------------------------------------------

INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
# What C++ in the kernel may take from outside: freestanding libstdc++ and Xen's public headers.
FOR_CXX = re.compile(r"xen/.*\.h|std(int|def)\.h|[a-z_]+")


def includes_of(path):
    """(line number, name, is it quoted, does C++ see it) of each #include."""
    seen, found = [], []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.replace("#", " # ", 1).split()
        if words[:1] == ["#"] and len(words) > 1:
            condition = " ".join(words[1:3])
            if words[1] in ("if", "ifdef", "ifndef"):
                seen.append({"ifndef __cplusplus": False, "ifdef __KERNEL__": False}.get(condition, True))
                if condition == "ifdef __cplusplus":
                    seen[-1] = None  # all that is behind #else
            elif words[1] in ("else", "elif") and seen:
                seen[-1] = False if seen[-1] is None else True
            elif words[1] == "endif" and seen:
                seen.pop()
        match = INCLUDE.match(line)
        if match:
            found.append((number, match[1] or match[2], match[1] is not None, False not in seen))
    return found


class Includes:
    def __init__(self, order):
        self.order = order
        self.said = {"unknown": [], "border": [], "floor": [], "kernel": []}
        self.cache = {}

    def files(self):
        for folder in self.order.may_include:
            base = TOP / folder
            for f in sorted(base.rglob("*")):
                if f.suffix in (".c", ".h", ".cpp", ".hpp") and f.is_file():
                    yield folder, f.relative_to(TOP)

    def resolve(self, folder, file, name):
        """The project's file that NAME is in FILE; None where it is somebody else's."""
        for place in [file.parent, *map(Path, self.order.search.get(folder, []))]:
            path = Path(os.path.normpath(place / name))
            if (TOP / path).is_file():
                return path
        return None

    def of(self, folder, file):
        if file not in self.cache:
            self.cache[file] = [(number, name, quoted, cxx, self.resolve(folder, file, name))
                                for number, name, quoted, cxx in includes_of(TOP / file)]
        return self.cache[file]

    def judge(self):
        known = {file: folder for folder, file in self.files()}
        for file, folder in known.items():
            for number, name, quoted, _, target in self.of(folder, file):
                if target is None:
                    if quoted and not self.generated(name):
                        self.said["unknown"].append(f'{file}:{number}: there is no "{name}"')
                    continue
                if not any(str(target) == w or str(target).startswith(w + "/") for w in [folder, *self.order.may_include[folder]]):
                    self.said["border"].append(f"{file}:{number}: {folder} may not know {target}")
                self.floors(file, number, target)
            if folder.startswith("kernel/") and file.suffix in (".cpp", ".hpp"):
                self.kernel(file, folder, known)
        return self.said

    @staticmethod
    def generated(name):
        return name == "xenstore_schema.hpp"

    def floors(self, file, number, target):
        """A header in a folder is for that folder and for those above it; one at a part's top is for all."""
        for part, base in self.order.sources.items():
            if not (file.is_relative_to(base) and target.is_relative_to(base)):
                continue
            a, b = str(file.relative_to(base)), str(target.relative_to(base))
            if folder_of(b) == folder_of(a) or "/" not in b:
                continue
            above, below = self.floor(part, a), self.floor(part, b)
            if above is not None and below is not None and above > below:
                self.said["floor"].append(f"{file}:{number}: {folder_of(a)} is below {folder_of(b)}")

    def floor(self, part, file):
        """As its sources': the first floor that could hold a file of this folder."""
        path = Path(file)
        tries = [file] + [str(path.with_suffix(s)) for s in ((".c", ".cpp") if path.suffix == ".h" else (".cpp",))]
        found = [f for f in (self.order.floor(part, t) for t in tries) if f is not None]
        return found[0] if found else None

    def kernel(self, file, folder, known):
        """What C++ sees, directly and by the project's headers, is no header of Linux."""
        todo, done = [(file, folder, str(file))], set()
        while todo:
            path, base, way = todo.pop()
            for number, name, quoted, cxx, target in self.of(base, path):
                if not cxx:
                    continue
                if target is not None and target not in done and target in known:
                    done.add(target)
                    todo.append((target, known[target], f"{way} -> {target}"))
                elif target is None and not quoted and not FOR_CXX.fullmatch(name):
                    self.said["kernel"].append(f"{way}:{number}: <{name}>")


def header_circles(includes, known):
    arrows = defaultdict(set)
    for file, folder in known.items():
        for number, _, _, _, target in includes.of(folder, file):
            if target is not None and target in known and target != file:
                arrows[str(file), str(target)].add(f"line {number}")
    return circles_of(arrows), arrows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--order", type=Path, default=TOP / "selftests/arrows.txt")
    parser.add_argument("--top", type=Path, default=TOP, help="the tree that the order's folders are in")
    parser.add_argument("what", choices=("calls", "includes"))
    parser.add_argument("parts", nargs="*", metavar="PART=OBJECTS")
    options = parser.parse_args()
    globals()["TOP"] = options.top.resolve()
    order = Order(options.order)

    if options.what == "calls":
        report = Report(2 * len(options.parts))
        for word in options.parts:
            part, _, folders = word.partition("=")
            if part not in order.sources:
                sys.exit(f"{options.order} says nothing of '{part}'")
            judge_calls(order, part, [Path(f) for f in folders.split(":")], report)
    else:
        report = Report(5)
        includes = Includes(order)
        said = includes.judge()
        circles, arrows = header_circles(includes, {file: folder for folder, file in includes.files()})
        report.result("every file that is included is there", said["unknown"])
        report.result("parts include only whom they may know", said["border"])
        report.result("no file includes one of a folder above its own", said["floor"])
        report.result("the kernel's C++ sees no kernel header", said["kernel"])
        report.result("headers do not include each other in a circle",
                      [f"{' '.join(c)}" for c in circles])
    sys.exit(bool(report.failed))


if __name__ == "__main__":
    main()
