#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""words_test.py - every word that the command knows is in its manual page.

The words are those of packaging/completion/ringway, which `make -C toolstack check` compares with the command's own. A
verb has a section, and its section names each option and key that it takes; what all verbs take is in the page somewhere.
"""
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def sections(page):
    """{title of a section: its text as a reader sees it}"""
    text = re.sub(r"\\f\(?[A-Z]", "", page)
    text = re.sub(r"\\[|&]", "", text).replace("\\-", "-").replace('"', "")
    parts = re.split(r"^\.S[SH] (.*)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def table(completion):
    """Path of a verb -> (keys, options)."""
    words = {}
    for path, body in re.findall(r"^\t'([a-z ]*)'\)\n(.*?);;", completion, flags=re.M | re.S):
        field = {name: value.split() for name, value in re.findall(r"(keys|options)='([^']*)'", body)}
        words[path] = (field["keys"], field["options"])
    return words


def has(text, word):
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def main():
    page = sections((HERE / "ringway.8").read_text(encoding="utf-8"))
    whole = "\n".join([*page, *page.values()])
    missing = []
    for path, (keys, options) in table((HERE.parent / "completion/ringway").read_text(encoding="utf-8")).items():
        own = "\n".join(text for title, text in page.items() if path and has(title, path))
        if path and not own:
            missing.append(f"{path}: no section")
            continue
        for word in dict.fromkeys([key.partition("=")[0] for key in keys] + [o for o in options if o != "--help"]):
            if not has(own if path else whole, word):
                missing.append(f"{path or 'ringway'}: {word}")
    for line in missing:
        print(f"ringway.8 lacks: {line}", file=sys.stderr)
    sys.exit(bool(missing))


main()
