# SPDX-License-Identifier: GPL-2.0-only
"""Debian's testpmd as a peer: one process is the switch, which forwards between its two ports; the other one has both
guests' ports and sends back each packet that it gets. Their workers have a CPU each, as Ringway's two threads have."""
import os
import re
import select
import subprocess
import time

START_SECONDS, ANSWER_SECONDS = 40, 5
WARM_SECONDS = 0.02
BURST = 32 # packets of a burst, testpmd's own choice
MBUF, PIECE = 4224, 4095 # bytes of a buffer, and of a frame in it: with its own 2176, 64 KiB are more words than it reads
TWO_PORTS = r"(?s)(Rx-pps.*?Tx-pps.*?){2}testpmd> "


class Failed(Exception):
    """What a peer said that does not run here."""


class Testpmd:
    """A testpmd that is talked to."""

    def __init__(self, name, arguments, real_time):
        self.name, self.said, self.real_time = name, "", real_time
        # It ends with who started it, and starts before others if it is to go first.
        first = ["setpriv", "--pdeathsig", "KILL", *(["chrt", "-f", "2"] if real_time else [])]
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen([*first, "stdbuf", "-oL", "dpdk-testpmd", *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.wait(r"testpmd> ", 0, START_SECONDS)

    def wait(self, pattern, start, seconds=ANSWER_SECONDS):
        """What was said from `start` up to the pattern, which must come in time."""
        output, end = self.process.stdout.fileno(), time.monotonic() + seconds
        while not (found := re.compile(pattern).search(self.said, start)):
            ready, _, _ = select.select([output], [], [], max(0, end - time.monotonic()))
            data = os.read(output, 65536) if ready else b""
            if not data:
                raise Failed(f"{self.name}: {self.last_words()}")
            self.said += data.decode(errors="replace")
        return found

    def last_words(self):
        """The lines that name what is wrong, or the last ones."""
        lines = [line.strip() for line in self.said.splitlines() if line.strip(" >")]
        telling = [line for line in lines if re.search(r"(?i)error|fail|cannot|invalid|not |bad ", line)
                   and not re.search(r"promiscuous|FAILED: 0|-errors:", line)]
        return " | ".join((telling or lines or ["nothing was said"])[-3:])

    def say(self, command, pattern=r"testpmd> "):
        start = len(self.said)
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Failed(f"{self.name}: {self.last_words()}") from error
        return self.wait(pattern, start)

    def first(self, yes):
        """Its worker goes before all others but those who tell it to stop; or not any more."""
        tasks = os.listdir(f"/proc/{self.process.pid}/task") if self.real_time else []
        for task in tasks:
            with open(f"/proc/{self.process.pid}/task/{task}/comm", encoding="ascii") as comm:
                priority = 1 if "worker" in comm.read() else 2
            os.sched_setscheduler(int(task), os.SCHED_FIFO if yes else os.SCHED_OTHER,
                                  os.sched_param(priority if yes else 0))

    def end(self):
        self.process.kill()
        self.process.communicate()


def pieces(frame):
    """How testpmd is told to make a frame of its buffers."""
    return ",".join(str(min(PIECE, frame - at)) for at in range(0, frame, PIECE))


class Peer:
    """Both processes of one kind of link: "vhost" (virtio-user in the guests) or "memif"."""

    def __init__(self, kind, folder, cpus, memory, real_time):
        self.kind, self.processes = kind, []
        guests_cpu, host_cpu = cpus
        devices = {
            "vhost": (lambda i: f"net_vhost{i},iface={folder}/vhost{i}",
                      lambda i: f"net_virtio_user{i},path={folder}/vhost{i},queues=1"),
            "memif": (lambda i: f"net_memif{i},role=server,id={i},socket={folder}/memif,socket-abstract=no",
                      lambda i: f"net_memif{i},role=client,id={i},socket={folder}/memif,socket-abstract=no"),
        }[kind]
        for name, vdev, main, worker in (("switch", devices[0], guests_cpu, host_cpu),
                                         ("guests", devices[1], host_cpu, guests_cpu)):
            command = ["--lcores", f"0@{main},1@{worker}", "--no-pci", "--no-telemetry", "--single-file-segments",
                       "--file-prefix", f"ringway-{kind}-{name}", *memory, "--vdev", vdev(0), "--vdev", vdev(1),
                       "--", "-i", "--forward-mode=io", "--record-core-cycles", f"--burst={BURST}",
                       "--total-num-mbufs=8192", f"--mbuf-size={MBUF}", "--tx-offloads=0x8000"] # several buffers a frame
            try:
                self.processes.append(Testpmd(f"{kind}, {name}", command, real_time))
            except Failed:
                self.end()
                raise

    def first(self, yes):
        for process in self.processes:
            process.first(yes)

    def measure(self, frame, window, seconds):
        """ns for a packet, and cycles that the switch and the guests were busy for it. `window`: buffers that may be
        under way in each direction."""
        switch, guests = self.processes
        start = len(guests.said)
        guests.say(f"set txpkts {pieces(frame)}")
        told = guests.said[start:]
        try:
            self.first(True) # before they count cycles
            switch.say("start")
            guests.say(f"start tx_first {max(1, window // (BURST * (frame // PIECE + 1)))}")
            time.sleep(WARM_SECONDS)
            switch.say("show port stats all", TWO_PORTS)
            time.sleep(seconds)
            shown = switch.say("show port stats all", TWO_PORTS)[0]
            guest, host = (process.say("stop", r"Accumulated(?s:.*)\+\n") and self.cycles(process)
                           for process in (guests, switch))
        finally: # whatever happens, they must not keep these CPUs for themselves
            self.first(False)
        rates = [int(rate) for rate in re.findall(r"Rx-pps:\s*(\d+)", shown)]
        if not sum(rates):
            raise Failed(f"{self.kind}: no packet of {frame} bytes passed")
        carried = sum(int(bits) for bits in re.findall(r"Rx-bps:\s*(\d+)", shown)) / 8 / sum(rates)
        if abs(carried - frame) > frame / 20: # it goes on with the size before where it does not like this one
            raise Failed(f"{self.kind}: told to make frames of {frame} bytes, it made some of {carried:.0f} | "
                         + " | ".join(told.split("\n")[1:-1]).strip())
        return {"ns": round(1e9 / sum(rates), 2), "host": {"busy_cycles": host}, "guests": {"busy_cycles": guest}}

    @staticmethod
    def cycles(process):
        return float(process.wait(r"CPU cycles/packet=([\d.]+)", process.said.rindex("Accumulated"))[1])

    def end(self):
        for process in reversed(self.processes):
            process.end()
