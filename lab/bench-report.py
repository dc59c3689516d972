#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bench-report.py ROWS JSON [MARKS COUNTS PRICES]: the benchmark's repeats become medians in JSON, a table, and targets
met or not.

A line of ROWS is one repeat: stack, workload, frame, vifs, packets, then instructions of dom0, senders, receivers.
With a model of caches, a line of MARKS is one repeat too: stack, workload, frame, vifs, units, and the numbers of the
files COUNTS.n of its short and its long run; PRICES is lab/profile/prices.txt."""
import collections
import json
import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "profile"))
from model_report import cycles, read_prices  # pylint: disable=wrong-import-position
from report import read_counts  # pylint: disable=wrong-import-position

DOM0 = 1

COLUMNS = ("dom0", "sender", "receiver")


def read(path):
    repeats = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            stack, workload, frame, vifs, packets, *costs = line.split()
            repeats.setdefault((stack, workload, int(frame), int(vifs)), []).append(
                (int(packets), *(int(c) for c in costs)))
    return repeats


def rows_of(repeats):
    """The medians; spread is that of dom0, and _range the smallest and largest of each column, for the verdicts."""
    rows = []
    for (stack, workload, frame, vifs), runs in repeats.items():
        packets, *costs = (int(statistics.median(column)) for column in zip(*runs))
        dom0 = [run[1] for run in runs]
        _range = {name: (min(column), max(column)) for name, column in zip(COLUMNS, list(zip(*runs))[1:])}
        rows.append(dict(_range=_range, stack=stack, workload=workload, frame=frame, vifs=vifs, packets=packets,
                         **dict(zip(COLUMNS, costs)), total=sum(costs),
                         spread=round((max(dom0) - min(dom0)) / max(1, costs[0]), 4)))
    return rows


def dom0_counts(file):
    """What the model counted for dom0, under the names of the prices."""
    counts = sum((c for (domain, _, _), c in read_counts(file).items() if domain == DOM0), collections.Counter())
    counts["instruction"] = counts.pop("runs", 0)
    return counts


def add_model(rows, marks_file, counts_file, price_file):
    """dom0's modelled events and cycles per unit, as medians of the repeats."""
    prices, repeats = read_prices(price_file), {}
    with open(marks_file, encoding="ascii") as lines:
        for line in lines:
            stack, workload, frame, vifs, units, short, long = line.split()
            counts = dom0_counts(f"{counts_file}.{long}")
            counts.subtract(dom0_counts(f"{counts_file}.{short}"))
            repeats.setdefault((stack, workload, int(frame), int(vifs)), []).append(
                collections.Counter({name: count / int(units) for name, count in counts.items()}))
    for row in rows:
        runs = repeats.get((row["stack"], row["workload"], row["frame"], row["vifs"]), [])
        if not runs:
            continue
        priced = [statistics.median(column) for column in zip(*(cycles(run, prices) for run in runs))]
        row["modelled"] = {
            "events": {name: round(statistics.median(run[name] for run in runs), 2) for name in prices},
            "cycles": dict(zip(("low", "middle", "high"), (round(c) for c in priced)))}


class Results:
    def __init__(self, rows):
        self.rows = rows
        self.by_key = {(r["stack"], r["workload"], r["frame"], r["vifs"]): r for r in rows}

    def get(self, stack, workload, frame, vifs=2):
        return self.by_key.get((stack, workload, frame, vifs))

    def ratio(self, key, column, stack="ringway"):
        ours, theirs = self.get(stack, *key), self.get("stock", *key)
        return ours[column] / theirs[column] if ours and theirs and theirs[column] else None

    def modelled_ratios(self, key, stack):
        """By each column of prices; empty without a model."""
        ours, theirs = self.get(stack, *key) or {}, self.get("stock", *key) or {}
        if "modelled" not in ours or "modelled" not in theirs:
            return {}
        theirs = theirs["modelled"]["cycles"]
        return {price: cost / theirs[price] for price, cost in ours["modelled"]["cycles"].items() if theirs[price]}


def number(n):
    return f"{n:,}".replace(",", " ")


