#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Fifty ringway commands at once, on two guests with two queues a vif: some make vifs, some take them away, some
change or look at others, some want the same address, number or name. Who may succeed does, who may not says why in one
line, and what stands in XenStore afterwards is what succeeded. Then streams over all vifs and both queues at once.
Cases of docs/security.md: CL-11, RL-14
"""
import os
import re

from lab import Lab

BYTES = int(os.environ.get("BYTES", 200000))
DATAGRAMS = int(os.environ.get("DATAGRAMS", 300))
STAY = (0, 1, 2)  # the vifs of each guest that the crowd leaves alone
LAST_BYTE = {"a": 1, "b": 2}

lab = Lab(plan=19)


def mac(*end):
    return "00:16:3e:%02x:%02x:%02x" % end


def own(guest, number):
    """The address of a guest's vif of the first hour."""
    return mac(1, number, LAST_BYTE[guest])


def first_vifs(count):
    return {(guest, own(guest, number)) for guest in "ab" for number in range(count)}


# --- the crowd -----------------------------------------------------------------------------------------------
class Crowd:
    """Commands of ringway that run at the same time, each with the exit codes that are right for it."""

    def __init__(self):
        self.commands, self.allowed, self.said = {}, {}, {}

    def add(self, name, allowed, command):
        self.commands[name] = f"ringway {command}"
        self.allowed[name] = allowed

    def attach(self, name, allowed, guest, words):
        self.add(name, allowed, f"vif attach {guest} bridge=xenbr0,{words} -t 120")

    def run(self):
        """What went wrong. Who failed says so in one line, and who did not says nothing."""
        self.said = lab.at_once(self.commands)
        return [f"{name}: exit code {said.code} of {self.allowed[name]}, said: {said}"
                for name, said in self.said.items()
                if said.code not in self.allowed[name] or said.count("\n") != (said.code != 0)]

    def succeeded(self, name):
        return self.said[name].code == 0

    def one_of(self, *names):
        """Of several that want the same, one has it."""
        return sum(self.succeeded(name) for name in names) == 1


# --- what XenStore holds -------------------------------------------------------------------------------------
def names_below(store, path):
    return {node[len(path) + 1:].split("/")[0] for node in store if node.startswith(path + "/")}


def expected(vifs):
    """Complaints, unless these vifs, as (guest, mac), are there, each whole, and no others. Any number will do."""
    store, wrong, present = lab.store(), [], []
    for guest, domain in domids.items():
        record, frontend = f"/libxl/{domain}/device/vif", f"/local/domain/{domain}/device/vif"
        backend = f"/local/domain/0/backend/vif/{domain}"
        numbers = names_below(store, record)
        if not numbers == names_below(store, backend) == names_below(store, frontend):
            wrong.append(f"vifs of {guest} differ from place to place")
        for number in numbers:
            address = store.get(f"{record}/{number}/mac")
            whole = [store.get(f"{backend}/{number}/{node}") for node in ("mac", "state", "hotplug-status")]
            if whole != [address, "4", "connected"] or store.get(f"{frontend}/{number}/mac") != address:
                wrong.append(f"vif {number} of {guest} is not whole")
            present.append((guest, address))
    wrong += [f"missing: {vif}" for vif in sorted(vifs - set(present))]
    wrong += [f"too many: {vif}" for vif in sorted(present) if vif not in vifs or present.count(vif) > 1]
    ports = lab.run("bridge link show").count("master xenbr0 ")
    if ports != len(vifs):
        wrong.append(f"{ports} ports")
    return wrong + [node for node in store if re.match(r"/local/domain/\d+/error/", node)]


def limits():
    """The packets a second that vifs are limited to."""
    found = [value for path, value in lab.store().items()
             if re.fullmatch(r"/local/domain/0/backend/vif/\d+/\d+/pps", path)]
    wanted = [str(100000 + number) for number in STAY for _ in "ab"]
    return sorted(found) == wanted or [f"limits: {' '.join(sorted(found))}"]


lab.need("stack ringway", "use_stack ringway")
lab.run("echo 2 > /sys/module/ringway_netback/parameters/max_queues")
lab.need("a starts", "guest_create a vcpus=2")
lab.need("b starts, with our netfront", "guest_create b vcpus=2 front=ringway kernel=6.12")
domids = {guest: lab.run(f"domid {guest}") for guest in "ab"}

lab.stage("three vifs for each")
first = Crowd()
for n in STAY:
    for guest in "ab":
        first.attach(f"{guest}{n}", {0}, guest, f"mac={own(guest, n)}")
lab.need("six vifs are attached at once", first.run)
lab.check("and they are there", expected, first_vifs(3))
lab.run("leak_snapshot /tmp/before")
lab.check("each guest gets another one",
          " && ".join(f"ringway vif attach {guest} bridge=xenbr0,mac={own(guest, 3)}" for guest in "ab"))

