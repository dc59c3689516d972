# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What an administrator may do to a port while packets pass it: rename it, give it to another network namespace (whose
# own bridge it joins, and which goes with the port in it), resize it, watch it, move it from one bridge to another,
# take it, the bridge and the uplink down and up, as the guests do with their ends. After each, packets of both
# guests pass again, the bridges know what is theirs and nothing else, and in the end every byte passes and nothing
# is left.
# Cases of docs/security.md: BR-27, RL-11
. "${0%/*}/ktap.sh"
: "${dom0_address:?}" "${wire_address:?}"

times=${TIMES:-5} # that a port is renamed, resized, moved; four times as often down and up
ktap_plan 26
check 'stack ringway' use_stack ringway || exit 1
check 'uplink and dom0 are on the bridge' flows_setup
check 'a starts' guest_create a || exit 1
check 'b starts, with our netfront' guest_create b front=ringway kernel=6.12 || exit 1
check 'a joins' vif_join a 127.9.0.1
check 'b joins' vif_join b 127.9.0.2
vif_a=vif$(domid a).0 vif_b=vif$(domid b).0
leak_snapshot /tmp/before
# Not so much that no time is left for the changes.
traffic_start a 127.9.0.2 200 4
traffic_start b 127.9.0.1 200 4

# Many changes by one process: on an emulated CPU starting it costs more than what it does.
again() { # TIMES LINES-FOR-IP
	local i
	for ((i = 0; i < $1; i++)); do echo "$2"; done | ip -batch -
}
from_guest() { counter "$1" from_guest_packets; }
# Both guests get on: their packets are taken, and answered.
passing() {
	local v from
	for v in "$vif_a" "$vif_b"; do
		from=$(from_guest "$v")
		wait_for 60 "packets of $v" eval "[ \$(from_guest $v) -gt $((from + 20)) ]" || return 1
	done
	pings a 127.9.0.2
}
is_port_of() { bridge link show dev "$1" | grep -q "master $2 "; } # DEVICE BRIDGE
knows() { bridge fdb show dev "$1" | grep -i "$2" | grep -q "$3"; } # BRIDGE MAC DEVICE
forgot() { ! bridge fdb show dev "$1" | grep -i "$2"; } # BRIDGE MAC
mac_a=$(mac_of 127.9.0.1)

# Linux 6.12 renames a device that is up, 6.1 does not.
renamed() { # FROM TO
	ip link set "$1" name "$2" 2> /dev/null && return
	ip link set "$1" down && ip link set "$1" name "$2" && ip link set "$2" up
}
rename() { printf 'link set %s down\nlink set %s name %s\nlink set %s up' "$1" "$1" "$2" "$2"; }
there_and_back=$(rename "$vif_a" lodger; echo; rename lodger "$vif_a")
check "a port is renamed and renamed back, $times times" again "$times" "$there_and_back"
check 'it is renamed once more' renamed "$vif_a" lodger
known_as_lodger() {
	vif_a=lodger
	passing && is_port_of lodger xenbr0 && knows xenbr0 "$mac_a" lodger &&
		ringway -j vif list a | grep -q '"ifname":"lodger"'
}
check 'packets pass, and all know its new name' known_as_lodger
vif_a=vif$(domid a).0
check 'it has its name again' renamed lodger "$vif_a"

