#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Makes what a boot needs out of out/lab/root: the hypervisor and the kernels uncompressed (emulated
# decompression costs more than the rest of the boot), and cpio archives that the kernel unpacks one
# after the other:
#
#   dom0.cpio          dom0's userland            modules-K.cpio   dom0's modules of kernel K
#   guest-K.cpio       /guest/K in dom0: the guests' kernel K and their initramfs
#   hvm.cpio           what HVM guests need in dom0: the device model, firmware, and a kernel and a small initramfs that
#                      they fetch (dom0/netboot.sh)
#
# Of the kernels of checked-kernel.sh, where there are any, one is a dom0's and one a guest's.
#
# What changes often (init, scenarios, tools, our modules) is not in here but in the overlay of run.sh.
# Each file is made once; a changed list below or a new download makes it again.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
: "${lab_src:?}" "${lab_out:?}" "${kernels:?}" "${pkgs:?}" "${root:?}" "${cache:?}" "${top:?}" "${checked:?}"
. "$lab_src/tree.sh"

xen_bin=/$(cd "$root" && echo usr/lib/xen-[0-9]*/bin) # /usr/lib/xen-4.17/bin
xen_boot=${xen_bin%bin}boot

dom0_programs=(bash ip bridge tc ethtool iperf3 tcpdump perl flock nsenter unshare logger lsns
	xtables-legacy-multi xenstore-{chmod,exists,list,ls,read,rm,watch,write}
	"$xen_bin"/{xl,xenstored,xenstore-control,xenconsoled,xen-init-dom0,libxl-save-helper,lsevtchn,xentop,xen-diag})
guest_programs=(ip ethtool iperf3)
guest_modules=(xen-netfront xen-gntalloc pktgen 8021q sch_netem veth)

dom0_tree() {
	local t=$1 p
	tree_base "$t"
	for p in "${dom0_programs[@]}"; do tree_program "$t" "$p"; done
	mkdir -p "$t"/var/lib/xen "$t"/var/log/xen/console "$t"/var/lock "$t"/usr/sbin
	cp -r "$root/etc/xen" "$t/etc/xen"
	for p in iptables ip6tables iptables-save; do ln -s xtables-legacy-multi "$t/usr/bin/$p"; done
	# Loaded at run time, so that ldd does not tell: iptables' matches.
	mkdir -p "$t/usr/lib/x86_64-linux-gnu/xtables"
	cp "$root"/usr/lib/x86_64-linux-gnu/xtables/libxt_{standard,physdev,udp}.so "$t/usr/lib/x86_64-linux-gnu/xtables/"
}

# Where the modules of a kernel are.
module_root() {
	case $1 in checked | kasan) echo "$checked/$1/root" ;; *) echo "$root" ;; esac
}

guest_tree() { # TREE KERNEL
	local t=$1 p
	tree_base "$t"
	for p in "${guest_programs[@]}"; do tree_program "$t" "$p"; done
	root=$(module_root "$2") tree_modules "$t" "$(kver "$2")" "${guest_modules[@]}"
}

# The kernel inside a bzImage. Offsets: Documentation/arch/x86/boot.rst (setup_sects, payload_offset, payload_length).
vmlinux_of() {
	local image=$1 sects off len magic
	sects=$(od -An -tu1 -j$((0x1f1)) -N1 "$image")
	off=$(od -An -tu4 -j$((0x248)) -N4 "$image")
	len=$(od -An -tu4 -j$((0x24c)) -N4 "$image")
	off=$(((sects + 1) * 512 + off))
	magic=$(od -An -tx1 -j$off -N4 "$image" | tr -d ' \n')
	# The last 4 bytes of the payload are the size of what it holds, not part of the stream.
	dd if="$image" bs=1M iflag=skip_bytes,count_bytes skip=$off count=$((len - 4)) status=none | case $magic in
	fd377a58) xz -dc ;;
	28b52ffd) zstd -dcq ;;
	1f8b*) gzip -dc ;;
	*) die "$image: unknown compression (magic $magic)" ;;
	esac
}

