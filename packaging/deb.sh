#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh [KERNEL…] - `make deb`: Debian packages of the committed sources and of what is changed in tracked files, into
# $OUT/deb. Modules are built for each KERNEL whose headers are installed here; without any, for the newest of each
# series; "none": no modules but those for DKMS. All times in them are those of debian/changelog.
set -euo pipefail
cd "$(dirname "$0")/.." || exit 1
OUT=${OUT:-$PWD/out}
die() { echo "deb: $*" >&2; exit 1; }

version=$(cat VERSION)
[ "$version" = "$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)" ] ||
	die "VERSION says $version, packaging/debian/changelog something else"
if [ $# = 0 ]; then
	mapfile -t kernels < <(find /lib/modules -maxdepth 2 -name build -printf '%h\n' | xargs -r -n 1 basename | sort -V |
		awk -F. '{ newest[$1 "." $2] = $0 } END { for (s in newest) print newest[s] }' | sort -V)
elif [ "$*" = none ]; then
	kernels=()
else
	kernels=("$@")
fi
[ "$*" = none ] || [ ${#kernels[@]} -gt 0 ] || die "no kernel headers in /lib/modules: apt-get install linux-headers-amd64"
for k in "${kernels[@]}"; do
	[ -e "/lib/modules/$k/build/Makefile" ] || die "no headers of Linux $k: apt-get install linux-headers-$k"
done

work=$OUT/deb/build/ringway-$version
rm -rf "$OUT/deb"
mkdir -p "$work"
git ls-files -z | grep -zvE '^(\.ci|packaging/debian)/' | xargs -0 cp --parents -t "$work"
cp -r packaging/debian "$work/debian"
for k in "${kernels[@]}"; do sed "s/@KERNEL@/$k/g" packaging/debian/modules.control; done >> "$work/debian/control"
for k in "${kernels[@]}"; do echo 'activate-noawait update-initramfs' > "$work/debian/ringway-modules-$k.triggers"; done
rm "$work/debian/modules.control"

log=$OUT/deb/build.log
echo "deb: building packages of $version, modules for ${kernels[*]:-DKMS alone} (log: $log)"
(cd "$work" && env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u OUT DEB_BUILD_OPTIONS="parallel=$(nproc) ${DEB_BUILD_OPTIONS:-}" \
	dpkg-buildpackage -us -uc -b) > "$log" 2>&1 || { tail -n 30 "$log" >&2; die "building failed"; }
mv "$OUT"/deb/build/*.{deb,buildinfo,changes} "$OUT/deb/"
rm -f "$OUT"/deb/*-dbgsym_*.deb
rm -rf "$OUT/deb/build"
# The project has no mailbox to name.
lintian --allow-root --fail-on error,warning --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$OUT"/deb/*.deb || die "lintian has something to say"
(cd "$OUT/deb" && ls -1 ./*.deb)
