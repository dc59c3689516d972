#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test.sh [PART…] - `make host-test`: a Debian host with Xen, from stock drivers to Ringway's packages and back, as an
# administrator does it: all by ssh, through the very bridge that is exchanged. KTAP on standard output; each step says
# on standard error when it begins. Consoles of all boots: $OUT/lab/results/debian. PARTs, each from a fresh disk:
#   life       installed by apt, `ringway use`, reboot, a guest that reboots, upgrade, removal, reboot
#   modules    a kernel that lost its modules: the host boots with an ordinary bridge; and back
#   networkd   the bridge by Ringway's unit, its address by systemd-networkd
#   manager    NetworkManager runs beside the bridge and leaves it alone
#   newkernel  Linux of another series arrives by apt: without modules for it an ordinary bridge; and with them
#   libvirt    a guest by virsh with <script path='vif-bridge-lite'/>, its interfaces come and go, saved and restored;
#              xentop, xl network-list
set -uo pipefail
. "$(dirname "$0")/../lib.sh"
: "${lab_src:?}" "${lab_out:?}" "${cache:?}" "${pkgs:?}" "${top:?}" "${OUT:?}"
results=$lab_out/results/debian
rm -rf "$results"
mkdir -p "$results"
said=$results/said
own=$(own_kernel) # what the host runs
own_version=$(kver "$own")
. "$lab_src/debian/boot.sh"
. "$top/selftests/result.sh"
trap '[ -z "$machine" ] || kill "$machine"' EXIT

check() { # TEXT COMMAND…
	local text=$1
	shift
	stage "$text"
	"$@" > "$said" 2>&1
	result $? "$text"
}
in_time() { limit=900 "$@"; } # much is done there
must() { check "$@"; [ "$failed" = "$failed_before" ] || { host_off; return 1; }; }

. "$lab_src/debian/steps.sh"

fresh() {
	failed_before=$failed
	boots_with "$cache/vmlinux-$own" "$debian/initrd"
	cp --sparse=always "$debian/disk" "$results/disk"
	must "$1: a Debian host with the stock drivers boots" host_on &&
		must "$1: its guest runs and answers" guest_there &&
		must "$1: on the stock drivers" on_stock
}

life() {
	fresh life || return
	files > "$results/files.before"
	installed life || return
	check "life: nothing has changed in the running network" on_stock
	must "life: the machine loses its power before the change is confirmed, and boots" dies_unconfirmed ringway || return
	check "life: its guest answers" guest_there
	check "life: on the bridge that it had" had_bridge
	session_begin
	must "life: ringway use ringway, confirmed by who comes in anew" use ringway || return
	check "life: an open ssh session has lived through it" session_goes_on
	check "life: bridge and backend are Ringway's" on_ringway
	check "life: the guest answers" guest_there
	check "life: ifupdown makes such a bridge from now on" on_host 'grep -x "[[:space:]]*brlite_ports ens3" /etc/network/interfaces'
	check "life: a policy is set for the guest, whose script is Xen's own" on_host 'ringway vif set guest 0 mac_lock=on &&
		xenstore-read "/libxl/$(xl domid guest)/device/vif/0/script" | grep "/vif-bridge$"'
	must "life: the host reboots and is there again" host_reboot || return
	check "life: its guest was saved and restored by xendomains, and answers" guest_there
	check "life: bridge and backend are Ringway's after the boot" on_ringway
	check "life: ringway check finds nothing to complain of" on_host 'ringway check'
	check "life: its policy is in force" in_force
	check "life: the guest reboots by itself" on_host 'old=$(xl domid guest); (timeout 90 in-guest guest "reboot -f" &)
		for i in $(seq 90); do new=$(xl domid guest 2> /dev/null); [ -n "$new" ] && [ "$new" != "$old" ] && exit 0; sleep 1; done; exit 1'
	check "life: it answers again" guest_there
	check "life: its policy is in force" in_force
	check "life: and is given up" on_host 'ringway vif set guest 0 mac_lock=default'
	check "life: an upgrade under a running guest loses no packet" upgraded
	check "life: still Ringway's" on_ringway
	session_begin
	check "life: apt purges the packages" in_time on_host 'DEBIAN_FRONTEND=noninteractive apt-get purge -y "ringway*"'
	check "life: an open ssh session has lived through it" session_goes_on
	check "life: bridge and backend are the stock ones" on_stock
	check "life: the guest answers" guest_there
	files > "$results/files.after"
	check "life: every file is what it was before" eval '[ -s "$results/files.before" ] && diff "$results"/files.{before,after}'
	must "life: the host reboots and is there again" host_reboot || return
	check "life: its guest answers" guest_there
	check "life: bridge and backend are the stock ones after the boot" on_stock
	host_off
}

