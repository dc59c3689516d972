# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# netback and bridge-lite in a driver domain: a guest that has the backend of other guests' vifs (backend= in a
# vifspec). Traffic, a guest that lies, one that dies, and the driver domain has nothing of any of them in the end.
# DRIVER_KERNEL is what it runs; with the one of lab/checked-kernel.sh kasan, KASAN looks at each access.
# Cases of docs/security.md: NB-80, NF-24, RL-03
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

# shellcheck source=selftests/kselftest/lies.sh
. "${0%/*}/lies.sh"
kernel=${DRIVER_KERNEL:-$own_kernel}
some_lies='prod-ahead:off cross-page:off slots-20:error gref-revoked:error scribble:fine event-storm:fine
	ctrl-storm:fine'
lies=${LIES:-$some_lies}
# The guest with our netfront.
front='kernel=6.12'
if [ "$kernel" = kasan ]; then
	[ -d /guest/kasan ] || ktap_skip_all 'there is no kernel "kasan"; run: lab/checked-kernel.sh kasan'
	lies=${LIES:-$ring_lies} front='kernel=kasan type=pvh memory=256'
fi
cycles=${CYCLES:-5}
ktap_plan $((28 + 2 * $(wc -w <<< "$lies")))

check 'the driver domain starts' guest_create drv type=pvh front=none kernel="$kernel" memory=256 || exit 1
drv=$(domid drv)
in_drv() { guest_run drv "$1" "${2:-60}"; }
begin='insmod /lab/modules/bridge-lite.ko && insmod /lab/modules/ringway-netback.ko &&
	/usr/bin/ip link add xenbr0 type brlite && ip link set xenbr0 up'
