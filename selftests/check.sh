#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh - `make check`: everything that needs no Xen and no kernel to run on. Every part runs even
# when another one fails; their output is kept in $OUT/check and shown where something is wrong. The last
# line counts all tests of all parts.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
top=$PWD
OUT=${OUT:-$top/out}
export OUT
logs=$OUT/check
mkdir -p "$logs"
rm -f "$logs"/*.log "$OUT"/unit/*.test.log
jobs=$(nproc)
began=$SECONDS

# A part whose output counts itself (GoogleTest, KTAP). One that fails without a failed test in its
# output (it could not be built, it was stopped) gets a failed result added.
part() { # NAME COMMAND...
	local name=$1 log=$logs/$1.log code from=$SECONDS
	shift
	timeout -k 10 2400 "$@" > "$log" 2>&1
	code=$?
	if [ $code != 0 ] && ! grep -qE '^not ok|^\[  FAILED  \]' "$log"; then
		printf '1..1\nnot ok 1 %s: exit code %d\n' "$name" $code >> "$log"
	fi
	show "$name" "$log" $code $((SECONDS - from))
}

# A part that says yes or no: one test.
step() { # NAME TEXT COMMAND...
	local name=$1 text=$2 log=$logs/$1.log code from=$SECONDS
	shift 2
	timeout -k 10 2400 "$@" 2>&1 | sed 's/^/# /' > "$log"
	code=${PIPESTATUS[0]}
	{ echo "1..1"; [ "$code" = 0 ] || printf not\ ; echo "ok 1 $text"; } >> "$log"
	show "$name" "$log" "$code" $((SECONDS - from))
}

show() { # NAME LOG CODE SECONDS
	if [ "$3" = 0 ]; then
		printf '%-16s ok      %3d s   %s\n' "$1" "$4" "$(selftests/summary.sh "$2")"
	else
		printf '%-16s FAILED  %3d s   %s\n' "$1" "$4" "$2"
		grep -vE '^(make|g\+\+-12|ok )' "$2" | tail -n 60 | sed 's/^/    /'
	fi
}

# Two lanes: while one of them links, or runs what needs one CPU, the other one compiles.
modules() {
	part unit           make -j"$jobs" --no-print-directory -C selftests/unit run
	part bench          selftests/bench/count.sh
	part native         selftests/native/native_test.sh
	part style          selftests/style.sh
	part includes       selftests/arrows.py includes
	part gate           selftests/gate/gate_test.sh
	part packages       selftests/gate/packages_test.sh
	part kernel-build   selftests/gate/kernel_test.sh
	part loads          selftests/gate/loads_test.sh
	part model          selftests/gate/model_test.sh
	part arrows-test    selftests/gate/arrows_test.sh
	part summary        selftests/gate/summary_test.sh
	part emulator       selftests/gate/emulator_test.sh
	part host-scenario  selftests/gate/host_test.sh
	part docs-test      selftests/gate/docs_test.sh
	part bench-report   selftests/gate/bench_report_test.sh
	part udev           selftests/gate/udev_test.sh
	part hook           selftests/gate/hook_test.sh
}
the_rest() {
	local optional
	# `make setup` has been here: what is not, this release of Debian does not have.
	if command -v clang-tidy-14 > /dev/null; then
		step tidy   "clang-tidy has nothing to say about the kernel's C++" \
			make -k -j"$jobs" --no-print-directory -f selftests/tidy.mk
	else
		part tidy   echo '1..0 # SKIP this Debian has no clang-tidy-14'
	fi
	step security       "docs/security.md names tests that exist" selftests/security_check.py
	step schema         "docs/xenstore.md is what the schema says" make --no-print-directory -C xenstore-schema check
	part toolstack      make -j"$jobs" --no-print-directory -C toolstack check WHOLE=y
	part arrows         selftests/arrows.sh
	part completion     packaging/completion/test.sh
	for optional in packaging docs; do
		grep -qsE '^check:' $optional/Makefile || continue
		step $optional "make -C $optional check" make --no-print-directory -C $optional check
	done
}
the_rest > "$logs/the_rest.txt" 2>&1 &
rest=$!
modules
wait $rest
cat "$logs/the_rest.txt"

echo "check: $((SECONDS - began)) s, logs in $logs"
exec selftests/summary.sh "$logs"/*.log
