# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Limits on a vif in both directions, changed while it runs; its counters, and what ethtool shows of it. Limits are
# only looked at as upper bounds: how fast anything is depends on the machine. Then offloads that are switched off.
# Cases of docs/security.md: NB-65
. "${0%/*}/ktap.sh"

# shellcheck disable=SC2016 # check runs what it is given in this shell: eval is meant
front=${FRONT:-stock}
ktap_plan 29

counts() { [ "$(counter "$1" "$2")" -gt 0 ] || { echo "$1 $2 is $(counter "$1" "$2")"; return 1; }; }
node() { xenstore-read "/local/domain/0/backend/vif/$(domid "$1")/0/$2"; }
json() { ringway -p "$@" > /tmp/json && cat /tmp/json; }
has() { grep -q -- "$1" /tmp/json; }

# What passed of 1 000 datagrams from a to b, against what may: PER-SECOND packets, twice over, and a burst.
at_most() { # DEVICE COUNTER PER-SECOND
	local from began passed millis
	from=$(counter "$1" "$2") began=$(date +%s%N)
	guest_run a "flood $(mac_of 127.9.0.2) 127.9.0.2 60 1000" 90 > /dev/null || return 1
	passed=$(($(counter "$1" "$2") - from)) millis=$((($(date +%s%N) - began) / 1000000))
	echo "$passed packets in $millis ms"
	[ "$passed" -le $((2 * $3 * millis / 1000 + 200)) ]
}
refused() { ! ringway vif limit "$@" 2> /tmp/said && [ "$(wc -l < /tmp/said)" = 1 ] && cat /tmp/said; }

check 'stack ringway' use_stack ringway || exit 1
for g in a b; do check "guest $g starts" guest_create $g front="$front"; done
check 'two guests join' eval 'vif_join a 127.9.0.1 && vif_join b 127.9.0.2'
a=vif$(domid a).0 b=vif$(domid b).0

stage 'what ethtool shows'
named() {
	ethtool -i "$a" | grep -q '^driver: ringway_netback' &&
		[ -d "/sys/bus/xen-backend/devices/$(ethtool -i "$a" | sed -n 's/^bus-info: //p')" ]
}
check 'ethtool -i names the driver and the device' named
check 'rings of 256 slots' eval '[ "$(ethtool -g "$a" | grep -cE "^(RX|TX):[[:space:]]*256$")" = 4 ]'
check 'ethtool -l shows a channel in use' eval \
	'ethtool -l "$a" | sed -n "/Current/,\$p" | grep -qE "^(RX|Combined):[[:space:]]*1$"'
has_counters() { # DEVICE NAME…
	local name
	for name in "${@:2}"; do [ -n "$(counter "$1" "$name")" ] || { echo "$name"; return 1; }; done
}
check 'the counters of stock netback' has_counters "$a" \
	rx_gso_checksum_fixup tx_zerocopy_sent tx_zerocopy_success tx_zerocopy_fail tx_frag_overflow

stage 'the bill'
check 'traffic passes' flow_both a b 127.9.0.1 127.9.0.2
all_count() { # DEVICE NAME…
	local name
	for name in "${@:2}"; do counts "$1" "$name" || return 1; done
}
check 'time, copies, hypercalls and events are billed' \
	all_count "$a" from_guest_{cpu_ns,copies,hypercalls,events,notifications}
check 'the receiver is billed for its part' all_count "$b" to_guest_{packets,bytes,copies,hypercalls,notifications}
check 'one queue did it all' eval '[ "$(counter "$a" from_guest_bytes)" = "$(counter "$a" q0_from_guest_bytes)" ]'
shows_the_same() { json vif stats a 0 > /dev/null && has '"from_guest_cpu_ns": [1-9]' && has "\"ifname\": \"$a\""; }
check 'ringway shows the same' shows_the_same
in_intervals() { timeout 60 ringway -j vif stats a 0 --watch 1 | head -n 1 > /tmp/json; has '"interval_ms":'; }
check 'ringway shows what was added in an interval' in_intervals

stage 'limits'
check 'packets a second from the guest' eval 'ringway vif limit a 0 pps=200 && [ "$(node a pps)" = 200 ]'
check 'no more of them pass' at_most "$a" from_guest_packets 200
check 'it had to wait' counts "$a" from_guest_throttled
check 'packets and bytes a second to the guest' eval \
	'ringway vif limit a 0 pps=none && ringway vif limit b 0 rx-pps=200 rx-rate=8Mb/s'
check 'no more of them arrive' at_most "$b" to_guest_packets 200
check 'they had to wait' counts "$b" to_guest_throttled
limits_shown() { json vif show b 0 > /dev/null && has '"rx_pps": 200' && has '"rx_rate_bytes_per_interval": 50000'; }
check 'the limits are shown' limits_shown
check 'a malformed limit is refused' refused b 0 rx-pps=12x
check 'and changes nothing' eval '[ "$(node b rx-pps)" = 200 ]'
check 'the limits are lifted' eval 'ringway vif limit b 0 rx-pps=none rx-rate=none && ! node b rx-pps 2> /dev/null'
warned() { dmesg | grep -q 'rx-pps is'; }
nonsense() {
	local node code
	node=/local/domain/0/backend/vif/$(domid b)/0/rx-pps
	xenstore-write "$node" 12x && wait_for 10 'a warning' warned
	code=$?
	xenstore-rm "$node"
	return $code
}
check 'an invalid node means no limit' nonsense
check 'everything passes again' flow_both a b 127.9.0.1 127.9.0.2

stage 'what is switched off'
# While b's vif lacks WORDS, a's packets that need them go as skbs, where Linux does what b is not to be asked for.
without() { # WORD…
	local direct repaired word code=0
	for word in "$@"; do ethtool -K "$b" "$word" off || return 1; done
	direct=$(counter "$b" to_guest_direct) repaired=$(counter "$a" from_guest_why_peer_offload)
	flow a b 127.9.0.2 || code=1
	repaired=$(($(counter "$a" from_guest_why_peer_offload) - repaired))
	direct=$(($(counter "$b" to_guest_direct) - direct))
	for word in "$@"; do ethtool -K "$b" "$word" on || return 1; done
	echo "without $*: $repaired packets as skbs, $direct directly"
	[ $code = 0 ] && [ $repaired -gt 0 ]
}
check 'b gets complete checksums when its vif has tx off' without tx
check 'and no long segments when it has tso off' without tso
check 'nor fragments when it has sg off' without sg
on_again() {
	local repaired
	repaired=$(counter "$a" from_guest_why_peer_offload)
	flow a b 127.9.0.2 && [ "$(counter "$a" from_guest_why_peer_offload)" = "$repaired" ]
}
check 'with all of it on, packets go directly' on_again
# It waits by its own links, so pktgen may not send the same one twice.
not_shared() {
	modprobe pktgen && echo "add_device $b" > /proc/net/pktgen/kpktgend_0 || return 1
	! echo 'clone_skb 10' 2> /dev/null > "/proc/net/pktgen/$b"
	local code=$?
	echo rem_device_all > /proc/net/pktgen/kpktgend_0
	rmmod pktgen
	return $code
}
check 'pktgen may not share skbs with a vif' not_shared
ktap_end
