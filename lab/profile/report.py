#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""report.py DIRECTORY SYMBOLS PACKETS: instructions per packet and calls per packet of each function.

DIRECTORY holds what the plugin counted in three runs, one to warm up, a short and a long one (counts.1 to .3), and
the modules' functions; PACKETS has how many packets arrived in each. What both runs have in common, starting and
stopping, drops out.
"""
import bisect
import collections
import sys

WHO = {1: "dom0", 2: "guests", 0: "between domains"}
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


def read_counts(file):
    counts = {}
    with open(file, encoding="ascii") as lines:
        for line in lines:
            domain, address, runs, instructions = line.split()
            key = (int(domain), int(address, 16), int(instructions))
            counts[key] = counts.get(key, 0) + int(runs)
    return counts


def main():
    directory, symbol_file, packet_file = sys.argv[1:]
    addresses, names = read_symbols(symbol_file, directory + "/modules")
    with open(packet_file, encoding="ascii") as lines:
        _, few, many = (int(line) for line in lines)
    short, long = read_counts(directory + "/counts.2"), read_counts(directory + "/counts.3")
    cost, calls = collections.Counter(), collections.Counter()
    for key in short.keys() | long.keys():
        domain, address, instructions = key
        per_packet = (long.get(key, 0) - short.get(key, 0)) / (many - few)
        at = bisect.bisect_right(addresses, address) - 1
        if address < addresses[0]:
            name = "(programs)"
        elif domain == 2 and address >= MODULES:
            name = "(a guest's modules)"
        else:
            name = names[at]
            if addresses[at] == address:
                calls[domain, name] += per_packet
        cost[domain, name] += per_packet * instructions
    for domain, who in WHO.items():
        mine = {name: n for (d, name), n in cost.items() if d == domain}
        print(f"# {who}: {sum(mine.values()):.0f} instructions per packet, {many - few} packets; instructions, calls, function")
        for name, n in sorted(mine.items(), key=lambda item: -item[1]):
            if n >= 0.05:
                print(f"{n:9.1f} {calls[domain, name]:8.2f}  {name}")
        print()


main()
