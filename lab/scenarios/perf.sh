# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what one file sets, another one reads
#
# What `ringway perf` says that a packet costs dom0, beside what the bench's way says of the same load in the same boot:
# a long run minus a short one. Run with -m icount, where a nanosecond of CPU time is an instruction. They may differ
# by 5 %.
#
#   STACKS     of those in lab/dom0/bench-stacks.sh
#   FRAME      bytes of a packet
#   PACKETS    of the bench's long run
. "${0%/*}/ktap.sh"
. /lab/measure.sh
. /lab/bench-stacks.sh
. /lab/bench-loads.sh

stacks=${STACKS:-stock ringway}
frame=${FRAME:-60} packets=${PACKETS:-20000}
seconds=1 while_perf=160000 # packets; of the dearest, they take longer than that
ktap_plan $((6 * $(wc -w <<< "$stacks")))

by_bench() {
	local few fewer
	sample send_udp "$frame" 300 && sample send_udp "$frame" 300 || return 1
	few=$got fewer=$now
	sample send_udp "$frame" $((300 + packets)) || return 1
	bench=$(per_unit $((got - few)) "$fewer" "$now")
}

in_the_middle() { # COMMAND…, while packets pass
	local sender code
	guest_run u1 "netload send 127.9.0.2 $while_perf $frame" 300 >&2 &
	sender=$!
	sleep 0.3
	"$@"
	code=$?
	wait $sender && [ $code = 0 ]
}

by_perf() {
	in_the_middle ringway -j perf -t "$seconds" > /tmp/perf.json || { cat /tmp/perf.json; return 1; }
	perf=$(for who in dom0 sender receiver; do sed -E "s/.*\"${who}_ns\":([0-9]+).*/\1/" /tmp/perf.json; done | paste -sd ' ')
}

agree() {
	awk -v a="${bench%% *}" -v b="${perf%% *}" 'BEGIN { d = b / a - 1; exit !(a > 0 && d <= 0.05 && d >= -0.05) }'
}

# The table goes to the file perf.txt, as the documents show it.
table() {
	cp -n /tmp/perf.json /tmp/first.json
	in_the_middle ringway -d perf -t "$seconds" --frequency 1999 --compare /tmp/first.json > /tmp/perf.txt || { cat /tmp/perf.txt; return 1; }
	while IFS= read -r line; do data perf.txt "$line"; done < /tmp/perf.txt
	grep -q '^PER PACKET .* RATIO$' /tmp/perf.txt
}

# Ringway's switch is a sample or two.
parts() {
	local part all=('netback' 'grant copies')
	[[ $stack = ringway* ]] || all+=('switch' 'event channels')
	cat /tmp/perf.txt
	for part in "${all[@]}"; do grep -qE "^$part +[0-9.]*[1-9]" /tmp/perf.txt || { echo "no share: $part"; return 1; }; done
}

for stack in $stacks; do
	bench='' perf=''
	stage "$stack: modules, bridge, vifs"
	check "$stack: the stack and two vifs" bench_stack "$stack" || break
	pair
	check "$stack: the bench's way" by_bench
	check "$stack: ringway perf" by_perf
	echo "# $stack: of dom0, sender and receiver the bench says $bench ns a packet, ringway perf $perf"
	check "$stack: both say the same of dom0 within 5 %" agree
	check "$stack: the table, beside the first stack" table
	check "$stack: netback and what it calls have their parts" parts
	bench_stack_away
done
ktap_end
