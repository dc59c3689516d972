# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What an HVM guest boots from: its emulated card's option ROM (iPXE) asks for an address, gets it with the name of a
# file, and fetches kernel and initramfs. HTTP, because TFTP asks for each packet. A kernel given to the device model
# (kernel= in the configuration) costs an emulated instruction a byte here, for a minute.

: "${dom0_address:?}" # flows.sh
netboot_files=/tmp/netboot

# netboot_start NAME ADDRESS [KERNEL]: for the guest that guest_config NAME type=hvm wrote down.
netboot_start() {
	local address=$2 kernel=${3:-$own_kernel} url=http://$dom0_address
	[ -e "/guest/$kernel/netboot.gz" ] || { note "no kernel \"$kernel\" to boot from the network"; return 1; }
	modprobe tun && mkdir -p $netboot_files /var/lib/misc || return 1
	ln -sf "/guest/$kernel/vmlinuz" $netboot_files/
	cat "/guest/$kernel"/netboot{,-overlay}.gz > $netboot_files/initrd.gz
	printf '%s\n' '#!ipxe' "kernel $url/vmlinuz initrd=initrd.gz $(< "/tmp/$1.words")" "initrd $url/initrd.gz" boot \
		> $netboot_files/boot.ipxe
	printf '%s\n' 'interface xenbr0' "start $address" "end $address" 'max_leases 1' 'option subnet 255.255.255.0' \
		"lease_file /tmp/netboot.leases" "pidfile /tmp/netboot.pid" "boot_file $url/boot.ipxe" > /tmp/netboot.conf
	: > /tmp/netboot.leases
	udhcpd -f /tmp/netboot.conf > /tmp/netboot.dhcp 2>&1 &
	netboot_programs=$!
	httpd -f -v -p "$dom0_address:80" -h $netboot_files > /tmp/netboot.http 2>&1 &
	netboot_programs+=" $!"
}

# The answers so far, a line each: the address given, and the files by number (httpd names none).
netboot_answers() { cat /tmp/netboot.dhcp /tmp/netboot.http; }

# netboot_wait SECONDS: until the boot file was asked for. Asking costs the guest, so rarely.
netboot_wait() {
	local end=$((SECONDS + $1))
	until grep -q response /tmp/netboot.http; do
		[ $SECONDS -lt $end ] || { netboot_answers; return 1; }
		sleep 2
	done
}

# shellcheck disable=SC2086 # words
netboot_end() { kill $netboot_programs; wait $netboot_programs 2> /dev/null; rm -r $netboot_files; }
