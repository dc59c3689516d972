#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""report.py DIRECTORY SYMBOLS PACKETS UNIT: instructions and calls per packet, or what UNIT says, of each function.

DIRECTORY holds what the plugin counted in three runs, one to warm up, a short and a long one (counts.1 to .3), and
the modules' functions; PACKETS has how many packets arrived in each. What both runs have in common, starting and
stopping, drops out.
"""
import bisect
import collections
import sys

WHO = {1: "dom0", 2: "sender", 3: "receiver", 0: "between domains"}
MODULES = 0xFFFFFFFFC0000000  # from here on


def read_symbols(*files):
    symbols = []
    for file in files:
        with open(file, encoding="ascii") as lines:
            for line in lines:
                kind, address, name, *module = line.split()
                text = "xen: " + name.split("#")[-1] if kind == "x" else name + ("" if not module else " " + module[0])
                symbols.append((int(address, 16), text))
    symbols.sort()
    return [s[0] for s in symbols], [s[1] for s in symbols]


def function_of(directory, symbol_file):
    """A function (domain, address) -> name, and whether the name begins right there."""
    addresses, names = read_symbols(symbol_file, directory + "/modules")

    def name_of(domain, address):
        if address < addresses[0]:
            return "(programs)", False
        if domain > 1 and address >= MODULES:
            return "(a guest's modules)", False
        at = bisect.bisect_right(addresses, address) - 1
        return names[at], addresses[at] == address

    return name_of


def read_counts(file):
    """(domain, address, instructions) -> what was counted there: its runs, and what the model adds."""
    pieces = collections.defaultdict(collections.Counter)
    with open(file, encoding="ascii") as lines:
        for line in lines:
            domain, address, runs, instructions, *more = line.split()
            counts = pieces[int(domain), int(address, 16), int(instructions)]
            counts["runs"] += int(runs)
            for word in more:
                name, count = word.split("=")
                counts[name] += int(count)
    return pieces


def long_and_short(directory, packet_file):
    """How many packets the long run had more than the short one, and what was counted more."""
    with open(packet_file, encoding="ascii") as lines:
        _, few, many = (int(line) for line in lines)
    short, long = read_counts(directory + "/counts.2"), read_counts(directory + "/counts.3")
    for key, counts in short.items():
        long[key].subtract(counts)
    return many - few, long


def main():
    directory, symbol_file, packet_file, unit = sys.argv[1:]
    name_of = function_of(directory, symbol_file)
    packets, pieces = long_and_short(directory, packet_file)
    cost, calls = collections.Counter(), collections.Counter()
    for (domain, address, instructions), counts in pieces.items():
        name, begins = name_of(domain, address)
        cost[domain, name] += counts["runs"] * instructions / packets
        if begins:
            calls[domain, name] += counts["runs"] / packets
    for domain, who in WHO.items():
        mine = {name: n for (d, name), n in cost.items() if d == domain}
        print(f"# {who}: {sum(mine.values()):.0f} instructions per {unit}, {packets} of them; instructions, calls, function")
        for name, n in sorted(mine.items(), key=lambda item: -item[1]):
            if n >= 0.05:
                print(f"{n:9.1f} {calls[domain, name]:8.2f}  {name}")
        print()


if __name__ == "__main__":
    main()