def print_table(results):
    print("CPU instructions per delivered packet, or as the workload's name says.\n"
          "ratio: ringway / stock, lower is better; spr%: spread of dom0's repeats\n")
    print(f"{'':34s}|{'dom0':^32s}|{'sender':^27s}|{'receiver':^27s}")
    print(f"{'workload':24s}{'frame':>5s}{'vifs':>5s}|"
          f"{'stock':>10s}{'ringway':>10s}{'ratio':>6s}{'spr%':>6s}"
          + 2 * f"|{'stock':>10s}{'ringway':>10s}{'ratio':>7s}")
    keys = dict.fromkeys((r["workload"], r["frame"], r["vifs"])
                         for r in results.rows if r["stack"] in ("stock", "ringway"))
    for key in keys:
        stock, ringway = results.get("stock", *key), results.get("ringway", *key)
        line = f"{key[0]:24s}{key[1]:5d}{key[2]:5d}"
        for column in COLUMNS:
            cells = [number(r[column]) if r and (r[column] or column == "dom0") else "-" for r in (stock, ringway)]
            ratio = results.ratio(key, column)
            ratio = "-" if ratio is None else f"{ratio:.2f}"
            line += f"|{cells[0]:>10s}{cells[1]:>10s}{ratio:>{6 if column == 'dom0' else 7}s}"
            if column == "dom0":
                line += f"{100 * max(r['spread'] for r in (stock, ringway) if r):6.1f}"
        print(line)
    others = [r for r in results.rows if r["stack"] not in ("stock", "ringway")]
    if others:
        print(f"\n{'other stacks':24s}{'frame':>5s}{'vifs':>5s}  {'stack':16s}"
              f"{'dom0':>10s}{'spr%':>6s}{'sender':>12s}{'receiver':>12s}   ratios to stock")
    for r in others:
        stock = results.get("stock", r["workload"], r["frame"], r["vifs"])
        ratios = "".join(f"{r[c] / stock[c]:7.3f}" if stock and stock[c] else "      -" for c in COLUMNS)
        print(f"{r['workload']:24s}{r['frame']:5d}{r['vifs']:5d}  {r['stack']:16s}{number(r['dom0']):>10s}"
              f"{100 * r['spread']:6.1f}{number(r['sender']):>12s}{number(r['receiver']):>12s} {ratios}")


def print_model(results):
    rows = [r for r in results.rows if "modelled" in r]
    if not rows:
        return
    print(f"\n{'MODELLED cycles of dom0':24s}{'frame':>5s}{'vifs':>5s}  {'stack':16s}{'low':>9s}{'middle':>9s}{'high':>9s}"
          "   ratios to stock        from another CPU, locked, lfence per unit")
    for r in rows:
        stock = results.get("stock", r["workload"], r["frame"], r["vifs"]) or {}
        mine, theirs = r["modelled"]["cycles"], stock.get("modelled", {}).get("cycles")
        ratios = "".join(f"{mine[c] / theirs[c]:7.3f}" if theirs and theirs[c] else "      -" for c in mine)
        events = r["modelled"]["events"]
        print(f"{r['workload']:24s}{r['frame']:5d}{r['vifs']:5d}  {r['stack']:16s}"
              + "".join(f"{number(c):>9s}" for c in mine.values()) + ratios
              + "".join(f"{events.get(e, 0):8.2f}" for e in ("from-cpu", "locked", "lfence")))


# What the project wants to reach: by stack, the ratio to stock of the same run, at most.
UDP_FRAMES = (60, 130, 256, 576, 1400, 1514)
TARGETS = {
    "ringway": (
        [(("udp", frame, 2), "dom0", 1 / 3 if frame == 60 else 1 / 5) for frame in UDP_FRAMES] +
        [(("udp-paced", 60, 2), "dom0", 1 / 2), (("tcp-per-MB", 1514, 2), "dom0", 0.45),
         (("tcp-no-tso-per-MB", 1514, 2), "dom0", 0.34), (("udp-8-to-1", 1400, 9), "dom0", 0.30),
         (("broadcast-to-7", 60, 8), "dom0", 0.48), (("guest-to-uplink", 1400, 2), "dom0", 1 / 1.5),
         (("uplink-to-guest", 1400, 2), "dom0", 1 / 1.5), (("guest-to-dom0", 1400, 2), "dom0", 0.56)]),
    "ringway-one": [(("udp", 60, 2), "dom0", 0.22)],
    "ringway-both": (
        [(("udp", frame, 2), "dom0", 1 / 15) for frame in UDP_FRAMES] +
        [(("udp-paced", 60, 2), "dom0", 1 / 3), (("tcp-per-MB", 1514, 2), "dom0", 1 / 7),
         (("tcp-per-MB", 1514, 2), "total", 0.65), (("tcp-no-tso-per-MB", 1514, 2), "dom0", 1 / 15),
         (("udp-8-to-1", 1400, 9), "dom0", 1 / 12), (("broadcast-to-7", 60, 8), "dom0", 1 / 3),
         (("uplink-to-guest", 1400, 2), "dom0", 0.58), (("guest-to-dom0", 1400, 2), "dom0", 0.42)]),
    "ringway-poll": [(("udp-paced", 60, 2), "dom0", 1 / 4)],
}
# Aims that were missed, and what was reached instead: it must not get worse than that.
REACHED = [(("udp-paced", 60, 2), 0.54), (("uplink-to-guest", 1400, 2), 0.70)]
# dom0's modelled cycles, in each column of prices.
MODEL_KEY = ("udp", 60, 2)
MODEL_TARGETS = {"ringway": 0.50, "ringway-both": 1 / 5.5}
RULES_TARGET = 1 / 8
GROWTH_LIMIT = 1.03
GUEST_LIMIT = 1.0
# From boot to boot a guest's own cost differs by this much, so less is no difference. Nor is it one if the repeats of
# both stacks overlap.
GUEST_NOISE = 1.03