begin=${begin//$'\n'/}
check 'it has a bridge and the backend driver' in_drv "$begin"
# Interrupts, devices, modules of the driver domain: what must be as it was.
# shellcheck disable=SC2016 # for the guest's shell
held() {
	in_drv 'ls /sys/class/net /sys/bus/xen-backend/devices; cut -d" " -f1,3 /proc/modules'
	in_drv 'grep -c vif /proc/interrupts; true'
}
held > /tmp/held
check 'it has no vif' grep -qx 0 /tmp/held
check 'a starts' guest_create a || exit 1
# shellcheck disable=SC2086 # words
check 'b starts, with our netfront' guest_create b $front front=ringway || exit 1
check 'the liar starts' guest_create liar front=none || exit 1

# What a driver domain's own tools do when a vif comes: they are told by XenStore, here by us.
serve() { # GUEST
	local id
	id=$(domid "$1")
	wait_for 30 "device of $1" in_drv "[ -e /sys/class/net/vif$id.0 ]" || return 1
	in_drv "ip link set vif$id.0 address fe:ff:ff:ff:ff:ff; /usr/bin/ip link set vif$id.0 master xenbr0 up" &&
		xenstore-write "/local/domain/$drv/backend/vif/$id/0/hotplug-status" connected
}
attach() { ringway vif attach "$1" "backend=drv,bridge=xenbr0,mac=$2" --no-wait > /dev/null && serve "$1"; }
detach() { ringway vif detach "$1" 0 > /dev/null; }
join() { attach "$1" "$(mac_of "$2")" && guest_run "$1" "join $2"; } # GUEST ADDRESS
check 'a joins' join a 127.9.0.1
check 'b joins' join b 127.9.0.2
both_listed() { [ "$(ringway -j vif list | grep -o "\"backend_domid\":$drv" | wc -l)" = 2 ]; }
check 'ringway lists them with their backend' both_listed
check 'a <-> b: every byte is right' flow_both a b 127.9.0.1 127.9.0.2
went_directly() { # what a receiver that lags behind does not make wait
	in_drv "ethtool -S vif$(domid a).0" > /tmp/counters
	awk '$1 ~ /^from_guest_(direct|packets|why_.*):$/ && $2 { print; n[$1] = $2 }
		END { exit !(n["from_guest_direct:"] > 100) }' /tmp/counters
}
check 'it went directly' went_directly

# A guest's buffers are mapped only by who knows that it has no device of its own.
mapped_of_b() { in_drv "ethtool -S vif$(domid b).0" | awk '$1 == "mapped_buffers:" { print $2 }'; }
not_mapped() { [ "$(mapped_of_b)" = 0 ] && in_drv 'dmesg | grep "no guest.s buffers stay mapped"'; }
check 'who may have devices is not told, so nothing stays mapped' not_mapped
may_know() {
	xenstore-write /local/domain/0/backend/pci '' && xenstore-chmod /local/domain/0/backend/pci n0 "r$drv" &&
		detach b && join b 127.9.0.2 || return 1
	holds_within 30 eval '[ "$(mapped_of_b)" -gt 0 ]'
}
check 'once it may know, they are' may_know
xenstore-rm /local/domain/0/backend/pci

# The line itself comes over the same console, at any time.
off_lines() { in_drv 'dmesg | grep -c "vif disabled until"' | grep -x '[0-9]*' | tail -n 1; }
as_it_should() { came_out "$@" $(($(off_lines) - lines)); } # LIE off|error|fine, with `lines` as before
last_words() { # of the driver domain, if it had any
	guest_log drv 1000 | grep -m 1 -A 12 -E 'BUG:|WARNING:|Kernel panic'
}
lie_and_see() { # LIE WHAT
	lines=$(off_lines)
	liar_loads "$1" && attach liar 00:16:3e:66:66:66 && holds_within 60 as_it_should "$1" "$2" ||
		{ last_words; return 1; }
}
gone() { detach liar && liar_unloads; }
pinger_start a 127.9.0.2
asker_start b
for case in $lies; do
	stage "${case%:*}"
	check "$case" lie_and_see "${case%:*}" "${case#*:}"
	check "${case%:*}: the vif is detached" gone
done
check 'the others lost no ping meanwhile' pinger_lost_none a
asker_end b

stage 'the guests come and go'
reconnects() {
	local n
	for n in $(seq "$cycles"); do detach a && join a 127.9.0.1 || { echo "round $n"; return 1; }; done
	pings a 127.9.0.2
}
check "a connects $cycles times again" reconnects
dies() {
	local id
	traffic_start a 127.9.0.2
	traffic_start b 127.9.0.1
	traffic_passes b || return 1
	id=$(domid b)
	guest_destroy b && traffic_stop a
	# xl leaves the backend's directory for the driver domain's tools to remove.
	xenstore-rm "/local/domain/$drv/backend/vif/$id"
	wait_for 30 'end of its vif' eval '! in_drv "ls -d /sys/class/net/vif*" | grep -v "vif$(domid a)\."'
}
check 'b dies under traffic' dies
check 'a and the liar go' eval 'detach a && guest_destroy a && guest_destroy liar'
nothing_held() { held > /tmp/held.now && diff /tmp/held /tmp/held.now; }
check 'the driver domain holds nothing of them' holds_within 30 nothing_held
modules_go() {
	in_drv 'ip link del xenbr0 && rmmod ringway-netback && rmmod bridge-lite' &&
		in_drv '! dmesg | grep -E "WARNING|BUG|Call Trace|Oops"'
}
check 'its modules go, its kernel is content' modules_go

# The driver domain dies, its guests do not: they get vifs of dom0 instead.
stage 'the driver domain crashes'
check 'the bridge is made anew' in_drv "$begin"
# shellcheck disable=SC2086 # words
pair_joins() {
	guest_create a && guest_create c $front front=ringway && join a 127.9.0.1 && join c 127.9.0.2
}
check 'a, and c with our netfront, join' pair_joins
crashes() {
	traffic_start a 127.9.0.2
	traffic_start c 127.9.0.1
	traffic_passes c || return 1
	in_drv 'echo c > /proc/sysrq-trigger' 3
	wait_for 30 'end of the driver domain' eval 'timeout 20 xl list drv | grep -q " ...[-s]c. "'
	timeout 120 xl destroy drv && ! domid drv
}
check 'the driver domain crashes under traffic' crashes
check 'its guests live' eval 'guest_run a true && guest_run c true && traffic_stop a && traffic_stop c'
check 'ringway takes what is left of their vifs' eval 'ringway vif detach a 0 -t 3 && ringway vif detach c 0 -t 3'
check 'dom0 has a bridge' eval 'use_stack ringway && ip address replace $dom0_address/24 dev xenbr0'
back() { # GUEST ADDRESS
	wait_for 60 'end of its old device' guest_run "$1" '[ ! -e /sys/bus/xen/devices/vif-0 ]' &&
		vif_join "$1" "$2" && pings "$1" "$dom0_address"
}
check 'a gets a vif of dom0' back a 127.9.0.1
check 'c gets a vif of dom0' back c 127.9.0.2
check 'a <-> c: every byte is right' flow_both a c 127.9.0.1 127.9.0.2
ktap_end
