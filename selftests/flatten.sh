#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# flatten.sh FILE - nested KTAP (scenarios with tests in them) as one flat list of the tests. A scenario
# that failed without a failed test in it (it was stopped, or did not run what it planned) counts as one
# failed test of its own, and so do all together that have no result.
set -euo pipefail
awk '
function out(word, text) { lines[++n] = word " " n " " text }
{ sub(/\r$/, "") }
/^ +(not )?ok [0-9]+/ {
	word = "ok"
	line = $0
	sub(/^ +/, "", line)
	if (line ~ /^not/) { word = "not ok"; bad++; sub(/^not /, "", line) }
	inner++
	sub(/^ok [0-9]+ */, "", line)
	out(word, line)
	next
}
/^1\.\.[0-9]+/ { planned = substr($0, 4) + 0 }
/^(not )?ok [0-9]+/ {
	ended++
	line = $0
	sub(/^(not )?ok [0-9]+ */, "", line)
	if (!inner || ($0 ~ /^not/ && !bad)) out($0 ~ /^not/ ? "not ok" : "ok", line)
	inner = bad = 0
}
END {
	# Tests of a scenario that has no result: the boot ended in it.
	if (inner) { ended++; out("not ok", "the scenario after \"" lines[n] "\" did not come to its end") }
	if (planned > ended) out("not ok", planned - ended " of " planned " scenarios have no result")
	print "1.." n + 0
	for (i = 1; i <= n; i++) print lines[i]
}' "$1"
