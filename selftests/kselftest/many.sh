# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# As many vifs as an attacker can get somebody to give (VIFS, 64), in as many guests (GUESTS, 1): XenStore lets a
# guest have
# 1000 nodes, 13 a vif here, so 76 of a guest connect, however many are attached. All come up, others are served
# meanwhile, memory stays within what a vif may cost, most of them are detached, the rest goes with the guests, and
# nothing is left.
# Cases of docs/security.md: NB-58, RL-02
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

vifs=${VIFS:-64}
guests=${GUESTS:-1}
each_has=$((vifs / guests))
limit=${LIMIT:-300} # seconds for all of them to come, and again for all to go
ktap_plan 10

check 'stack ringway' use_stack ringway || exit 1
ip address replace $dom0_address/24 dev xenbr0
check 'the honest guest starts and joins' eval 'guest_create good && vif_join good 127.9.0.1' || exit 1
big=()
for ((g = 0; g < guests; g++)); do big+=("big$g"); done
start_big() {
	local g
	for g in "${big[@]}"; do
		stage "guest $g"
		guest_create "$g" front=none && guest_run "$g" 'insmod /lab/modules/evilfront.ko lie=quiet' || return 1
	done
}
check 'the guests that get many vifs start' start_big || exit 1
# What made the guests gives its memory back a little later.
settled() { available=$(kib_to_spare) && sleep 1 && [ $(($(kib_to_spare) - available)) -lt 256 ]; }
wait_for 30 'memory to settle' settled
ids=$(for g in "${big[@]}"; do domid "$g"; done | paste -sd '|')

# each attach|detach FIRST: vifs from number FIRST on of every guest.
each() {
	local what=$1 first=$2 n g began=$SECONDS done=0
	for ((n = first; n < each_has; n++)); do
		for g in "${big[@]}"; do
			((done++ % 16)) || stage "$what: $done"
			"$what" "$g" "$n" > /dev/null || { echo "vif $n of $g"; return 1; }
			[ $((SECONDS - began)) -lt "$limit" ] || { echo "$done after $limit s"; return 1; }
		done
	done
}
attach() {
	local mac
	mac=$(printf '00:16:3e:6%x:%02x:%02x' "${1#big}" $(($2 / 256)) $(($2 % 256)))
	ringway vif attach "$1" --no-wait "mac=$mac,bridge=xenbr0"
}
detach() { ringway vif detach "$1" "$2"; }
vifs_of() { ip -o link | grep -oE "\<vif($ids)\.[0-9]+"; }
listed() { for g in "${big[@]}"; do ringway vif list "$g"; done | grep -c 'connected$'; }

all_come() {
	local began=$SECONDS
	each attach 0 || return 1
	holds_within $((began + limit - SECONDS)) all_up || return 1
	echo "$vifs within $((SECONDS - began)) s" | tee /tmp/said.come
}
# An event channel each, and a carrier.
all_up() {
	local up ports
	up=$(vifs_of | sed 's,.*,/sys/class/net/&/carrier,' | xargs cat | grep -c 1)
	ports=$(bridge link | grep -cE "vif($ids)\.")
	echo "carrier on $up, ports $ports, interrupts $(grep -cE "vif($ids)\." /proc/interrupts)"
	[ "$up" = "$vifs" ] && [ "$ports" = "$vifs" ] && [ "$(listed)" = "$vifs" ]
}
check "$vifs vifs connect within $limit s" all_come || exit 1
check 'each has its carrier, is a port, and is listed' all_up
# RX memory of a queue may be 512 KiB (kBacklogBytes); idle ones are far below. Their devices and rings are in it.
within() {
	local cost=$(((available - $(kib_to_spare)) / vifs))
	echo "$cost KiB a vif"
	[ $cost -lt 512 ]
}
check 'an idle vif costs less than 512 KiB of dom0' holds_within 30 within
sed 's/^/# /' /tmp/said.come <(within)
# Each asks everybody.
check 'the honest guest can ping while all of them are there' eval \
	'guest_run good "/usr/bin/ip neigh flush dev eth0" && pings_lose_none good 20 0.1 $dom0_address'

# libxl takes its time for each vif of a guest that it destroys: the last eight of each are left to it.
most_go() {
	local began=$SECONDS
	each detach 8 || return 1
	echo "all but eight of each gone within $((SECONDS - began)) s" | tee /tmp/said.go
	[ "$(listed)" = $((8 * guests)) ]
}
check 'all but eight of each are detached' most_go
sed 's/^/# /' /tmp/said.go
rest_goes() {
	local began=$SECONDS g
	for g in "${big[@]}"; do timeout "$limit" xl destroy "$g" || return 1; done
	wait_for 60 'end of the devices' eval '! vifs_of' || return 1
	echo "eight of each went with their guest within $((SECONDS - began)) s"
}
stage 'the guests go'
check 'the others go with their guests' rest_goes
check 'others are served as before' eval 'pings good $dom0_address'
ktap_end
