#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb-test.sh [install|bytes] - `make deb-test`: both, or one of them. KTAP on standard output.
#   install  the packages of $OUT/deb in a Debian of their own (a folder): installed by apt, the command starts, DKMS
#            builds, modprobe and the initramfs prefer Ringway's modules; removed and purged, no file is there that was
#            not there before, and none has changed. That Debian is fetched once and copied for each run.
#   bytes    the same sources make the same bytes, in another folder too. Modules of one kernel: all are made alike.
# Each step says on standard error when it begins.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
OUT=${OUT:-$PWD/out}
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
root=$OUT/chroot/deb-test
said=$OUT/deb-test.log
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck source=selftests/result.sh
. selftests/result.sh
begun() { printf 'deb-test: %4d s: %s\n' $SECONDS "$*" >&2; }
# A mount namespace of its own: no mount outlives it.
inside() {
	begun "$(printf '%.100s' "$*")"
	# shellcheck disable=SC2016 # expanded inside
	timeout 1800 unshare --mount --propagation private sh -euc 'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; exec chroot "$@"' \
		sh "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" > "$said" 2>&1
}
# Every file and folder with what is in it, but for what apt and dpkg write about themselves.
everything() {
	begun "looking at every file"
	(cd "$root" && {
		find . -xdev \( -path ./proc -o -path ./dev -o -path ./deb -o -path ./var/lib/dpkg -o -path ./var/lib/apt \
			-o -path ./var/cache -o -path ./var/log -o -path ./tmp -o -path ./run -o -path './var/lib/dkms/mok.*' \) -prune \
			-o -printf '%p %y %m %l\n' -type f -fprint0 "$work/files"
		xargs -0 -a "$work/files" md5sum
	} | sort)
}
debs() { find "$OUT/deb" -maxdepth 1 -name '*.deb' -printf '/deb/%f\n'; }
kernels() { debs | sed -n 's,.*/ringway-modules-\(.*\)_.*_amd64.deb,\1,p' | sort -V; }
# What modprobe keeps, made when anybody asks.
forget_indexes() { rm -f "$root/lib/modules/$kernel"/modules.{alias,dep,devname,softdep,symbols,builtin}*; }

# What the packages depend on is there before, so that what is compared is what they themselves do. No initramfs: it takes
# minutes, and is tried once, below.
make_base() {
	local base=$OUT/chroot/deb-test-$suite depends packages deb
	depends=$(for deb in "$OUT"/deb/*.deb; do dpkg-deb -f "$deb" Depends; done | tr ',' '\n' |
		sed 's/^ *//; s/ *[|(].*//' | grep -v '^ringway' | sort -u | paste -sd ',')
	packages=dkms,g++,initramfs-tools,ifupdown,systemd,linux-headers-$kernel,$depends
	if [ "$(cat "$base/.made" 2> "$said")" != "$packages" ]; then
		begun "fetching Debian $suite, some 400 MB"
		rm -rf "$base"
		mkdir -p "$base"
		# shellcheck disable=SC2016 # expanded by mmdebstrap
		timeout 3000 mmdebstrap --quiet --variant=apt --include="$packages" \
			--essential-hook='mkdir -p "$1/etc/initramfs-tools"; echo update_initramfs=no > "$1/etc/initramfs-tools/update-initramfs.conf"' \
			--dpkgopt='force-confold' "$suite" "$base" > "$said" 2>&1 || return 1
		echo "$packages" > "$base/.made"
	fi
	begun "copying it"
	rm -rf "$root"
	cp -a --reflink=auto "$base" "$root"
}

# It is apt that looks at the files' dependencies, so they are installed as an administrator would.
install_part() {
	local prebuilt built_there
	make_base || { result 1 "a Debian $suite with the headers of Linux $kernel"; exit 1; } # nothing to look at
	result 0 "a Debian $suite with the headers of Linux $kernel and what the packages depend on"
	mkdir -p "$root/deb"
	cp "$OUT"/deb/*.deb "$root/deb/"
	forget_indexes
	everything > "$work/before"

	mapfile -t prebuilt < <(debs | grep -v -- '-dkms_')
	inside apt-get install -y --no-install-recommends "${prebuilt[@]}"
	result $? "apt installs the command and the modules' packages"
	inside ringway --version && grep -qx "$(cat VERSION)" "$said"
	result $? "the command starts and says its release"
	inside sh -c "depmod -a $kernel && modprobe -S $kernel -D ringway-netfront && modprobe -S $kernel -n -v --first-time xen-backend:vif && modinfo -k $kernel bridge-lite" &&
		grep -q "insmod .*/updates/ringway-netfront.ko" "$said" && grep -q "insmod .*/updates/ringway-netback.ko" "$said"
	result $? "modprobe takes Ringway's backend"
	inside sh -c "mkdir /tmp/conf && cp -r /etc/initramfs-tools/. /tmp/conf && echo MODULES=list >> /tmp/conf/initramfs.conf && mkinitramfs -d /tmp/conf -o /tmp/initramfs $kernel && lsinitramfs /tmp/initramfs" &&
		grep -q 'updates/ringway-netfront.ko' "$said" && grep -q 'modprobe.d/ringway.conf' "$said"
	result $? "the initramfs has Ringway's frontend, and prefers it"
	inside systemctl enable ringway-apply.service ringway-metrics.timer ringway-place.service
	result $? "systemd takes its units"
	inside apt-get purge -y "ringway" "ringway-modprobe" "ringway-modules-*"
	forget_indexes
	everything > "$work/after"
	diff "$work/before" "$work/after" > "$said"
	result $? "purged, nothing is left and nothing has changed"

	mapfile -t built_there < <(debs | grep -E -- '-(dkms|modprobe)_')
	inside apt-get install -y --no-install-recommends "${built_there[@]}"
	result $? "apt installs ringway-dkms, and DKMS builds"
	[ "$(find "$root/lib/modules/$kernel/updates/dkms/" -name '*.ko*' 2> "$said" | wc -l)" = 3 ]
	result $? "DKMS installed all three modules for Linux $kernel"
	inside apt-get purge -y ringway-dkms ringway-modprobe
	forget_indexes
	everything > "$work/after"
	diff "$work/before" "$work/after" > "$said"
	result $? "purged, nothing is left and nothing has changed"
	rm -rf "$root"
}

bytes_part() {
	local deb compared=0
	begun "building once more, elsewhere"
	OUT=$work/again packaging/deb.sh "$(kernels | head -n 1)" > "$said" 2>&1
	result $? "the packages are built a second time, in another folder"
	for deb in "$work"/again/deb/*.deb; do
		cmp "$deb" "$OUT/deb/${deb##*/}" && compared=$((compared + 1))
	done > "$said" 2>&1
	[ $compared = 4 ]
	result $? "the same sources make the same bytes"
}

what=${1:-both}
case $what in
install) plan=10 ;;
bytes) plan=2 ;;
both) plan=12 ;;
*) echo "deb-test: $what: not install or bytes" >&2; exit 2 ;;
esac
echo "KTAP version 1"
echo "1..$plan"
if ! compgen -G "$OUT/deb/ringway_*.deb" > /dev/null; then packaging/deb.sh >&2 || exit 1; fi
kernel=$(kernels | tail -n 1)
[ -n "$kernel" ] || { echo "Bail out! no ringway-modules-KERNEL in $OUT/deb"; exit 1; }
[ "$what" = bytes ] || install_part
[ "$what" = install ] || bytes_part
[ $failed = 0 ]
