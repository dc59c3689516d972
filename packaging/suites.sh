#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# suites.sh root SUITE              makes $OUT/chroot/SUITE, that release of Debian in a folder, with what builds modules
# suites.sh run SUITE COMMAND…      runs COMMAND in it; the project is at /src there, as it is here
# suites.sh modules [SUITE…]        the modules for each kernel of these releases (trixie sid), without a warning
# suites.sh command [SUITE…]        the command in them, and whether it starts
#
# The packages come from the servers that this machine's apt uses. Needs root; nothing outside $OUT changes.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
OUT=${OUT:-$top/out}
die() { echo "suites: $*" >&2; exit 1; }

# Package server of the machine: the first one that serves Debian itself.
mirror() {
	local uri
	# shellcheck disable=SC2016 # apt expands it
	uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2> /dev/null | grep -m 1 '/debian/\?$' || true)
	echo "${uri:?no server of Debian is known to apt on this machine}"
}

# The newest kernel of a suite comes with "linux-headers-amd64", its backports have a newer one.
packages() {
	local all=make,g++,kmod,git,pkg-config,libxen-dev,libnl-3-dev,libnl-route-3-dev,libsystemd-dev,libncurses-dev,libcli11-dev,libfmt-dev,libtomlplusplus-dev,nlohmann-json3-dev
	echo "$all,linux-headers-amd64"
}

make_root() { # SUITE
	local root=$OUT/chroot/$1 server sources=()
	[ ! -e "$root/.made" ] || return 0
	[ "$(id -u)" = 0 ] || die "making $root needs root"
	server=$(mirror)
	sources=("deb $server $1 main")
	case $1 in
	sid) ;;
	*) sources+=("deb $server $1-backports main" "deb ${server%/debian*}/debian-security $1-security main") ;;
	esac
	echo "suites: fetching Debian $1 into $root, some 300 MB"
	rm -rf "$root"
	mkdir -p "$OUT/chroot"
	# A machine whose clock is ahead finds the lists of a suite in motion too old.
	mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' --include="$(packages)" \
		"$1" "$root" "${sources[@]}" 2>&1 | tee "$OUT/chroot/$1.log" | sed -un 's/^I: /suites: /p' ||
		{ tail -n 20 "$OUT/chroot/$1.log" >&2; die "no Debian $1"; }
	case $1 in
	sid) ;;
	*) # mmdebstrap leaves no lists behind. linux-headers-amd64 stays what the release itself has (kernels.sh).
		# shellcheck disable=SC2016 # expanded inside
		chroot "$root" sh -euc 'export DEBIAN_FRONTEND=noninteractive
			apt-get -o Acquire::Check-Valid-Until=false update
			apt-get install -y --no-install-recommends -t "$1-backports" "$(apt-get -s install -t "$1-backports" linux-headers-amd64 |
				sed -n "s/^Inst \(linux-headers-[0-9][^ ]*-amd64\) .*/\1/p")"' sh "$1" >> "$OUT/chroot/$1.log" 2>&1 ||
		echo "suites: $1-backports has no kernel" ;;
	esac
	mkdir -p "$root/src"
	touch "$root/.made"
}

# In a mount namespace of its own, so that no mount outlives it.
run() { # SUITE COMMAND…
	local root=$OUT/chroot/$1
	shift
	# shellcheck disable=SC2016 # expanded inside
	unshare --mount --propagation private sh -euc 'mount --bind "$1" "$2/src"; mount --bind /proc "$2/proc"; root=$2; shift 2
		exec chroot "$root" "$@"' sh "$top" "$root" "$@"
}

modules() { # SUITE
	local kernel log lto bad=0
	for kernel in $(find "$OUT/chroot/$1/usr/lib/modules" -maxdepth 1 -name '*-amd64' -printf '%f\n' | sort -V); do
		for lto in y n; do
			log=$OUT/chroot/$1-$kernel-lto-$lto.log
			echo "suites: modules for Linux $kernel ($1), LTO=$lto"
			run "$1" make -j"$(nproc)" -C /src/kernel modules KDIR="/lib/modules/$kernel/build" LTO=$lto \
				OUT="$([ $lto = y ] && echo /src/out || echo /src/out/lto-n)" > "$log" 2>&1 || { tail -n 20 "$log" >&2; bad=1; }
			! grep -iE 'warning:|objtool:|modpost:' "$log" || bad=1
		done
	done
	return $bad
}

command_of() { # SUITE
	local log=$OUT/chroot/$1-command.log
	echo "suites: the command ($1)"
	{ run "$1" make -j"$(nproc)" -C /src/toolstack OUT="/src/out/chroot/out-$1" && run "$1" "/src/out/chroot/out-$1/bin/ringway" --version; } \
		> "$log" 2>&1 || { tail -n 20 "$log" >&2; return 1; }
}

what=${1:-}
shift || die "say root, run, modules or command"
case $what in
root) make_root "$1" ;;
run) make_root "$1" && run "$@" ;;
modules | command)
	[ $# -gt 0 ] || set -- trixie sid
	failed=0
	for suite in "$@"; do
		make_root "$suite"
		case $what in modules) modules "$suite" ;; command) command_of "$suite" ;; esac || failed=1
	done
	exit $failed
	;;
*) die "$what: not one of root, run, modules, command" ;;
esac
