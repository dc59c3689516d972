# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Under traffic, a guest's CPUs come and go and its interrupts move between them, and dom0 gives its memory away down to
# very little. Afterwards everything flows again, and nobody had to be attached anew.
# Cases of docs/security.md: RL-09, RL-10
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

rounds=${ROUNDS:-5}
ktap_plan 15

check 'stack ringway' use_stack ringway || exit 1
echo 2 > /sys/module/ringway_netback/parameters/max_queues
ip address replace $dom0_address/24 dev xenbr0
check 'a starts, with two CPUs' guest_create a vcpus=2 || exit 1
check 'b starts, with two CPUs and our netfront' guest_create b vcpus=2 kernel=6.12 front=ringway || exit 1
check 'a joins' vif_join a 127.9.0.1
check 'b joins' vif_join b 127.9.0.2
has_second_queue() { [ -d "/sys/class/net/vif$(domid "$1").0/queues/rx-1" ]; }
check 'each has two queues' eval 'has_second_queue a && has_second_queue b'

stage 'CPUs'
traffic_start a 127.9.0.2
traffic_start b 127.9.0.1
check "a's CPU goes and comes $rounds times, its interrupts move" guest_run a "move-cpus $rounds" 120
check "b's CPU goes and comes $rounds times, its interrupts move" guest_run b "move-cpus $rounds" 120
traffic_stop a
traffic_stop b
check 'a <-> b: every byte is right' flow_both a b 127.9.0.1 127.9.0.2

stage 'memory'
whole=$(kib MemTotal)
little() { [ "$(kib MemAvailable)" -lt 120000 ]; }
# Down to 96 MiB that it could still use, for a few seconds.
gives_away() {
	local before
	xenstore-list /vm > /tmp/vm
	before=$(xl list 0 | awk 'NR == 2 { print $3 }')
	xl mem-set 0 $((before - $(kib MemAvailable) / 1024 + 96))m
	wait_for 60 'end of the memory' little || { cat /proc/meminfo; return 1; }
	echo "$(kib MemAvailable) KiB available"
	sleep 5
	little
}
gets_back() {
	local v
	xl mem-set 0 "$((whole / 1024 + 64))m"
	# xl keeps a note, which nobody removes.
	for v in $(xenstore-list /vm); do grep -qxF "$v" /tmp/vm || xenstore-rm "/vm/$v"; done
	wait_for 60 'the memory' eval "[ \$(kib MemTotal) -ge $((whole * 9 / 10)) ]" || { cat /proc/meminfo; return 1; }
}
traffic_start a 127.9.0.2
traffic_start b 127.9.0.1
check 'dom0 gives its memory away' gives_away
check 'a and b still reach dom0' eval 'pings a $dom0_address && pings b $dom0_address'
check 'dom0 gets it back' gets_back
traffic_stop a
traffic_stop b
check 'a <-> b: every byte is right' flow_both a b 127.9.0.1 127.9.0.2
check 'no process was killed for lack of memory' eval '! dmesg | grep -i -E "out of memory|oom-kill"'
check 'the kernel is content' splats
ktap_end
