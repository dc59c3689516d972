# SPDX-License-Identifier: GPL-2.0-only
"""A scenario that runs on the host, for those that compute: sets, expected states, dozens of commands at once.

boot.sh starts it with dom0 at the other end of its standard input and output; dom0's half is lab/dom0/host.sh. All
that a scenario in dom0 can say (lab/dom0/lab.sh, ktap.sh) it says by dom0's shell:

    lab = Lab(plan=3)
    lab.need("a starts", "guest_create a")            # ends the scenario when it fails
    lab.check("a pings b", "pings a 127.9.0.2")       # words of dom0
    lab.check("both have a vif", both_have, 2)        # a function here: false, or a list of complaints, is a failure
    lab.end()
"""
import os
import shlex
import sys
import traceback

quote = shlex.quote


class Said(str):
    """What a command printed, with its exit code."""

    def __new__(cls, text, code):
        said = super().__new__(cls, text)
        said.code = code
        return said


class Lab:
    def __init__(self, plan):
        sys.excepthook = self._died
        self.say(f"ktap_plan {plan}")

    # --- the port ---------------------------------------------------------------------------------
    @staticmethod
    def _ask(verb, line):
        print(verb, line.replace("\n", " "), flush=True)
        text = []
        for reply in sys.stdin:
            reply = reply.rstrip("\n")
            if reply.startswith("="):
                return Said("\n".join(text), int(reply[1:]))
            text.append(reply[1:])
        sys.exit(1)  # the machine is gone

    def say(self, line):
        """Runs a line in dom0's shell that prints KTAP; its exit code."""
        return self._ask("say", line).code

    def run(self, line):
        """Runs a line in dom0's shell; what it printed on either output."""
        return self._ask("run", line)

    def _died(self, kind, error, trace):
        self.note("".join(traceback.format_exception(kind, error, trace)))
        sys.stdout.flush()
        os._exit(1)

    # --- words --------------------------------------------------------------------------------------
    def stage(self, text):
        self.run(f"stage {quote(text)}")

    def note(self, text):
        """A comment among the results."""
        for line in str(text).splitlines()[-15:]:
            self.say(f"echo {quote('# ' + line)}")

    def check(self, text, what, *arguments):
        """One test: words for dom0, or a function here."""
        if isinstance(what, str):
            return self.say(f"check {quote(text)} eval {quote(what)}") == 0
        wrong = what(*arguments)
        if isinstance(wrong, list):
            self.note("\n".join(wrong))
        good = not wrong if isinstance(wrong, list) else bool(wrong)
        return self.say(f"ktap_result {int(not good)} {quote(text)}") == 0

    def need(self, text, what, *arguments):
        if not self.check(text, what, *arguments):
            sys.exit(1)

    def at_once(self, commands, seconds=300):
        """{name: command} -> {name: what it said on stderr, with its exit code}; all at the same time."""
        line = " ".join(f"{name} {quote(command)}" for name, command in commands.items())
        said, name = {}, None
        for reply in self.run(f"at_once {seconds} {line}").splitlines():
            if reply.startswith("\t"):
                said[name] = Said(f"{said[name]}{reply[1:]}\n", said[name].code)
            else:
                name, code = reply.split()
                said[name] = Said("", int(code))
        return said

    def store(self):
        """XenStore: {path: value}."""
        nodes = {}
        for line in self.run("xenstore-ls -f").splitlines():
            path, equals, value = line.partition(" = ")
            if equals:
                nodes[path] = value.strip('"')
        return nodes

    def end(self):
        """The last test: nothing is left. Ends dom0's half, with its verdict; there is no answer."""
        print("say ktap_end", flush=True)
        sys.exit(0)
