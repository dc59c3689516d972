# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# On an ordinary bridge whose frames pass iptables, vif-bridge-lite does what Xen's own vif-bridge does: the same rules
# come and go in FORWARD, and the same hooks are called with the same environment. Nothing stays behind. What vlan= says becomes the port's VLANs.
. "${0%/*}/ktap.sh"
: "${wire_address:?}"

ktap_plan 34
check 'stack stock' use_stack stock || exit 1
check 'an uplink' flows_setup
check 'a guest starts' guest_create a || exit 1

# Debian's package has handle_iptable() return at once (bug 894013): these are the scripts as Xen has them.
scripts=/tmp/scripts hook=/etc/xen/scripts/vif-post.d/zz-selftest.hook
cp -r /etc/xen/scripts $scripts
sed -i '/disabled in Debian/,/return 0/d' $scripts/vif-common.sh
check "Xen's scripts, without Debian's change" \
	eval "! cmp -s $scripts/vif-common.sh /etc/xen/scripts/vif-common.sh && bash -n $scripts/vif-common.sh"
# What is true at the time of the call is part of what a hook may rely on.
cat > $hook << 'END'
{
	echo "command=$command type_if=$type_if dev=$dev bridge=$bridge ip=$ip XENBUS_PATH=$XENBUS_PATH vif=$vif"
	echo "master=$(basename "$(readlink "/sys/class/net/$dev/master")") rules=$(iptables -S FORWARD | grep -c -e "$dev")"
	echo "status=$(xenstore-read "$XENBUS_PATH/hotplug-status" 2> /dev/null)"
} >> /tmp/called
END
chmod 755 $hook

stage 'iptables drops what is forwarded'
nf=/proc/sys/net/bridge/bridge-nf-call-iptables
drops() {
	modprobe br_netfilter && modprobe iptable_filter && modprobe xt_physdev && [ "$(cat $nf)" = 1 ] &&
		iptables -P FORWARD DROP
}
check "frames of the bridge pass a FORWARD that drops" drops
rules() { iptables -S FORWARD; }
rules > /tmp/rules.before
# attach SCRIPT [WORD…]: what the hook saw and the rules go to /tmp/seen.SCRIPT, without the number of the vif.
attach() {
	rm -f /tmp/called
	timeout 60 xl network-attach a mac="$(mac_of 127.9.0.1)" bridge=xenbr0 script="$1" "${@:2}" || return 1
	{ cat /tmp/called && rules; } > "/tmp/seen.${1##*/}"
	cat "/tmp/seen.${1##*/}"
}
detach() {
	rm -f /tmp/called
	timeout 60 xl network-detach a 0 && leaves && cat /tmp/called && cp /tmp/called "/tmp/gone.${1##*/}"
}
# The guest has seen it go, so that the next one is a new one to it.
leaves() {
	wait_for 10 'end of the vif' test ! -e "/sys/class/net/$vif" &&
		guest_run a 'wait-for 10 "[ ! -e /sys/class/net/eth0 ]"'
}
vif=vif$(domid a).0
gone() { diff /tmp/rules.before <(rules) && [ -z "$(ls -A /var/run/xen-hotplug 2> /dev/null)" ]; }
seen() { grep -qE -e "$1" "/tmp/seen.$script"; }

for script in vif-bridge vif-bridge-lite; do
	stage "$script"
	check "$script: attach" attach $scripts/$script || continue
	check "$script: FORWARD has both rules" \
		eval "seen '^-A FORWARD -m physdev +--physdev-in $vif +--physdev-is-bridged -j ACCEPT' &&
		seen '^-A FORWARD -m physdev +--physdev-out $vif +--physdev-is-bridged -j ACCEPT'"
	check "$script: the hook sees a port with its rules, before it counts as connected" eval \
		"seen '^command=online type_if=vif dev=$vif bridge=xenbr0 ip= XENBUS_PATH=/?.*backend/vif/$(domid a)/0 vif=$vif\$' &&
		seen '^master=xenbr0 rules=2\$' && seen '^status=\$'"
	check "$script: the guest joins" guest_run a 'join 127.9.0.1'
	check "$script: its packets pass" pings_lose_none a 3 0.2 "$wire_address"
	check "$script: detach" detach $script
	check "$script: its rules are gone, and so are locks" gone
done
check 'both say the same to a hook, and make the same rules' \
	eval 'cmp /tmp/seen.vif-bridge /tmp/seen.vif-bridge-lite'
check 'at the end as well' \
	eval 'grep -q "^command=offline .* dev=vif" /tmp/gone.vif-bridge && cmp /tmp/gone.vif-bridge /tmp/gone.vif-bridge-lite'

