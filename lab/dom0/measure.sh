# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # what one file sets, another one reads
# What a load costs, in CPU time of dom0 and of guests, for scenarios run with -m icount: there a nanosecond of a
# domain's CPU time is one instruction.
#
#   senders=ID… receivers=ID…            the guests whose cost is added up; either may be empty
#   received() { … }                     prints how many packets have reached the far end so far
#   sample COMMAND…                      now="dom0 senders receivers" and got=packets, both as growth
#   per_unit UNITS FEWER MORE            two such results -> cost per unit, "dom0 senders receivers"
#
# A load's command may return while its last packets are still under way, so each sample waits before it reads the
# CPU time, and always for the same time: to ask a guest what has arrived costs dom0 more than a hundred packets, and the
# longer of two runs would ask more often. That nothing was under way any more is asked afterwards;
# a few are neighbours' questions.
#
# With MODEL=1 each sample is between marks too, for the model of caches (lab/profile/plugin.c); `marks` counts them.
#
# A load runs short, to warm caches, tables and rings, then in pairs of a short and a long run. The difference of the
# two is the cost of the packets alone: what starting and stopping a load costs is in both.

rx_packets() { guest_run "$1" 'cat /sys/class/net/eth0/statistics/rx_packets'; } # GUEST

# shellcheck disable=SC2086 # the ids are words
cpu_of_all() { cputime 0 $senders $receivers; }

marks=0
mark_if() { [ -z "${MODEL:-}" ] || mark "$1"; }
sample() {
	local from to before after later
	from=$(received) && before=$(cpu_of_all) && mark_if start && "$@" >&2 && sleep 0.3 && mark_if stop &&
		after=$(cpu_of_all) && to=$(received) || return 1
	marks=$((marks + 1))
	sleep 0.1
	later=$(received) && [ $((later - to)) -le 4 ] || { note "still under way after $*: $to, then $later"; return 1; }
	got=$((to - from))
	now=$(awk -v s="$(wc -w <<< "$senders")" '{
		n = NF / 2
		for (i = 1; i <= n; i++) cost[i == 1 ? 1 : i <= 1 + s ? 2 : 3] += $(n + i) - $i
		printf "%d %d %d", cost[1], cost[2], cost[3]
	}' <<< "$before $after")
}

per_unit() { awk -v n="$1" '{ for (i = 1; i <= 3; i++) printf "%.0f%s", ($(i + 3) - $i) / n, i < 3 ? " " : "" }' <<< "$2 $3"; }