def aims(results):
    """Text, ratio, limit of what was measured of the targets."""
    for stack, targets in TARGETS.items():
        for key, column, limit in targets:
            ratio = results.ratio(key, column, stack)
            if ratio is not None:
                name = "" if stack == "ringway" else stack + ", "
                column = "all three domains" if column == "total" else column
                yield f"{name}{key[0]} {key[1]}, {column} / stock", ratio, limit
    for key, limit in REACHED:
        ratio = results.ratio(key, "dom0")
        if ratio is not None:
            yield f"no worse than it was: {key[0]} {key[1]}", ratio, limit
    for stack, limit in MODEL_TARGETS.items():
        for price, ratio in results.modelled_ratios(MODEL_KEY, stack).items():
            yield f"MODELLED cycles, {price} prices: {stack}, {MODEL_KEY[0]} {MODEL_KEY[1]}", ratio, limit


def verdicts(results):
    """Text, ratio, limit, and whether a miss does not count because repeats differ by as much."""
    for aim in aims(results):
        yield *aim, False
    ours, rules = results.get("ringway", "udp", 60), results.get("stock-rules", "udp", 60, 32)
    if ours and rules:
        yield "udp 60, dom0 / stock-rules with 32 vifs", ours["dom0"] / rules["dom0"], RULES_TARGET, False
    for text, few, many in (("2 -> 256 ports", ("udp-ports", 60, 2), ("udp-ports", 60, 256)),
                            ("10 -> 10 000 FDB entries", ("udp-fdb-10", 60, 2), ("udp-fdb-10000", 60, 2))):
        few, many = results.get("ringway", *few), results.get("ringway", *many)
        if few and many:
            yield f"dom0 with {text}", many["dom0"] / few["dom0"], GROWTH_LIMIT, False
    for row in results.rows:
        key = (row["workload"], row["frame"], row["vifs"])
        if row["stack"] != "ringway" or key[0] == "udp-pktgen":
            continue # pktgen spins: its cost is how long it waited
        for column in COLUMNS[1:]:
            ratio = results.ratio(key, column)
            if ratio is not None:
                overlap = row["_range"][column][0] <= results.get("stock", *key)["_range"][column][1]
                text = f"{key[0]} {key[1]} ({key[2]} vifs), {column} / stock"
                yield text, ratio, GUEST_LIMIT, overlap or ratio <= GUEST_NOISE


def judged(results):
    """The verdicts as they are shown, in the table and in the JSON alike."""
    return [dict(target=text, ratio=round(ratio, 5), limit=round(limit, 5),
                 verdict="met" if ratio <= limit else "met within the noise" if noise else "NOT MET")
            for text, ratio, limit, noise in verdicts(results)]


def print_targets(targets):
    print("\ntargets")
    for t in targets:
        print(f"  {t['target']:60s}{t['ratio']:8.3f}  at most {t['limit']:.3f}  {t['verdict']}")


def json_lines(items):
    return ",\n".join(json.dumps(item, separators=(",", ":")) for item in items)


def main():
    rows_file, json_file, *model = sys.argv[1:]
    rows = rows_of(read(rows_file))
    if model:
        add_model(rows, *model)
    results = Results(rows)
    targets = judged(results)
    with open(json_file, "w", encoding="ascii") as out:
        shown = ({k: v for k, v in r.items() if k[0] != "_"} for r in results.rows)
        out.write('{"rows":[\n' + json_lines(shown) + '\n],\n"targets":[\n' + json_lines(targets) + "\n]}\n")
    print_table(results)
    print_model(results)
    print_targets(targets)


main()
