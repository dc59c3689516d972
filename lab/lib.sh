# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the lab's host-side scripts share: where things are, and how to say what is going on.

lab_src=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname -- "$lab_src")
OUT=$(mkdir -p -- "${OUT:-$top/out}" && cd -- "${OUT:-$top/out}" && pwd)
lab_out=$OUT/lab
pkgs=$lab_out/pkgs          # downloaded .deb files
root=$lab_out/root          # what they hold
cache=$lab_out/image        # kernels and initramfs made from it
kernels=$lab_out/kernels    # "6.1 6.1.0-NN-amd64" a line, written by fetch.sh
checked=$lab_out/checked    # kernels that check themselves, made by checked-kernel.sh
mkdir -p "$pkgs" "$root" "$cache"

stage() { printf '[%4ds] %s\n' "$SECONDS" "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# kver 6.1 -> 6.1.0-NN-amd64, kver kasan -> 6.1.NNN-kasan
kver() {
	local v
	case $1 in checked | kasan)
		cat "$checked/$1/release" 2> /dev/null || die "kernel \"$1\" is not built yet; run: lab/checked-kernel.sh $1"
		return ;;
	esac
	v=$(awk -v k="$1" '$1 == k { print $2 }' "$kernels" 2>/dev/null)
	[ -n "$v" ] || die "no kernel \"$1\" in the lab; there are: $(awk '{ printf "%s ", $1 }' "$kernels")"
	echo "$v"
}

# The packages list without comments.
packages() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$lab_src/packages.txt"; }
