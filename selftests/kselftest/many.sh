# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest with as many vifs as an attacker can get somebody to give it (VIFS, 64). XenStore lets a guest have 1000 nodes, 13 a
# vif here: 76 connect, however many are attached. All come
# up, others are served meanwhile, memory stays within what a vif may cost, most of them are detached, the rest goes with
# the guest, and nothing is left.
# Cases of docs/security.md: NB-58, RL-02
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

vifs=${VIFS:-64}
limit=${LIMIT:-300} # seconds for all of them to come, and again for all to go
ktap_plan 10

check 'stack ringway' use_stack ringway || exit 1
ip address replace $dom0_address/24 dev xenbr0
check 'the honest guest starts and joins' eval 'guest_create good && vif_join good 127.9.0.1' || exit 1
check 'the other one starts' eval 'guest_create big front=none && guest_run big "insmod /lab/modules/evilfront.ko lie=quiet"' || exit 1
kib() { awk -v n="$1:" '$1 == n { print $2 }' /proc/meminfo; }
id=$(domid big)
available=$(kib MemAvailable)

all_come() {
	local n began=$SECONDS
	for ((n = 0; n < vifs; n++)); do
		((n % 16)) || stage "vif $n"
		ringway vif attach big --no-wait "$(printf 'mac=00:16:3e:66:%02x:%02x,bridge=xenbr0' $((n / 256)) $((n % 256)))" > /dev/null || { echo "vif $n"; return 1; }
		[ $((SECONDS - began)) -lt "$limit" ] || { echo "$n of them after $limit s"; return 1; }
	done
	wait_for $((began + limit - SECONDS)) 'carrier on each' all_up || { all_up; return 1; }
	echo "$vifs within $((SECONDS - began)) s" | tee /tmp/said.come
}
# An event channel each, and a carrier.
all_up() {
	local up
	up=$(cat /sys/class/net/vif"$id".*/carrier | grep -c 1)
	echo "carrier on $up, ports $(bridge link | grep -c "vif$id\."), interrupts $(grep -c "vif$id\." /proc/interrupts)"
	[ "$up" = "$vifs" ] && [ "$(bridge link | grep -c "vif$id\.")" = "$vifs" ] && [ "$(ringway vif list big | grep -c 'connected$')" = "$vifs" ]
}
check "$vifs vifs connect within $limit s" all_come || exit 1
check 'each has its carrier, is a port, and is listed' all_up
# RX memory of a queue may be 512 KiB (kBacklogBytes); idle ones are far below. Their devices and rings are in it.
within() {
	local cost=$(((available - $(kib MemAvailable)) / vifs))
	echo "$cost KiB a vif"
	[ $cost -lt 512 ]
}
check 'an idle vif costs less than 512 KiB of dom0' within
sed 's/^/# /' /tmp/said.come <(within)
# Each asks everybody.
check 'the honest guest pings with all of them there' eval \
	'guest_run good "/usr/bin/ip neigh flush dev eth0; ping -q -c 20 -i 0.1 -W 20 $dom0_address" 60 | grep " 0% packet loss"'

# libxl takes its time for each vif of a guest that it destroys: the last eight are left to it.
most_go() {
	local n began=$SECONDS
	for ((n = 8; n < vifs; n++)); do
		((n % 16)) || stage "vif $n is detached"
		ringway vif detach big $n > /dev/null || { echo "vif $n"; return 1; }
		[ $((SECONDS - began)) -lt "$limit" ] || { echo "at $n after $limit s"; return 1; }
	done
	[ "$(ringway vif list big | grep -c 'connected$')" = 8 ]
}
check 'all but eight are detached' most_go
rest_goes() {
	local began=$SECONDS
	timeout "$limit" xl destroy big || return 1
	wait_for 60 'end of the devices' eval "! ls -d /sys/class/net/vif$id.*" || return 1
	echo "eight went with their guest within $((SECONDS - began)) s"
}
stage 'the guest goes'
check 'the rest goes with the guest' rest_goes
check 'others are served as before' eval 'pings good $dom0_address'
ktap_end
