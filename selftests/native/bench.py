#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bench.py [-j] [--first] [--frames 60,1514] [--repeats N] [--seconds S] - make bench-native: the way of a packet between mapped
buffers, in real time on this very machine, beside Debian's DPDK and what memcpy alone would take. Text, or with -j the
same as JSON; the JSON always goes to $OUT/bench-native.json as well.

Each repeat runs all of them, one after the other, so that what this machine does besides meets all of them."""
import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import testpmd

OUT = Path(os.environ.get("OUT", Path(__file__).resolve().parents[2] / "out"))
FRAMES = (60, 130, 256, 576, 1400, 1514, 65535)
OURS = {"ringway": ("native", "ringway"), "ringway-sse": ("native-sse", "ringway"), "memcpy": ("native-sse", "memcpy")}
PEERS = ("vhost", "memif")
WINDOW = 112 # slots, or testpmd's buffers, that may be under way in each direction (frames.hpp)
MOST_SPREAD = 0.25 # of repeats, for a target to be judged
HUGE = Path("/proc/sys/vm/nr_hugepages")
HUGE_PAGES = 256 # 64 for each of the four processes


def go_first():
    """Lets measurements go before all others on this machine, and this program before them, to be able to end them."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(3))
    except PermissionError:
        sys.exit("bench-native: --first needs root, or CAP_SYS_NICE; without it the measurement runs like any program")


