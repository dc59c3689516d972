# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# xl create with a vif in the configuration (so with the hotplug script), then save and restore with
# traffic on the vif: the address stays, traffic comes back, nothing is left of the first life.
# Cases of docs/security.md: NF-25, RL-04
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

stack=${STACK:-ringway}
fronts=${FRONTS:-stock ringway}
ktap_plan $((1 + $(wc -w <<< "$fronts") * 8))
case $stack in stock) script=vif-bridge ;; *) script=vif-bridge-lite ;; esac

check "stack $stack" use_stack "$stack" || exit 1
ip address replace $dom0_address/24 dev xenbr0

maps() { case $stack-$front in ringway-ringway) echo yes ;; *) echo no ;; esac }

for front in $fronts; do
	leak_snapshot /tmp/before
	stage "netfront $front: create, save, restore"
	check "$front: xl create with script=$script" guest_create a front="$front" memory=160 \
		vif="mac=$(mac_of 127.9.0.1),bridge=xenbr0,script=$script"
	check "$front: the guest has its link" guest_run a 'join 127.9.0.1'
	traffic_start a $dom0_address
	check "$front: xl save under traffic" eval 'traffic_passes a 0 && timeout 90 xl save a /tmp/a.save'
	check "$front: xl restore, and the traffic goes on" eval 'timeout 90 xl restore /tmp/a.save && traffic_passes a 0'
	rm -f /tmp/a.save
	traffic_stop a
	check "$front: traffic passes after it" flow_both a dom0 127.9.0.1 $dom0_address
	check "$front: its buffers are mapped if both ends are ours" mapped_if a "$(maps)"
	guest_destroy a
	check "$front: nothing is left" leak_compare /tmp/before
	check "$front: no complaint from the kernel" splats
done
ktap_end
