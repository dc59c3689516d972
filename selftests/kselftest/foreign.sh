# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Pages that dom0 has mapped from one guest reach another guest as they are: a disk backend whose disk is on a network
# that a guest serves sends such. To the hypervisor they are the first guest's, not dom0's, and a copy has to name
# them by their grants.
. "${0%/*}/ktap.sh"

pages=16 times=32
read -ra fronts <<< "${FRONTS-stock ringway}"
ktap_plan $((3 + 4 * ${#fronts[@]}))

check 'stack ringway' use_stack "${STACK:-ringway}" || exit 1
check 'dom0 is on the bridge' flows_setup
lends() {
	guest_create lender front=none && guest_run lender 'modprobe xen-gntalloc' &&
		guest_start lender lent "lent give 0 $pages" &&
		wait_for 20 'granted pages' guest_run lender 'grep -q . /tmp/lent.out' &&
		read -ra refs < <(guest_run lender 'cat /tmp/lent.out') && [ ${#refs[@]} = $pages ]
}
check 'a guest lends pages to dom0' lends || exit 1

# What the vif has sent to its guest in grant copies of its own pages only would not arrive.
passed_on() { # RECEIVER ADDRESS
	guest_start "$1" took "lent take 5003 $pages $times"
	wait_for 10 'a listener' guest_run "$1" "grep -qi ':138B ' /proc/net/tcp" || return 1
	timeout 60 lent send "$(domid lender)" "$2" 5003 $times "${refs[@]}"
	local code=$?
	guest_wait "$1" took 30 || return 1
	return $code
}
none_failed() { # VIF
	local failed
	[ "$LAB_STACK" = ringway ] || return 0 # stock does not count them
	failed=$(counter "$1" to_guest_copy_failed)
	echo "copies failed: $failed"
	[ "$failed" = 0 ]
}
n=0
for front in "${fronts[@]}"; do
	n=$((n + 1))
	check "$front: a receiver joins" eval 'guest_create "to-$front" front="$front" && vif_join "to-$front" 127.9.0.$n'
	check "$front: each byte of the pages arrives" passed_on "to-$front" 127.9.0.$n
	# What is lost in large packets TCP sends again in small ones, which are copied otherwise, and arrive.
	check "$front: no copy of them fails" none_failed "vif$(domid "to-$front").0"
	# shellcheck disable=SC2154 # set by flows_setup
	check "$front: so does dom0's own" flow dom0 "to-$front" 127.9.0.$n
	guest_destroy "to-$front"
done
ktap_end
