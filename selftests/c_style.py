#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""c_style.py FILE… - what of Linux' coding style can be told from a line of C: tabs, width, braces, spaces. How a table, a
trailing comment or a chain of ?: is laid out is left to the author; clang-format has opinions there that read worse."""
import re
import sys

WIDTH = 120
CODE = [  # of a line without its strings and comments
    (re.compile(r"^\t* {8}(?!.*\\$)"), "is indented with blanks: a tab has eight columns"),
    (re.compile(r"^[a-z_][^#=]*\)\s*\{$"), "a function's brace has a line of its own"),
    (re.compile(r"\b(if|for|while|switch)\("), "no blank between the word and its parenthesis"),
    (re.compile(r"^\s*(if|for|while|switch)\b.*\)\{"), "no blank before the brace"),
    (re.compile(r"\b(char|void|int|bool|[us]\d+|u?int\d+_t|struct \w+)\*+ \w"), "the star stands with the name"),
]
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|/\*.*?\*/|//.*')


def findings(path):
    before, comment = "", False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            if len(line) > WIDTH and '"' not in line:  # a message is not cut
                yield number, f"is longer than {WIDTH} characters"
            if line != line.rstrip():
                yield number, "has blanks at its end"
            code = TEXT.sub("", line)
            if comment or "/*" in code:
                comment = "*/" not in code
                continue
            for pattern, what in CODE:
                if pattern.search(code):
                    yield number, what
            if re.match(r"\s*else\b", code) and before.strip() == "}":
                yield number, "else stands behind the brace"
            before = code


bad = 0
for name in sys.argv[1:]:
    for number, what in findings(name):
        print(f"{name}:{number}: {what}")
        bad = 1
sys.exit(bad)
