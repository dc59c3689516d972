# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest with an emulated card (HVM) has two ports, the vif and the card's tap, and both are under its policy before
# its first instruction. It boots from the network by the card, speaks by it as a guest without PV drivers does, and
# then loads its PV driver beside the card ("unnecessary": it does not take the card out, the worst that it can do). At
# last the card goes. CARD is another card: virtio-net or rtl8139.
# Case of docs/security.md: BR-33
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

ktap_plan 30
card_model=${CARD:-e1000}
declare -A drivers=([virtio-net]=virtio_net [e1000]=e1000 [rtl8139]=8139cp)
driver=${drivers[$card_model]}
own=127.9.0.1 foreign=127.9.0.77 neighbour=127.9.0.9
filtering=/sys/class/net/xenbr0/brlite/vlan_filtering
drops() { counter xenbr0 "$1"; }
frames_of() { cat "/sys/class/net/$1/statistics/rx_packets"; }
# loses COUNTER COMMAND…: the guest's command fails, and the bridge says why.
loses() {
	local before
	before=$(drops "$1")
	! guest_run h "$2" 60 || return 1
	echo "$1 was $before, is $(drops "$1")"
	[ $(($(drops "$1") - before)) -ge 2 ]
}
from_foreign() {
	echo "/usr/bin/ip address replace $foreign/24 dev $dev; ping -c 3 -i 0.3 -W 1 -I $foreign $dom0_address; code=\$?;" \
		"/usr/bin/ip address del $foreign/24 dev $dev; exit \$code"
}
with_mac() { echo "ip link set $dev down; ip link set $dev address $1; join $own $dev"; }
in_force() { ringway vif show h 0 > /tmp/shown && cat /tmp/shown && ! grep -q 'not in force' /tmp/shown; }

# What is asked of the guest's port, whichever it uses.
is_locked() { # WHAT
	check "by $1: nothing arrives from a foreign address" loses drop_locked_address "$(from_foreign)"
	check "by $1: nor from a foreign MAC address" loses drop_locked_mac \
		"$(with_mac 00:16:3e:66:66:66); ping -c 3 -i 0.3 -W 1 $dom0_address"
	check "by $1: from its own it does" eval "guest_run h '$(with_mac "$(mac_of $own)")' && pings h $dom0_address"
}

check 'stack ringway' use_stack ringway || exit 1
ip address replace $dom0_address/24 dev xenbr0
check 'the other guest is there' eval \
	"guest_create p && vif_join p $neighbour && ringway vif set p 0 isolated=on" || exit 1
mkdir -p /etc/ringway/policy.d
printf '%s\n' '[[vif]]' 'name = "h"' 'mac_lock = true' 'isolated = true' > /etc/ringway/policy.d/h.toml

stage 'an HVM guest, paused'
guest_config h type=hvm front=none memory=256 extra=xen_emul_unplug=unnecessary \
	vif="mac=$(mac_of $own),ip=$own,bridge=xenbr0,script=vif-bridge-lite,model=$card_model"
check 'the network has something to boot from' netboot_start h $own
check 'the guest is made, and does not run yet' xl create -pq /tmp/h.cfg ||
	{ cat /var/log/xen/qemu-dm-h.log /var/log/xen/xen-hotplug.log >&2; exit 1; }
vif=vif$(domid h).0
card=$vif-emu dev=eth0
for p in "$card" "$vif"; do
	check "$p: locked and isolated before the first frame" eval "ip -d link show dev $p | grep -q 'master xenbr0' &&
		bridge -d link show dev $p | tee /dev/stderr | grep 'isolated on' | grep -q 'locked on' && [ \$(frames_of $p) = 0 ]"
done
check 'all of the policy is in force, the lock to IP addresses too' in_force

stage 'it boots from the network'
xl unpause h
said() {
	{ netboot_answers; tail -n 5 /var/log/xen/qemu-dm-h.log; guest_log h 20; ethtool -S xenbr0 | grep drop; } >&2
}
check 'DHCP is answered, and the boot file asked for' netboot_wait 90 || { said; exit 1; }
check 'it boots what it fetched' guest_run h true 90 || { said; exit 1; }
netboot_end

stage 'by the emulated card'
check "its card is the $card_model, and there is no other" guest_run h \
	"modprobe -q virtio_pci; modprobe $driver; join $own && \
		ethtool -i eth0 | grep -qx 'driver: $driver' && [ ! -e /sys/class/net/eth1 ]" 120
check 'check knows that it uses this card' eval "ringway check | grep 'the guest uses its emulated card, device $card'"
is_locked card
arp="/usr/bin/ip neighbour replace $neighbour lladdr $(mac_of $neighbour) dev eth0"
check 'isolated from the other guest' loses drop_isolated "$arp; ping -c 3 -i 0.3 -W 1 $neighbour"
check 'isolated no longer' eval "ringway vif set h 0 isolated=off && pings h $neighbour"
check 'a VLAN of its own keeps it from others' eval "echo 1 > $filtering && ringway vif set h 0 vlan=10 &&
	bridge vlan show dev $card | grep -q '10 PVID Egress Untagged' && ! pings h $neighbour"
check 'and lets it speak with who is in it' eval "ringway vif set p 0 vlan=10 && pings h $neighbour"
for g in h p; do ringway vif set $g 0 vlan=default; done
echo 0 > $filtering

stage 'without a policy of the tap'
ip link set "$card" down nomaster && ip link set "$card" master xenbr0 && ip link set "$card" up
check 'a foreign address passes' guest_run h "$(from_foreign)"
check 'check finds it' eval "ringway check | grep -q '$card: ip should be $own'"
check 'and mends it' eval 'ringway check --fix; in_force'
check 'nothing arrives from a foreign address' loses drop_locked_address "$(from_foreign)"

stage 'by its PV driver'
check 'the PV driver connects, beside the card' eval \
	"guest_run h 'modprobe xen-netfront; ip address flush dev eth0; ip link set eth0 down; join $own eth1' 60"
dev=eth1
check 'nothing passes by the vif while the card has the addresses' loses drop_locked_mac \
	"ping -c 3 -i 0.3 -W 1 $dom0_address"
check 'the card is taken out, and its port goes' eval \
	"guest_run h 'rmmod $driver; rmmod virtio_pci; unplug' &&
		wait_for 20 'the end of the tap' eval '! ip link show dev $card'"
check 'the vif gets the addresses' ringway check --card-gone="$card" # as udev has it done (packaging/udev)
is_locked vif
check 'every byte arrives at the other guest' flow h p $neighbour
rm /etc/ringway/policy.d/h.toml
ktap_end
