# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest that lies on the ring (evilfront.ko): what no honest frontend does switches its vif off with one
# log line, what buggy ones do costs a packet; either way the other guest never loses a ping.
# Cases of docs/security.md: NB-01, NB-02, NB-06, NB-07, NB-09, NB-10, NB-11, NB-13, NB-15, NB-16, NB-17, NB-20,
# NB-23, NB-24, NB-26, NB-31, NB-43, NB-44, NB-45, NB-46, NB-47, NB-68, NB-69, NB-70, NB-72, NB-73, NB-75, NB-76, RL-18
. "${0%/*}/ktap.sh"

# shellcheck source=selftests/kselftest/lies.sh
. "${0%/*}/lies.sh"
lies=${LIES:-$ring_lies}
# Lies about buffers that stay mapped have a result for each of their modes, and one for what is mapped afterwards.
modes() { # prints what there is for each lie of the list
	local case
	for case in $lies; do [[ $case != map-* ]] || echo kept "$(modes_of "${case%:*}")"; done
}
ktap_plan $((13 + 2 * $(wc -w <<< "$lies") + $(modes | wc -w)))

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
	[ "$1" != map-storm ] || storm_bounded || return 1
	came_out "$@" $(($(said) - lines)) && { [ "$2" != off ] || [ "$now" != 1 ]; }
}

# 16 messages about 512 buffers a second, and as many at once; the backend's seconds need not be the liar's.
storm_bounded() {
	local words
	read -ra words <<< "$(guest_run liar "dmesg | sed -n 's/.*evilfront: stormed: messages //p'")"
	echo "map-storm: messages ${words[*]}"
	[ "${words[2]}" -ge 16 ] && [ "${words[2]}" -le $((16 * (words[4] + 4))) ]
}

attach_liar() { vif_attach liar 'mac=00:16:3e:66:66:66,bridge=xenbr0' >&2; }
# Some of its buffers come and go all the time.
has_traffic() { liar_loads 'map-traffic seconds=60' && attach_liar; }
# Xen keeps what is left of a domain while others have pages of it.
dies() {
	local id
	id=$(domid liar)
	guest_destroy liar && wait_for 20 'end of its vif' test ! -e "/sys/class/net/vif$id.0" &&
		wait_for 20 'end of the domain' eval "! xl list $id"
}

# shellcheck disable=SC2154 # set by flows_setup
pinger_start good $dom0_address
asker_start good
for case in $lies; do
	lie=${case%:*}
	stage "$lie"
	lines=$(said)
	liar_loads "$lie" >&2
	attach_liar
	wait_for 60 "report of $lie" reported "$lie"
	# Switching a vif off takes a few steps of several parties; the module reports ten times a second.
	check "$lie: ${case#*:}" holds_within 30 judge "$lie" "${case#*:}"
	guest_run liar dmesg > /tmp/liar.log
	for mode in $(modes_of "$lie"); do check "$lie, $mode: is answered as it should" mode_right "$mode" /tmp/liar.log; done
	check "$lie: the vif is detached" vif_detach liar
	liar_unloads >&2
	[[ $lie != map-* ]] || check "$lie: no buffer is mapped any more" none_kept
done

stage 'ends with buffers mapped'
check 'the liar sends from mapped buffers and receives into them' eval 'has_traffic && holds_within 30 mapped_if liar yes 448'
check 'close-mapped: the vif is detached under traffic' vif_detach liar
liar_unloads >&2
check 'close-mapped: no buffer is mapped any more' none_kept
check 'nothing is left behind' leak_compare /tmp/before
check 'the liar sends and receives so again' eval 'has_traffic && holds_within 30 mapped_if liar yes 448'
check 'die-mapped: the liar dies under traffic, and nobody has its pages' dies
check 'the other guest lost no ping' pinger_lost_none good
check "the other guest's bytes are right" flow_both good dom0 127.9.0.1 "$dom0_address"
check 'the kernel is content' splats
ktap_end
