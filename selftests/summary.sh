#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# summary.sh FILE... - sums test results up, whatever form they are in, as the last line:
#
#	N passed, N failed, N skipped
#
# Understood are GoogleTest's output and KTAP (TAP). A result that should be there and is not is a
# failure: a file without any result, a GoogleTest that did not get to its end, a KTAP plan of more
# tests than results. Before that line each failed test is named. Exit code 1 when anything failed, or
# when nothing was tested at all.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: summary.sh FILE..." >&2; exit 2; }

awk '
function flush(    why) {
	if (file == "") return
	if (gtest_started && !gtest_ended) why = "the tests did not get to their end"
	else if (plan > results) { why = (plan - results) " of " plan " planned tests have no result"; failed += plan - results - 1 }
	else if (!gtest_started && !results && plan != 0) why = "no test result in it"
	if (why != "") { failed++; print "summary: " file ": " why > "/dev/stderr" }
}
function reset() { gtest_started = gtest_ended = results = 0; plan = -1 }
FNR == 1 { flush(); file = FILENAME; reset(); seen[file] = 1 }
{ sub(/\r$/, "") }

# One file may hold several GoogleTest runs, one after the other. What ran and neither passed nor was
# skipped has failed: with --gtest_brief there is no line that counts failures.
/^Running main\(\) from|^\[==========\] Running / { if (!gtest_started || gtest_ended) { gtest_started = 1; gtest_ended = 0 } }
/^\[==========\] [0-9]+ tests? from .* ran\./ { gtest_started = gtest_ended = 1; failed += $2 }
/^\[  PASSED  \] [0-9]+ tests?\./ { passed += $4; failed -= $4 }
/^\[  SKIPPED \] [0-9]+ tests?[.,]/ { skipped += $4; failed -= $4 }

/^1\.\.[0-9]+/ {
	plan = substr($1, 4) + 0
	if (plan == 0) { skipped++; results = 0 }
}
/^ok [0-9]+/ { results++; if (/# *[Ss][Kk][Ii][Pp]/) skipped++; else passed++ }
/^not ok [0-9]+/ { results++; failed++; named[names++] = file ": " $0 }
/^\[  FAILED  \] / && !/listed below|[)]$/ { named[names++] = file ": " $0 }
/^Bail out!/ { failed++; print "summary: " file ": " $0 > "/dev/stderr" }

END {
	flush()
	for (i = 1; i < ARGC; i++) # awk does not come by empty files
		if (!(ARGV[i] in seen)) { failed++; print "summary: " ARGV[i] ": empty" > "/dev/stderr" }
	if (!(passed + failed + skipped)) { failed = 1; print "summary: nothing was tested" > "/dev/stderr" }
	for (i = 0; i < names; i++) print named[i]
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0
}' "$@"
