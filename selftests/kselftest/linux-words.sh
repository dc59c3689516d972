# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What an administrator takes for granted who knows Linux's bridge: "ip link set … type bridge_slave" does what it says or
# says that it does not; a loop is found by spanning trees elsewhere, and said in the log; who listens on an uplink hears
# its neighbours. Between veth pairs; needs no guest.
# Cases of docs/security.md: BR-22
. "${0%/*}/ktap.sh"

ktap_plan 64
: "${dom0_address:?}" "${wire_address:?}"
. "${0%/*}/veths.sh"
counted() { ethtool -S xenbr0 | awk -v name="$1:" '$1 == name { print $2 }'; }
refused() { ! "$@" 2> /tmp/refused; }
by_name() { refused slave "$@" && cat /tmp/refused && grep -q "Error: $1: a brlite bridge" /tmp/refused; }
# send N HEX [TIMES]: a frame that begins so, from namespace N.
send() {
	# shellcheck disable=SC2016 # perl's
	from "$1" perl -e 'socket(S, 17, 3, 0) or die; open(I, "/sys/class/net/eth0/ifindex"); $i = <I>;
		for (1 .. $ARGV[1]) {
			send(S, pack("H*", $ARGV[0]) . "\0" x 46, 0, pack("S n i S C C a8", 17, 0, $i, 0, 0, 6, "")) or die $!
		}' "$2" "${3:-1}"
}
misses() { ! from 1 ping -c 1 -W 1 127.9.1.2 > /dev/null; }
check 'ports join' ports master xenbr0 up

stage "ip's words for ports"
slave() { ip link set p1 type bridge_slave "$@"; }
shown() { bridge -d link show dev p1 | grep -q "$1"; }
for word in isolated locked neigh_suppress; do
	check "$word on" slave $word on
	check 'is in force' shown "$word on"
	check "$word off" slave $word off
done
for word in learning flood mcast_flood bcast_flood; do
	check "$word off, and on" eval "slave $word off && shown '$word off' && slave $word on && shown '$word on'"
done
for word in 'hairpin on' 'mcast_to_unicast on' 'cost 5'; do
	# shellcheck disable=SC2086
	check "$word is refused by name" by_name $word
done
check 'hairpin off is what it is' slave hairpin off
check 'n1 reaches n2' ping_ok 1 127.9.1.2

stage "brctl's words, which Xen's script vif-bridge says where bridge-utils is installed"
# brctl addif|delif BRIDGE DEVICE: its second try, the device's own ioctl.
brctl() {
	local what=4
	[ "$1" = addif ] || what=5
	perl -e '($what, $bridge, $port) = @ARGV; socket(S, 2, 2, 0) or die;
		$args = pack("L!4", $what, $port, 0, 0);
		ioctl(S, 0x89f0, pack("a16 P x16", $bridge, $args)) or die "$!\n"' $what "$2" "$(cat "/sys/class/net/$3/ifindex")"
}
gone() { brctl delif xenbr0 p1 && [ ! -e /sys/class/net/p1/master ] && misses; }
check 'delif takes a port away' gone
back() { brctl addif xenbr0 p1 && ping_ok 1 127.9.1.2; }
check 'addif makes it one' back
twice() { refused brctl addif xenbr0 p1 && grep -q 'busy' /tmp/refused && refused brctl delif xenbr0 lo && ping_ok 1 127.9.1.2; }
check 'a port of a bridge is refused, and what is none as well' twice

