# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest's packets are copied to another port, in the directions asked for and no others, also when two ports are each
# other's mirror, and until the mirror leaves.
. "${0%/*}/ktap.sh"

ktap_plan 21
# shellcheck source=selftests/kselftest/pair.sh
. "${0%/*}/pair.sh"
check 'an uplink' flows_setup
check 'a reaches b' reaches 127.9.0.2

# Pings of a to b, seen beyond the uplink: 0, FILTER matched a packet; 1, none within so many seconds.
seen() { # FILTER [SECONDS]
	local tap code
	: > /tmp/mirror.err
	ip netns exec wire tcpdump -Z root -q -n -i eth1 -c 1 -w /dev/null "$1" 2> /tmp/mirror.err &
	tap=$!
	wait_for 30 tcpdump grep -q 'listening on' /tmp/mirror.err || { cat /tmp/mirror.err; return 2; }
	reaches 127.9.0.2 || return 2
	wait_for "${2:-30}" 'copy' not kill -0 $tap
	code=$?
	kill $tap 2> /dev/null
	wait $tap 2> /dev/null
	# It may have gone for another reason.
	[ $code != 0 ] || grep -q '^1 packet captured' /tmp/mirror.err || { cat /tmp/mirror.err; return 2; }
	return $code
}
unseen() {
	seen "$1" 4
	[ $? = 1 ]
}
shown() { ringway -j vif show a 0 | grep -F -e "$1"; }
asks='icmp and dst host 127.9.0.2' answers='icmp and dst host 127.9.0.1'
check 'nothing is copied' unseen icmp
check 'a has a mirror' ringway vif set a 0 mirror=eth0
check 'ringway shows it' shown '"mirror":"eth0"'
check 'what it sends is copied' seen "$asks"
check 'what it receives is copied' seen "$answers"
check 'one direction alone' ringway vif set a 0 mirror=eth0/to-guest
check 'what it receives is copied still' seen "$answers"
check 'what it sends is not' unseen "$asks"
b_mirrors_back() { ringway vif set b 0 "mirror=$vif_a" && ringway vif set a 0 "mirror=vif$(domid b).0"; }
check 'two ports are mirrors of each other' b_mirrors_back
check 'a reaches b' reaches 127.9.0.2
check 'a has a mirror' ringway vif set a 0 mirror=eth0
ip link set eth0 nomaster
check 'the mirror leaves the bridge' reaches 127.9.0.2
ringway vif set b 0 mirror=none > /dev/null
check 'what is no longer copied goes directly' reaches_by from_guest_direct 127.9.0.2
missing() { ringway vif set a 0 2>&1 | grep -F "'eth0': not another port"; }
check 'ringway says that it is missing' missing
ktap_end
