# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest that lies on the ring (evilfront.ko): what no honest frontend does switches its vif off with one
# log line, what buggy ones do costs a packet; either way the other guest never loses a ping.
# Cases of docs/security.md: NB-01, NB-02, NB-06, NB-07, NB-09, NB-10, NB-11, NB-13, NB-15, NB-16, NB-17, NB-20,
# NB-23, NB-24, NB-26, NB-31, NB-43, NB-44, NB-45, NB-46, NB-47, RL-18
. "${0%/*}/ktap.sh"

# shellcheck source=selftests/kselftest/lies.sh
. "${0%/*}/lies.sh"
lies=${LIES:-$ring_lies}
ktap_plan $((7 + 2 * $(wc -w <<< "$lies")))

check 'stack ringway' use_stack ringway || exit 1
check 'dom0 is on the bridge' flows_setup
check 'the honest guest starts and joins' eval 'guest_create good && vif_join good 127.9.0.1'
check 'the liar starts' guest_create liar front=none
leak_snapshot /tmp/before

said() { dmesg | grep -c 'vif disabled until'; }
carrier() { cat "/sys/class/net/$1/carrier" 2> /dev/null || echo down; }

reported() { [ -n "$(outcome "$1")" ]; }

judge() { # LIE off|error|fine, with `lines` as before
	local now
	now=$(carrier "vif$(domid liar).0")
	echo "carrier $now"
	# What it said was refused where it had to be, and taken where not.
	[ "$1" != ctrl-bogus ] || guest_run liar dmesg | grep -q 'stormed: messages [1-9][0-9]* wrong 0$' || return 1
	came_out "$@" $(($(said) - lines)) && { [ "$2" != off ] || [ "$now" != 1 ]; }
}

# shellcheck disable=SC2154 # set by flows_setup
pinger_start good $dom0_address
asker_start good
for case in $lies; do
	lie=${case%:*}
	stage "$lie"
	lines=$(said)
	liar_loads "$lie" >&2
	vif_attach liar 'mac=00:16:3e:66:66:66,bridge=xenbr0' >&2
	wait_for 60 "report of $lie" reported "$lie"
	# Switching a vif off takes a few steps of several parties; the module reports ten times a second.
	check "$lie: ${case#*:}" holds_within 30 judge "$lie" "${case#*:}"
	check "$lie: the vif is detached" vif_detach liar
	liar_unloads >&2
done
check 'the other guest lost no ping' pinger_lost_none good
check 'nothing is left behind' leak_compare /tmp/before
check 'the kernel is content' splats
ktap_end
