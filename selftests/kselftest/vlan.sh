# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# VLANs of guests and of dom0 on a bridge that filters them: who reaches whom, with which tag and by which way; set
# by ringway and by bridge(8), shown by both, and put in force again.
# Cases of docs/security.md: BR-09, BR-10, CL-25
. "${0%/*}/ktap.sh"

ktap_plan 43
# shellcheck source=selftests/kselftest/pair.sh
. "${0%/*}/pair.sh"
filtering=/sys/class/net/xenbr0/brlite/vlan_filtering
misses() { guest_run a "ping -c 2 -W 1 $1; [ \$? = 1 ]"; }
shows() { bridge vlan show dev "$1" | grep -Eq "$2"; }

check 'a reaches b' reaches 127.9.0.2
modprobe 8021q
check 'the bridge does not filter' [ "$(cat $filtering)" = 0 ]

stage 'access ports'
refused() { not ringway vif set a 0 vlan=10 > /tmp/refused 2>&1 && grep -F "echo 1 > $filtering" /tmp/refused; }
check "a guest's VLAN does not make it filter: refused, with what to type" refused
check 'the bridge filters when it is told to' eval "echo 1 > $filtering"
check 'a is in VLAN 10' ringway vif set a 0 vlan=10
check 'bridge vlan shows a' shows "$vif_a" '10 PVID Egress Untagged'
check 'and b, where all ports start' shows "$vif_b" '1 PVID Egress Untagged'
check 'ringway shows it' grep -F '"vlan":"10p"' <(ringway -j vif show a 0)
check 'a does not reach b' misses 127.9.0.2
check 'a does not reach dom0' misses 127.9.0.254
check 'b is in VLAN 10, by bridge(8)' bridge vlan add dev "$vif_b" vid 10 pvid untagged
check 'a reaches b, directly' reaches_by from_guest_direct 127.9.0.2

stage 'tags'
check 'b also gets VLAN 20, tagged' ringway vif set b 0 vlan=10p/20
check 'b has an address there' guest_run b 'join-vlan 20 127.9.20.2'
check 'a makes an interface for that VLAN itself' guest_run a 'join-vlan 20 127.9.20.1'
before=$(counted drop_vlan)
check 'a reaches nobody by its tag' misses 127.9.20.2
check 'its frames were dropped for their tag' [ "$(counted drop_vlan)" -gt "$before" ]
stage 'a may use the tag'
check 'a may be in VLAN 20' bridge vlan add dev "$vif_a" vid 20-29
check 'bridge -compressvlans vlan shows the range' grep -q '20-29' <(bridge -compressvlans vlan show dev "$vif_a")
check 'a reaches b by its tag, directly' reaches_by from_guest_direct 127.9.20.2
check 'a leaves VLAN 20' bridge vlan del dev "$vif_a" vid 20-29
check 'a does not reach b by its tag' misses 127.9.20.2

stage 'one end with a tag, the other without'
check 'a is in VLAN 20, untagged' ringway vif set a 0 vlan=20
check 'a moves its address' guest_run a 'ip link del eth0.20 && ip address add 127.9.20.1/24 dev eth0'
check 'a reaches b, as an skb' reaches_by from_guest_why_policy 127.9.20.2
host_in_vlan_20() {
	bridge vlan add dev xenbr0 vid 20 self && shows xenbr0 ' 20' &&
		ip link add link xenbr0 name xenbr0.20 type vlan id 20 && ip link set xenbr0.20 up &&
		ip address add 127.9.20.254/24 dev xenbr0.20
}
check 'dom0 gets VLAN 20' host_in_vlan_20
check 'a reaches dom0 there' reaches 127.9.20.254

stage 'packets and bytes by VLAN'
# counted_in DEVICE VLAN RX|TX: "BYTES PACKETS" as bridge(8) prints them.
counted_in() {
	bridge -s vlan show dev "$1" |
		awk -v vlan="$2" -v way="$3:" '$0 !~ /[RT]X:/ { is = $1 ~ /^[0-9]+$/ ? $1 : $2 } is == vlan && $1 == way { print $2, $4 }'
}
none_yet() { [ "$(counted_in "$vif_a" 20 RX)" = '0 0' ] && [ "$(counted_in xenbr0 20 TX)" = '0 0' ]; }
check 'they are not counted at first, and shown as none' none_yet
stats=${filtering%/*}/vlan_stats_enabled
check 'they are when the bridge is told to' eval "echo 1 > $stats"
# Each echo request has 84 bytes behind its Ethernet header. a has no tag there, dom0 has.
by_vlan() {
	local n=20 rx tx
	guest_run a "ping -c $n -i 0.1 -W 1 127.9.20.254" || return 1
	read -r rx rx_packets < <(counted_in "$vif_a" 20 RX) && read -r tx tx_packets < <(counted_in xenbr0 20 TX)
	echo "from a: $rx bytes $rx_packets packets, to dom0: $tx bytes $tx_packets packets"
	[ "$rx_packets" -ge $n ] && [ "$tx_packets" -ge $n ] && [ "$rx" -ge $((84 * n)) ] && [ "$tx" -ge $((84 * n)) ] &&
		[ "$rx" -lt $((98 * (n + 10))) ] && [ "$(counted_in xenbr0 1 TX)" = '0 0' ]
}
check 'bridge -s vlan shows those of a and of dom0' by_vlan
directly() {
	local before
	bridge vlan add dev "$vif_b" vid 20 pvid untagged && guest_run b 'ip address add 127.9.20.2/24 dev eth0; ip link del eth0.20' &&
		before=$(counted_in "$vif_b" 20 TX) && reaches_by from_guest_direct 127.9.20.2 &&
		[ "$(counted_in "$vif_b" 20 TX)" != "$before" ]
}
check 'and those from ring to ring' directly
begins_anew() {
	bridge vlan del dev "$vif_b" vid 20 && [ -z "$(counted_in "$vif_b" 20 TX)" ] && bridge vlan add dev "$vif_b" vid 20 &&
		[ "$(counted_in "$vif_b" 20 TX)" = '0 0' ] && echo 0 > $stats && none_yet
}
check 'who leaves a VLAN begins with none, and so do all when it is turned off' begins_anew
ip link del xenbr0.20

stage 'kept, and lifted'
leaves_and_joins() {
	ip link set "$vif_a" nomaster && ip link set "$vif_a" master xenbr0 && shows "$vif_a" '1 PVID' &&
		grep -q 'state DOWN' <(ip link show dev "$vif_a") &&
		ringway vif set a 0 && shows "$vif_a" '20 PVID'
}
check 'a leaves the bridge, joins again and gets its VLAN again' leaves_and_joins
lifted() { ringway vif set a 0 vlan=none && ringway vif set b 0 vlan=none; }
check 'both are lifted' lifted
check 'a reaches b' reaches 127.9.0.2
check 'a vif with VLANs is attached' vif_attach a mac=00:16:3e:00:09:09,bridge=xenbr0,vlan=30p/40
check 'its port is in these VLANs' shows "vif$(domid a).1" '30 PVID Egress Untagged'
check 'the kernel is content' splats
ktap_end
