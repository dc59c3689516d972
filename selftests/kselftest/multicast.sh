# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Who wants a multicast group gets it, and nobody else, once somebody asks: here the bridge does. Between namespaces, as
# skbs, and between guests, whose frames go from ring to ring.
. "${0%/*}/ktap.sh"

ktap_plan 23
. "${0%/*}/veths.sh"
group=239.1.2.3 other=239.4.5.6
brlite=/sys/class/net/xenbr0/brlite
member() { grep -q "^$1 $2 " $brlite/mdb; }
in_mdb() { bridge -d -s mdb show dev xenbr0 | tee /dev/stderr | grep -q "port $1 grp $2 "; } # PORT GROUP
routes() { local n; for n in 1 2 3; do ip -n n$n route add 239.0.0.0/8 dev eth0 || return 1; done; }
# reaches GROUP PORTS: 50 datagrams from n2 come to these of p1 and p3, and not to the other.
reaches() {
	local n before=() code=0
	for n in 1 3; do before[n]=$(packets_to $n); done
	from 2 netload send "$1" 50 200 || return 1
	for n in 1 3; do
		echo "$1: $(($(packets_to $n) - before[n])) packets to p$n"
		case " $2 " in
		*" p$n "*) [ $(($(packets_to $n) - before[n])) -ge 50 ] || code=1 ;;
		*) [ $(($(packets_to $n) - before[n])) -lt 50 ] || code=1 ;;
		esac
	done
	return $code
}

check 'ports join' ports master xenbr0 up
check 'ways to groups' routes
check 'members are told apart if asked for' eval "echo 1 > $brlite/multicast_snooping && [ \$(cat $brlite/multicast_snooping)\$(cat $brlite/multicast_querier) = 10 ]"
ip netns exec n1 netload join $group 300 & # and not from(): what is killed later must be netload itself
joined=$!
check 'n1 is a member' wait_for 5 'the report' member p1 $group
check 'while nobody asks, all get it' reaches $group 'p1 p3'
check 'the bridge asks' eval "echo 1 > $brlite/multicast_querier"
check 'then n1 alone gets it' wait_for 25 'answers' reaches $group p1
check 'and nobody what nobody wants' reaches $other ''
case $(uname -r) in
6.1.*) skip 'bridge mdb shows it' 'this kernel asks its own bridge alone' ;;
*) check 'bridge mdb shows it' in_mdb p1 $group ;;
esac

stage 'members by hand'
check 'p3 becomes one' eval "echo 'add p3 $other' > $brlite/mdb"
check 'it gets the group' reaches $other p3
check 'no member twice' eval "! echo 'add p3 $other' > $brlite/mdb"
check 'it is none any more' eval "echo 'del p3 $other' > $brlite/mdb && reaches $other ''"
check 'who is for all hosts gets no members' eval "! echo 'add p3 224.0.0.5' > $brlite/mdb"
check 'a router gets everything' eval "bridge link set dev p3 mcast_router 2 && reaches $group 'p1 p3' && reaches $other p3"
check 'and where there is none, not' eval "bridge link set dev p3 mcast_router 1 && reaches $group p1"

stage 'guests'
three() { guest_create a && guest_create b && guest_create c && vif_join a 127.9.0.1 && vif_join b 127.9.0.2 && vif_join c 127.9.0.3; }
check 'three guests start and join' three || exit 1
received() { guest_run "$1" 'cat /sys/class/net/eth0/statistics/rx_packets'; }
between_guests() {
	local b c code=0
	b=$(received b) c=$(received c)
	guest_run a "netload send $other 200 1400" || return 1
	sleep 1
	b=$(($(received b) - b)) c=$(($(received c) - c))
	echo "$b packets to b, $c to c"
	[ $b -ge 200 ] && [ $c -lt 200 ]
}
vif_a=vif$(domid a).0 vif_b=vif$(domid b).0
guest_run a '/usr/bin/ip route add 239.0.0.0/8 dev eth0'
guest_start b join "netload join $other 300"
check 'b is a member' wait_for 10 'the report' member "$vif_b" $other
check 'b alone gets the group' between_guests
ring_to_ring() { [ "$(counter "$vif_a" from_guest_flooded)" -ge 200 ] && [ "$(counter "$vif_b" to_guest_direct)" -ge 200 ]; }
check 'without an skb' ring_to_ring

stage 'leaving, and off'
kill $joined
check 'n1 is asked, and forgotten' wait_for 15 'the end of its membership' eval "! member p1 $group"
check 'off: all get it' eval "echo 0 > $brlite/multicast_snooping && reaches $group 'p1 p3'"
for n in 1 2 3; do ip link del p$n; ip netns del n$n; done
ktap_end
