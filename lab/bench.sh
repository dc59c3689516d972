#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench.sh: what each kind of traffic costs on each stack. It boots once, with instructions as nanoseconds, and then
# makes the table, $OUT/bench.json and the plot $OUT/bench.svg (and .png). Settings come from the environment; WORKLOADS
# also takes the first part of names:
#   STACKS="stock ringway" WORKLOADS="udp tcp_rr" REPEATS=3 PACKETS=4000 ONE_KERNEL=6.1
#   MODEL=1 also runs each access through a model of caches and TLBs, and adds cycles by three columns of prices
# Exit code: 0 when everything was measured. What could not be measured is named at the end, and the rest is reported.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/profile/plugin.sh"
: "${lab_src:?}" "${lab_out:?}"
kernel=${ONE_KERNEL:-$(own_kernel)}
results=$lab_out/results/bench

settings=()
for name in STACKS WORKLOADS REPEATS PACKETS MODEL; do
	[ -z "${!name:-}" ] || settings+=("$name=${!name}")
done
model=()
if [ -n "${MODEL:-}" ]; then
	plugin_ready "$kernel" || exit 1
	export LAB_PLUGIN=$plugin,out=$lab_out/profile/counts,model=on,totals=on
	model=("$results/bench.marks" "$lab_out/profile/counts" "$lab_src/profile/prices.txt")
fi
# The whole bench ends with `ringway perf` beside it.
also=()
[ -n "${STACKS:-}${WORKLOADS:-}${MODEL:-}" ] || also=(perf)
# The largest workload uses nine guests.
LAB_MEMORY=3712 RESULTS=$results \
	"$lab_src/run.sh" -k "$kernel" -m icount -t "${BENCH_LIMIT:-5400}" "${settings[@]}" bench "${also[@]}"
code=$?
[ -s "$results/bench.rows" ] || die "nothing was measured; see $results/console.log"

python3 "$lab_src/bench-report.py" "$results/bench.rows" "$OUT/bench.json" "${model[@]}" &&
	python3 "$lab_src/bench-plot.py" "$OUT/bench.json" "$OUT/bench.svg" &&
	rsvg-convert "$OUT/bench.svg" -o "$OUT/bench.png" || code=1
echo
echo "data: $OUT/bench.json   plot: $OUT/bench.svg, $OUT/bench.png"
if [ $code != 0 ]; then
	echo 'not measured:'
	grep -h '^ *not ok.*' "$results/ktap.txt" | grep -v '\.sh #' | sed 's/^ *not ok [0-9]* /  /'
fi
exit $code
