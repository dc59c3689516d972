#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# count.sh [--update] - instructions per packet of each case of core_bench, counted by callgrind, against the
# bar in core.txt, as KTAP. More than 5 % above it fails, and so does a case without a bar. --update writes
# the figures of this run there.
#
# The figures depend on the compiler alone: not on time, addresses, the CPU or how busy it is. The one door
# for the CPU would be the C library, which picks its memcpy by it: a case that enters the library while
# it is counted fails. The bar is for Debian 12's g++ 12.2.0; another compiler needs another bar.
set -euo pipefail
cd "$(dirname "$0")"
OUT=${OUT:-$(cd ../.. && pwd)/out}
dir=$OUT/bench
update=${1:-}
mkdir -p "$dir"
make -s --no-print-directory OUT="$OUT"
bar_compiler=$(sed -n 's/^# compiler: //p' core.txt)
compiler="g++ $(g++-12 -dumpfullversion)"

rm -f "$dir"/parts*
if ! timeout 120 valgrind --tool=callgrind --callgrind-out-file="$dir/parts" --compress-strings=no --collect-atstart=no \
	--toggle-collect='*measured*' "$dir/core_bench" > "$dir/log" 2>&1; then
	cat "$dir/log"
	exit 1
fi

# Each part: "CASE packets instructions instructions-in-the-library", in the order in which they ran.
# A line "calls=" is followed by what the called function cost, which is counted where it was spent.
for ((i = 1; ; i++)); do
	part=$dir/parts.$i
	[ -f "$part" ] || break
	awk '/^desc: Trigger: Client Request: / { name = $5; packets = $6 }
	     /^summary:|^totals:/ { all = $2 }
	     /^ob=/ { library = !/core_bench$/ }
	     /^calls=/ { getline; next }
	     /^[0-9+*-]/ && library { outside += $2 }
	     END { if (name != "") print name, packets, all, outside + 0 }' "$part"
done > "$dir/counted"

awk -v update="$update" -v compiler="$compiler" -v bar_compiler="$bar_compiler" '
	FNR == NR { if (!/^#/) bar[$1] = $2; next }
	{
		now = $3 / $2; was = bar[$1]; had[$1] = 1
		text = sprintf("%s: %.1f instructions per packet", $1, now)
		if ($4)
			bad = text ", " $4 " of them in the C library: they would depend on the CPU"
		else if (update != "")
			bad = ""
		else if (was == "")
			bad = text "; core.txt has no figure: run selftests/bench/count.sh --update"
		else if (now > was * 1.05)
			bad = text sprintf(", %.1f %% more than the bar of %s", (now / was - 1) * 100, was)
		else
			bad = ""
		n++
		if (bad != "") {
			if (compiler != bar_compiler)
				bad = bad "; the bar is for " bar_compiler ", this is " compiler
			lines = lines "not ok " n " " bad "\n"
		} else {
			lines = lines "ok " n " " text (was == "" ? "" : " (bar " was ")") "\n"
			if (was != "" && now < was * 0.95)
				lines = lines "# that is better by more than 5 %: count.sh --update keeps it so\n"
		}
	}
	END {
		for (name in bar)
			if (!(name in had))
				lines = lines "not ok " ++n " " name ": has a bar, and was not counted\n"
		printf "1..%d\n%s", n, lines
	}' core.txt "$dir/counted" > "$dir/core.tap"
cat "$dir/core.tap"
if [ -n "$update" ]; then
	{
		echo "# Instructions per packet of each case of core_bench.cc: the bar that count.sh compares with."
		echo "# compiler: $compiler"
		awk '{ printf "%s %.1f\n", $1, $3 / $2 }' "$dir/counted"
	} > core.txt
fi
! grep -q '^not ok' "$dir/core.tap"