stage 'ip='
by_address() {
	local s
	for s in vif-bridge vif-bridge-lite; do
		attach $scripts/$s ip=127.9.0.1 && detach $s && gone || return 1
	done
	grep -e '-s 127.9.0.1/32 -m physdev.* -j ACCEPT' /tmp/seen.vif-bridge-lite &&
		cmp /tmp/seen.vif-bridge /tmp/seen.vif-bridge-lite
}
check 'ip= becomes the same rules' by_address

stage 'rules outlive neither a switch nor the bridge'
switched() { # DISTURBANCE…
	attach $scripts/vif-bridge-lite && [ "$(rules | grep -c -e "$vif")" = 2 ] && "$@" &&
		timeout 60 xl network-detach a 0 && leaves && gone
}
check 'frames do not pass iptables any more when it is detached' switched eval "echo 0 > $nf"
echo 1 > $nf
check 'the bridge is gone when it is detached' switched ip link delete xenbr0
ip link add xenbr0 type bridge && ip link set xenbr0 up && ip link set eth0 master xenbr0

stage "Debian's scripts as they are"
untouched() { attach /etc/xen/scripts/vif-bridge-lite && gone && grep -q 'rules=0' /tmp/called; }
check 'where vif-bridge makes no rules, vif-bridge-lite makes none' untouched
silent() {
	[ "$(cat "/proc/sys/net/ipv6/conf/$vif/disable_ipv6")" = 1 ] && ! ip -6 address show dev "$vif" | grep inet6
}
check 'this host has no IPv6 address at the vif' silent
check 'and it goes' eval 'detach vif-bridge-lite && gone'

stage 'vlan=, as later releases of xl write it'
cat > $scripts/vif-vlan << 'END'
#!/bin/bash
case $1 in online | add) xenstore-write "$XENBUS_PATH/vlan" "$(cat /tmp/vlan)" ;; esac
exec /etc/xen/scripts/vif-bridge-lite "$@"
END
chmod 755 $scripts/vif-vlan
vlans() { bridge vlan show dev "$vif" | sed -n "2,\$ { s/^$vif//; s/^ *//; s/ *\$//p }" | tr '\n' ';'; }
takes() { # VLAN LIST
	echo "$1" > /tmp/vlan
	attach $scripts/vif-vlan && vlans > /tmp/vlans && detach vif-vlan && gone || return 1
	cat /tmp/vlans
	[ "$(cat /tmp/vlans)" = "$2" ]
}
refuses() { # VLAN TEXT
	echo "$1" > /tmp/vlan
	! attach $scripts/vif-vlan > /tmp/refused 2>&1 || return 1
	cat /tmp/refused
	# libxl leaves the device there, and its closed end takes a moment to go.
	timeout 60 xl network-detach a 0
	grep -qF "vlan '$1': $2" /tmp/refused && leaves && gone
}
check 'refused where the bridge does not filter, with what to type' \
	refuses 10 "bridge xenbr0 does not filter VLANs: make it with 'ip link set xenbr0 type bridge vlan_filtering 1'"
ip link set xenbr0 type bridge vlan_filtering 1
check "one VLAN is the port's own, and the only one" takes 10 '10 PVID Egress Untagged;'
check 'lists, ranges and steps' takes 10p/20-21/100+10x2u \
	'10 PVID Egress Untagged;20;21;100 Egress Untagged;110 Egress Untagged;120 Egress Untagged;'
check 'what is none is refused by name' refuses 10p/x "'x' is not N, N-M or N+OxC"

stage 'vlan= of ringway vif attach'
# When the guest reboots, xl makes the vif anew from what it knows, which is no VLAN here.
again() { # SCRIPT
	timeout 60 ringway vif attach a mac="$(mac_of 127.9.0.1)",bridge=xenbr0,vlan=30 || return 1
	timeout 60 xl network-detach a 0 && leaves && attach "/etc/xen/scripts/$1" && vlans > /tmp/vlans || return 1
	cat /tmp/vlans
	timeout 60 ringway vif detach a 0 && leaves && gone && [ "$(cat /tmp/vlans)" = '30 PVID Egress Untagged;' ]
}
check 'it outlives what xl does not know, with vif-bridge' again vif-bridge
check 'and with vif-bridge-lite' again vif-bridge-lite
forgotten() { attach /etc/xen/scripts/vif-bridge && vlans && [ "$(vlans)" = '1 PVID Egress Untagged;' ] && detach vif-bridge; }
check 'and is forgotten with the vif' forgotten

rm -f $hook
iptables -P FORWARD ACCEPT
modprobe -r xt_physdev iptable_filter
ktap_end
