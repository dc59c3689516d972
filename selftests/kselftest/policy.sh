# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What an administrator asks of a guest's port holds: isolation, the locks to its MAC and IP addresses, set by
# ringway and by bridge(8), shown by both, kept in XenStore and refused by name when it is nonsense.
# Cases of docs/security.md: BR-01, BR-15, BR-17
. "${0%/*}/ktap.sh"

ktap_plan 50
# shellcheck source=selftests/kselftest/pair.sh
. "${0%/*}/pair.sh"
shown() { ringway -j vif show a 0 | grep -F -e "$1"; }
check 'a reaches b' reaches 127.9.0.2

stage 'isolation'
check 'a is isolated' ringway vif set a 0 isolated=on
check 'b is isolated, by bridge(8)' bridge link set dev "$vif_b" isolated on
check 'bridge -d link shows it' grep -q 'isolated on' <(bridge -d link show dev "$vif_b")
check 'ringway shows it' shown '"isolated":true'
check 'a reaches b no longer' loses drop_isolated 'ping -c 3 -W 1 127.9.0.2'
check 'a reaches dom0' reaches 127.9.0.254
check 'a is isolated no longer' ringway vif set a 0 isolated=off
check 'a reaches b' reaches 127.9.0.2

stage 'the lock to the MAC address'
check 'a is locked' ringway vif set a 0 mac_lock=on
check 'a reaches b' reaches 127.9.0.2
check 'a reaches nobody from another MAC address' loses drop_locked_mac \
	'ip link set eth0 down; ip link set eth0 address 00:16:3e:66:66:66; ip link set eth0 up; ping -c 3 -W 1 127.9.0.2'
check 'a reaches b from its own' from_a \
	"ip link set eth0 down; ip link set eth0 address $(mac_of 127.9.0.1); ip link set eth0 up; ping -c 2 -W 5 127.9.0.2"

stage 'the lock to IP addresses'
check 'a is locked' ringway vif set a 0 ip=127.9.0.1,2001:db8::1
check 'ringway shows it' shown '"ip_lock":["127.9.0.1","2001:db8::1"],'
check 'a reaches b, still directly' reaches_by from_guest_direct 127.9.0.2
# Ten times dom0 asks for a's address, for which b's port may be spared the question.
asked_at_b() { # PRINTS how many packets b got meanwhile
	local before
	before=$(cat "/sys/class/net/$vif_b/statistics/tx_packets")
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		ip neighbour flush to 127.9.0.1 && ping -q -c 1 -W 5 127.9.0.1 > /dev/null || return 1
	done
	echo $(($(cat "/sys/class/net/$vif_b/statistics/tx_packets") - before))
}
check "b hears who asks for a's address" eval '[ "$(asked_at_b)" -ge 10 ]'
check "b's port need not hear it" bridge link set dev "$vif_b" neigh_suppress on
check 'b hears it no longer' eval 'n=$(asked_at_b) && echo "$n packets" && [ "$n" -lt 5 ]'
check "b's port hears all again" bridge link set dev "$vif_b" neigh_suppress off
check 'a does not reach b from another address' loses drop_locked_address \
	'ip address add 127.9.0.77/24 dev eth0; ping -c 3 -W 1 -I 127.9.0.77 127.9.0.2'
check 'the same address is refused for b' eval '! ringway vif set b 0 ip=127.9.0.1 2> /tmp/said && cat /tmp/said &&
	grep -q "belongs to another locked port" /tmp/said'
check 'which leaves b as it was' not grep -q ip_lock <(ringway -j vif show b 0)
leaves_and_joins() {
	ip link set "$vif_a" nomaster && ip link set "$vif_a" master xenbr0 && ringway vif set a 0
}
check 'a leaves the bridge and joins again' leaves_and_joins
check 'a reaches b' reaches 127.9.0.2
check 'and is locked as before' loses drop_locked_address 'ping -c 3 -W 1 -I 127.9.0.77 127.9.0.2'
check 'a has no address at all' ringway vif set a 0 ip=none
check "a's own address is refused, too" loses drop_locked_address 'ping -c 3 -W 1 127.9.0.2'
check 'the lock is lifted' ringway vif set a 0 ip=any mac_lock=off
check 'nothing is left of it' not shown lock
stage 'limits on floods'
neighbours() { # asks for forty addresses that nobody has, at once
	# shellcheck disable=SC2016 # the guest's shell expands it
	echo 'for i in $(seq 100 139); do ping -c 1 -W 1 127.9.0.$i > /dev/null & done; wait; false'
}
check 'broadcasts are limited' ringway vif set a 0 broadcast=1/1
check 'ringway shows it' shown '"storm_broadcast":{"burst":1,"packets_per_second":1}'
check 'more of them are dropped' loses drop_storm "$(neighbours)"
check 'the limit is lifted' ringway vif set a 0 broadcast=off
check 'a reaches b' reaches 127.9.0.2
# By ringway, and by xl with its hotplug script.
for tool in '' xl; do
	with=${tool:-ringway}
	stage "addresses in a vifspec of $with"
	vif_detach a > /dev/null
	check "a gets a vif of $with that is locked" eval 'VIFTOOL=$tool vif_join a 127.9.0.1 ip=127.9.0.1'
	check 'which is shown' shown '"ip_lock":["127.9.0.1"],'
	check 'a reaches b' reaches 127.9.0.2
	check 'a does not reach b from another address' loses drop_locked_address \
		'ip address add 127.9.0.77/24 dev eth0; ping -c 3 -W 1 -I 127.9.0.77 127.9.0.2'
done
vif_detach a > /dev/null
check 'a network in a vifspec is refused by the script, which names it' eval \
	'VIFTOOL=xl vif_attach a bridge=xenbr0,ip=127.9.0.0/24 2>&1 | grep -F "ip '"'127.9.0.0/24'"': a port is locked to single addresses"'
check 'the kernel is content' splats
ktap_end
