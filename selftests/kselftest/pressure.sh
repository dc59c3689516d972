# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Under traffic, a guest's CPUs come and go and its interrupts move between them, and dom0 gives its memory away down to
# very little. Afterwards everything flows again, and nobody had to be attached anew. Between the two, d stops taking
# packets, on four vifs of eight queues each, while c sends to all of them by eight queues: little of dom0's memory waits
# for it.
# Cases of docs/security.md: RL-09, RL-10, NB-64
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

rounds=${ROUNDS:-5}
ktap_plan 20

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
moves() { traffic_passes "$1" && guest_run "$1" "move-cpus $rounds" 120 && traffic_passes "$1"; }
check "a's CPU goes and comes $rounds times, its interrupts move" moves a
check "b's CPU goes and comes $rounds times, its interrupts move" moves b
traffic_stop a
traffic_stop b
check 'a <-> b: every byte is right' flow_both a b 127.9.0.1 127.9.0.2

stage 'a receiver that takes nothing'
# Of eight queues each: c sends to four vifs of d's. What docs/security.md says: 512 KiB for each queue of d's, and
# 1 MiB for each of c's. Beside it, what else may move.
queues=8
most=$((4 * queues * 512 + queues * 1024)) noise=6144
four_vifs() {
	local i
	vif_join c 127.9.0.3 && vif_join d 127.9.0.4 || return 1
	[ -d "/sys/class/net/vif$(domid c).0/queues/rx-$((queues - 1))" ] || return 1
	for i in 1 2 3; do
		vif_attach d "mac=00:16:3e:00:0d:0$i,bridge=xenbr0" &&
			wait_for 30 "eth$i" guest_run d "ip link set eth$i up" || return 1
	done
	sleep 1 # the bridge hears of their addresses
}
kept_low() {
	local before least now mac held queues_full=0 q
	sync
	before=$(kib_to_spare) least=$before
	xl pause d
	for mac in "$(mac_of 127.9.0.4)" 00:16:3e:00:0d:0{1,2,3}; do
		guest_run c "flood $mac 127.9.0.9 1486 5000 64 $queues" 60 > /dev/null || { xl unpause d; return 1; }
		now=$(kib_to_spare)
		[ "$now" -ge "$least" ] || least=$now
	done
	xl unpause d
	for q in $(seq 0 $((queues - 1))); do
		[ "$(counter "vif$(domid c).0" q${q}_from_guest_packets)" -lt 100 ] || queues_full=$((queues_full + 1))
	done
	held=$(counter "vif$(domid c).0" from_guest_backed_up)
	echo "c sent by $queues_full queues, and was held back $held times"
	echo "# pinned: $((before - least)) KiB of at most $most" | tee /dev/fd/3
	[ $((before - least)) -le $((most + noise)) ] && [ "$held" -gt 0 ] && [ $queues_full = $queues ]
}
exec 3>&1
echo $queues > /sys/module/ringway_netback/parameters/max_queues
check 'c starts, with eight CPUs' guest_create c vcpus=$queues
check 'd starts, with eight CPUs and our netfront' guest_create d vcpus=$queues kernel=6.12 front=ringway
check 'c joins, and d with four vifs' four_vifs
check "dom0's memory stays within what the document says" kept_low
guest_destroy c; guest_destroy d
check 'a <-> b: every byte is right' flow_both a b 127.9.0.1 127.9.0.2

stage 'memory'
whole=$(kib MemTotal)
little() { [ "$(kib_to_spare)" -lt 120000 ]; }
# Down to 96 MiB that it could still use, for a few seconds.
gives_away() {
	local before
	xenstore-list /vm > /tmp/vm
	before=$(xl list 0 | awk 'NR == 2 { print $3 }')
	xl mem-set 0 $((before - $(kib_to_spare) / 1024 + 96))m
	wait_for 60 'end of the memory' little || { cat /proc/meminfo; return 1; }
	echo "$(kib_to_spare) KiB available"
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
check 'dom0 gives its memory away' eval 'traffic_passes a && traffic_passes b && gives_away'
check 'a and b still reach dom0' eval 'pings a $dom0_address && pings b $dom0_address'
check 'dom0 gets it back' gets_back
traffic_stop a
traffic_stop b
check 'a <-> b: every byte is right' flow_both a b 127.9.0.1 127.9.0.2
check 'no process was killed for lack of memory' eval '! dmesg | grep -i -E "out of memory|oom-kill"'
check 'the kernel is content' splats
ktap_end
