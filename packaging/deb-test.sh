#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb-test.sh - `make deb-test`: the packages of $OUT/deb in a Debian of their own (a folder). Installed by apt, the
# command starts, DKMS builds, modprobe prefers Ringway's modules; removed and purged, no file is there that was not
# there before, and none has changed. And the same sources make the same bytes. KTAP on standard output.
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
# A mount namespace of its own: no mount outlives it.
inside() {
	# shellcheck disable=SC2016 # expanded inside
	unshare --mount --propagation private sh -euc 'mount -t proc proc "$1/proc"; mount --bind /dev "$1/dev"; exec chroot "$@"' \
		sh "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@" > "$said" 2>&1
}
# Every file and folder with what is in it, but for what apt and dpkg write about themselves.
everything() {
	(cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./deb -o -path ./var/lib/dpkg -o -path ./var/lib/apt \
		-o -path ./var/cache -o -path ./var/log -o -path ./tmp -o -path ./run -o -path './var/lib/dkms/mok.*' \) -prune -o -printf '%p %y %m %l ' \
		\( -type f -exec md5sum {} \; -o -printf '\n' \) | sed 's/  .*//' | sort)
}
debs() { find "$OUT/deb" -maxdepth 1 -name '*.deb' -printf '/deb/%f\n'; }
kernel_of() { debs | sed -n 's,.*/ringway-modules-\(.*\)_.*_amd64.deb,\1,p' | sort -V | tail -n 1; }

echo "KTAP version 1"
echo "1..10"
if ! compgen -G "$OUT/deb/ringway_*.deb" > /dev/null; then packaging/deb.sh >&2 || exit 1; fi
kernel=$(kernel_of)
[ -n "$kernel" ] || { echo "Bail out! no ringway-modules-KERNEL in $OUT/deb"; exit 1; }

rm -rf "$root"
mkdir -p "$root"
# What the packages depend on is there before, so that what is compared is what they themselves do.
mmdebstrap --quiet --variant=apt --include=dkms,g++,initramfs-tools,ifupdown,systemd,"linux-headers-$kernel" \
	"$suite" "$root" > "$said" 2>&1
result $? "a Debian $suite with the headers of Linux $kernel"
mkdir -p "$root/deb"
cp "$OUT"/deb/*.deb "$root/deb/"
for deb in "$OUT"/deb/*.deb; do dpkg-deb -f "$deb" Depends; done | tr ',' '\n' | sed 's/^ *//' | grep -v '^ringway' |
	paste -sd ',' > "$work/depends"
inside apt-get satisfy -y --no-install-recommends "$(cat "$work/depends")"
result $? "what the packages depend on is in Debian $suite"
everything > "$work/before"

mapfile -t prebuilt < <(debs | grep -v -- '-dkms_')
inside apt-get install -y --no-install-recommends "${prebuilt[@]}"
result $? "apt installs the command and the modules' packages"
inside ringway --version && grep -qx "$(cat VERSION)" "$said"
result $? "the command starts and says its release"
inside sh -c "depmod -a $kernel && modprobe -S $kernel -D ringway-netfront && modprobe -S $kernel -n -v --first-time xen-backend:vif && modinfo -k $kernel bridge-lite" &&
	grep -q "insmod .*/updates/ringway-netfront.ko" "$said" && grep -q "insmod .*/updates/ringway-netback.ko" "$said"
result $? "modprobe takes Ringway's backend"
inside apt-get purge -y "ringway" "ringway-modprobe" "ringway-modules-*"
rm -f "$root/lib/modules/$kernel"/modules.{alias,dep,devname,softdep,symbols,builtin}*
everything > "$work/after"
diff "$work/before" "$work/after" > "$said"
result $? "purged, nothing is left and nothing has changed"

mapfile -t built_there < <(debs | grep -E -- '-(dkms|modprobe)_')
inside apt-get install -y --no-install-recommends "${built_there[@]}"
result $? "apt installs ringway-dkms, and DKMS builds"
[ "$(find "$root/lib/modules/$kernel/updates/dkms/" -name '*.ko*' 2> "$said" | wc -l)" = 3 ]
result $? "DKMS installed all three modules for Linux $kernel"
inside apt-get purge -y ringway-dkms ringway-modprobe
rm -f "$root/lib/modules/$kernel"/modules.{alias,dep,devname,softdep,symbols,builtin}*
everything > "$work/after"
diff "$work/before" "$work/after" > "$said"
result $? "purged, nothing is left and nothing has changed"
rm -rf "$root"

mkdir "$work/first"
cp "$OUT"/deb/*.deb "$work/first/"
same_again() {
	local deb
	packaging/deb.sh || return 1
	for deb in "$OUT"/deb/*.deb; do cmp "$deb" "$work/first/${deb##*/}" || return 1; done
}
same_again > "$said" 2>&1
result $? "the same sources make the same bytes"
[ $failed = 0 ]
