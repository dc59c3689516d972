# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What an administrator takes for granted who knows Linux's bridge: "ip link set … type bridge_slave" does what it says or
# says that it does not; a loop is found by spanning trees elsewhere, and said in the log; who listens on an uplink hears
# its neighbours. Between veth pairs; needs no guest.
. "${0%/*}/ktap.sh"

ktap_plan 30
. "${0%/*}/veths.sh"
counted() { ethtool -S xenbr0 | awk -v name="$1:" '$1 == name { print $2 }'; }
refused() { ! "$@" 2> /tmp/refused; }
by_name() { refused slave "$@" && cat /tmp/refused && grep -q "Error: $1: a brlite bridge" /tmp/refused; }
# send N HEX: a frame that begins so, from namespace N.
send() {
	# shellcheck disable=SC2016 # perl's
	from "$1" perl -e 'socket(S, 17, 3, 0) or die; open(I, "/sys/class/net/eth0/ifindex"); $i = <I>;
		send(S, pack("H*", $ARGV[0]) . "\0" x 46, 0, pack("S n i S C C a8", 17, 0, $i, 0, 0, 6, "")) or die $!' "$2"
}
check 'ports join' ports master xenbr0 up

stage "ip's words for ports"
slave() { ip link set p1 type bridge_slave "$@"; }
shown() { bridge -d link show dev p1 | grep -q "$1"; }
for word in isolated locked; do
	check "$word on" slave $word on
	check 'is in force' shown "$word on"
	check "$word off" slave $word off
done
for word in learning flood mcast_flood bcast_flood; do
	check "$word off, and on" eval "slave $word off && shown '$word off' && slave $word on && shown '$word on'"
done
for word in 'hairpin on' 'neigh_suppress on' 'cost 5' 'state 4'; do
	# shellcheck disable=SC2086
	check "$word is refused by name" by_name $word
done
check 'hairpin off is what it is' slave hairpin off
check 'n1 reaches n2' ping_ok 1 127.9.1.2

stage "neighbours' frames"
mask=/sys/class/net/xenbr0/brlite/group_fwd_mask
arrives() { # HEX
	local before
	before=$(packets_to 2)
	for _ in 1 2 3 4 5 6 7 8 9 10; do send 1 "$1" || return 1; done
	sleep 0.3
	[ $(($(packets_to 2) - before)) -ge 10 ]
}
login=0180c200000300163e000101888e
check 'spanning tree passes' arrives 0180c200000000163e0001010026424203
check '802.1X does not' eval "! arrives $login"
check 'unless group_fwd_mask says so' eval "echo 0x8 > $mask && arrives $login && echo 0 > $mask"
check 'link aggregation is not to be had' eval "! echo 4 2> /dev/null > $mask"
# A socket for LLDP on the port hears it, though untagged frames are in no VLAN and the bridge is down.
hears_lldp() {
	# shellcheck disable=SC2016 # perl's
	perl -e 'socket(S, 17, 3, unpack("S", pack("n", 0x88cc))) or die; open(I, "/sys/class/net/p1/ifindex"); $i = <I>;
		bind(S, pack("S n i S C C a8", 17, 0x88cc, $i, 0, 0, 0, "")) or die $!;
		alarm 10; recv(S, $b, 2000, 0); exit(length($b) ? 0 : 1)' &
	sleep 1
	send 1 0180c200000e00163e00010188cc0201 && wait $!
}
check 'LLDP is heard on the port' hears_lldp
trunk_hears() {
	local code=0
	echo 1 > /sys/class/net/xenbr0/brlite/vlan_filtering && bridge vlan del dev p1 vid 1 && hears_lldp || code=1
	bridge vlan add dev p1 vid 1 pvid untagged && echo 0 > /sys/class/net/xenbr0/brlite/vlan_filtering && return $code
}
check 'without a PVID, too' trunk_hears
down_hears() { ip link set xenbr0 down && hears_lldp && ip link set xenbr0 up; }
check 'with the bridge down, too' down_hears

stage 'loops'
own=$(tr -d : < /sys/class/net/xenbr0/address)
said() { dmesg | grep -q "$1"; }
check 'a frame of our own that comes back is said' eval "send 1 ffffffffffff${own}0806 && said 'port p1 received a frame from .* an address of this host'"
ip link add link xenbr0 name xenbr0.10 type vlan id 10
check 'the bridge is not its own port' refused ip link set xenbr0.10 master xenbr0
ip link del xenbr0.10
ip netns add r
for n in 4 5; do ip link add p$n type veth peer name eth$n netns r; ip link set p$n master xenbr0 up; done
bridged() {
	modprobe bridge && ip -n r link add br0 type bridge stp_state 1 forward_delay 400 hello_time 100 max_age 600 &&
		ip -n r link set eth4 master br0 up && ip -n r link set eth5 master br0 up && ip -n r link set br0 up
}
check 'somebody bridges two ports, with spanning tree' bridged
blocks() { ip -n r -d link show | grep -q 'state blocking'; }
check 'and finds the loop' wait_for 30 'a blocked port' blocks
quiet() {
	local before
	before=$(packets_to 3)
	from 1 ping -c 1 -W 1 127.9.1.99
	sleep 3
	[ $(($(packets_to 3) - before)) -lt 100 ]
}
check 'a broadcast does not go round' quiet
ip netns del r
for n in 1 2 3; do ip link del p$n; ip netns del n$n; done
wait_for 10 'ports to go' eval '[ ! -e /sys/class/net/p4 ]'
rmmod bridge
ktap_end
