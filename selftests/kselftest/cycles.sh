# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Connecting and closing again and again, from either end, leaves nothing behind and still passes traffic. Meanwhile
# somebody reads all that debugfs shows of the vif and kicks its queue, whatever state it is in. A guest that looks so
# late that it takes the next vif for the one before gets one all the same.
# Cases of docs/security.md: NB-42, NF-33, CL-30, RL-02
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

stack=${STACK:-ringway}
fronts=${FRONTS:-stock ringway}
# Stock netfront takes six times as long for a connect as ours, and ten seconds for an attach and detach.
declare -A connects_of=([stock]=8 [ringway]=100) attaches_of=([stock]=4 [ringway]=10)
ktap_plan $((2 + $(wc -w <<< "$fronts") * 14))
debug=/sys/kernel/debug/ringway-netback

check "stack $stack" use_stack "$stack" || exit 1
check 'uplink and dom0 are on the bridge' flows_setup

attach_often() { # GUEST TIMES
	local i
	for i in $(seq "$2"); do
		vif_attach "$1" "mac=$(mac_of 127.9.0.2),bridge=xenbr0" && guest_run "$1" 'join 127.9.0.2' && vif_detach "$1" ||
			{ note "cycle $i"; return 1; }
	done
}

# The guest stands still while its vif goes and another one comes.
looks_late() { # GUEST
	local attach code=0
	vif_attach "$1" "mac=$(mac_of 127.9.0.2),bridge=xenbr0" && xl pause "$1" || return 1
	ringway vif detach "$1" 0 -t 1 || code=1
	vif_attach "$1" "mac=$(mac_of 127.9.0.2),bridge=xenbr0" & attach=$!
	wait_for 10 'the next vif' xenstore-exists "/local/domain/$(domid "$1")/device/vif/0/state" || code=1
	xl unpause "$1"
	wait $attach && guest_run "$1" 'join 127.9.0.2' && pings "$1" $dom0_address || code=1
	vif_detach "$1" && return $code
}

watch_debug() {
	local file times=0
	until [ -e /tmp/enough ]; do
		for file in "$debug"/*/*; do
			# A vif that is not connected cannot be kicked, one that is gone cannot be read.
			cat "$file" > /tmp/debug.read 2> /dev/null && times=$((times + 1))
			[[ $file != *io_ring* ]] || { echo kick > "$file"; } 2> /dev/null
		done
		sleep 0.2
	done
	[ "$times" -gt 0 ] && echo "$times files read"
}
watch_begin() { rm -f /tmp/enough; watch_debug > /tmp/watched 2>&1 & watcher=$!; }
watch_end() { touch /tmp/enough; wait "$watcher"; local code=$?; cat /tmp/watched; return $code; }

shown() { # VIF
	local file=$debug/$1/io_ring_q0
	cat "$file" "$debug/$1/ctrl"
	grep -q '^TX: 256 slots' "$file" && grep -q '^TX poll: NAPI state' "$file" &&
		grep -q '^limit from guest, bytes: none' "$file" && grep -q '^hashing: off' "$debug/$1/ctrl"
}
kicked() { # VIF
	echo kick > "$debug/$1/io_ring_q0" || return 1
	! { echo nonsense > "$debug/$1/io_ring_q0"; } 2> /dev/null
}

for front in $fronts; do
	connects=${connects_of[$front]} attaches=${attaches_of[$front]}
	stage "netfront $front"
	check "$front: a guest starts" guest_create a front="$front" memory=640 # stock netfront loses pages in each cycle
	leak_snapshot /tmp/without-vif
	check "$front: it joins" vif_join a 127.9.0.1
	leak_snapshot /tmp/with-vif
	vif=vif$(domid a).0
	if [ "$stack" = ringway ]; then
		check "$front: debugfs shows its rings" shown "$vif"
		check "$front: its queue can be kicked" kicked "$vif"
		watch_begin
	else
		for what in shown kicked watched gone; do skip "$front: debugfs, $what" "is not of stack $stack"; done
	fi
	stage "netfront $front: the guest connects and closes $connects times"
	check "$front: $connects connect and close cycles" guest_run a "reconnect $connects" $((connects * 4 + 60))
	check "$front: nothing is left of them" leak_compare /tmp/with-vif
	guest_run a 'join 127.9.0.1' > /dev/null
	check "$front: traffic passes after them" flow_both a dom0 127.9.0.1 $dom0_address
	check "$front: the vif is detached" vif_detach a
	stage "netfront $front: dom0 attaches and detaches $attaches times"
	check "$front: $attaches attach and detach cycles" attach_often a "$attaches"
	if [ "$stack" = ringway ]; then
		check "$front: a guest that looks late has its next vif" looks_late a
	else
		skip "$front: a guest that looks late" 'the stock command does not look'
	fi
	check "$front: nothing is left of them" leak_compare /tmp/without-vif
	guest_destroy a
	if [ "$stack" = ringway ]; then
		check "$front: it was read and kicked all the time" watch_end
		check "$front: debugfs knows it no more" test ! -e "$debug/$vif"
	fi
	check "$front: no complaint from the kernel" splats
done
ktap_end