lab.stage("fifty commands")
crowd = Crowd()
crowd.attach("new-a", {0}, "a", f"mac={mac(2, 0, 1)}")
crowd.attach("new-b", {0}, "b", f"mac={mac(2, 0, 2)}")
# The same address for both, the same number, the same name.
crowd.attach("mac-a", {0, 5}, "a", f"mac={mac(3, 0, 0)}")
crowd.attach("mac-b", {0, 5}, "b", f"mac={mac(3, 0, 0)}")
for n in (1, 2):
    crowd.attach(f"devid{n}", {0, 5}, "b", f"mac={mac(4, 0, n)},devid=40")
    crowd.attach(f"name{n}", {0, 1, 5}, "a", f"mac={mac(5, 0, n)},vifname=wanted")
    # Whoever comes second finds it gone, or going.
    for guest in "ab":
        crowd.add(f"detach-{guest}{n}", {0, 4}, f"vif detach {guest} {own(guest, 3)} -t 120")
for n in STAY:
    for guest, word in ("a", "isolated=off"), ("b", "mac_lock=off"):
        crowd.add(f"set-{guest}{n}", {0}, f"vif set {guest} {own(guest, n)} {word}")
        crowd.add(f"limit-{guest}{n}", {0}, f"vif limit {guest} {own(guest, n)} pps={100000 + n}")
        crowd.add(f"stats-{guest}{n}", {0}, f"vif stats {guest} {own(guest, n)}")
        crowd.add(f"show-{guest}{n}", {0}, f"vif show {guest} {own(guest, n)}")
        crowd.add(f"list-{guest}{n}", {0}, f"-j vif list {guest}")
crowd.add("list", {0}, "vif list")
crowd.add("list-json", {0}, "-j vif list")
crowd.add("no-domain", {4}, "vif attach nobody bridge=xenbr0")
crowd.add("no-domain-either", {4}, "vif list nobody")
crowd.add("no-vif", {4}, "vif detach a 77")
crowd.add("no-vif-either", {4}, "vif set b 77 mac_lock=on")
crowd.add("no-bridge", {4}, "vif attach a bridge=nobr0")
crowd.add("no-word", {2}, "vif attach a bridge=xenbr0,colour=blue")
assert len(crowd.commands) == 50
lab.check("fifty commands at once: each ends as it may", crowd.run)
lab.check("of those that wanted the same address, one has it", crowd.one_of, "mac-a", "mac-b")
lab.check("of those that wanted the same number, one has it", crowd.one_of, "devid1", "devid2")
lab.check("of those that wanted the same name, one has it", crowd.one_of, "name1", "name2")
made = {"new-a": ("a", mac(2, 0, 1)), "new-b": ("b", mac(2, 0, 2)),
        "mac-a": ("a", mac(3, 0, 0)), "mac-b": ("b", mac(3, 0, 0))}
for n in (1, 2):
    made |= {f"devid{n}": ("b", mac(4, 0, n)), f"name{n}": ("a", mac(5, 0, n))}
won = {vif for name, vif in made.items() if crowd.succeeded(name)}
lab.check("XenStore holds what succeeded, and all of it is whole", expected, first_vifs(3) | won)
lab.check("and what was said of those that stay", limits)


def undone():
    """All that came goes, at once."""
    back = Crowd()
    for n, (guest, address) in enumerate(won):
        back.add(f"gone{n}", {0}, f"vif detach {guest} {address} -t 120")
    for n in STAY:
        for guest in "ab":
            back.add(f"unlimited-{guest}{n}", {0}, f"vif limit {guest} {own(guest, n)} pps=none")
    return back.run() or expected(first_vifs(3))


lab.check("all that is taken back, at once", undone)
lab.check("and nothing is left of it", "leak_compare /tmp/before")

# --- streams over all of them --------------------------------------------------------------------------------
for guest in "ab":
    lab.check(f"{guest} has an address on each",
              " && ".join(f"guest_run {guest} 'join-mac {own(guest, n)} 127.9.{n}.{LAST_BYTE[guest]}'" for n in STAY))
lab.stage("streams over all vifs")
numbers = " ".join(map(str, STAY))
start = " && ".join(f"guest_start {guest} streams 'streams {peer} {out} {in_} {BYTES} {DATAGRAMS} {numbers}'"
                    for guest, peer, out, in_ in (("a", 2, 10000, 20000), ("b", 1, 20000, 10000)))
lab.check("twelve pairs of streams over six vifs at once: every byte is right",
          f"{start} && {{ code=0; guest_wait a streams 240 || code=1; guest_wait b streams 240 && [ $code = 0 ]; }}")


def both_queues():
    wrong = []
    for guest, domain in domids.items():
        counters = lab.run(f"for v in /sys/class/net/vif{domain}.*; do ethtool -S ${{v##*/}}; done")
        for queue in (0, 1):
            packets = sum(map(int, re.findall(rf"\bq{queue}_from_guest_packets: (\d+)", counters)))
            if packets == 0:
                wrong.append(f"{guest}, queue {queue}: no packets")
    return wrong


lab.check("and both queues carried them", both_queues)
lab.check("b's buffers are mapped, a's are not", "mapped_if b yes && mapped_if a no")
lab.end()
