#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench_report_test.sh - what make bench says about measurements that are known: medians, spread, and targets that are
# missed, met, or missed by less than repeats differ. And that counting subtracts what it should.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number=0 failed=0
expect() { # TEXT FILE PATTERN
	local said
	number=$((number + 1))
	said=$(cat "$2")
	if grep -qE -- "$3" <<< "$said"; then
		echo "ok $number $1"
	else
		failed=$((failed + 1))
		sed 's/^/# /' <<< "$said"
		echo "not ok $number $1"
	fi
}

cat > "$work/rows" << 'END'
stock udp 60 2 4000 6000 7000 7600
stock udp 60 2 4000 6300 7100 7700
stock udp 60 2 4000 6100 7200 7600
ringway udp 60 2 4000 2200 7150 8000
ringway udp 60 2 4000 2000 7900 8100
ringway udp 60 2 4000 1900 7950 8200
stock udp 1400 2 4000 10000 7000 7600
ringway udp 1400 2 4000 2001 7000 7600
stock-rules udp 60 32 4000 20000 7000 7600
ringway udp-ports 60 2 4000 2000 7000 7600
ringway udp-ports 60 256 4000 2061 7000 7600
END
python3 lab/bench-report.py "$work/rows" "$work/json" > "$work/said" 2>&1
echo "1..13"
expect 'median and spread of dom0' "$work/json" '"stack":"stock","workload":"udp","frame":60,"vifs":2,"packets":4000,"dom0":6100,"sender":7100,"receiver":7600,"total":20800,"spread":0\.0492\}'
expect 'each row once' <(grep -c '"stack"' "$work/json") '^7$'
expect 'a target that is met' "$work/said" 'udp 60, dom0 / stock  .* 0\.328 .* met$'
expect 'a target missed by little is missed' "$work/said" 'udp 1400, dom0 / stock .* 0\.200 .* NOT MET$'
expect 'the rules of 32 vifs' "$work/said" 'stock-rules with 32 vifs .* 0\.100 .* met$'
expect 'growth above its limit' "$work/said" '2 -> 256 ports .* 1\.030 .* NOT MET$'
expect 'repeats that overlap' "$work/said" 'udp 60 \(2 vifs\), sender .* 1\.113 .* met within the noise$'
expect 'repeats that do not' "$work/said" 'udp 60 \(2 vifs\), receiver .* 1\.066 .* NOT MET$'

# The model's counts of two stacks, as totals: a short run, and one of 100 packets more.
printf '%s\n' 'stock udp 60 2 100 1 2' 'ringway udp 60 2 100 3 4' > "$work/marks"
echo '1 0 1000 1 from-cpu=10' > "$work/counts.1"
printf '%s\n' '1 0 601000 1 from-cpu=310' '2 0 999 1 locked=5' > "$work/counts.2"
echo '1 0 1000 1' > "$work/counts.3"
echo '1 0 201000 1 from-cpu=100 locked=1000' > "$work/counts.4"
printf '%s\n' 'instruction 0.5 1 2' 'from-cpu 100 200 300' 'locked 10 10 10' > "$work/prices"
python3 lab/bench-report.py "$work/rows" "$work/json" "$work/marks" "$work/counts" "$work/prices" > "$work/said" 2>&1
expect 'modelled events and cycles in the JSON' "$work/json" \
	'"modelled":\{"events":\{"instruction":6000.0,"from-cpu":3.0,"locked":0\},"cycles":\{"low":3300,"middle":6600,"high":12900\}\}'
expect 'the table calls them modelled' "$work/said" '^MODELLED cycles of dom0'
expect 'ratios by each column of prices' "$work/said" '^udp +60 +2  ringway +1 200 +2 300 +4 400  0\.364  0\.348  0\.341'

# shellcheck source=lab/dom0/measure.sh
. lab/dom0/measure.sh
senders='1 2' receivers=3
received() { cat "$work/got"; }
cputime() { cat "$work/cpu"; }
load() { echo 150 > "$work/got"; echo 1100 220 230 3500 > "$work/cpu"; }
echo 100 > "$work/got"
echo 1000 200 200 3000 > "$work/cpu"
sample load
per_unit 10 '50 20 200' "$now" > "$work/said"
echo " $got $now" >> "$work/said"
expect 'growth by dom0, senders, receivers; less the short run, per unit' <(paste -sd ' ' "$work/said") '^5 3 30 50 100 50 500$'

note() { echo "$*" >&2; }
received() { # more each time
	local now=$(($(cat "$work/got") + 5))
	echo $now > "$work/got"
	echo $now
}
! sample load 2> "$work/said" || echo 'taken' > "$work/said"
expect 'packets still under way after a sample spoil it' "$work/said" 'still under way after load: 155, then 160'
[ $failed = 0 ]
