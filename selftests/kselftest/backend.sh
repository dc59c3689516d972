# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A backend that lies (evilback.ko in a driver domain) to a guest with our netfront, which has a vif of an honest
# backend besides: what no honest backend does switches the vif off with one line, what may be a bug costs the
# packet, and the other vif loses no ping. DRIVER_KERNEL=kasan: of both guests, so that KASAN looks at each access.
# Cases of docs/security.md: NF-01, NF-02, NF-03, NF-05, NF-06, NF-07, NF-08, NF-11, NF-12, NF-16, NF-18, NF-28,
# NF-29, NF-32, NF-34, NF-38, NF-39, NF-40, NF-41, NF-42, NF-43
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

# off = the vif is disabled, any = disabled or not: what the guest reads in that moment decides; else it goes on, and
# its counter of this name tells that the guest saw the lie.
lies='tx-far:off tx-no-id:off rx-ahead:off rx-mapped:off tx-silent:tx_stuck tx-errors:tx_backend_error
	rx-lengths:rx_bad_slot rx-chains:rx_bad_slot rx-extras:rx_bad_extra event-storm:rx_spurious scribble:any states:any
	map-answer-twice:off map-kept:mapped_queues map-write-late:rx_copied'
more_lies='tx-ahead:off tx-back:off tx-twice:off rx-back:off none:tx_copied tx-mapped:tx_copied
	map-says-yes:mapped_queues map-silent:tx_copied map-size-0:tx_copied map-size-huge:mapped_queues map-wrong-id:off'
guest='kernel=6.12' kernel=${DRIVER_KERNEL:-$own_kernel}
if [ "$kernel" = kasan ]; then
	[ -d /guest/kasan ] || ktap_skip_all 'there is no kernel "kasan"; run: lab/checked-kernel.sh kasan'
	guest='kernel=kasan type=pvh memory=256' lies+=" $more_lies"
fi
lies=${LIES:-$lies}
heals=$(grep -o tx-silent: <<< "$lies" | wc -l)
ktap_plan $((9 + heals + 3 * $(wc -w <<< "$lies")))

check 'stack ringway' use_stack ringway || exit 1
ip address replace $dom0_address/24 dev xenbr0
check 'the driver domain starts' guest_create drv type=pvh front=none kernel="$kernel" memory=256 || exit 1
check 'the liar is in it' guest_run drv 'insmod /lab/modules/evilback.ko' || exit 1
# shellcheck disable=SC2086 # words
check 'a starts' guest_create a $guest front=ringway || exit 1
check 'a has an honest vif' vif_join a 127.9.0.1

parameter=/sys/module/evilback/parameters/lie
told() { guest_run drv "dmesg | grep -q 'evilback: $1: told'"; }
lines() { guest_run a "dmesg | grep -c 'disabled until it is attached again'; true" | grep -x '[0-9]*' | tail -n 1; }
carrier() { guest_run a "cat /sys/class/net/eth1/carrier || echo 0" | grep -x '[01]' | tail -n 1; }
# Packets of all lengths to somebody who is not there, but has an address: there is always one that waits for an
# answer. (Of a neighbour that cannot be found come ICMP errors by the hundred, which fill the small buffers of the
# pings' sockets.)
neighbour='/usr/bin/ip neigh replace 127.8.0.2 lladdr 00:16:3e:08:00:02 dev eth1 nud permanent'
lie_is_told() { # LIE
	guest_run drv "dmesg -c > /dev/null; echo $1 > $parameter" &&
		ringway vif attach a backend=drv,bridge=xenbr0,mac=00:16:3e:08:00:01 --no-wait > /dev/null &&
		guest_run a "join 127.8.0.1 eth1 && $neighbour" && traffic_start a 127.8.0.2 200 4 &&
		wait_for 60 "the lie $1" told "$1"
}
becomes() { # off|any|COUNTER LINES-BEFORE
	local said=$(($(lines) - $2)) link
	link=$(carrier)
	echo "$said lines, carrier $link"
	case $1 in
	off) [ "$said" = 1 ] && [ "$link" = 0 ] ;;
	any) [ "$said" -le 1 ] ;;
	*) [ "$said" = 0 ] && [ "$link" = 1 ] && guest_run a "ethtool -S eth1 | grep ' $1: '" | grep -q ' [1-9]' ;;
	esac
}
# What the guest had listed, what of it evilback had mapped and how many packets it sent into that when the lie was told.
declare -A of_buffers=([map-kept]='512 buffers listed, 512 mapped' [map-says-yes]='512 buffers listed, 0 mapped'
	[map-write-late]='512 buffers listed, 512 mapped, [1-9][0-9]* packets' [map-size-huge]='512 buffers listed, 0 mapped')