def ends_tidily():
    """A request to end is an exception: processes and huge pages are given back on the way out."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))


def peers_memory(stack, folder):
    """How DPDK gets its memory: huge pages if this machine has them to spare for so long, else ordinary ones."""
    before = int(HUGE.read_text(encoding="ascii"))
    try:
        HUGE.write_text(str(before + HUGE_PAGES), encoding="ascii")
        stack.callback(HUGE.write_text, str(before), encoding="ascii")
        mounted = Path(folder, "huge")
        mounted.mkdir()
        subprocess.run(["mount", "-t", "hugetlbfs", "none", mounted], check=True, capture_output=True)
        stack.callback(subprocess.run, ["umount", "-l", mounted], check=False)
        if int(HUGE.read_text(encoding="ascii")) >= before + HUGE_PAGES:
            return ["-m", "128", "--huge-dir", str(mounted)], f"{HUGE_PAGES} huge pages"
    except (OSError, subprocess.CalledProcessError):
        pass
    return ["--no-huge", "-m", "128"], "--no-huge"


def ours(name, frame, options):
    program, path = OURS[name]
    command = [OUT / "native" / program, path, str(frame), "--seconds", str(options.seconds),
               "--cpus", ",".join(map(str, options.cpus))] + ["--real-time"] * options.real_time
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise testpmd.Failed(f"{name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


class Rounds:
    """Every measurement that was made, and what was said where there is none."""

    def __init__(self):
        self.runs, self.said = {}, {}

    def add(self, name, frame, measure):
        try:
            self.runs.setdefault((name, frame), []).append(measure())
        except (testpmd.Failed, subprocess.TimeoutExpired) as error:
            self.said[name] = str(error)

    def rows(self):
        for (name, frame), runs in self.runs.items():
            times = [run["ns"] for run in runs]
            row = {"stack": name, "frame": frame, "repeats": len(runs), "ns": statistics.median(times),
                   "spread": round((max(times) - min(times)) / statistics.median(times), 3)}
            for side in ("host", "guests"):
                keys = runs[0][side].keys() - {"per_turn"}
                row[side] = {key: round(statistics.median(run[side][key] for run in runs), 2) for key in sorted(keys)}
            yield row


def peer_of(name, folder, memory, options):
    """The peer, or nothing: what it said is for the report."""
    if not any(Path(path, "dpdk-testpmd").exists() for path in os.environ["PATH"].split(":")):
        return None, "dpdk-testpmd is not installed: apt-get install dpdk dpdk-dev"
    place = Path(folder, name)
    place.mkdir()
    try:
        return testpmd.Peer(name, place, options.cpus, memory, options.real_time), None
    except testpmd.Failed as error:
        return None, str(error)


def measure_all(options):
    rounds = Rounds()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        memory, memory_text = peers_memory(stack, folder)
        peers = {}
        for name in PEERS:
            peer, said = peer_of(name, folder, memory, options)
            if peer:
                peers[name] = peer
                stack.callback(peer.end)
            else:
                rounds.said[name] = said
        for frame in options.frames:
            for _ in range(options.repeats):
                for name in OURS:
                    rounds.add(name, frame, lambda name=name: ours(name, frame, options))
                for name, peer in list(peers.items()):
                    if rounds.said.get(name):
                        continue
                    rounds.add(name, frame, lambda peer=peer: peer.measure(frame, WINDOW, options.seconds))
    rows = list(rounds.rows())
    counters = {run["counters"] for runs in rounds.runs.values() for run in runs if "counters" in run}
    return {"machine": {"cpu": cpu_model(), "kernel": platform.release(), "cpus": os.cpu_count(),
                        "load": round(os.getloadavg()[0], 1), "first": options.real_time,
                        "counters": ", ".join(sorted(counters)), "dpdk_memory": memory_text},
            "rows": rows, "said": rounds.said}


def cpu_model():
    with open("/proc/cpuinfo", encoding="ascii") as info:
        return next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")


def text(result):
    machine, rows = result["machine"], {(row["stack"], row["frame"]): row for row in result["rows"]}
    stacks = [name for name in (*OURS, *PEERS) if any(stack == name for stack, _ in rows)]
    yield (f"{machine['cpu']}, {machine['cpus']} CPUs, load {machine['load']}; "
           f"{'real-time' if machine['first'] else 'ordinary'} priority; DPDK's memory: {machine['dpdk_memory']}")
    yield f"CPU's own counters: {machine['counters']}"
    for title, value in (("ns for a packet, both CPUs at work (spread of the repeats, %)", lambda row: row["ns"]),
                         ("cycles of the time-stamp counter that the switch's CPU is busy for it",
                          lambda row: row["host"]["busy_cycles"])):
        yield f"\n{title}; ratio: ringway / that one, lower is better"
        yield f"{'frame':>6s}" + "".join(f"{name:>22s}" for name in stacks)
        for frame in dict.fromkeys(frame for _, frame in rows):
            line, base = f"{frame:6d}", rows.get(("ringway", frame))
            for name in stacks:
                row = rows.get((name, frame))
                cell = "-" if not row else f"{value(row):.1f} ({100 * row['spread']:.0f})"
                ratio = f"{value(base) / value(row):.2f}" if row and base and value(row) else "-"
                line += f"{cell:>16s}{ratio:>6s}"
            yield line
    for name, said in result["said"].items():
        yield f"\n{name} did not run everything here. It said: {said}"
    ours_, theirs = rows.get(("ringway", 60)), rows.get(("vhost", 60))
    if ours_ and theirs:
        ratio, spread = ours_["ns"] / theirs["ns"], max(ours_["spread"], theirs["spread"])
        if spread > MOST_SPREAD:
            yield (f"\ntarget: 60 bytes through the switch no slower than testpmd's vhost: not judged, as repeats differ by "
                   f"{100 * spread:.0f} %: something else ran on these CPUs")
            return
        yield (f"\ntarget: 60 bytes through the switch no slower than testpmd's vhost  {ratio:.2f}, at most 1  "
               f"{'met' if ratio <= 1 else 'NOT MET'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-j", "--json", action="store_true", help="print JSON")
    parser.add_argument("--first", action="store_true", help="before everything else on this machine (SCHED_FIFO)")
    parser.add_argument("--report", type=Path, help="only print what this file has")
    parser.add_argument("--frames", type=lambda text_: [int(n) for n in text_.split(",")], default=FRAMES)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.1, help="of each measurement, at most 0.5")
    options = parser.parse_args()
    if not 0 < options.seconds <= 0.5:
        parser.error(f"--seconds {options.seconds}: more than 0, at most 0.5: with --first nobody else gets these CPUs meanwhile")
    if options.report:
        result = json.loads(options.report.read_text(encoding="utf-8"))
    else:
        options.cpus = sorted(os.sched_getaffinity(0))[:2]
        if len(options.cpus) < 2:
            sys.exit("bench-native: this machine has one CPU, and guests and dom0 need one each")
        options.real_time = options.first
        if options.first:
            go_first()
        ends_tidily()
        result = measure_all(options)
        (OUT / "bench-native.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
    print(json.dumps(result) if options.json else "\n".join(text(result)))
    return 0 if any(row["stack"] == "ringway" for row in result["rows"]) else 1


if __name__ == "__main__":
    sys.exit(main())
