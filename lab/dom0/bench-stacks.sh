# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # what one file sets, another one reads
# The stacks that the benchmark compares, by name, each with the vifs of u1 and u2 on it:
#   stock        stock netback and the Linux bridge        stock-nf     the same with br_netfilter, no rules
#   stock-rules  that, and the iptables rules of Xen's own vif-bridge (which Debian's package leaves out), for as many
#                vifs as the number at the end says: stock-rules-32. u1 and u2 came first, so their rules are the last
#   stock-rules-mid   the same, u1 and u2 came after half of the others
#   stock-ovs    stock netback and Open vSwitch's datapath in the kernel, with two static flows
#   ringway      Ringway's netback and a brlite bridge
#   ringway-one  that, and Ringway's netfront in u1 (which sends most)        ringway-both   in both guests
#   ringway-poll in both guests, and netback's thread waits for events in the hypervisor (poll_cpu=)

all_stacks='stock ringway ringway-one ringway-both stock-nf stock-rules-2 stock-rules-8 stock-rules-32 stock-rules-mid-32 stock-ovs'
is_stack() { [[ $1 =~ ^(stock|stock-nf|stock-rules-(mid-)?[0-9]+|stock-ovs|ringway(-one|-both|-poll)?)$ ]]; }

# To ask xl for a guest's number takes longer than a short run of packets, so it is asked once for each guest.
declare -A known_id known_console
domid() { if [ -n "${known_id[$1]:-}" ]; then echo "${known_id[$1]}"; else xl domid "$1"; fi; }
console_of() {
	if [ -n "${known_console[$1]:-}" ]; then
		echo "${known_console[$1]}"
	else
		xenstore-read "/local/domain/$(domid "$1")/console/tty"
	fi
}
bench_guest() { # NAME [SETTING…]
	guest_create "$@" || return 1
	known_console[$1]=$(console_of "$1") && known_id[$1]=$(domid "$1")
}

# The netfronts of the two guests that most loads need, and of the others.
fronts_of() { # STACK
	case $1 in
	ringway-one) echo ringway stock ;;
	ringway-both | ringway-poll) echo ringway ringway ;;
	*) echo stock stock ;;
	esac
}
declare -A known_front
# A guest that is there stays until a stack wants another netfront in it.
want_guest() { # NAME FRONT [SETTING…]
	[ "${known_front[$1]:-}" != "$2" ] || return 0
	if [ -n "${known_id[$1]:-}" ]; then
		guest_destroy "$1" || return 1
		unset "known_id[$1]" "known_console[$1]" "known_front[$1]"
	fi
	stage "guest $1, netfront $2"
	bench_guest "$1" front="$2" "${@:3}" && known_front[$1]=$2
}
bench_pair() { # STACK
	local guest front
	read -r front other_front < <(fronts_of "$1")
	for guest in u1 u2; do
		if [ "${known_front[$guest]:-}" != "$front" ]; then
			want_guest $guest "$front" || return 1
			mark next
			guest_run $guest 'iperf3 -s -D; netload serve 5010 > /dev/null 2>&1 &' >&2 || return 1
		fi
		front=$other_front
	done
	id1=$(domid u1) id2=$(domid u2)
}

bench_stack() {
	bench_pair "$1" || return 1
	VIFTOOL=plain
	[[ $1 != ringway* ]] || VIFTOOL=''
	joined=2
	case $1 in
	ringway-poll) NETBACK=poll_cpu=0 use_stack ringway || return 1 ;;
	ringway*) use_stack ringway || return 1 ;;
	stock*) use_stack stock || return 1 ;;
	esac
	vif_join u1 127.9.0.1 && vif_join u2 127.9.0.2 || return 1
	case $1 in
	stock-nf) modprobe br_netfilter || return 1 ;;
	stock-rules-mid-*)
		local half=$((${1##*-} / 2 - 1))
		rules_for_others $half && rules_for_pair && rules_for_others $half || return 1 ;;
	stock-rules-*) rules_for_pair && rules_for_others $((${1##*-} - 2)) || return 1 ;;
	stock-ovs) to_openvswitch || return 1 ;;
	esac
	guest_run u1 'ping -c 3 -W 5 127.9.0.2'
}

vif_of() { ls -d "/sys/class/net/vif$(domid "$1")."*; } # GUEST

# As frob_iptable in vif-common.sh.
rules_for() { # DEVICE
	iptables -I FORWARD -m physdev --physdev-is-bridged --physdev-in "$1" -j ACCEPT &&
		iptables -I FORWARD -m physdev --physdev-is-bridged --physdev-out "$1" -j ACCEPT
}
rules_for_pair() {
	modprobe br_netfilter && modprobe iptable_filter && modprobe xt_physdev || return 1
	for guest in u1 u2; do rules_for "$(basename "$(vif_of $guest)")" || return 1; done
}
rules_for_others() { # COUNT: the name is enough for a rule
	local n
	modprobe br_netfilter && modprobe iptable_filter && modprobe xt_physdev || return 1
	for n in $(seq "$1"); do rules_for "vif$((rules_made += 1))00.0" || return 1; done
}
rules_made=0

to_openvswitch() {
	modprobe crc32c_generic && modprobe openvswitch || return 1
	for guest in u1 u2; do ip link set "$(basename "$(vif_of $guest)")" nomaster || return 1; done
	ovsdp add ovs0 "$(basename "$(vif_of u1)")" "$(basename "$(vif_of u2)")"
}

# Also after a bench_stack that failed half way.
bench_stack_away() {
	local n
	! ip link show eth0 > /dev/null 2>&1 || ip link set eth0 nomaster
	[ ! -e /sys/class/net/ovs0 ] || ovsdp del ovs0 || return 1
	if [ -d /sys/module/iptable_filter ]; then
		iptables -F FORWARD
		modprobe -r xt_physdev iptable_filter
	fi
	more_vifs_away
	for n in $(seq $joined); do vif_detach "u$n"; done
	for n in $(seq $joined); do
		wait_for 20 "end of u$n's vif" eval "! vif_of u$n" || return 1
	done
	stack_remove
}

# More guests with a vif each, until there are COUNT. They stay for the rest of the boot.
crowd() { # COUNT
	local n
	for n in $(seq $((joined + 1)) "$1"); do
		want_guest "u$n" "$other_front" memory=160 || return 1
		vif_join "u$n" "127.9.0.$n" || return 1
		joined=$n
	done
}
ids() { local n; for n in "$@"; do domid "u$n"; done | paste -sd ' '; } # NUMBER…
