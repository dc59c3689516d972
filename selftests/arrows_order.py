# SPDX-License-Identifier: GPL-2.0-only
"""What arrows.py's two halves share: the order that is asked for, circles in a graph, results."""
import fnmatch
import os
import sys
from collections import defaultdict


class Order:
    """What arrows.txt says."""

    def __init__(self, path, top):
        self.top = top  # the tree that the folders are in
        self.sources = {}  # part -> its folder
        self.floors = {}  # part -> patterns, from the roof down
        self.may_include = {}  # folder -> the folders and files it may know
        self.search = {}  # folder -> where its #include lines look
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
            else:
                sys.exit(f"{path}:{number}: '{kind}' is none of floors, knows, search")

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

    def result(self, text, said):
        self.number += 1
        for line in said:
            print(f"# {line}")
        self.failed += bool(said)
        print(f"{'not ' if said else ''}ok {self.number} {text}")


def folder_of(file):
    return os.path.dirname(file) + "/" if "/" in file else "(top)"


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
