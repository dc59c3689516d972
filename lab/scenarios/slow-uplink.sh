# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest that could send more than the wire takes: what it costs dom0 and the guest until it waits, and what is
# lost. The uplink is slowed to RATE, with each of DISCIPLINES behind the shaper; UDP as fast as the guest can, then
# TCP; on stock and on Ringway in the same boot. Run it with -m icount, where a nanosecond of CPU time is one
# instruction. Two lines a load in the file slow.rows:
#
#   STACK LOAD DISCIPLINE SENT PASSED DROPPED MBIT/S DOM0 GUEST - RETRANSMITTED
#   STACK LOAD DISCIPLINE waiting KIB
#
# DOM0 and GUEST are instructions per packet that left (UDP) or per MB of 2^20 bytes (TCP); DROPPED is the uplink's
# queue and the vif's, in the long run of two; KIB is the most that was waiting in the uplink's queue.
. "${0%/*}/ktap.sh"
# shellcheck source=lab/dom0/measure.sh
. /lab/measure.sh
: "${wire_address:?}"

rate=${RATE:-100mbit}
packets=${PACKETS:-6000}
megabytes=${MEGABYTES:-8}
stacks=${STACKS:-stock ringway}
read -ra disciplines <<< "${DISCIPLINES:-pfifo fq_codel}"
nobody_mac=00:16:3e:fe:00:99 nobody=127.9.0.250
ktap_plan $((1 + $(wc -w <<< "$stacks") * (2 + 2 * ${#disciplines[@]})))

of_eth0() { cat "/sys/class/net/eth0/statistics/$1"; }
received() { of_eth0 tx_packets; }
queue_of_eth0() { tc -s qdisc show dev eth0 | sed -n "$1" | head -n 1; }
dropped() {
	local at_uplink
	at_uplink=$(queue_of_eth0 's/.*(dropped \([0-9]*\),.*/\1/p')
	echo $((at_uplink + $(cat "/sys/class/net/$vif/statistics/rx_dropped")))
}
# The most bytes that wait, as tc says them: 1234b, 56Kb.
most_waiting() {
	local most=0 now
	until [ -e /tmp/watched ]; do
		now=$(queue_of_eth0 's/.*backlog \([0-9KMb]*\) .*/\1/p' | sed 's/Mb/*1048576/; s/Kb/*1024/; s/b//')
		[ $((now)) -le $most ] || most=$((now))
		sleep 0.05
	done
	echo $((most / 1024)) > /tmp/most
}
slowed() { # DISCIPLINE
	tc qdisc replace dev eth0 root handle 1: tbf rate "$rate" burst 16k limit 100m &&
		tc qdisc replace dev eth0 parent 1:1 "$1"
}

# once COMMAND…: now and got as of sample, and what else grew: us, bytes, lost.
once() {
	local began bytes_before lost_before
	lost_before=$(dropped) bytes_before=$(of_eth0 tx_bytes) began=${EPOCHREALTIME/./}
	sample "$@" || return 1
	us=$((${EPOCHREALTIME/./} - began))
	bytes=$(($(of_eth0 tx_bytes) - bytes_before)) lost=$(($(dropped) - lost_before))
}

# measured LOAD DISCIPLINE SHORT LONG UNIT COMMAND…: the difference of a short and a long run, behind a short one that
# warms up. What waits is watched in a run of its own: watching costs dom0 more than the load.
measured() {
	local load=$1 discipline=$2 short=$3 long=$4 unit=$5 us bytes lost fewer few few_us few_bytes watcher units
	shift 5
	"$@" "$short" && once "$@" "$short" || return 1
	fewer=$now few=$got few_us=$us few_bytes=$bytes
	once "$@" "$long" || return 1
	units=$((long - short))
	[ "$unit" != packet ] || units=$((got - few))
	data slow.rows "$stack $load $discipline $long $((got - few)) $lost" \
		"$(((bytes - few_bytes) * 8 / (us - few_us))) $(per_unit "$units" "$fewer" "$now")" \
		"$(cat /tmp/retransmitted 2> /dev/null || echo -)"
	rm -f /tmp/watched
	most_waiting & watcher=$!
	"$@" "$long"
	touch /tmp/watched
	wait $watcher
	data slow.rows "$stack $load $discipline waiting $(cat /tmp/most)"
}

# To an address that no NIC answers to: nothing in dom0 receives it. The queue drains meanwhile.
udp_flood() { guest_run a "netload send $nobody $1 1400" 120 && sleep 0.5; }
udp() { measured udp "$1" 1000 "$packets" packet udp_flood; }
tcp_bulk() {
	guest_run a "iperf3 -c $wire_address -n $1M" 180 > /tmp/iperf || return 1
	awk '/sender/ { print $(NF - 1) }' /tmp/iperf > /tmp/retransmitted
}
tcp() {
	measured tcp "$1" 1 "$megabytes" megabyte tcp_bulk
	local code=$?
	rm -f /tmp/retransmitted
	return $code
}
static_address() { bridge fdb add $nobody_mac dev "$@" static; }
joins() {
	flows_setup && vif_join a 127.9.0.1 && vif=vif$(domid a).0 || return 1
	ip netns exec wire iperf3 -s -D
	guest_run a "/usr/bin/ip neigh replace $nobody lladdr $nobody_mac dev eth0 nud permanent" || return 1
	static_address eth0 master 2> /dev/null || static_address xenbr0 via eth0
}

modprobe -a sch_tbf sch_fq_codel 2> /dev/null
check 'guest a starts' guest_create a
senders=$(domid a) receivers=''
for stack in $stacks; do
	check "stack $stack" use_stack "$stack" || exit 1
	stage "$stack"
	check "$stack: a joins" joins
	for discipline in "${disciplines[@]}"; do
		slowed "$discipline"
		check "$stack: UDP into $discipline" udp "$discipline"
		check "$stack: TCP into $discipline" tcp "$discipline"
		tc qdisc del dev eth0 root
	done
	for p in $(pidof iperf3); do kill "$p"; done
	vif_detach a
done
ktap_end