stage "a spanning tree of this host's"
state_is() { bridge link show dev p1 | grep -q "state $1"; }
check 'state 4 blocks the port' eval 'bridge link set dev p1 state 4 && state_is blocking && misses'
learns() { bridge link set dev p1 state 2 && misses && bridge fdb show dev xenbr0 | grep -q 'via p1'; }
check 'state 2 learns, and passes nothing' learns
check 'state 3 lets it pass' eval 'bridge link set dev p1 state 3 && state_is forwarding && ping_ok 1 127.9.1.2'
check 'state 5 is refused' eval 'refused slave state 5 && grep -q "Error: state: must be 0" /tmp/refused'
stp=/sys/class/net/xenbr0/brlite/stp_state
blocks_at_first() {
	echo 1 > $stp && ip link set p1 nomaster && ip link set p1 master xenbr0 && state_is blocking && misses &&
		bridge link set dev p1 state 3 && ping_ok 1 127.9.1.2
}
check 'who joins while somebody has the tree is blocked until told otherwise' blocks_at_first
echo 0 > $stp

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
# A socket for the protocol on the port hears the frame, though untagged ones are in no VLAN and the bridge is down.
hears() { # PROTOCOL FRAME
	# shellcheck disable=SC2016 # perl's
	perl -e '$p = oct(shift); socket(S, 17, 3, unpack("S", pack("n", $p))) or die; open(I, "/sys/class/net/p1/ifindex"); $i = <I>;
		bind(S, pack("S n i S C C a8", 17, $p, $i, 0, 0, 0, "")) or die $!;
		alarm 10; recv(S, $b, 2000, 0); exit(length($b) ? 0 : 1)' "$1" &
	sleep 1
	send 1 "$2" && wait $!
}
hears_lldp() { hears 0x88cc 0180c200000e00163e00010188cc0201; }
hears_bpdu() { hears 4 0180c200000000163e0001010026424203; } # an LLC frame: ETH_P_802_2
check 'LLDP is heard on the port' hears_lldp
bpdu_stays() { echo 1 > $stp && ! arrives 0180c200000000163e0001010026424203 && hears_bpdu; }
check 'with somebody who has the tree, its frames stay, and are heard' bpdu_stays
check 'on a blocked port, too' eval 'bridge link set dev p1 state 4 && hears_bpdu'
check 'and without one' eval 'echo 0 > $stp && bridge link set dev p1 state 4 && hears_bpdu && bridge link set dev p1 state 3'
trunk_hears() {
	local code=0
	echo 1 > /sys/class/net/xenbr0/brlite/vlan_filtering && bridge vlan del dev p1 vid 1 && hears_lldp || code=1
	bridge vlan add dev p1 vid 1 pvid untagged && echo 0 > /sys/class/net/xenbr0/brlite/vlan_filtering && return $code
}
check 'without a PVID, too' trunk_hears
down_hears() { ip link set xenbr0 down && hears_lldp && ip link set xenbr0 up; }
check 'with the bridge down, too' down_hears

warns() { modprobe br_netfilter && ip link add xenbr9 type brlite 2>&1 | grep -q '^Warning: .*br_netfilter' && ip link del xenbr9; }
check 'who filters bridged packets is told that nothing is filtered here' warns
rmmod br_netfilter bridge

stage 'VLANs'
filtering=/sys/class/net/xenbr0/brlite/vlan_filtering
all_vlans() {
	bridge vlan add dev p1 vid 2-4094 && bridge vlan show > /tmp/vlans && grep -q '^p3' /tmp/vlans &&
		grep -q '4094$' /tmp/vlans && bridge vlan del dev p1 vid 2-4094
}
check 'a port in all VLANs ends no dump' all_vlans
default_pvid() {
	echo 5 > /sys/class/net/xenbr0/brlite/default_pvid && echo 1 > $filtering &&
		bridge vlan show dev p2 | grep -q '5 PVID Egress Untagged' && ping_ok 1 127.9.1.2
}
check 'the default VLAN is another one' default_pvid
trunk_alone() {
	echo 0 > /sys/class/net/xenbr0/brlite/default_pvid && ! bridge vlan show dev p2 | grep -q PVID && misses
}
check 'or none' trunk_alone
service_tags() {
	echo 1 > /sys/class/net/xenbr0/brlite/default_pvid && echo 0x88a8 > /sys/class/net/xenbr0/brlite/vlan_protocol &&
		ping_ok 1 127.9.1.2 && bridge vlan add dev p2 vid 7 && bridge vlan add dev p1 vid 7 pvid untagged || return 1
	# What p1 has untagged leaves p2 with a service tag.
	from 2 tcpdump -Z root -e -l -n -i eth0 > /tmp/tagged 2> /dev/null &
	sleep 1
	from 1 ping -c 3 -i 0.3 -W 1 127.9.1.2
	wait_for 5 'a tag' grep -q '0x88a8.*vlan 7' /tmp/tagged
}
check 'service tags count where they shall' service_tags
kill $! 2> /dev/null
plain_again() {
	bridge vlan add dev p1 vid 1 pvid untagged && bridge vlan del dev p1 vid 7 && bridge vlan del dev p2 vid 7 &&
		echo 0x8100 > /sys/class/net/xenbr0/brlite/vlan_protocol && echo 0 > $filtering && ping_ok 1 127.9.1.2
}
check 'all is as before' plain_again

