# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What dom0 tells a guest of its link, and Ringway's netfront makes of it: MTU and carrier, a carrier that flaps.
# Case of docs/security.md: NF-23
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

ktap_plan 10
check 'stack ringway' use_stack ringway || exit 1
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
check 'a guest starts' guest_create a front=ringway || exit 1
check 'it joins with mtu=1400' vif_join a 127.9.0.1 mtu=1400
check 'its MTU is 1400' guest_run a '[ "$(cat /sys/class/net/eth0/mtu)" = 1400 ]'
node=/local/domain/0/backend/vif/$(domid a)/0/carrier

has_carrier() { guest_run a "[ \"\$(cat /sys/class/net/eth0/carrier)\" = $1 ]"; }
told() { xenstore-write "$node" "$1" && wait_for 60 "carrier $1" has_carrier "$1"; }
check 'the link goes down when dom0 says so' told 0
check 'and comes back' told 1

# However often it changes, the guest looks once a second; what it said last is what holds.
flap() {
	local i before after began=$SECONDS most
	before=$(guest_run a 'cat /sys/class/net/eth0/carrier_changes') || return 1
	for i in $(seq 300); do xenstore-write "$node" $((i % 2)) || return 1; done
	told 1 || return 1
	after=$(guest_run a 'cat /sys/class/net/eth0/carrier_changes')
	most=$((SECONDS - began + 2))
	echo "carrier changes: $before, then $after; at most $most more"
	[ $((after - before)) -le $most ]
}
check 'a carrier that flaps comes to rest' flap
check 'traffic passes after it' pings_lose_none a 5 0.2 "$dom0_address"
# Its packets wait by their own links, so pktgen may not send the same one twice.
not_shared='modprobe pktgen && echo add_device eth0 > /proc/net/pktgen/kpktgend_0 &&
	! echo clone_skb 10 > /proc/net/pktgen/eth0 2> /dev/null'
check 'pktgen may not share skbs with it' guest_run a "${not_shared//$'\n'/ }"
ktap_end
