# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Native XDP in Ringway's netfront: each verdict, heads and tails that move, redirects to another vif and to a veth,
# and the room that is asked of the backend. STACK=stock: with stock's netback.
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"
[ -s /lab/bin/xdp.o ] || ktap_skip_all 'no clang has compiled lab/tools/xdp.c'

stack=${STACK:-ringway}
ktap_plan 22
check "stack $stack" use_stack "$stack" || exit 1
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
check 'a guest starts' guest_create a kernel="${GUEST_KERNEL:-6.12}" front=ringway || exit 1
check 'it joins' vif_join a 127.9.0.1
second_vif() {
	local mac
	mac=$(mac_of 127.9.1.1)
	vif_attach a "mac=$mac,bridge=xenbr0" &&
		guest_run a "wait-for 10 '[ -e /sys/class/net/eth1 ]' && join-mac $mac 127.9.1.1"
}
check 'with two vifs' second_vif

# With the `xdp` of iproute2, a program that the driver could not run itself would be run on skbs.
load() { guest_run a "/usr/bin/ip -force link set dev eth0 xdpdrv obj /lab/bin/xdp.o section $1"; }
unload() { guest_run a '/usr/bin/ip link set dev eth0 xdpdrv off'; }
front_counter() { guest_run a "ethtool -S ${2:-eth0}" | awk -v name="$1:" '$1 == name { print $2 }' | tr -d '\r'; }
ping_a() { ping -q -c 4 -i 0.2 -W 5 -s "$1" 127.9.0.1; }
answered() { ping_a "${1:-56}" | grep ', 0% packet loss'; }
unanswered() { ping -q -c 3 -i 0.2 -W 1 -s "${1:-56}" 127.9.0.1 | grep ' 100% packet loss'; }
node=/local/domain/$(domid a)/device/vif/0
# The room is asked for, and the vif is connected as before.
headroom() { [ "$(xenstore-read "$node/xdp-headroom")" = "$1" ] && [ "$(xenstore-read "$node/state")" = 4 ]; }
grows() { # COUNTER DEVICE COMMAND…: by what the command does
	local name=$1 dev=$2 before
	shift 2
	before=$(front_counter "$name" "$dev")
	"$@" || return 1
	holds_within 5 larger "$name" "$dev" "$before"
}
larger() { [ "$(front_counter "$1" "$2")" -gt "$3" ]; }

check 'a program is loaded into the driver' load pass
check 'room is asked for' wait_for 10 'headroom 256' headroom 256
shown() { guest_run a '/usr/bin/ip -d link show eth0' | grep -q 'prog/xdp id'; }
check 'it shows as native' shown
passes() { answered 56 && answered 1400 && flow a dom0 "$dom0_address"; }
check 'pass: traffic goes on' passes
# Large packets come with the room that was asked for, and are judged where they lie; where the backend has the buffers
# mapped and could write to them meanwhile, a copy of each is judged.
in_place() {
	local before after
	before=$(front_counter rx_xdp_copied)
	ping -q -c 40 -i 0.05 -W 5 -s 1400 127.9.0.1 || return 1
	after=$(front_counter rx_xdp_copied)
	echo "$before copied before, $after after"
	if mapped_if a yes; then [ $((after - before)) -ge 40 ]; else [ $((after - before)) -lt 20 ]; fi
}
check 'large packets come with room' in_place

verdict() { load "$1" && grows "$2" eth0 "${@:3}"; }
check 'drop' verdict drop rx_xdp_drop unanswered
check 'aborted' verdict abort rx_xdp_failed unanswered
check 'no verdict at all' verdict nonsense rx_xdp_failed unanswered
check 'tx' verdict tx rx_xdp_tx answered 1400
check 'tail: longer' eval 'load grow && answered 56 && answered 1400'
check 'tail: shorter' eval 'load cut && answered 56 && unanswered 1400'
# (They may be answered: an address belongs to the whole guest.)
tagged() {
	load tag && guest_run a 'modprobe 8021q; /usr/bin/ip link add link eth0 name eth0.5 type vlan id 5' &&
		guest_run a '/usr/bin/ip link set eth0.5 up' || return 1
	ping_a 56
	ping_a 1400
	guest_run a '[ $(cat /sys/class/net/eth0.5/statistics/rx_packets) -ge 6 ]'
}
check 'head: a tag is put in front' tagged
to_vif() { load redirect && grows tx_xdp eth1 answered 1400 && [ "$(front_counter rx_xdp_redirect)" -ge 4 ]; }
check 'redirect to another vif' to_vif
to_veth() {
	guest_run a 'modprobe veth; /usr/bin/ip link add v0 index 100 type veth peer name v1' &&
		guest_run a 'ethtool -K v1 gro on && /usr/bin/ip link set v0 up && /usr/bin/ip link set v1 up' &&
		load veth && unanswered 1400 && guest_run a '[ $(cat /sys/class/net/v1/statistics/rx_packets) -ge 3 ]'
}
check 'redirect to a veth' to_veth
too_large() {
	! guest_run a '/usr/bin/ip link set eth0 mtu 9000' || return 1
	unload && guest_run a '/usr/bin/ip link set eth0 mtu 9000' || return 1
	! load pass && guest_run a '/usr/bin/ip link set eth0 mtu 1500'
}
check 'an MTU of more than a page is refused, before and after' too_large
check 'without a program the room is given back' wait_for 10 'headroom 0' headroom 0
check 'and all is as before' flow_both a dom0 127.9.0.1 "$dom0_address"
ktap_end
