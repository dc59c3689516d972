# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a scenario in dom0 can say. Everything waits with a time limit.
#
#   use_stack stock|ringway              the host's backend and bridge "xenbr0" (left-overs of the other go)
#   guest_create NAME [kernel=6.1|6.12] [type=pv|pvh|hvm] [front=stock|ringway|none] [memory=MB] [vcpus=N] [vif=VIFSPEC]
#   guest_config NAME …                  the same words; writes the configuration only. HVM guests boot by netboot_start
#   guest_run NAME COMMAND [SECONDS]     prints its output; exit code is the command's, 124 = time is up
#   guest_start NAME JOB COMMAND         in the background of the guest; guest_wait NAME JOB [SECONDS]
#   guest_destroy NAME                   xl destroy
#   vif_attach NAME VIFSPEC              xl network-attach, or ringway vif attach with the ringway stack
#   vif_detach NAME [DEVID]
#   vif_join NAME ADDRESS [VIFSPEC]      vif_attach to xenbr0 with a MAC made from ADDRESS, and its address up
#   on PLACE SECONDS COMMAND             PLACE is a guest, dom0, or wire (beyond the uplink NIC)
#   flow_both PLACE PLACE ADDR ADDR      UDP and TCP both ways, every byte checked; flows_setup first
#   traffic_start NAME ADDRESS; traffic_passes NAME; traffic_stop NAME
#   counter DEVICE NAME                  of ethtool -S
#   mapped_if GUEST yes|no [N]           see there
#   leak_snapshot FILE; leak_compare FILE   what could be left behind, see there
#   splats                               what the kernel complained about since the scenario began
[ -n "${LAB_RESULTS:-}" ] || { exec 9> /dev/ttyS1; export LAB_RESULTS=9; }
[ -z "${PS1:-}" ] || PS1='dom0# '

stage() { echo "#stage $*" >&9; }
data() { echo "#data $1 ${*:2}" >&9; } # FILE LINE
note() { echo "# $*" >&2; }
kib() { awk -v n="$1:" '$1 == n { print $2 }' /proc/meminfo; } # a line of meminfo
# KiB that can be had. A CPU keeps pages that were freed on it, since Linux 6.7 up to an eighth of all memory for a
# while, and MemAvailable leaves those out.
kib_to_spare() {
	awk '$1 == "MemAvailable:" { kib += $2 } $1 == "count:" { kib += 4 * $2 } END { print kib }' \
		/proc/meminfo /proc/zoneinfo
}

# wait_for SECONDS WHAT COMMAND…
wait_for() {
	local limit=$((SECONDS + $1)) what=$2 seconds=$1
	shift 2
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -le $limit ] || { note "no $what within $seconds s"; return 1; }
		sleep 0.1
	done
}

# holds_within SECONDS COMMAND…: the same, and prints what the command said when it was asked last.
holds_within() {
	local limit=$((SECONDS + $1))
	shift
	until "$@" > /tmp/holds 2>&1; do
		[ $SECONDS -le $limit ] || { cat /tmp/holds; return 1; }
		sleep 0.1
	done
	cat /tmp/holds
}

# mapped_if GUEST yes|no [N]: whether buffers of the guest's first vif, N at least, are mapped now, and packets went
# from and to such ones. Only the stock backend may have no such counters.
mapped_if() {
	local n from to
	read -r n from to < <(ethtool -S "vif$(domid "$1").0" | awk '{ n[$1] = $2 }
		function of(name) { return (name in n) ? n[name] : "-" }
		END { print of("mapped_buffers:"), of("from_guest_mapped:"), of("to_guest_mapped:") }')
	echo "$n buffers of $1 are mapped; $from packets came from mapped ones, $to went to such"
	case $2 in
	yes) [ "$n" != - ] && [ "$n" -ge "${3:-512}" ] && [ "$from" -gt 0 ] && [ "$to" -gt 0 ] ;;
	*) [ "$n$from$to" = 000 ] || { [ "$n$from$to" = --- ] && [ "${LAB_STACK:-}" = stock ]; } ;;
	esac
}
counter() { ethtool -S "$1" | awk -v name="$2:" '$1 == name { print $2 }'; }

# data_packed FILE: standard input becomes FILE.gz.base64, which `base64 -d | gzip -d` reads.
data_packed() { gzip -9 | base64 -w 900 | while read -r line; do data "$1.gz.base64" "$line"; done; }

. /lab/guests.sh
. /lab/stacks.sh
. /lab/leaks.sh
. /lab/emulator.sh
. /lab/flows.sh
. /lab/netboot.sh
