#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# image.sh - makes $OUT/lab/debian: the disk of a Debian host with Xen (disk), its first file system (initrd) and the key
# that opens it (key). Packages come from the servers that this machine's apt knows. Its network is as a person would
# write it for stock drivers: ifupdown, a bridge xenbr0 with the host's address, and a guest in /etc/xen/auto.
#
# Made once; a changed list, recipe or kernel makes it again. Needs root, for the owners of the files.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
: "${lab_src:?}" "${lab_out:?}" "${cache:?}" "${top:?}" "${OUT:?}"

here=$lab_src/debian
to=$lab_out/debian
version=$(kver "$(own_kernel)")
tree=$to/tree
[ "$(id -u)" = 0 ] || die "making the disk of a Debian host needs root"
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
packages=$(sed 's/ *#.*//' "$here/packages.txt" | awk 'NF' | paste -sd ',')
# The command's libraries, so that installing it asks nobody.
libraries=$(for deb in "$OUT"/deb/*.deb; do dpkg-deb -f "$deb" Depends; done | tr ',' '\n' |
	sed 's/^ *//; s/ *[|(].*//' | grep -v -E '^(ringway|dkms|g\+\+|libxen-dev)' | sort -u | paste -sd ',')

recipe=$(echo "$version $suite $packages $libraries"; cat "$0" "$here"/etc/*)
[ "$(cat "$to/made" 2> /dev/null)" != "$recipe" ] || [ ! -e "$to/disk" ] || exit 0
rm -rf "$to"
mkdir -p "$to" "$tree"

# Linux' own package makes no initramfs meanwhile: the one below has just what this machine needs.
stage "Debian host: fetching Debian $suite with Xen, some 400 MB (log: $to/log)"
# shellcheck disable=SC2016 # expanded by mmdebstrap
mmdebstrap --verbose --variant=apt --dpkgopt='force-unsafe-io' --dpkgopt='force-confold' \
	--include="linux-image-$version,$packages,$libraries" \
	--essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"; echo update_initramfs=no > "$1/etc/initramfs-tools/update-initramfs.conf"' \
	"$suite" "$tree" > "$to/log" 2>&1 || { tail -n 20 "$to/log" >&2; die "no Debian $suite"; }

stage "Debian host: its files"
ssh-keygen -q -t ed25519 -N '' -C host-test -f "$to/key"
install -D -m 600 "$to/key.pub" "$tree/root/.ssh/authorized_keys"
install -D -m 644 "$here/etc/interfaces" "$tree/etc/network/interfaces"
install -D -m 644 "$here/etc/guest.cfg" "$tree/etc/xen/auto/guest.cfg"
install -D -m 755 "$here/etc/in-guest" "$tree/usr/local/bin/in-guest"
install -m 755 "$lab_out/tools/gexec" "$tree/usr/local/bin/"
echo '/dev/vda / ext4 defaults 0 1' > "$tree/etc/fstab"
echo xenhost > "$tree/etc/hostname"
printf '127.0.0.1 localhost xenhost\n' > "$tree/etc/hosts"
# Which of three manages the network is each test's choice; at first it is ifupdown.
chroot "$tree" systemctl --quiet disable NetworkManager NetworkManager-wait-online systemd-networkd
chroot "$tree" systemctl --quiet disable libvirt-guests libvirtd.service libvirtd{,-ro,-admin}.socket virt{log,lock}d{,-admin}.socket
chroot "$tree" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer systemd-timesyncd
mkdir -p "$tree/srv/guest"
cp "$cache/vmlinux-$(own_kernel)" "$tree/srv/guest/vmlinux"
# The lab's guest, with its programs: what lab/run.sh lays over it.
guest=$(mktemp -d)
mkdir -p "$guest/lab/bin"
install -m 755 "$lab_src"/guest/* "$guest/lab/bin/"
mv "$guest/lab/bin/init" "$guest/init"
(cd "$guest" && find . -mindepth 1 | cpio -o -H newc -R 0:0 --quiet) | cat "$cache/guest-initrd-$(own_kernel)" - > "$tree/srv/guest/initrd"
rm -rf "$guest"

stage "Debian host: its initramfs and its disk"
printf '%s\n' ext4 crc32c virtio_pci virtio_blk >> "$tree/etc/initramfs-tools/modules"
echo MODULES=list > "$tree/etc/initramfs-tools/conf.d/host-test"
chroot "$tree" mkinitramfs -o /boot/initrd.img "$version" >> "$to/log" 2>&1 || die "no initramfs, see $to/log"
mv "$tree/boot/initrd.img" "$to/initrd"
rm -rf "$tree/var/cache/apt/archives"/*.deb
mke2fs -q -t ext4 -F -d "$tree" "$to/disk" 3G >> "$to/log" 2>&1
rm -rf "$tree"
printf '%s\n' "$recipe" > "$to/made"
