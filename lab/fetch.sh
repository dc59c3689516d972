#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Downloads what packages.txt names and unpacks it below out/lab/root. A second run has nothing to do.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
# shellcheck source=packaging/progress.sh
. "$(dirname "$0")/../packaging/progress.sh"
: "${lab_src:?}" "${lab_out:?}" "${kernels:?}" "${pkgs:?}" "${root:?}" "${cache:?}" "${top:?}"

# Which of the packages in "A | B" this release of Debian has: the first one that apt knows.
known=$(packages | grep -oE '[^ |]+' | xargs apt-cache madison 2> /dev/null | awk '{ print $1 }' | sort -u)
first_known() { # NAME | NAME…
	local name
	for name in ${1//|/ }; do
		if grep -qFx "$name" <<< "$known"; then echo "$name"; return; fi
	done
	die "this release of Debian has no package ${1// | / or }; run: apt-get update"
}

resolve() {
	local p
	"$top/packaging/kernels.sh" > "$kernels.new"
	sed 's/.* /linux-image-/' "$kernels.new"
	packages | while read -r p; do first_known "$p"; done
}

resolve > "$lab_out/wanted.new"
if cmp -s "$lab_out/wanted.new" "$lab_out/wanted" && [ -e "$lab_out/fetched" ]; then
	rm -f "$lab_out/wanted.new" "$kernels.new"
	exit 0
fi
rm -f "$lab_out/fetched"

missing=()
while read -r p; do
	compgen -G "$pkgs/${p}_*.deb" > /dev/null || missing+=("$p")
done < "$lab_out/wanted.new"
if [ "${#missing[@]}" -gt 0 ]; then
	stage "fetch: ${#missing[@]} packages"
	(cd "$pkgs" && apt_get "$lab_out/fetch.log" -q -o APT::Sandbox::User=root download "${missing[@]}") ||
		{
			tail -n 5 "$lab_out/fetch.log" >&2
			die "download failed (see $lab_out/fetch.log); run apt-get update, and if the archive has a newer kernel:" \
				"apt-get install linux-headers-amd64 linux-headers-6.12-amd64"
		}
fi
stage "fetch: unpack"
rm -rf "$root"
mkdir -p "$root"
# Packages of Debian 12 have files in /bin and /lib, those of Debian 13 in /usr alone; it is one place.
for d in bin sbin lib lib64; do
	mkdir -p "$root/usr/$d"
	ln -s "usr/$d" "$root/$d"
done
while read -r p; do
	# The newest, should an older one still lie there.
	deb=$(find "$pkgs" -name "${p}_*.deb" | sort -V | tail -n 1)
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink
done < "$lab_out/wanted.new"
mv "$kernels.new" "$kernels"
mv "$lab_out/wanted.new" "$lab_out/wanted"
touch "$lab_out/fetched"
stage "fetch: done, $(tr '\n' ' ' < "$kernels")"