stage 'who listens'
rm -f /tmp/told
bridge monitor >> /tmp/told & monitor=$!
sleep 1
told() { wait_for 5 "$1" grep -Eq "$1" /tmp/told; }
learned() { bridge fdb show dev xenbr0 | grep -q 'via p[123] self *$'; }
check 'fdb flush forgets' eval 'ping_ok 1 127.9.1.2 && learned && bridge fdb flush dev xenbr0 && ! learned'
check 'that is told' told 'Deleted 00:16:3e:00:01:01 dev p1 master xenbr0'
check 'so is what is learned' eval 'ping_ok 1 127.9.1.2 && told "^00:16:3e:00:01:02 dev p2 master xenbr0"'
check 'and a setting' eval 'bridge link set dev p3 state 4 && told "p3.*state blocking" && bridge link set dev p3 state 3'
moves() { : > /tmp/told; send 3 ffffffffffff00163e0001010806 && told '^00:16:3e:00:01:01 dev p3 master xenbr0'; }
check 'and a station that moves' moves
joins_vlan() { : > /tmp/told; bridge vlan add dev p3 vid 9 && told ' p3: .*master xenbr0' && bridge vlan del dev p3 vid 9; }
check 'and a VLAN' joins_vlan
ages() {
	: > /tmp/told
	ringway bridge set xenbr0 ageing_time=1 || return 1
	wait_for 20 'what aged' grep -q 'Deleted 00:16:3e:00:01:02 dev p2 master xenbr0' /tmp/told || return 1
	ringway bridge set xenbr0 ageing_time=300 && ping_ok 1 127.9.1.2
}
check 'and what has aged' ages
extern() {
	bridge fdb add 00:16:3e:00:04:01 dev xenbr0 via p3 dynamic extern_learn &&
		bridge fdb show dev xenbr0 | grep -q '00:16:3e:00:04:01.*extern_learn' && told '00:16:3e:00:04:01 dev p3.*extern_learn'
}
check 'what somebody else learned is taken' extern
check 'conditions of a flush are refused' eval '! bridge fdb flush dev xenbr0 vlan 5 2> /dev/null'
kill $monitor
# By the NIC: from 6.12 on, Linux has no netpoll for veth devices. Before, a veth warns of the frames of netpoll's that it
# carries. So the bridge hears first where the receiver is, and floods nothing.
check 'a NIC becomes a port' flows_setup
by_netconsole() {
	ip netns exec wire ping -c 1 -W 5 "$dom0_address" > /dev/null || return 1
	# shellcheck disable=SC2016 # perl's
	ip netns exec wire perl -e 'socket(S, 2, 2, 17) or die; bind(S, pack("S n a4 x8", 2, 6666, "\0\0\0\0")) or die $!; alarm 20;
		do { recv(S, $b, 2000, 0) } until $b =~ /over the bridge/' &
	modprobe netconsole "netconsole=6665@$dom0_address/xenbr0,6666@$wire_address/$wire_mac" || return 1
	sleep 1
	for _ in 1 2 3; do echo '<1>told over the bridge' > /dev/kmsg; done
	wait $!
}
wire_mac=$(ip netns exec wire cat /sys/class/net/eth1/address)
check 'netconsole works over the bridge' by_netconsole
late_port() { ip link set eth0 nomaster && ip link set eth0 master xenbr0 && by_netconsole_again; }
by_netconsole_again() { rmmod netconsole && by_netconsole; }
check 'and goes with a port that leaves and comes back' late_port
check 'it is over' rmmod netconsole
ip link set eth0 nomaster
ip address del $dom0_address/24 dev xenbr0

stage 'loops'
own=$(tr -d : < /sys/class/net/xenbr0/address)
said() { dmesg | grep -q "$1"; }
check 'a frame of our own that comes back is said' eval "send 1 ffffffffffff${own}0806 && said 'port p1 received a frame from .* an address of this host'"
loops() { for _ in $(seq 3); do send 1 "ffffffffffff${own}0806" 40 || return 1; done; }
check 'many in a second are a loop, and counted' eval 'loops && wait_for 5 "the loop" eval "[ \$(counted loop_seen) -gt 0 ]"'
loop_shuts() {
	# In a second that has not had its loop yet.
	echo 6 > /sys/class/net/p1/brlite_port/loop_block && sleep 1 && loops && wait_for 3 'p1 to shut' state_is blocking &&
		said 'port p1 is shut for 6 s' && wait_for 12 'p1 to open' state_is forwarding && ping_ok 1 127.9.1.2
}
check 'which shuts the port for a while, if asked for' loop_shuts
modprobe 8021q && ip link add link xenbr0 name xenbr0.10 type vlan id 10
check 'the bridge is not its own port' eval '[ -e /sys/class/net/xenbr0.10 ] && refused ip link set xenbr0.10 master xenbr0'
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
