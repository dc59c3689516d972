# SPDX-License-Identifier: GPL-2.0-only
"""arrows.py's half that reads #include lines."""
import os
import re
from pathlib import Path

from arrows_order import circles_of, folder_of

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
            base = self.order.top / folder
            for f in sorted(base.rglob("*")):
                if f.suffix in (".c", ".h", ".cpp", ".hpp") and f.is_file():
                    yield folder, f.relative_to(self.order.top)

    def resolve(self, folder, file, name):
        """The project's file that NAME is in FILE; None where it is somebody else's."""
        for place in [file.parent, *map(Path, self.order.search.get(folder, []))]:
            path = Path(os.path.normpath(place / name))
            if (self.order.top / path).is_file():
                return path
        return None

    def of(self, folder, file):
        if file not in self.cache:
            self.cache[file] = [(number, name, quoted, cxx, self.resolve(folder, file, name))
                                for number, name, quoted, cxx in includes_of(self.order.top / file)]
        return self.cache[file]

    def judge(self):
        known = {file: folder for folder, file in self.files()}
        for file, folder in known.items():
            for number, name, quoted, _, target in self.of(folder, file):
                if target is None:
                    if quoted and not self.generated(name):
                        self.said["unknown"].append(f'{file}:{number}: there is no "{name}"')
                    continue
                if not any(target.is_relative_to(f) for f in [folder, *self.order.may_include[folder]]):
                    self.said["border"].append(f"{file}:{number}: {folder} may not know {target}")
                self.floors(file, number, target)
            if folder.startswith("kernel/") and file.suffix in (".cpp", ".hpp"):
                self.kernel(file, folder, known)
        return self.said

    @staticmethod
    def generated(name):
        return name == "xenstore_schema.hpp"

    def floors(self, file, number, target):
        """A header in a folder is for that folder and for those above it. One at a part's top is for all, and so
        are those of a folder that stands on two floors: it holds the types that the others are about."""
        for part, base in self.order.sources.items():
            if not (file.is_relative_to(base) and target.is_relative_to(base)):
                continue
            a, b = str(file.relative_to(base)), str(target.relative_to(base))
            if folder_of(b) == folder_of(a) or "/" not in b or self.on_two_floors(part, a, b):
                continue
            above, below = self.floor(part, a), self.floor(part, b)
            if above is not None and below is not None and above > below:
                self.said["floor"].append(f"{file}:{number}: {folder_of(a)} is below {folder_of(b)}")

    def on_two_floors(self, part, *files):
        return any(sum(p.startswith(folder_of(f)) for p in self.order.floors[part]) > 1 for f in files)

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


    def circles(self):
        known = {file: folder for folder, file in self.files()}
        return circles_of({(str(file), str(target)) for file, folder in known.items()
                           for _, _, _, _, target in self.of(folder, file) if target in known})


def judge_includes(order, report):
    includes = Includes(order)
    said = includes.judge()
    report.result("every file that is included is there", said["unknown"])
    report.result("parts include only whom they may know", said["border"])
    report.result("no file includes one of a folder above its own", said["floor"])
    report.result("the kernel's C++ sees no kernel header", said["kernel"])
    report.result("headers do not include each other in a circle", [" ".join(c) for c in includes.circles()])
