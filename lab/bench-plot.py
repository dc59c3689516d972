#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bench-plot.py JSON SVG: the benchmark as a picture. Bars of dom0's cost per workload, of all stacks for one workload,
and lines of what grows with ports and addresses."""
import json
import math
import sys

WIDTH, LEFT, RIGHT = 900, 235, 160
STOCK, RINGWAY, OTHER, INK, GRID = "#9a9a9a", "#1f6fb2", "#c9a15a", "#222222", "#dddddd"
BAR, PAIR = 9, 26
TITLES = {
    "udp": "UDP", "udp-paced": "UDP, one at a time", "udp-both-ways": "UDP, both ways", "udp-pktgen": "UDP, pktgen",
    "tcp-per-MB": "TCP, per MB", "tcp-no-tso-per-MB": "TCP without TSO, per MB", "tcp-per-round-trip": "TCP round trip",
    "guest-to-dom0": "guest to dom0", "dom0-to-guest": "dom0 to guest", "guest-to-uplink": "guest to uplink",
    "uplink-to-guest": "uplink to guest", "broadcast-to-7": "broadcast to 7", "udp-8-to-1": "UDP, 8 guests to 1",
    "udp-group-to-2": "multicast to 2 of 64", "udp-group-to-all": "multicast to all"}


def short(n):
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if n >= limit:
            return f"{n / limit:.3g}{unit}"
    return f"{n:.0f}"


class Picture:
    def __init__(self):
        self.parts, self.y = [], 0

    def text(self, x, y, text, anchor="start", size=12, colour=INK, weight="normal"):
        # The white edge keeps letters readable where a line of the grid runs below them.
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}" '
                          f'font-weight="{weight}" stroke="white" stroke-width="3" paint-order="stroke">{text}</text>')

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height}" '
                          f'fill="{colour}"/>')

    def line(self, x1, y1, x2, y2, colour=GRID, width=1.0):
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                          f'stroke="{colour}" stroke-width="{width}"/>')

    def path(self, points, colour):
        at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y in points:
            self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')

    def title(self, text, note=""):
        self.y += 34
        self.text(20, self.y, text, size=15, weight="bold")
        if note:
            self.y += 17
            self.text(20, self.y, note, size=11, colour="#555555")
        self.y += 12

    def written(self):
        height = self.y + 20
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
                f'viewBox="0 0 {WIDTH} {height}" '
                f'font-family="DejaVu Sans, Helvetica, Arial, sans-serif">\n'
                f'<rect width="{WIDTH}" height="{height}" fill="white"/>\n' + "\n".join(self.parts) + "\n</svg>\n")


def decades(values):
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def workloads(picture, rows, title, note, cost_of):
    """A pair of bars for each workload that both stacks have."""
    cost = {(r["stack"], r["workload"], r["frame"], r["vifs"]): max(cost_of(r), 1) for r in rows}
    keys = [k for k in dict.fromkeys((r["workload"], r["frame"], r["vifs"]) for r in rows)
            if k[0] in TITLES and all((s, *k) in cost for s in ("stock", "ringway"))]
    if not keys:
        return
    picture.title(title, note + " per delivered packet, or per MB or round trip; logarithmic. Last column: Ringway / stock")
    picture.bar(LEFT, picture.y, 12, BAR, STOCK)
    picture.text(LEFT + 18, picture.y + BAR, "stock netback, Linux bridge", size=11)
    picture.bar(LEFT + 200, picture.y, 12, BAR, RINGWAY)
    picture.text(LEFT + 218, picture.y + BAR, "Ringway", size=11)
    picture.y += 30
    low, high = decades([cost[s, *k] for k in keys for s in ("stock", "ringway")])
    scale = lambda v: LEFT + (math.log10(v) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    bottom = picture.y + len(keys) * PAIR + 4
    for decade in range(low, high + 1):
        picture.line(scale(10 ** decade), picture.y - 4, scale(10 ** decade), bottom)
        picture.text(scale(10 ** decade), picture.y - 8, short(10 ** decade), "middle", 10, "#555555")
    for key in keys:
        stock, ringway = cost["stock", *key], cost["ringway", *key]
        name = TITLES[key[0]] + ("" if key[0].startswith("tcp") else f", {key[1]} B")
        picture.text(LEFT - 8, picture.y + BAR + 5, name, "end")
        for value, colour, offset in ((stock, STOCK, 0), (ringway, RINGWAY, BAR + 1)):
            picture.bar(LEFT, picture.y + offset, scale(value) - LEFT, BAR, colour)
            picture.text(scale(value) + 4, picture.y + offset + BAR - 1, short(value), size=9)
        picture.text(WIDTH - 30, picture.y + BAR + 5, f"{ringway / stock:.2f}", "end", weight="bold")
        picture.y += PAIR
    picture.y += 6


def stacks(picture, rows):
    """All stacks for the smallest frame."""
    few = [r for r in rows if r["workload"] == "udp" and r["frame"] == 60]
    if len(few) < 3:
        return
    picture.title("UDP, 60 B, on other stacks", "instructions of dom0 per packet")
    order = ("stock", "stock-nf", "stock-rules", "stock-rules-mid", "stock-ovs", "ringway", "ringway-one", "ringway-both", "ringway-poll")
    few.sort(key=lambda r: (order.index(r["stack"]) if r["stack"] in order else 9, r["vifs"]))
    names = {"stock": "Linux bridge", "stock-nf": "+ br_netfilter", "stock-rules": "+ rules of {} vifs",
             "stock-rules-mid": "rules of {} vifs, mid-chain", "stock-ovs": "Open vSwitch, two flows",
             "ringway": "Ringway", "ringway-one": "+ its netfront, one end", "ringway-both": "+ its netfront, both ends", "ringway-poll": "+ a CPU that waits in Xen"}
    most = max(r["dom0"] for r in few)
    for r in few:
        width = r["dom0"] / most * (WIDTH - LEFT - RIGHT)
        colour = {"ringway": RINGWAY, "stock": STOCK}.get(r["stack"], OTHER)
        picture.text(LEFT - 8, picture.y + 12, names.get(r["stack"], r["stack"]).format(r["vifs"]), "end")
        picture.bar(LEFT, picture.y, width, 15, colour)
        picture.text(LEFT + width + 5, picture.y + 12, short(r["dom0"]), size=11)
        picture.y += 21
    picture.y += 4


def growth(picture, rows):
    """Cost over the number of ports, and over the number of addresses."""
    def ports(row):
        return row["vifs"] if row["workload"] == "udp-ports" else None

    def addresses(row):
        return int(row["workload"][8:]) if row["workload"].startswith("udp-fdb-") else None

    panels = (("ports of the bridge", ports), ("addresses in the FDB", addresses))
    lines = [[(stack, sorted((at(r), r["dom0"]) for r in rows if r["stack"] == stack and at(r)))
              for stack in ("stock", "ringway")] for _, at in panels]
    every = [v for panel in lines for _, points in panel for _, v in points]
    if not every:
        return
    picture.title("What grows with the bridge: UDP, 60 B", "instructions of dom0 per packet")
    height, width, top = 170, 330, max(every) * 1.2
    for number, ((label, _), panel) in enumerate(zip(panels, lines)):
        left = 75 + number * 430
        y_of = lambda v: picture.y + height - v / top * height
        xs = sorted({x for _, points in panel for x, _ in points})
        if len(xs) < 2:
            continue
        x_of = lambda x: left + math.log(x / xs[0]) / math.log(xs[-1] / xs[0]) * width
        step = 10 ** math.floor(math.log10(top / 2))
        for tick in range(0, int(top) + 1, step if top / step < 7 else 2 * step):
            picture.line(left, y_of(tick), left + width, y_of(tick))
            picture.text(left - 6, y_of(tick) + 4, short(tick), "end", 10, "#555555")
        for x in xs:
            picture.text(x_of(x), picture.y + height + 16, f"{x:,}".replace(",", " "), "middle", 10, "#555555")
        picture.text(left + width / 2, picture.y + height + 34, label, "middle")
        for stack, points in panel:
            if points:
                colour = {"stock": STOCK, "ringway": RINGWAY}[stack]
                picture.path([(x_of(x), y_of(v)) for x, v in points], colour)
                # Above the line's last piece, wherever that comes from.
                above = min(y_of(v) for _, v in points[-2:]) - 8
                picture.text(left + width, above, f"{stack} {short(points[-1][1])}", "end", 11, colour)
    picture.y += height + 40


def main():
    with open(sys.argv[1], encoding="ascii") as data:
        rows = json.load(data)["rows"]
    picture = Picture()
    workloads(picture, rows, "What dom0 spends, stock and Ringway", "CPU instructions", lambda r: r["dom0"])
    workloads(picture, [r for r in rows if "modelled" in r], "What dom0 spends, modelled: not measured",
              "Cycles by a model of caches and the middle prices,", lambda r: r["modelled"]["cycles"]["middle"])
    stacks(picture, rows)
    growth(picture, rows)
    with open(sys.argv[2], "w", encoding="ascii") as out:
        out.write(picture.written())


main()
