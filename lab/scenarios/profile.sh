# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # what one file sets, another one reads
#
# One load between marks for lab/profile.sh, which runs this with -m icount under QEMU's plugin: a short run to warm up,
# a short one, and a long one, the difference of which two is the cost of the packets alone.
#   STACK, LOAD (udp, 8to1: eight guests to one, paced, to-dom0, from-uplink, tcp), FRAME bytes, PACKETS; of tcp these
#   are megabytes
. "${0%/*}/ktap.sh"
. /lab/measure.sh
. /lab/bench-stacks.sh
. /lab/bench-loads.sh

stack=${STACK:-ringway} load=${LOAD:-udp} frame=${FRAME:-60} packets=${PACKETS:-}
case $load in
udp | 8to1 | paced | to-dom0 | from-uplink) few=500 packets=${packets:-20000} ;;
tcp) few=4 packets=${packets:-48} ;;
*) stage "no load \"$load\"; there are udp, 8to1, paced, to-dom0, from-uplink and tcp"; exit 1 ;;
esac
is_stack "$stack" || { stage "no stack \"$stack\"; lab/dom0/bench-stacks.sh lists them"; exit 1; }
ktap_plan 4

run() { # PACKETS
	case $load in
	udp) guest_run u1 "netload send 127.9.0.2 $1 $frame" 120 ;;
	8to1) from_8 "$frame" $(($1 / 8)) ;;
	paced) guest_run u1 "netload send 127.9.0.2 $1 $frame 1 200" 120 ;;
	tcp) guest_run u1 "iperf3 -c 127.9.0.2 -n ${1}M" 180 ;;
	to-dom0) guest_run u1 "netload send $dom0_address $1 $frame" 120 ;;
	from-uplink) ip netns exec wire netload send 127.9.0.2 "$1" "$frame" 16 1000 ;;
	esac
}
marked() { # PACKETS
	mark start
	sample run "$1" || return 1
	mark stop
	[ "$load" != tcp ] || got=$1 # its cost is per MB: what a packet is depends on TSO
	data profile.packets "$got"
}
modules() { # where each module's functions lie: "k ADDRESS NAME [MODULE]"
	awk '$2 ~ /[tTwW]/ && $4 != "" { print "k", $1, $3, $4 }' /proc/kallsyms | data_packed modules
}
profile() {
	pair
	case $load in
	from-uplink) flows_setup >&2 || return 1 ;;
	8to1) all_to_u1 || return 1 ;;
	to-dom0)
		flows_setup >&2 || return 1
		netload drain 9 &
		senders=$id1 receivers=''
		received() { udp_read; } ;;
	esac
	modules && marked $few && marked $few && marked $((few + packets)) || return 1
	[ "$load" != to-dom0 ] || kill $! # its reader
}

modprobe e1000e
mark dom0
check 'the guests start' bench_pair "$stack" || exit 1
stage "$stack: modules, bridge, vifs"
check "$stack: the stack and two vifs" bench_stack "$stack" || exit 1
stage "$stack: $load, $frame bytes"
check "$stack: $load" profile
for n in 1 2 3; do ethtool -S "$(basename "$(vif_of u$n)")" | grep -v " 0$" >&2; done
check "$stack: goes away" bench_stack_away
ktap_end
