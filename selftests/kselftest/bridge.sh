# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# brlite by iproute2's own commands: link, master, fdb, statistics, dom0's address, learning and flooding,
# between veth pairs. Needs no guest.
. "${0%/*}/ktap.sh"

ktap_plan 24
. "${0%/*}/veths.sh"
fdb_has() { bridge fdb show dev xenbr0 | grep -i "$1" | grep -q "$2"; }

check 'ports join' ports master xenbr0 up
check 'ip -d link names the kind' grep -q brlite <(ip -d link show xenbr0)
check 'bridge link lists a port' grep -q 'p1.*master xenbr0' <(bridge link)
check 'n1 pings n2' ping_ok 1 127.9.1.2
check 'n1 was learned on p1' fdb_has 00:16:3e:00:01:01 p1
# Sixteen requests and as many answers; what else a fresh interface hears (neighbours, groups) is a few packets.
unicast_stays() {
	local before
	before=$(packets_to 3)
	for _ in 1 2 3 4 5 6 7 8; do ping_ok 1 127.9.1.2 || return 1; done
	echo "$(($(packets_to 3) - before)) packets to the third port"
	[ $(($(packets_to 3) - before)) -lt 16 ]
}
check 'unicast to a known address is not flooded' unicast_stays
ip address add 127.9.1.254/24 dev xenbr0
check 'n1 pings dom0 by the bridge' ping_ok 1 127.9.1.254
check 'dom0 pings n2' ping -c 2 -i 0.2 -W 3 127.9.1.2
# What listens on the bridge by an address of its own is one more address of this host, not a reason to look at
# every packet.
unicast_is_local() {
	modprobe macvlan && ip link add link xenbr0 name vip address 00:16:3e:00:03:01 type macvlan mode private &&
		ip address add 127.9.1.253/32 dev vip && ip link set vip up || return 1
	fdb_has 00:16:3e:00:03:01 permanent && ip -d link show xenbr0 | grep -q 'promiscuity 0'
}
check 'a macvlan on the bridge is an address of its own' unicast_is_local
reaches_vip() { from 1 ip neigh replace 127.9.1.253 lladdr 00:16:3e:00:03:01 dev eth0 && ping_ok 1 127.9.1.253; }
check 'n1 reaches it' reaches_vip
vip_outlives_bridge_address() {
	ip link set xenbr0 address 00:16:3e:00:03:01 && ip link set xenbr0 address 00:16:3e:00:03:02 &&
		fdb_has 00:16:3e:00:03:01 permanent
}
check "it stays when the bridge has that address, and leaves it" vip_outlives_bridge_address
check 'it goes with the macvlan' eval 'ip link del vip && ! fdb_has 00:16:3e:00:03:01 xenbr0'
check 'fdb add' bridge fdb add 00:16:3e:00:02:01 dev xenbr0 via p3 static
check 'fdb show has it' fdb_has 00:16:3e:00:02:01 p3
check 'fdb del' bridge fdb del 00:16:3e:00:02:01 dev xenbr0
check 'fdb show has it no longer' eval '! fdb_has 00:16:3e:00:02:01 p3'
counted() { [ "$(cat /sys/class/net/xenbr0/statistics/rx_packets)" -gt 0 ]; }
check 'the bridge counts' counted
# What others count on, of a bridge and its ports.
speed_is_a_ports() { ethtool xenbr0 | grep "Speed: $(cat /sys/class/net/p1/speed)Mb/s"; }
check 'ethtool shows the speed of the fastest port' speed_is_a_ports
dropped() { cat /sys/class/net/xenbr0/statistics/rx_dropped; }
hairpins() { counter xenbr0 drop_hairpin; }
no_alarm() {
	local before hairpins
	before=$(dropped) hairpins=$(hairpins)
	bridge fdb add 00:16:3e:00:02:02 dev xenbr0 via p1 static
	from 1 ip neigh replace 127.9.1.77 lladdr 00:16:3e:00:02:02 dev eth0 && ! from 1 ping -c 3 -i 0.2 -W 1 127.9.1.77
	echo "hairpins: $hairpins, now $(hairpins); dropped: $before, now $(dropped)"
	[ "$(hairpins)" -ge $((hairpins + 3)) ] && [ "$(dropped)" = "$before" ]
}
check 'what a network floods to where its receiver lives is no drop' no_alarm
brlite=/sys/class/net/xenbr0/brlite
limit_stays() {
	echo 16 > /sys/class/net/p1/brlite_port/fdb_max && echo 60 > $brlite/ageing_time &&
		echo 100 > $brlite/fdb_port_max && [ "$(cat /sys/class/net/p1/brlite_port/fdb_max)" = 16 ]
}
check "a port's own limit stays when the bridge's settings change" limit_stays
# While others flood: whoever finds the port just before it is taken back must not read freed memory.
refused_under_floods() {
	local n code=0
	ip link add p9 type dummy && ip link add link p9 name p9v type macvlan || return 1
	(while :; do from 1 ping -b -c 20 -i 0.01 -W 0.01 127.9.1.255 > /dev/null 2>&1; done) &
	for n in 1 2 3 4 5 6 7 8; do ! ip link set p9 master xenbr0 2> /tmp/refused || code=1; done
	kill $! && wait $! 2> /dev/null
	cat /tmp/refused
	grep -q 'Another driver' /tmp/refused && ! bridge link show dev p9 | grep xenbr0 && ip link del p9 && ping_ok 1 127.9.1.2 || code=1
	return $code
}
modprobe dummy numdummies=0
check 'a device of another driver is refused while others flood' refused_under_floods
check 'ports die' eval 'for n in 1 2 3; do ip link del p$n; done'
check 'the bridge goes' ip link del xenbr0
ktap_end
