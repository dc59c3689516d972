# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Connecting and closing again and again, from either end, leaves nothing behind and still passes traffic.
# Cases of docs/security.md: NB-42, NF-33, RL-02
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

stack=${STACK:-ringway}
connects=${CONNECTS:-100}
attaches=${ATTACHES:-10}
fronts=${FRONTS:-stock ringway}
ktap_plan $((2 + $(wc -w <<< "$fronts") * 9))

check "stack $stack" use_stack "$stack" || exit 1
check 'uplink and dom0 are on the bridge' flows_setup

attach_often() { # GUEST TIMES
	local i
	for i in $(seq "$2"); do
		vif_attach "$1" "mac=$(mac_of 127.9.0.2),bridge=xenbr0" && guest_run "$1" 'join 127.9.0.2' && vif_detach "$1" ||
			{ note "cycle $i"; return 1; }
	done
}

for front in $fronts; do
	stage "netfront $front"
	check "$front: a guest starts" guest_create a front="$front" memory=640 # stock netfront loses pages in each cycle
	leak_snapshot /tmp/without-vif
	check "$front: it joins" vif_join a 127.9.0.1
	leak_snapshot /tmp/with-vif
	stage "netfront $front: the guest connects and closes $connects times"
	check "$front: $connects connect and close cycles" guest_run a "reconnect $connects" $((connects * 4 + 60))
	check "$front: nothing is left of them" leak_compare /tmp/with-vif
	guest_run a 'join 127.9.0.1' > /dev/null
	check "$front: traffic passes after them" flow_both a dom0 127.9.0.1 $dom0_address
	check "$front: the vif is detached" vif_detach a
	stage "netfront $front: dom0 attaches and detaches $attaches times"
	check "$front: $attaches attach and detach cycles" attach_often a "$attaches"
	check "$front: nothing is left of them" leak_compare /tmp/without-vif
	guest_destroy a
	check "$front: no complaint from the kernel" splats
done
ktap_end
