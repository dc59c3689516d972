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
ringway-one udp 60 2 4000 1342 7000 7600
ringway-both udp 60 2 4000 406 7000 7600
stock udp-paced 60 2 500 20000 60000 20000
ringway udp-paced 60 2 500 10600 60000 20000
ringway-both udp-paced 60 2 500 6667 60000 20000
ringway-poll udp-paced 60 2 500 5001 60000 20000
stock tcp-per-MB 1514 2 700 1700000 1200000 1100000
ringway-both tcp-per-MB 1514 2 700 260000 1200000 1100000
stock udp-8-to-1 1400 9 4000 12000 7000 7600
ringway-both udp-8-to-1 1400 9 4000 1000 7000 7600
stock broadcast-to-7 60 8 1000 36000 7000 7600
ringway broadcast-to-7 60 8 1000 17280 7000 7600
END
python3 lab/bench-report.py "$work/rows" "$work/json" > "$work/said" 2>&1
echo "1..28"
expect 'median and spread of dom0' "$work/json" '"stack":"stock","workload":"udp","frame":60,"vifs":2,"packets":4000,"dom0":6100,"sender":7100,"receiver":7600,"total":20800,"spread":0\.0492\}'
expect 'each row once' <(grep -c '"stack"' "$work/json") '^19$'
expect 'a target that is met' "$work/said" 'udp 60, dom0 / stock  .* 0\.328 .* met$'
expect 'a target missed by little is missed' "$work/said" 'udp 1400, dom0 / stock .* 0\.200 .* NOT MET$'
expect 'the rules of 32 vifs' "$work/said" 'stock-rules with 32 vifs .* 0\.100 .* met$'
expect 'growth above its limit' "$work/said" '2 -> 256 ports .* 1\.030 .* NOT MET$'
expect 'repeats that overlap' "$work/said" 'udp 60 \(2 vifs\), sender .* 1\.113 .* met within the noise$'
expect 'repeats that do not' "$work/said" 'udp 60 \(2 vifs\), receiver .* 1\.066 .* NOT MET$'

expect 'one end, just within its limit' "$work/said" 'ringway-one, udp 60, dom0 / stock .* 0\.220 .* 0\.220  met$'
expect 'both ends' "$work/said" 'ringway-both, udp 60, dom0 / stock .* 0\.067 .* 0\.067  met$'
expect 'a third is missed by what is not shown' "$work/said" 'ringway-both, udp-paced 60, dom0 / stock .* 0\.333 .* 0\.333  NOT MET$'
expect 'a CPU that waits' "$work/said" 'ringway-poll, udp-paced 60, dom0 / stock .* 0\.250 .* 0\.250  NOT MET$'
expect 'an aim that was missed stays one' "$work/said" ' udp-paced 60, dom0 / stock .* 0\.530 .* 0\.500  NOT MET$'
expect 'and what was reached instead must stay' "$work/said" 'no worse than it was: udp-paced 60 .* 0\.530 .* 0\.540  met$'
expect 'TCP, dom0' "$work/said" 'ringway-both, tcp-per-MB 1514, dom0 / stock .* 0\.153 .* 0\.143  NOT MET$'
expect 'TCP, the sum of the domains' "$work/said" 'ringway-both, tcp-per-MB 1514, all three domains / stock .* 0\.640 .* 0\.650  met$'
expect 'nine guests, just reached' "$work/said" 'ringway-both, udp-8-to-1 1400, dom0 / stock .* 0\.083 .* 0\.083  met$'
expect 'nothing is said of what was not measured' <(grep -c 'guest-to-dom0\|MODELLED' "$work/said") '^0$'
expect 'the verdicts in the JSON' "$work/json" \
	'"target":"ringway-both, udp-paced 60, dom0 / stock","ratio":0\.33335,"limit":0\.33333,"verdict":"NOT MET"\}'
expect 'the JSON is one' <(python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["targets"]) > 20)' "$work/json") True

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
expect 'modelled cycles are judged in each column of prices' <(grep 'MODELLED cycles, ' "$work/said" | grep -c 'ringway, udp 60 .* at most 0.500  met$') '^3$'

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
# The demo's own table.
printf '%s\n' 'stock tcp 1514 48 1720083 -2791379 1055218' 'ringway tcp 1514 48 774991 -1875999 1095639' > "$work/rows"
lab/report.sh "$work/rows" "$work/demo.json" > "$work/said"
expect 'what costs less than nothing is shown as no figure' "$work/said" 'tcp +1514 .* 0.45 \| +\? +\? +- \| 1 055 218'
expect 'and why' "$work/said" '^\?: the longer run of two'
[ $failed = 0 ]