# make_once FILE COMMAND… : unless FILE is newer than the download and this recipe.
make_once() {
	local file=$1
	shift
	[ "$file" -nt "$lab_out/fetched" ] && [ "$file" -nt "$lab_src/image.sh" ] &&
		[ "$file" -nt "$lab_src/tree.sh" ] && return
	stage "image: ${file##*/}"
	"$@" > "$file.new"
	mv "$file.new" "$file"
}

packed() { # FUNCTION ARG…: what FUNCTION puts into a tree, as a cpio archive
	local t fn=$1
	shift
	t=$(mktemp -d "$cache/tree.XXXXXX")
	"$fn" "$t" "$@"
	tree_pack "$t"
	rm -rf "$t"
}

make_once_guest() { # KERNEL
	local t
	make_once "$cache/vmlinux-$1" vmlinux_of "$root/boot/vmlinuz-$(kver "$1")"
	make_once "$cache/guest-initrd-$1" packed guest_tree "$1"
	make_once "$cache/guest-$1.cpio" packed guest_files "$1"
}

guest_files() { # TREE KERNEL
	mkdir -p "$1/guest/$2"
	cp "$cache/vmlinux-$2" "$1/guest/$2/vmlinux"
	cp "$cache/guest-initrd-$2" "$1/guest/$2/initrd"
}

# hvmloader takes SeaBIOS from here, and the device model what it cannot do without. A card's option ROM boots from the
# network.
hvm_tree() {
	local t=$1 k roms guest_programs=(ip ethtool) guest_modules=(xen-netfront e1000 8139cp virtio_pci virtio_net)
	# Where Debian 12 has the option ROMs; Debian 13 has them beside the keymaps. The device model looks in both.
	roms=usr/lib/ipxe/qemu
	[ -d "$root/$roms" ] || roms=usr/share/qemu
	tree_program "$t" /usr/libexec/xen-qemu-system-i386
	for k in "${xen_boot#/}/hvmloader" usr/share/seabios/bios-256k.bin usr/share/qemu/{kvmvapic.bin,keymaps/en-us} \
		"$roms"/efi-{e1000,rtl8139,virtio}.rom; do
		install -D -m 644 "$root/$k" "$t/$k"
	done
	for k in $(awk '{ print $1 }' "$kernels"); do
		install -D -m 644 "$root/boot/vmlinuz-$(kver "$k")" "$t/guest/$k/vmlinuz"
		packed guest_tree "$k" | gzip -9 > "$t/guest/$k/netboot.gz"
	done
}

modules_tree() { root=$(module_root "$2") tree_modules "$1" "$(kver "$2")" "${dom0_modules[@]}" "${bench_modules[@]}"; }

[ -e "$lab_out/fetched" ] || die "nothing fetched yet; run lab/fetch.sh"
make_once "$cache/xen" zcat "$root"/boot/xen-[0-9]*-amd64.gz
make_once "$cache/dom0.cpio" packed dom0_tree
make_once "$cache/hvm.cpio" packed hvm_tree
for k in $(awk '{ print $1 }' "$kernels"); do
	[ "${ONE_KERNEL:-checked}" = checked ] || [ "$ONE_KERNEL" = "$k" ] || continue
	make_once_guest "$k"
	make_once "$cache/modules-$k.cpio" packed modules_tree "$k"
done
if [ -e "$checked/checked/release" ]; then
	cp -u "$checked/checked/vmlinux" "$cache/vmlinux-checked"
	make_once "$cache/modules-checked.cpio" packed modules_tree checked
fi
if [ -e "$checked/kasan/release" ]; then
	cp -u "$checked/kasan/vmlinux" "$cache/vmlinux-kasan"
	make_once "$cache/guest-initrd-kasan" packed guest_tree kasan
	make_once "$cache/guest-kasan.cpio" packed guest_files kasan
fi
