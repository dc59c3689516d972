# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Live migration. The target is this same host, because one emulator has no other; the guest, its vif and its netfront
# do what they would do on the way to another host. (The guest is PVH, because Debian's Xen cannot log which pages a
# PV guest writes to.) Both sides send all the time, and the guest uses busy polling. The packets that do not arrive
# tell how long the guest was away: 4.3 s in the emulator, and 5.1 s with STACK=stock; most of it is libxl's work.
# Then the guest is saved and comes back to a backend with one queue and one event channel for both directions, and to
# the first one again.
# Cases of docs/security.md: NF-26, NF-27, RL-05
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

stack=${STACK:-ringway}
fronts=${FRONTS:-stock ringway}
moves=${MOVES:-1}
rate=100 # datagrams a second, both ways
# Of a few bytes and of a whole frame in turn: netfront's copying of either is under way when the guest moves.
sizes=100-1400+1300
address=127.9.0.1
ktap_plan $((1 + $(wc -w <<< "$fronts") * 16))
case $stack in stock) driver=xen_netback policy= ;; *) driver=ringway_netback policy=rate=100MB/s,ip=$address ;; esac

check "stack $stack" use_stack "$stack" || exit 1
ip address replace $dom0_address/24 dev xenbr0
default_queues=$(cat /sys/module/$driver/parameters/max_queues)
backend_is() {
	echo "$1" > /sys/module/$driver/parameters/max_queues &&
		echo "$2" > /sys/module/$driver/parameters/separate_tx_rx_irq
}

# Answers are no longer asked for while nobody answers: the neighbour stays.
meters_start() {
	ip neighbour replace $address lladdr "$(mac_of $address)" dev xenbr0
	vstream recv udp 5003 -i 8 -l 100 -t 300 -w 60 > /tmp/received 2>&1 &
	receiver=$!
	guest_start a recv "vstream recv udp 5003 -i 7 -l 100 -t 300 -w 60" || return 1
	guest_start a send "vstream send udp $dom0_address 5003 -i 8 -n 100000 -r $rate -s $sizes -b 1 -t 300" || return 1
	vstream send udp $address 5003 -i 7 -n 100000 -r $rate -s $sizes -b 1 -t 300 > /tmp/sent 2>&1 &
	sender=$!
	sleep 2
}
moves() {
	local n began
	for ((n = 1; n <= moves; n++)); do
		stage "move $n"
		began=$SECONDS
		timeout 240 xl migrate -s '' a 'xl migrate-receive' || return 1
		echo "move $n: $((SECONDS - began)) s" >> /tmp/moves
		sleep 2
	done
}
lost_of() { sed -n 's/.*"expected":\([0-9]*\),"lost":\([0-9]*\),.*"corrupt":0.*/\2 of \1/p' "$1"; }
# While the guest is away, what is sent to it is lost; what it would send is not sent.
meters_end() {
	local to from
	kill -USR1 $sender && wait $sender && guest_run a 'killall -USR1 vstream' &&
		guest_wait a send 10 && wait $receiver || {
		cat /tmp/sent /tmp/received
		return 1
	}
	guest_wait a recv 90 > /tmp/meter
	cat /tmp/meter /tmp/received
	to=$(lost_of /tmp/meter) from=$(lost_of /tmp/received)
	# No move takes as long as half a stream.
	[ -n "$to" ] && [ $((${to% of*} * 2)) -lt "${to#* of }" ] || return 1
	[ -n "$from" ] && [ $((${from% of*} * 2)) -lt "${from#* of }" ] || return 1
	echo "to the guest: $to lost, $((${to% of*} * 1000 / rate / moves)) ms each time; from it: $from lost" >> /tmp/moves
}
maps() { case $stack-$front in ringway-ringway) echo yes ;; *) echo no ;; esac }
queues() { ls -d "/sys/class/net/vif$(domid a).0/queues/rx-"* | wc -l; }
interrupts() { grep -c "vif$(domid a)\.0-q" /proc/interrupts; }
comes_back() { # QUEUES INTERRUPTS
	timeout 90 xl save a /tmp/a.save && timeout 90 xl restore /tmp/a.save || return 1
	rm -f /tmp/a.save
	wait_for 20 'the queues' eval "[ \$(queues) = $1 ] && [ \$(interrupts) = $2 ]" || {
		echo "$(queues) queues, $(interrupts) interrupts"
		return 1
	}
}

# A lock cannot move along: on one host, the old vif and the new one would be locked to the same address.
came_along() {
	[ -n "$policy" ] || return 0
	ringway vif show a 0 > /tmp/came_along
	cat /tmp/came_along
	grep -qE '^ +rate .* 5000000,50000$' /tmp/came_along && grep -qx " *policy ip=$address" /tmp/came_along
}

for front in $fronts; do
	: > /tmp/moves
	check "$front: two queues" backend_is 2 Y
	check "$front: the guest starts" guest_create a front="$front" type=pvh memory=160 vcpus=2
	check "$front: it has its link" eval \
		'vif_join a $address && guest_run a "sysctl -w net.core.busy_poll=50 net.core.busy_read=50"'
	check "$front: both queues, two interrupts each" eval '[ $(queues) = 2 ] && [ $(interrupts) = 4 ]'
	check "$front: both sides send" meters_start
	check "$front: its buffers are mapped if both ends are ours" mapped_if a "$(maps)"
	check "$front: migrates $moves times under traffic" moves
	check "$front: the streams go on" meters_end
	sed 's/^/# /' /tmp/moves
	check "$front: traffic passes after it" flow_both a dom0 $address $dom0_address
	check "$front: mapped anew" mapped_if a "$(maps)"
	check "$front: another vif, with rate and addresses" eval 'vif_detach a && vif_join a $address $policy'
	check "$front: one queue and one event channel" backend_is 1 N
	check "$front: comes back to it" comes_back 1 1
	check "$front: and to two" eval 'backend_is 2 Y && comes_back 2 4'
	check "$front: with the rate and the addresses of its attach" came_along
	check "$front: traffic passes after both" flow_both a dom0 $address $dom0_address
	guest_destroy a
done
backend_is "$default_queues" Y
ktap_end