# It believes that they are mapped, and sends more than a ring holds.
sends_mapped() { # LIE
	guest_run drv "dmesg | grep 'evilback: $1: told'" | grep "${of_buffers[$1]}" || return 1
	guest_run a "ethtool -S eth1 | grep ' mapped_queues: 1' && passes eth1 300 0 20"
}
comes_to() { # LIE off|any|COUNTER LINES-BEFORE
	[ "$1" != tx-silent ] || sleep 8 # longer than a queue may stand still before it is looked at
	holds_within 20 becomes "$2" "$3" && { [ -z "${of_buffers[$1]:-}" ] || sends_mapped "$1"; } && return
	guest_run drv 'dmesg | tail -n 3'
	guest_run a 'dmesg | tail -n 5; ethtool -S eth1'
	return 1
}
# A backend that never answers is reminded, then given up and connected to again. evilback is honest the second time.
sent_on_eth1() { guest_run a 'cat /sys/class/net/eth1/statistics/tx_packets' | grep -x '[0-9]*' | tail -n 1; }
heals() {
	local sent
	guest_run a 'echo 10 > /sys/module/ringway_netfront/parameters/tx_timeout' &&
		wait_for 40 'a line about it' guest_run a "dmesg | grep -q 'vif-1: queue 0: no answer .*; connecting again'" &&
		wait_for 20 'carrier' eval '[ "$(carrier)" = 1 ]' &&
		guest_run a "ethtool -S eth1 | grep ' tx_stuck: [1-9]'" &&
		sent=$(sent_on_eth1) && sleep 2 && [ "$(sent_on_eth1)" -gt $((sent + 20)) ]
}
# Of map-kept: a's memory is its own while evilback writes over what it kept. What a frees last it takes first.
takes_memory() { guest_run a 'dd if=/dev/zero of=/tmp/taken bs=64k count=512'; }
kept() { guest_run drv "dmesg | grep 'evilback: map-kept: 512 buffers kept'"; }
nobody_wrote() { guest_run a 'n=$(tr -d "\0" < /tmp/taken | wc -c); rm /tmp/taken; echo $n bytes are not its own; [ $n = 0 ]'; }
gone() { # LIE
	traffic_stop a
	ringway vif detach a 1 > /dev/null && guest_wait a traffic 15 > /dev/null
	wait_for 20 'eth1 to go' guest_run a '[ ! -e /sys/class/net/eth1 ]' || return 1
	[ "$1" != map-kept ] || { takes_memory && wait_for 20 'buffers that were kept' kept && nobody_wrote; } || return 1
	wait_for 20 'the device in the driver domain' no_device
}
no_device() { [ "$(guest_run drv 'ls /sys/bus/xen-backend/devices | wc -l' | grep -x '[0-9]*')" = 0 ]; }

# As kib_to_spare does: what a CPU keeps of freed pages is not in MemAvailable.
to_spare='$1 == "MemAvailable:" { kib += $2 } $1 == "count:" { kib += 4 * $2 } END { print kib }'
memory() { guest_run a "awk '$to_spare' /proc/meminfo /proc/zoneinfo" | grep -x '[0-9]*'; }
had=$(memory)
pinger_start a $dom0_address
for case in $lies; do
	stage "${case%:*}"
	before=$(lines)
	check "${case%:*}: is told" lie_is_told "${case%:*}"
	check "$case" comes_to "${case%:*}" "${case#*:}" "$before"
	[ "${case%:*}" != tx-silent ] || check 'tx-silent: the vif connects again, and packets go' heals
	check "${case%:*}: the vif is detached" gone "${case%:*}"
done
check 'the honest vif lost no ping meanwhile' pinger_lost_none a
has_its_memory() {
	local has
	has=$(memory)
	echo "$had KiB before, $has after"
	[ "$has" -gt $((had - 6144)) ]
}
check 'a has its memory back' has_its_memory
check 'its honest vif takes traffic both ways' flow_both a dom0 127.9.0.1 $dom0_address
check 'the driver domain lets go of its module' guest_run drv 'rmmod evilback'
ktap_end
