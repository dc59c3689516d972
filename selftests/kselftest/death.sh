# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest that dies under traffic, as sender and as receiver, leaves nothing behind; its peer lives on.
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

stack=${STACK:-ringway}
ktap_plan 14

check "stack $stack" use_stack "$stack" || exit 1
check 'uplink and dom0 are on the bridge' flows_setup
check 'a starts' guest_create a kernel=6.12
check 'a joins' vif_join a 127.9.0.1
leak_snapshot /tmp/before

for front in stock ${FRONTS-ringway}; do
	stage "b with netfront $front is destroyed under traffic"
	check "$front: b starts" guest_create b front="$front"
	check "$front: b joins" vif_join b 127.9.0.2
	traffic_start a 127.9.0.2
	traffic_start b 127.9.0.1
	check "$front: b is destroyed under traffic" eval 'traffic_passes b && guest_destroy b'
	traffic_stop a
	check "$front: nothing is left of b" leak_compare /tmp/before
	check "$front: a still has its link to dom0" flow_both a dom0 127.9.0.1 $dom0_address
done
[ -n "${FRONTS-ringway}" ] || for text in starts joins destroyed nothing link; do
	skip "$text" 'no second frontend asked for'
done
ktap_end