modules() {
	fresh modules || return
	installed modules || return
	must "modules: ringway use ringway" use ringway || return
	check "modules: the modules' package is lost" on_host 'dpkg --purge --force-depends "ringway-modules-$(uname -r)"'
	must "modules: the host boots with network" host_reboot || return
	check "modules: its guest answers" guest_there
	check "modules: on an ordinary bridge, with the stock backend" on_stock
	check "modules: the journal says loudly that policies are not in force" on_host 'journalctl -b -t ringway | grep "NO BRIDGE OF KIND brlite"'
	check "modules: they are installed again" install "$OUT/deb/ringway-modules-${own_version}"_*.deb
	must "modules: the host boots" host_reboot || return
	check "modules: its guest answers" guest_there
	check "modules: with Ringway's bridge and backend" on_ringway
	host_off
}

keeps_the_package() {
	! on_host 'DEBIAN_FRONTEND=noninteractive apt-get remove -y ringway 2>&1' | tee "$results/removal"
	grep 'ringway-bridge@xenbr0.service makes bridge xenbr0 at boot' "$results/removal" && on_host 'command -v ringway'
}
networkd() {
	fresh networkd || return
	installed networkd || return
	check "networkd: the bridge by Ringway's unit, its address by systemd-networkd" on_host '
		sed -i "/xenbr0/,\$d; /ens3/d" /etc/network/interfaces &&
		echo PORTS=ens3 > /etc/ringway/xenbr0.bridge &&
		sed "s,^DHCP=yes,Address=10.0.2.15/24\nGateway=10.0.2.2," /usr/share/doc/ringway/examples/xenbr0.network > /etc/systemd/network/xenbr0.network &&
		systemctl enable ringway-bridge@xenbr0 systemd-networkd'
	must "networkd: the host boots with network" host_reboot || return
	check "networkd: its guest answers" guest_there
	check "networkd: bridge and backend are Ringway's" on_ringway
	check "networkd: the address is networkd's" on_host 'networkctl status xenbr0 | grep -i "state: routable (configured)"'
	check "networkd: the package that makes the bridge stays, and says why" keeps_the_package
	must "networkd: ringway use stock" use stock || return
	must "networkd: the host boots with network" host_reboot || return
	check "networkd: its guest answers" guest_there
	check "networkd: the unit's bridge is an ordinary one" on_stock
	host_off
}

manager() {
	fresh manager || return
	installed manager || return
	must "manager: ringway use ringway" use ringway || return
	check "manager: NetworkManager is switched on" on_host 'systemctl enable NetworkManager'
	must "manager: the host boots with network" host_reboot || return
	check "manager: its guest answers" guest_there
	check "manager: bridge and backend are Ringway's" on_ringway
	check "manager: it leaves the bridge and the guest's interface alone" on_host 'nmcli -t -f DEVICE,STATE device > /tmp/nm && cat /tmp/nm &&
		grep -qx "xenbr0:unmanaged" /tmp/nm && grep -q "^vif.*:unmanaged$" /tmp/nm && ! grep -E "^(xenbr0|vif.*|ens3):" /tmp/nm | grep -v ":unmanaged$"'
	host_off
}

arrives() { # VERSION
	install "$(find "$pkgs" -name "linux-image-$1_*.deb")" | tee "$results/arrived"
	grep "ringway: Linux $1 has no module bridge-lite" "$results/arrived"
}
newkernel() {
	local version
	version=$(kver 6.12)
	fresh newkernel || return
	installed newkernel || return
	must "newkernel: ringway use ringway" use ringway || return
	must "newkernel: Linux $version arrives by apt, which says that it has none of the modules" arrives "$version" || return
	check "newkernel: its initramfs is made" in_time on_host "mkinitramfs -o /root/initrd $version"
	must "newkernel: and fetched" host_get initrd "$results/initrd" || return
	boots_with "$cache/vmlinux-6.12" "$results/initrd"
	must "newkernel: the host boots it with network" host_reboot || return
	check "newkernel: it is Linux $version" on_host "uname -r | grep -Fx '$version'"
	check "newkernel: its guest answers" guest_there
	check "newkernel: on an ordinary bridge, with the stock backend" on_stock
	check "newkernel: the journal says loudly that policies are not in force" on_host 'journalctl -b -t ringway | grep "NO BRIDGE OF KIND brlite"'
	check "newkernel: its modules are installed" install "$OUT/deb/ringway-modules-${version}"_*.deb
	must "newkernel: the host boots" host_reboot || return
	check "newkernel: its guest answers" guest_there
	check "newkernel: with Ringway's bridge and backend" on_ringway
	host_off
}

