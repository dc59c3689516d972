#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# docs_test.sh - docs/check.sh finds each kind of fault, planted in a copy of the documents, and says where it is.
# KTAP on standard output.
# shellcheck disable=SC2016 # the backticks are Markdown's
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -co --exclude-standard -z | while IFS= read -r -d '' f; do [ ! -e "$f" ] || printf '%s\0' "$f"; done |
	cpio -0pdm --quiet "$work"
git -C "$work" init -q

# shellcheck source=selftests/result.sh
. selftests/result.sh

echo "KTAP version 1"
echo "1..10"
before=$("$work/docs/check.sh" 2>&1)
code=$?
[ $code = 0 ] || sed 's/^/# /' <<< "$before"
result $code "the documents as they are pass"

# All faults at once: each has to be named.
long=$(printf 'word %.0s' {1..21})
{
	echo "See [there](no-such-file.md), [here](#no-such-heading) and \`core/no_such.hpp\`, below \`no_such/\`."
	echo
	echo "$long"
	echo
	echo "    $long" # code may be wide
	echo "| $long |"  # and a table
} >> "$work/docs/glossary.md"
echo '# 0099. Nobody lists this' > "$work/docs/decisions/0099-unlisted.md"
echo '# Nor this' > "$work/docs/unlisted.md"
sed -i 's/^| Xen | dom0 | guest |.*/&\n| 9.9 | by hand |/' "$work/README.md"
mkdir "$work/lab/no-readme" && echo x > "$work/lab/no-readme/file"
after=$("$work/docs/check.sh" 2>&1)
code=$?
found() { # TEXT WORDS
	grep -qF -- "$2" <<< "$after"
	result $? "$1"
}
[ $code != 0 ]
result $? "faults make it fail"
found "a link to a file that is not there" 'link to "no-such-file.md": no such file'
found "a link to a heading that is not there" 'link to "#no-such-heading": no such heading'
found "the name of a file that is not there" 'names `core/no_such.hpp`'
found "the name of a folder that is not there" 'names `no_such/`'
[ "$(grep -c 'columns, at most' <<< "$after")" = 1 ]
result $? "prose that is too wide, but neither code nor a table"
found "a folder without README.md" 'lab/no-readme: no README.md'
found "a row in the table of platforms that no run made" "README.md's table is not what docs/platforms.json says"
grep -qF '0099-unlisted.md' <<< "$after" && grep -q 'docs/README.md: does not list unlisted.md' <<< "$after"
result $? "a decision and a document that no index lists"
[ $failed = 0 ] || sed 's/^/# /' <<< "$after"
exit $failed