stage 'another network namespace'
ip netns add elsewhere
in_there() { ip netns exec elsewhere "$@"; }
for i in all default; do in_there sysctl -q -w net.ipv4.conf.$i.route_localnet=1; done
goes() { ip link set "$vif_a" netns elsewhere && [ ! -e "/sys/class/net/$vif_a" ] && forgot xenbr0 "$mac_a"; }
comes_back() { ip -n elsewhere link set "$vif_a" netns 1 && ip link set "$vif_a" master xenbr0 up; }
round_trips() {
	local i
	for i in $(seq 3); do goes && comes_back || { echo "round $i"; return 1; }; done
}
check 'a port moves to another namespace and back, three times' round_trips
check 'packets pass' passing
check 'it moves there, and the bridge forgets it' goes
# A bridge of the same name: nothing of one is the other's.
lives_there() {
	ip -n elsewhere link add xenbr0 type brlite && ip -n elsewhere address add 127.9.0.250/24 dev xenbr0 &&
		ip -n elsewhere link set xenbr0 up && ip -n elsewhere link set "$vif_a" master xenbr0 up || return 1
	in_there ping -c 3 -i 0.2 -W 10 127.9.0.1 && pings a 127.9.0.250 || return 1
	! guest_run a 'ping -c 2 -i 0.2 -W 1 127.9.0.2' && forgot xenbr0 "$mac_a" && pings b "$dom0_address"
}
check 'there it is a port of another bridge, and reaches that one only' lives_there
namespace_goes() {
	ip netns del elsewhere && wait_for 60 "$vif_a" test -e "/sys/class/net/$vif_a" && ip link set "$vif_a" master xenbr0 up
}
check 'the namespace goes, and the port comes back' namespace_goes
check 'packets pass' passing

stage 'other sizes, other eyes'
sizes=$(for mtu in 68 65517 576 9000 1500; do
	for v in "$vif_a" "$vif_b"; do
		printf 'link set %s mtu %s\nlink set %s promisc on\nlink set %s promisc off\n' "$v" $mtu "$v" "$v"
	done
done)
for g in a b; do guest_start $g sizes 'change-link sizes 3; cat /sys/class/net/eth0/mtu'; done
check "ports are resized and made promiscuous, $times times" again "$times" "$sizes"
guests_resized() {
	[ "$(guest_wait a sizes 90)" = 1500 ] && [ "$(guest_wait b sizes 90)" = 1500 ] &&
		[ "$(cat "/sys/class/net/$vif_a/mtu")" = 1500 ]
}
check 'the guests resize theirs, too' guests_resized
check 'packets pass' passing

stage 'another bridge'
ip link add xenbr1 type brlite && ip link set xenbr1 up
moves=$(printf 'link set %s master xenbr%d\n' "$vif_a" 1 "$vif_a" 0)
check "a port moves to another bridge and back, $times times" again "$times" "$moves"
both_move() {
	ip link set "$vif_a" master xenbr1 && forgot xenbr0 "$mac_a" && ip link set "$vif_b" master xenbr1 || return 1
	passing && knows xenbr1 "$mac_a" "$vif_a" && forgot xenbr0 "$mac_a" || return 1
	ip link set "$vif_a" master xenbr0 && ip link set "$vif_b" master xenbr0 && forgot xenbr1 "$mac_a" && passing
}
check 'two ports move: packets pass there, and pass again here' both_move
ip link del xenbr1

stage 'down and up'
flaps() { # DEVICE…
	local dev
	for dev in "$@"; do printf 'link set %s down\nlink set %s up\n' "$dev" "$dev"; done
}
for g in a b; do guest_start $g flaps 'change-link flaps 20'; done
# The uplink's driver takes its time for each.
interfaces_flap() {
	again $((times * 4)) "$(flaps "$vif_a" xenbr0 "$vif_b")" && again 3 "$(flaps "$vif_a" eth0 xenbr0 "$vif_b")"
}
check 'vifs, bridge and uplink go down and up, again and again' interfaces_flap
check "so do the guests' ends" eval 'guest_wait a flaps 90 && guest_wait b flaps 90'
check 'packets pass' passing
traffic_stop a
traffic_stop b
every_byte() {
	wait_for 30 'carrier on the uplink' grep -qx 1 /sys/class/net/eth0/carrier || return 1
	flow_both a b 127.9.0.1 127.9.0.2 && flow b wire "$wire_address"
}
check 'every byte passes after all that' every_byte
check 'nothing is left of it' leak_compare /tmp/before
ktap_end
