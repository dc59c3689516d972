#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Downloads what packages.txt names and unpacks it below out/lab/root. A second run has nothing to do.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
: "${lab_src:?}" "${lab_out:?}" "${kernels:?}" "${pkgs:?}" "${root:?}" "${cache:?}" "${top:?}"

# The image that belongs to the headers behind meta package linux-headers-$1: the installed ones
# (the modules are built with them), else the newest that apt knows.
image_of() {
	local dep
	dep=$(dpkg-query -W -f '${Depends}' "linux-headers-$1" 2>/dev/null |
		grep -oE 'linux-headers-[^ ,|]+' | head -n 1) || true
	[ -n "$dep" ] || dep=$(apt-cache depends "linux-headers-$1" |
		sed -n 's/^ *Depends: \(linux-headers-\)/\1/p' | head -n 1)
	[ -n "$dep" ] || die "apt knows no package linux-headers-$1; run: apt-get update"
	echo "linux-image-${dep#linux-headers-}"
}

resolve() {
	local p image
	: > "$kernels.new"
	while read -r p; do
		case $p in
		meta:*)
			image=$(image_of "${p#meta:}")
			# 6.1.0-56-amd64 -> 6.1, 6.12.117+deb12-amd64 -> 6.12
			[[ $image =~ ^linux-image-(([0-9]+\.[0-9]+).*)$ ]] || die "no version in \"$image\""
			echo "${BASH_REMATCH[2]} ${BASH_REMATCH[1]}" >> "$kernels.new"
			echo "$image" ;;
		*) echo "$p" ;;
		esac
	done < <(packages)
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
	(cd "$pkgs" && apt-get -q -o APT::Sandbox::User=root download "${missing[@]}" > "$lab_out/fetch.log" 2>&1) ||
		{
			tail -n 5 "$lab_out/fetch.log" >&2
			die "download failed (see $lab_out/fetch.log); run apt-get update, and if the archive has a newer kernel:" \
				"apt-get install linux-headers-amd64 linux-headers-6.12-amd64"
		}
fi
stage "fetch: unpack"
rm -rf "$root"
mkdir -p "$root"
while read -r p; do
	# The newest, should an older one still lie there.
	deb=$(find "$pkgs" -name "${p}_*.deb" | sort -V | tail -n 1)
	dpkg -x "$deb" "$root"
done < "$lab_out/wanted.new"
mv "$kernels.new" "$kernels"
mv "$lab_out/wanted.new" "$lab_out/wanted"
touch "$lab_out/fetched"
stage "fetch: done, $(tr '\n' ' ' < "$kernels")"
