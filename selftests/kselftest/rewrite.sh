# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest that rewrites its packets while the backend has them: destination, contents, IP protocol. What the switch
# decided on is what arrives: each interface gets frames that bear its own address, and no others; the bytes that
# were staged are of one piece; no frame claims an offload that its headers do not have. Then the same from buffers that
# the backend keeps mapped, with sources that its port's lock forbids most of the time: none of those arrives.
# Cases of docs/security.md: NB-77
. "${0%/*}/ktap.sh"

seconds=${SECONDS_EACH:-8}
ktap_plan 14

check 'stack ringway' use_stack ringway || exit 1
check 's starts' guest_create s front=none || exit 1
# Frames of 64 KiB wait in its sockets: it needs memory for them.
check 'r starts' guest_create r kernel=6.12 memory=512 || exit 1

longest=65517
macs=([0]=$(mac_of 127.9.0.1) [1]=$(mac_of 127.9.0.2)) # they differ in the last byte, which the sender writes
sender=$(mac_of 127.9.0.3)
both_attached() {
	local n vif
	for n in 0 1; do
		vif=vif$(domid r).$n
		vif_attach r "mac=${macs[n]},bridge=xenbr0" &&
			guest_run r "join 127.9.$n.9 eth$n && ethtool -K eth$n gro off" || return 1
		ip link set "$vif" mtu $longest && bridge fdb replace "${macs[n]}" dev xenbr0 via "$vif" static || return 1
	done
	guest_run s 'insmod /lab/modules/splitfront.ko' && vif_attach s "mac=$sender,bridge=xenbr0" || return 1
	ip link set "vif$(domid s).0" mtu $longest && ip link set xenbr0 mtu $longest
}
check 'all attached' both_attached || exit 1

from_s() { counter "vif$(domid s).0" "from_guest_$1"; }
heard=()
rewriting() { # [forge]; what the two interfaces heard goes to heard[0] and heard[1]
	local n code=0
	for n in 0 1; do guest_start r "eth$n" "framecheck rewrite eth$n $sender $((seconds + 5))" || return 1; done
	guest_run s "echo rewrite ${macs[0]} $seconds $1 > /sys/module/splitfront/parameters/run" $((seconds + 60)) || code=1
	guest_run s 'cat /sys/module/splitfront/parameters/result'
	for n in 0 1; do
		heard[n]=$(guest_wait r "eth$n" 60) || code=1
		echo "eth$n: ${heard[n]}"
	done
	echo "direct $(from_s direct), bad headers $(from_s bad_headers)"
	guest_run r 'grep . /sys/class/net/eth[01]/statistics/rx_errors'
	return $code
}
stage "s rewrites for $seconds s what it sends"
check 'each interface gets its own frames, in order' rewriting
cat /tmp/check.said >&2
field() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<< "$2"; }

# Did it happen at all: frames with a version that had a successor under way, on the direct path?
rewritten() { [ "$(field stepped "${heard[*]}")" -gt 0 ] || [ "$(field versions "${heard[0]}")" -gt 100 ]; }
check 'frames were rewritten under way' rewritten
check 'they went directly' eval '[ "$(from_s direct)" -gt 1000 ]'
# With several CPUs the sender writes while the copy runs: then there is no "of one piece" even for one copy.
if [ "$(nproc)" = 1 ]; then
	check 'what was staged is of one piece' eval '[ "$(field torn "${heard[0]}")$(field torn "${heard[1]}")" = 00 ]'
else
	skip 'what was staged is of one piece' 'several CPUs'
fi
offloads_right() {
	[ "$(guest_run r 'cat /sys/class/net/eth[01]/statistics/rx_errors' | paste -sd +)" = 0+0 ] &&
		[ "$(from_s bad_headers)" -gt 0 ]
}
check 'no frame claims an offload that it does not have' offloads_right

stage "s forges for $seconds s what it sends from mapped buffers"
locked() {
	guest_run s "echo map ${macs[0]} > /sys/module/splitfront/parameters/run" && [ "$(counter "vif$(domid s).0" mapped_buffers)" = 512 ] &&
		ringway vif set s 0 mac_lock=on ip=127.0.0.1
}
check 'its buffers are mapped, its port is locked to its addresses' locked
was_mapped=$(from_s mapped)
check 'mapped: each interface gets its own frames, in order, and none from a forged source' rewriting forge
cat /tmp/check.said >&2
check 'mapped: frames were rewritten under way' rewritten
forged() { # on the way that this is about
	echo "mapped $was_mapped, then $(from_s mapped); by MAC $(counter xenbr0 drop_locked_mac), by address $(counter xenbr0 drop_locked_address)"
	[ "$(from_s mapped)" -gt $((was_mapped + 1000)) ] && [ "$(counter xenbr0 drop_locked_mac)" -gt 100 ] &&
		[ "$(counter xenbr0 drop_locked_address)" -gt 100 ]
}
check 'mapped: the forged ones were dropped' forged
check 'the kernel is content' splats
ktap_end
