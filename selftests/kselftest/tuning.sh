# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What an administrator can tune on a vif (ethtool -C), what a flooding guest may not take from others, and how flows
# are spread over a guest's queues.
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

# shellcheck disable=SC2016 # check runs what it is given in this shell: eval is meant
front=${FRONT:-stock}
ktap_plan 25

events() { awk -v dev="$1" '$NF ~ "^" dev "-q" { n += $2 } END { print n + 0 }' /proc/interrupts; }
shows() { ethtool -c "$1" | grep -qE "^$2:[[:space:]]*$3$"; } # DEV NAME VALUE

# Says no, and says why. The message is the extended acknowledgement's, which ethtool prints.
says_no() { # TEXT COMMAND…
	local text=$1 said
	shift
	said=$("$@" 2>&1) && { echo "accepted: $*"; return 1; }
	grep -q -- "$text" <<< "$said" || { echo "said: $said"; return 1; }
}

# Events that 1 000 datagrams at 500/s cost dom0 at the sender's vif.
paced_events() {
	local from
	from=$(events "$vif")
	guest_run a "vstream send udp 127.9.0.2 5009 -n 1000 -s 64 -r 500" 60 > /dev/null || return 1
	echo $(($(events "$vif") - from))
}

few_events() {
	local with without
	ethtool -C "$vif" rx-usecs 0 rx-frames 0 && without=$(paced_events) || return 1
	ethtool -C "$vif" rx-usecs 10000 rx-frames 64 && with=$(paced_events) || return 1
	echo "events for 1 000 datagrams: $without, coalesced $with"
	[ "$((with * 2))" -lt "$without" ]
}

check 'stack ringway' use_stack ringway || exit 1
for g in a b c; do check "guest $g starts" guest_create $g front="$front"; done
check 'three guests join' eval 'vif_join a 127.9.0.1 && vif_join b 127.9.0.2 && vif_join c 127.9.0.3'
vif=vif$(domid a).0
check 'nothing is coalesced by default' shows "$vif" rx-usecs 0
check 'ethtool -C is kept' eval 'ethtool -C "$vif" rx-usecs 200 rx-frames 16 tx-usecs 50 tx-frames 8 &&
	shows "$vif" rx-usecs 200 && shows "$vif" rx-frames 16 && shows "$vif" tx-usecs 50 && shows "$vif" tx-frames 8'
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
check 'traffic passes with it' flow_both a b 127.9.0.1 127.9.0.2
check 'a number of frames without a time is refused' says_no 'need usecs' ethtool -C "$vif" rx-usecs 0 rx-frames 8
check 'too long a time is refused' says_no 'at most 10000' ethtool -C "$vif" rx-usecs 10001
check 'too many frames are refused' says_no 'half a ring' ethtool -C "$vif" rx-frames 129
check 'what was refused changed nothing' shows "$vif" rx-usecs 200
check 'a paced stream costs less than half the events' few_events
check 'and it is switched off again' ethtool -C "$vif" rx-usecs 0 rx-frames 0 tx-usecs 0 tx-frames 0

# a floods c without a pause; b asks dom0 meanwhile. (What both want to c would be c's queue to share.)
guest_start a flood "flood $(mac_of 127.9.0.3) 127.9.0.3 60 50000"
check "nothing of b is lost while a floods" pings_lose_none b 200 0.02 "$dom0_address"
check 'the flood comes to its end' guest_wait a flood 120
forwarded() { [ $(($(counter "$vif" from_guest_direct) + $(counter "$vif" from_guest_skb_forward))) -ge 50000 ]; }
check 'and all of it was forwarded' forwarded

# --- a receiver with eight queues ---------------------------------------------------------------------------
default_queues=$(cat /sys/module/ringway_netback/parameters/max_queues)
echo 8 > /sys/module/ringway_netback/parameters/max_queues
check 'guest d starts, with eight CPUs' guest_create d front="$front" vcpus=8
eight_queues() { vif_join d 127.9.0.4 && [ -d "/sys/class/net/vif$(domid d).0/queues/rx-7" ]; }
check 'and joins with eight queues' eight_queues
echo "$default_queues" > /sys/module/ringway_netback/parameters/max_queues
to=vif$(domid d).0

in_queues() { for q in 0 1 2 3 4 5 6 7; do counter "$to" q${q}_to_guest_packets; done; }
# spreads COMMAND…: what it sends to d gets into each of its queues.
spreads() {
	local before after code=0 q
	mapfile -t before < <(in_queues)
	"$@" || return 1
	sleep 0.5
	mapfile -t after < <(in_queues)
	for q in 0 1 2 3 4 5 6 7; do
		echo "queue $q: $((after[q] - before[q])) packets"
		[ $((after[q] - before[q])) -ge 3 ] || code=1
	done
	return $code
}
many_flows() { guest_run a "flood $(mac_of 127.9.0.4) 127.9.0.4 200 20000 64" 60; }
from_dom0() { for _ in $(seq 200); do echo flow > /dev/udp/127.9.0.4/9 || return 1; done; }
directly() { # COMMAND…: and not by way of the device's queue
	local direct queue
	direct=$(counter "$vif" from_guest_direct) queue=$(counter "$vif" from_guest_why_peer_queue)
	"$@" || return 1
	echo "direct: $(($(counter "$vif" from_guest_direct) - direct))," \
		"for the queue: $(($(counter "$vif" from_guest_why_peer_queue) - queue))"
	[ $(($(counter "$vif" from_guest_direct) - direct)) -gt 2000 ] &&
		[ "$(counter "$vif" from_guest_why_peer_queue)" = "$queue" ]
}
check "many flows of a's one queue get into each of d's, directly" spreads directly many_flows
check 'so do those of dom0' spreads from_dom0

was_default=$(sysctl -n net.core.default_qdisc)
# Disciplines that never say that they may be passed by: as the default they have nothing to say while they are empty.
default_discipline() {
	modprobe "sch_$1" && sysctl -q -w net.core.default_qdisc="$1" && tc qdisc add dev "$to" root handle 7: pfifo &&
		tc qdisc del dev "$to" root && tc qdisc show dev "$to" | grep -q "^qdisc $1 "
}
check 'with fq as the default discipline, packets go directly' eval 'default_discipline fq && directly many_flows'
check 'with cake, too' eval 'default_discipline cake && directly many_flows'
# A cake takes a MiB for each device that is made with it.
check 'the default is what it was' sysctl -q -w net.core.default_qdisc="$was_default"
ktap_end
