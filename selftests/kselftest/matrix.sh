# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Who can talk to whom: every kind of guest on this dom0's backend, by ping, UDP and TCP with each byte
# checked, to another guest, to dom0's address on the bridge and to a machine beyond the uplink.
# Guests come in pairs that differ in kernel and type (PAIRS); STACK is the backend, FRONTS the frontends.
# Cases of docs/security.md: BR-21, RL-13
. "${0%/*}/ktap.sh"
: "${dom0_address:?}" "${wire_address:?}"

stack=${STACK:-ringway}
fronts=${FRONTS:-stock ringway}
pairs=${PAIRS:-$own_kernel:pv:6.12:pvh 6.12:pv:$own_kernel:pvh}
per_pair=14
ktap_plan $((2 + $(wc -w <<< "$fronts") * $(wc -w <<< "$pairs") * per_pair))

# For lab/platforms.py
xen=/sys/hypervisor
echo "# platform: Xen $(cat $xen/version/major).$(cat $xen/version/minor)$(cat $xen/version/extra), dom0 $(uname -r) $(cat $xen/guest_type)"
check "stack $stack" use_stack "$stack" || exit 1
check 'uplink and dom0 are on the bridge' flows_setup

maps() { case $stack-$1 in ringway-ringway) echo yes ;; *) echo no ;; esac }
pair() { # FRONT KERNEL TYPE KERNEL TYPE
	local front=$1 a="$2 $3 $1" b="$4 $5 $1"
	stage "$a, $b"
	check "$a starts" guest_create a kernel="$2" type="$3" front="$front"
	check "$b starts" guest_create b kernel="$4" type="$5" front="$front"
	check "$a joins" vif_join a 127.9.0.1
	check "$b joins" vif_join b 127.9.0.2
	check "$a pings $b" pings a 127.9.0.2
	check "$a <-> $b" flow_both a b 127.9.0.1 127.9.0.2
	check "$a <-> dom0" flow_both a dom0 127.9.0.1 $dom0_address
	check "$b <-> dom0" flow_both b dom0 127.9.0.2 $dom0_address
	check "$a <-> wire" flow_both a wire 127.9.0.1 $wire_address
	check "$b <-> wire" flow_both b wire 127.9.0.2 $wire_address
	check "$a: its buffers are mapped if both ends are ours" mapped_if a "$(maps "$front")"
	check "$b: so are its" mapped_if b "$(maps "$front")"
	check "$a detaches" vif_detach a
	check "$b detaches" vif_detach b
	guest_destroy a
	guest_destroy b
}

for front in $fronts; do
	for p in $pairs; do
		IFS=: read -r -a p <<< "$p"
		pair "$front" "${p[@]}"
	done
done
ktap_end
