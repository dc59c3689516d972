# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The host's two network stacks, and vifs by either of them.

ringway_built() { [ -e /lab/modules/ringway-netback.ko ] && [ -e /lab/modules/bridge-lite.ko ]; }

# NETBACK: parameters of Ringway's netback.
# shellcheck disable=SC2086 # words
use_stack() {
	[ "$1" != "${LAB_STACK:-}" ] || return 0
	stack_remove
	case $1 in
	stock)
		modprobe xen-netback && modprobe bridge && ip link add xenbr0 type bridge || return 1 ;;
	ringway)
		ringway_built || { note "ringway-netback.ko or bridge-lite.ko is not built; run: make modules KDIR=…"; return 1; }
		insmod /lab/modules/bridge-lite.ko && insmod /lab/modules/ringway-netback.ko ${NETBACK:-} &&
			ip link add xenbr0 type brlite || return 1 ;;
	*) note "use_stack: \"$1\" is neither stock nor ringway"; return 1 ;;
	esac
	ip link set xenbr0 up
	export LAB_STACK=$1
}

# False when a module stays: somebody still holds it.
stack_remove() {
	local m code=0
	ip link del xenbr0 2> /dev/null
	for m in ringway_netback bridge_lite xen_netback br_netfilter bridge; do
		[ ! -d "/sys/module/$m" ] || rmmod "$m" || { note "rmmod $m failed"; code=1; }
	done
	unset LAB_STACK
	return $code
}

vif_by_ringway() { [ "${LAB_STACK:-}:${VIFTOOL:-}" = ringway: ]; }

# Uses the tool of the current stack. VIFTOOL=xl: xl with the matching hotplug script; VIFTOOL=plain: xl with the
# smallest script that works.
vif_attach() {
	local script=vif-bridge
	! vif_by_ringway || { ringway vif attach "$1" "$2"; return; }
	case ${LAB_STACK:-}:${VIFTOOL:-} in
	ringway:xl) script=vif-bridge-lite ;;
	*:plain) script=/lab/vif-plain ;;
	esac
	# shellcheck disable=SC2086 # xl takes here in words what it takes in a configuration with commas
	xl network-attach "$1" ${2//,/ } script=$script
}

vif_detach() {
	if vif_by_ringway; then ringway vif detach "$1" "${2:-0}"; else xl network-detach "$1" "${2:-0}"; fi
}

# vif_passes VIF: waits until the bridge passes frames of it and to it. A backend's carrier is on as soon as it is
# connected, and the guest's own interface then works, but Linux tells a bridge of it in a work item: mostly at once,
# and up to a second later if it has told of a carrier just before. Until then a bridge, any, drops what comes.
vif_passes() { wait_for 10 "$1 that works" eval "ip link show dev $1 | grep -q 'state UP'"; }

# 127.9.0.1 -> 00:16:3e:09:00:01
# shellcheck disable=SC2046,SC2183 # the words are wanted
mac_of() { printf '00:16:3e:%02x:%02x:%02x' $(IFS=.; set -- $1; echo "$2 $3 $4"); }

# A guest's Linux that has not looked since its vif went takes the next one for it, and closes that. Ringway notices, xl
# does not.
vif_join() {
	vif_by_ringway || guest_run "$1" "wait-for 10 '[ ! -e /sys/class/net/eth0 ]'" ||
		{ echo "$1 still has the vif that was detached"; return 1; }
	vif_attach "$1" "mac=$(mac_of "$2"),bridge=xenbr0${3:+,$3}" && guest_run "$1" "join $2" ||
		{ xenstore-ls -f "/local/domain/$(domid "$1")/device/vif"; return 1; }
}
