# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Pulling modules, the bridge and its ports away while traffic runs, and putting them back.
# Cases of docs/security.md: BR-23, NB-56, NF-33, RL-12
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

ktap_plan 19
[ "${STACK:-ringway}" = ringway ] || { for i in $(seq 19); do skip "step $i" 'for Ringway only'; done; ktap_end; }

check 'stack ringway' use_stack ringway || exit 1
check 'uplink and dom0 are on the bridge' flows_setup
check 'a starts' guest_create a
check 'b starts, with our netfront' guest_create b front=ringway kernel=6.12
check 'a joins' vif_join a 127.9.0.1
check 'b joins' vif_join b 127.9.0.2
leak_snapshot /tmp/before
traffic_start a 127.9.0.2
traffic_start b 127.9.0.1
vif_a=vif$(domid a).0 vif_b=vif$(domid b).0

again() { # TIMES FUNCTION
	local i
	for i in $(seq "$1"); do "$2" || { note "round $i"; return 1; }; done
}
ports_leave() {
	ip link set "$vif_a" nomaster && sleep 0.2 && ip link set "$vif_a" master xenbr0
}
bridge_dies() {
	ip link del xenbr0 && sleep 0.2 && ip link add xenbr0 type brlite && restore
}
# rmmod may refuse while ports exist; then the bridge goes first.
switch_reloads() {
	rmmod bridge_lite 2> /dev/null || { ip link del xenbr0 && rmmod bridge_lite; } || return 1
	sleep 0.2
	insmod /lab/modules/bridge-lite.ko && ip link add xenbr0 type brlite && restore
}
restore() {
	ip address replace $dom0_address/24 dev xenbr0 && ip link set xenbr0 up &&
		ip link set "$vif_a" master xenbr0 && ip link set "$vif_b" master xenbr0 && ip link set eth0 master xenbr0
}

passing() { pings a 127.9.0.2 && traffic_passes a && traffic_passes b; }

stage 'a port leaves and comes back'
check 'a and b send to each other' passing
check 'a port leaves and comes back under traffic, 10 times' again 10 ports_leave
check 'traffic passes after it' passing
stage 'the bridge goes and comes back'
check 'the bridge goes and comes back under traffic, 3 times' again 3 bridge_dies
check 'traffic passes after it' passing
stage 'bridge-lite is reloaded'
check 'rmmod and insmod of bridge-lite under traffic, 3 times' again 3 switch_reloads
check 'traffic passes after it' passing
check 'nothing is left of all this' leak_compare /tmp/before
stage 'netfront is reloaded'
# xenbus holds a driver's module for each device, whoever wrote the driver: so the vif is taken away first.
reload_netfront='echo vif-0 > /sys/bus/xen/drivers/vif/unbind && rmmod ringway_netfront &&'
reload_netfront+=' insmod /lab/modules/ringway-netfront.ko && join 127.9.0.2'
check 'ringway-netfront leaves and comes back under traffic' guest_run b "$reload_netfront" 60
traffic_stop a
traffic_stop b
check 'every byte passes after it' flow_both a b 127.9.0.1 127.9.0.2
stage 'netback is unloaded'
netback_leaves() {
	local d
	for d in /sys/bus/xen-backend/drivers/vif/vif-*; do echo "${d##*/}" > /sys/bus/xen-backend/drivers/vif/unbind; done
	rmmod ringway_netback
}
check 'ringway-netback leaves with vifs that were connected' netback_leaves
check 'the vifs went with it' test ! -e "/sys/class/net/$vif_a"
check 'no complaint from the kernel' splats
ktap_end
