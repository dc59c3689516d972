# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Guests: made with xl, spoken to over their console.

# The kernel that guests have unless a scenario says another one: Debian's own.
own_kernel=$(printf '%s\n' /guest/[0-9]* | sort -V | head -n 1)
own_kernel=${own_kernel##*/}

domid() { xl domid "$1"; }
console_of() { xenstore-read "/local/domain/$(domid "$1")/console/tty"; }

# Each guest kernel's initramfs is the prepared archive and what this boot laid over it.
guest_initrd() {
	local k=$1
	[ -d "/guest/$k" ] || { note "no guest kernel \"$k\" here; there are: $(ls /guest)"; return 1; }
	if [ -e "/guest/$k/overlay" ]; then
		cat "/guest/$k/overlay" >> "/guest/$k/initrd" && rm "/guest/$k/overlay"
	fi
}

# tsc_mode: the emulated processor's TSC is not called invariant, so Xen would emulate each reading of the clock by a PV
# guest, for some 1 250 instructions. It does not do so on real hosts. An HVM guest has no other console than Xen's: a
# character to an emulated one is a round through the device model.
guest_config() {
	local name=$1 kernel=$own_kernel type=pv front=stock memory=192 vcpus=1 vif='' extra='' a
	shift
	for a in "$@"; do
		case $a in
		kernel=* | type=* | front=* | memory=* | vcpus=* | vif=* | extra=*) local "$a" ;;
		*) note "guest_create: unknown argument \"$a\""; return 1 ;;
		esac
	done
	guest_initrd "$kernel" || return 1
	[ -z "$vif" ] || vif="vif = [ '$vif' ]"
	extra="console=hvc0 quiet loglevel=4 panic=1 panic_on_warn=1 lab.front=$front $extra"
	local boot="kernel = \"/guest/$kernel/vmlinux\"
		ramdisk = \"/guest/$kernel/initrd\"
		extra = \"$extra\""
	if [ "$type" = hvm ]; then
		# Looking for an AGP bridge on each bus there could be is 14 s of an emulated boot.
		echo "$extra pci=noearly" > "/tmp/$name.words"
		boot='boot = "n"; vga = "none"; vnc = 0'
	fi
	cat > "/tmp/$name.cfg" <<-C
		name = "$name"
		type = "$type"
		$boot
		memory = $memory
		vcpus = $vcpus
		$vif
		tsc_mode = "native"
		on_crash = "preserve"
		on_reboot = "preserve"
	C
}

guest_create() {
	local name=$1
	guest_config "$@" && xl create -q "/tmp/$name.cfg" || return 1
	guest_run "$name" true 60 && return
	note "guest $name does not answer; its console:"
	guest_log "$name" >&2
	guest_destroy "$name" # so that what is asked of it later fails at once
	return 1
}

guest_run() { gexec "$(console_of "$1")" "${3:-30}" "$2"; }
guest_start() {
	guest_run "$1" "rm -f /tmp/$2.*; ( ( $3 ) > /tmp/$2.out 2>&1; echo \$? > /tmp/$2.code ) > /dev/null 2>&1 &"
}
guest_wait() { guest_run "$1" "wait-job $2 ${3:-30}" $((${3:-30} + 5)); }
guest_log() { grep -v -E '^ *\?|^\[[^]]*\]  \? ' "/var/log/xen/console/guest-$1.log" | tail -n "${2:-60}"; }
guest_destroy() { xl destroy "$1"; }
destroy_all() {
	local name
	for name in $(xl list 2> /dev/null | awk 'NR > 1 && $1 != "Domain-0" { print $1 }'); do xl destroy "$name"; done
}
