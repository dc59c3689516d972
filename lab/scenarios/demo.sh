# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # what one file sets, another one reads
#
# What a packet costs: the same two guests and the same traffic, first on stock netback and the Linux
# bridge, then on Ringway. Run with -m icount, where a nanosecond of a domain's CPU time is one
# instruction. One line per measurement goes to the file demo.rows; lab/report.sh makes the table.
. "${0%/*}/ktap.sh"
. /lab/measure.sh

frames=${FRAMES:-60 130 1400}
packets=${PACKETS:-20000}
megabytes=${MEGABYTES:-48}
stacks=${STACKS:-stock ringway}
per_stack=$((4 + $(wc -w <<< "$frames")))
ktap_plan $((2 + $(wc -w <<< "$stacks") * per_stack))

# Every load runs three times: short (warms caches, FDB, rings), short, long. The difference of the last
# two is the cost of the packets alone: what starting and stopping a load costs is in both.

received() { rx_packets u2; }

# row STACK WORKLOAD FRAME PACKETS UNITS FEWER MORE: cost per unit out of two samples
row() { data demo.rows "$1 $2 $3 $4 $(per_unit "$5" "$6" "$7")"; }

flood() { guest_run u1 "flood $(mac_of 127.9.0.2) 127.9.0.2 $1 $2" 120; }
udp() { # STACK FRAME
	local few fewer arrived
	sample flood "$2" 1000 && sample flood "$2" 1000 || return 1
	few=$got fewer=$now
	sample flood "$2" $((packets + 1000)) || return 1
	arrived=$((got - few))
	# Nearly all must have come through, or the figure would be that of dropping.
	[ $arrived -gt $((packets / 2)) ] || { note "only $arrived of $packets packets arrived"; return 1; }
	row "$1" udp "$2" $arrived $arrived "$fewer" "$now"
}

bulk() { guest_run u1 "iperf3 -c 127.9.0.2 -n $1M" 180; }
tcp() { # STACK
	local few fewer
	sample bulk 4 && sample bulk 4 || return 1
	few=$got fewer=$now
	sample bulk $((megabytes + 4)) || return 1
	row "$1" tcp 1514 $((got - few)) "$megabytes" "$fewer" "$now"
}

stage 'guest u1 (sender)'
check 'guest u1 starts' guest_create u1
stage 'guest u2 (receiver)'
check 'guest u2 starts' guest_create u2
senders=$(domid u1) receivers=$(domid u2)
guest_run u2 'iperf3 -s -D' >&2
for stack in $stacks; do
	stage "$stack: modules, bridge, vifs"
	use_stack "$stack" || break
	check "$stack: u1 joins xenbr0" vif_join u1 127.9.0.1
	check "$stack: u2 joins xenbr0" vif_join u2 127.9.0.2
	check "$stack: ping" guest_run u1 'ping -c 3 -W 5 127.9.0.2'
	for frame in $frames; do
		stage "$stack: UDP, frames of $frame bytes"
		check "$stack: UDP $frame" udp "$stack" "$frame"
	done
	stage "$stack: TCP, $megabytes MB"
	check "$stack: TCP" tcp "$stack"
	vif_detach u1
	vif_detach u2
done
ktap_end
