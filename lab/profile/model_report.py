#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""model_report.py DIRECTORY SYMBOLS PACKETS UNIT PRICES: what the model of the caches counted per packet (UNIT), by
domain and by dom0's functions, and cycles by three columns of prices. All of it is modelled, nothing is measured time.

The files are those of report.py; PRICES is lab/profile/prices.txt.
"""
import collections
import sys

from report import WHO, function_of, long_and_short

COLUMNS = ["l1-code", "l1-data", "from-l2", "from-l3", "from-memory", "from-cpu", "tlb", "page-walk", "locked", "lfence",
           "syscall", "iret", "cr3", "vmrun"]


def read_prices(file):
    prices = {}
    with open(file, encoding="ascii") as lines:
        for number, line in enumerate(lines, 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            try:
                name, low, middle, high = words
                prices[name] = [float(low), float(middle), float(high)]
            except ValueError:
                sys.exit(f"{file}:{number}: \"{line.strip()}\" is not a name and three prices")
    return prices


def cycles(counts, prices):
    return [sum(counts[name] * price[column] for name, price in prices.items()) for column in range(3)]


def table(rows, prices, first):
    print(f"{'instr.':>9} " + " ".join(f"{name:>9}" for name in COLUMNS[:8]) + " " +
          " ".join(f"{name:>7}" for name in COLUMNS[8:]) + f" {'cycles: low':>12} {'middle':>8} {'high':>8}  {first}")
    for name, counts in rows:
        print(f"{counts['instruction']:9.1f} " + " ".join(f"{counts[c]:9.2f}" for c in COLUMNS[:8]) + " " +
              " ".join(f"{counts[c]:7.2f}" for c in COLUMNS[8:]) + " " +
              "{:12.0f} {:8.0f} {:8.0f}".format(*cycles(counts, prices)) + f"  {name}")


def main():
    directory, symbol_file, packet_file, unit, price_file = sys.argv[1:]
    prices = read_prices(price_file)
    packets, pieces = long_and_short(directory, packet_file)
    name_of = function_of(directory, symbol_file)
    domains = collections.defaultdict(collections.Counter)
    functions = collections.defaultdict(collections.Counter)
    for (domain, address, instructions), counts in pieces.items():
        for name, count in counts.items():
            key = name if name != "runs" else "instruction"
            per_packet = count * (instructions if name == "runs" else 1) / packets
            domains[domain][key] += per_packet
            if domain == 1:
                functions[name_of(domain, address)[0]][key] += per_packet
    print(f"# modelled, per {unit}, {packets} of them: caches and TLBs as if each domain had a CPU of its own; no prefetcher")
    table([(who, domains[domain]) for domain, who in WHO.items() if domains[domain]["instruction"] > 0.5], prices, "domain")
    print("\n# dom0, modelled, by function")
    dear_first = sorted(functions.items(), key=lambda item: -cycles(item[1], prices)[1])
    table([(name, counts) for name, counts in dear_first if counts["instruction"] >= 0.05], prices, "function")


if __name__ == "__main__":
    main()
