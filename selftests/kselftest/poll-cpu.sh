# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Netback's thread that waits for events in the hypervisor (poll_cpu=): packets come without interrupts, other programs of
# that CPU get their time, vifs and the module come and go.
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"
ktap_plan 21

insmod /lab/modules/bridge-lite.ko
refused() { # VALUE
	! insmod /lab/modules/ringway-netback.ko "poll_cpu=$1" 2> /dev/null && dmesg | grep "poll_cpu=$1: no such CPU is online here"
}
check 'a CPU that is not there is refused by its number' refused 99
check 'and so is one below none' refused -2
rmmod bridge_lite
export NETBACK=poll_cpu=0
check 'stack ringway, with a thread' use_stack ringway || exit 1
threads() { cat /proc/[0-9]*/comm 2> /dev/null | grep -x ringway_poll/0; }
check 'it is there' threads
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
check 'a starts' guest_create a || exit 1
check 'b starts, with our netfront' guest_create b front=ringway || exit 1
check 'both join' eval 'vif_join a 127.9.0.1 && vif_join b 127.9.0.2'
check 'every byte arrives, from a to b and back' flow_both a b 127.9.0.1 127.9.0.2
check 'and between dom0 and a' flow_both dom0 a "$dom0_address" 127.9.0.1

interrupts() { awk -v dev="$1" '$NF ~ "^" dev "-q" { n += $2 } END { print n + 0 }' /proc/interrupts; }
# Packets alone, while nobody else in dom0 wants the CPU: a poll of dom0's own (the shell's sleep) may cost a few.
without_interrupts() {
	local vif from count
	vif=vif$(domid a).0
	from=$(interrupts "$vif") count=$(counter "$vif" from_guest_events)
	guest_run a "vstream send udp 127.9.0.2 5009 -n 1000 -s 64 -r 500" 60 > /dev/null || return 1
	echo "$(($(interrupts "$vif") - from)) interrupts, $(($(counter "$vif" from_guest_events) - count)) events"
	[ $(($(counter "$vif" from_guest_events) - count)) -gt $((4 * ($(interrupts "$vif") - from))) ]
}
check 'of the events of 1 000 packets alone, three quarters bring no interrupt' without_interrupts

# How long a program and the thread had the CPU, in three seconds in which the program wanted all of it, under packets.
ran() { cut -d ' ' -f 1 "/proc/$1/schedstat"; } # ns
thread() { grep -lx ringway_poll/0 /proc/[0-9]*/comm | cut -d / -f 3; }
got_its_time() {
	local hog pid from of
	guest_start a stream "vstream send udp 127.9.0.2 5009 -n 2400 -s 64 -r 400"
	pid=$(thread)
	(while :; do :; done) &
	hog=$!
	sleep 1
	from=$(ran $hog) of=$(ran "$pid")
	sleep 3
	from=$(($(ran $hog) - from)) of=$(($(ran "$pid") - of))
	kill $hog
	echo "a program ran $((from / 1000)) us, the thread $((of / 1000)) us"
	guest_wait a stream 60 && [ "$from" -gt $((4 * of)) ] && [ "$from" -gt 1000000 ]
}
check 'a program of dom0 that wants the CPU gets it, under packets' got_its_time
heard_beside() {
	local hog
	(while :; do :; done) &
	hog=$!
	pings_lose_none b 50 0.05 127.9.0.1
	local code=$?
	kill $hog
	return $code
}
check 'pings between guests lose none while a program of dom0 takes all it gets' heard_beside

come_and_go() {
	for _ in 1 2 3 4 5 6; do
		vif_detach a && [ ! -e "/sys/class/net/vif$(domid a).0" ] && vif_join a 127.9.0.1 || return 1
		guest_run a 'ping -c 2 -W 5 127.9.0.2' > /dev/null || return 1
	done
}
check 'a vif comes and goes, six times' come_and_go
check 'the device goes down and up' eval 'ip link set "vif$(domid a).0" down && ip link set "vif$(domid a).0" up'
check 'and passes packets' pings_lose_none a 5 0.2 127.9.0.2
traffic_start a 127.9.0.2
check 'a guest is destroyed under traffic' eval "guest_run b 'passes eth0 0 200 20' && guest_destroy b"
check 'the other one is heard' pings_lose_none a 5 0.2 "$dom0_address"
check 'it leaves' vif_detach a
check 'the module goes' wait_for 20 'module without a user' stack_remove
check 'and its thread with it' eval '! threads'
destroy_all
ktap_end
