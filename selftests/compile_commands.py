#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# compile_commands.py FILE "MAKE-ARGUMENTS"...: writes FILE (compile_commands.json), which tells an editor or clangd how
# each C++ file is compiled. It builds nothing: it asks make what it would do. The modules' C++ is listed as it is
# compiled for the host, because no language server can follow Kbuild.
import json
import os
import re
import shlex
import subprocess
import sys


def would_run(arguments):
    """The commands that make would run if nothing were built yet, each with its folder and as a list of words."""
    dry = subprocess.run(["make", "-w", "-nB", *arguments], check=True, capture_output=True, text=True).stdout
    folder = [os.getcwd()]
    for line in dry.replace("\\\n", " ").splitlines():
        moved = re.fullmatch(r"make(?:\[\d+\])?: (Entering|Leaving) directory '(.*)'", line)
        if moved and moved[1] == "Entering":
            folder.append(moved[2])
        elif moved:
            folder.pop()
        elif re.search(r"\.(cc|cpp)\b", line):
            try:
                yield folder[-1], shlex.split(line)
            except ValueError:
                pass  # shell code, no compiler


def as_compiler(words):
    # A precompiled header: name what is in it instead.
    return ["gtest/gtest.h" if word.endswith("/unit/tests.h") else word for word in words if word != "-Winvalid-pch"]


def main():
    output, *makes = sys.argv[1:]
    entries = {}
    for arguments in makes:
        for folder, words in would_run(shlex.split(arguments)):
            sources = [word for word in words if word.endswith((".cc", ".cpp"))]
            if len(sources) != 1 or not re.search(r"\+\+(-\d+)?$", words[0].lstrip("@")):
                continue
            path = os.path.normpath(os.path.join(folder, sources[0]))
            if os.path.exists(path):
                entries.setdefault(path, {
                    "directory": folder,
                    "file": path,
                    "arguments": as_compiler(words),
                })
    if not entries:
        sys.exit("no compile command found")
    with open(output, "w", encoding="utf-8") as file:
        json.dump([entries[path] for path in sorted(entries)], file, indent=1)
        file.write("\n")
    print(f"{output}: {len(entries)} files")


main()
