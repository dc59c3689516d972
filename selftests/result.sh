# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# KTAP for a test on this machine: `result CODE TEXT` for each thing that must hold. What $said has, the last lines of it,
# shows why when it does not. At the end: `[ $failed = 0 ]`.
number=0 failed=0
result() { # CODE TEXT
	number=$((number + 1))
	[ "$1" = 0 ] && { echo "ok $number $2"; return; }
	failed=$((failed + 1))
	tail -n 40 "${said:-/dev/null}" | sed 's/^/# /'
	echo "not ok $number $2"
}