virsh() { on_host "virsh -c xen:///system $1"; }
virt_address=10.0.2.102
virt_there() { on_host "in-guest virt 'ip link set eth0 up; /usr/bin/ip address replace $virt_address/24 dev eth0' && ping -c 3 -i 0.3 -W 5 $virt_address"; }
# It wants to know the processor's name, and the emulator's is like none of those that it has heard of.
libvirt_runs() {
	on_host 'cd /usr/share/libvirt/cpu_map && sed "s/486/lab/; /pse\|vme/d" x86_486.xml > x86_lab.xml &&
		sed -i "s,.*x86_486.xml.*,&<include filename=\"x86_lab.xml\"/>," index.xml &&
		systemctl start libvirtd && timeout 120 virsh -c xen:///system version'
}
# Debian's libvirtd.service conflicts with it: when that starts, xendomains is stopped and saves its guests.
xendomains_again() {
	on_host 'systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd && systemctl start xendomains' && guest_there
}
virt_defined() { host_put "$lab_src/debian/etc/virt.xml" && virsh 'define virt.xml'; }
# shellcheck disable=SC2016 # expanded there
libvirt() {
	fresh libvirt || return
	installed libvirt || return
	must "libvirt: ringway use ringway" use ringway || return
	must "libvirt: its daemon speaks to Xen" libvirt_runs || return
	check "libvirt: a guest is defined" virt_defined
	must "libvirt: and started" virsh 'start virt' || return
	check "libvirt: it answers" virt_there
	check "libvirt: by vif-bridge-lite, on the bridge" on_host 'id=$(xl domid virt); ip -o link show master xenbr0 | grep " vif$id.0: " &&
		xenstore-read /libxl/$id/device/vif/0/script | grep "/vif-bridge-lite$"'
	check "libvirt: virsh and xl list its interface" on_host 'virsh -c xen:///system domiflist virt | grep "xenbr0.*00:16:3e:00:00:21" &&
		xl network-list virt | grep "^0 *0 *00:16:3e:00:00:21 *0 *4 "'
	check "libvirt: ringway says the same" on_host 'ringway vif list | tee /dev/stderr | grep "00:16:3e:00:00:21.*connected"'
	# Where no bridge has the folder "bridge" in sysfs, xentop takes no interface for a guest's.
	check "libvirt: xentop counts what it sends, once there is an ordinary bridge" on_host 'ip link add ordinary type bridge &&
		ping -q -c 50 -i 0.05 -s 1200 10.0.2.102 && xentop -b -i 1 | tee /dev/stderr |
		awk "\$1 == \"virt\" && \$10 == 1 && \$11 > 40 && \$12 > 40 { found = 1 } END { exit !found }" && ip link del ordinary'
	check "libvirt: attach-interface" virsh 'attach-interface virt bridge xenbr0 --mac 00:16:3e:00:00:22 --script vif-bridge-lite --live'
	check "libvirt: the guest has it, and the bridge" on_host 'in-guest virt "ip link show eth1" && ip -o link show master xenbr0 | grep " vif$(xl domid virt).1: "'
	check "libvirt: detach-interface" virsh 'detach-interface virt bridge --mac 00:16:3e:00:00:22 --live'
	check "libvirt: nothing is left of it" on_host 'for i in $(seq 20); do [ -e "/sys/class/net/vif$(xl domid virt).1" ] || exit 0; sleep 1; done; exit 1'
	check "libvirt: virsh saves it" virsh 'save virt /root/virt.save'
	check "libvirt: and restores it" virsh 'restore /root/virt.save'
	check "libvirt: it answers" virt_there
	check "libvirt: virsh destroys it, and no interface is left" on_host 'virsh -c xen:///system destroy virt && sleep 2 && ! ls -d /sys/class/net/vif*'
	check "libvirt: xendomains, whose place it took, restores the other guest" xendomains_again
	host_off
}

declare -A plans=([life]=33 [modules]=14 [networkd]=14 [manager]=10 [newkernel]=17 [libvirt]=22)
parts='life modules networkd manager newkernel libvirt'
# shellcheck disable=SC2086 # words
[ $# -gt 0 ] || set -- $parts
plan=0
for part in "$@"; do
	[ -n "${plans[$part]:-}" ] || die "part \"$part\" is unknown; there are: $parts"
	plan=$((plan + plans[$part]))
done
echo "KTAP version 1"
echo "1..$plan"
for part in "$@"; do "$part"; done
cat "$results/silence" 2> /dev/null | sed 's/^/# /'
[ $failed = 0 ] && [ $number = $plan ]
