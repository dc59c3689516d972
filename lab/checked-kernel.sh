#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# checked-kernel.sh checked|kasan: builds a kernel that checks itself, from Debian's linux-source-6.1, and our modules
# for it.
#   checked   dom0 with lockdep, checks for sleeping in the wrong context, poisoned memory and kmemleak:
#             lab/run.sh -k checked SCENARIO…
#   kasan     a PVH guest: a driver domain (DRIVER_KERNEL=kasan driver), or a guest with our netfront
#             (kernel=kasan type=pvh)
# Its configuration is lab/checked/base.config and the file of its name. It is built once, and again when these change.
# Remove out/lab/checked to get a newer source. JOBS=n builds with n CPUs instead of all. Each needs 2 GB there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
: "${lab_src:?}" "${checked:?}" "${cache:?}" "${top:?}"
name=${1:-}
[ -e "$lab_src/checked/$name.config" ] && [ "$name" != base ] || die "usage: ${0##*/} checked|kasan"
package=linux-source-6.1
source=$checked/$package here=$checked/$name
obj=$here/obj
mkdir -p "$obj"
# One at a time: they share the source.
exec 9> "$checked/lock"
flock 9
cat "$lab_src/checked/base.config" "$lab_src/checked/$name.config" > "$here/wanted"

# Debian's own kernels are built with gcc-12. KASAN must leave alone what a PVH guest runs before it has page tables for
# the shadow. Linux excludes the rest of the early code itself, but not these files.
cc=gcc-12
kbuild() {
	nice -n 5 make -s -C "$source" O="$obj" CC=$cc \
		KASAN_SANITIZE_enlighten.o=n KASAN_SANITIZE_enlighten_pvh.o=n KASAN_SANITIZE_string.o=n "$@"
}

fetch_source() {
	local version
	[ ! -e "$source/debian-version" ] || return 0
	version=$(apt-cache policy $package | awk '$1 == "Candidate:" { print $2 }')
	case $version in '' | '(none)') die "apt knows no package $package; run: apt-get update" ;; esac
	stage "kernel $name: fetch $package $version"
	rm -rf "$source" "$checked"/*/obj "$checked"/*/release "$checked/unpacked" "$checked"/*.deb
	(cd "$checked" && apt-get -q -o APT::Sandbox::User=root download $package > "$checked/fetch.log" 2>&1) ||
		{ tail -n 5 "$checked/fetch.log" >&2; die "download failed (see $checked/fetch.log); run: apt-get update"; }
	dpkg -x "$checked/$package"_*.deb "$checked/unpacked"
	tar -xf "$checked/unpacked/usr/src/$package.tar.xz" -C "$checked"
	rm -rf "$checked/unpacked" "$checked"/*.deb
	without_gntdev
	echo "$version" > "$source/debian-version"
}

# Linux 6.1 takes gntdev's lock and a process's mmap_lock in both orders when xenstored starts. That is not what we look
# for, and lockdep stops after its first report, so it is told to ignore that lock.
without_gntdev() {
	local file=$source/drivers/xen/gntdev.c
	sed -i 's/^\(\s*\)mutex_init(&priv->lock);$/&\n\1lockdep_set_novalidate_class(\&priv->lock);/' "$file"
	grep -q lockdep_set_novalidate_class "$file" || die "$file: the lock to be excluded from lockdep was not found"
}

# Every option is as it is wanted, or at Linux's default. One that is not what was asked for misses
# something that it depends on: then the kernel would check less than it says.
configure() {
	local line option
	kbuild KCONFIG_ALLCONFIG="$here/wanted" alldefconfig > "$here/config.log"
	while read -r line; do
		option=${line#\# } option=${option%%[= ]*}
		case $line in
		CONFIG_*) grep -qxF "$line" "$obj/.config" ;;
		*' is not set') ! grep -q "^$option=" "$obj/.config" ;;
		esac || die "lab/checked/$name.config: Linux drops \"$line\"; look at what it depends on"
	done < <(grep -E '^(# )?CONFIG_' "$here/wanted")
}

# A module that is not there would only be missed in the middle of a scenario.
has_modules() { # RELEASE
	local m
	[ "$name" = checked ] || return 0
	for m in "${dom0_modules[@]}"; do
		modinfo -b "$here/root" -k "$1" "$m" > /dev/null 2>&1 ||
			die "lab/checked/*.config: no option builds $m, which selftests load in dom0 (lab/lib.sh)"
	done
}

build() {
	local began=$SECONDS
	stage "kernel $name: build, with ${JOBS:-$(nproc)} jobs; the log is $here/build.log"
	rm -f "$here/release"
	kbuild -j"${JOBS:-$(nproc)}" vmlinux modules > "$here/build.log" 2>&1 ||
		{ tail -n 20 "$here/build.log" >&2; die "the kernel does not build (see $here/build.log)"; }
	rm -rf "$here/root"
	kbuild INSTALL_MOD_PATH="$here/root" modules_install > "$here/install.log"
	# Xen loads an ELF file; its symbols are of no use there, and kallsyms has what reports need.
	objcopy -S "$obj/vmlinux" "$here/vmlinux"
	rm -f "$cache"/*-"$name".cpio "$cache"/*-"$name"
	mv "$here/wanted" "$here/config"
	has_modules "$(kbuild kernelrelease)"
	kbuild kernelrelease > "$here/release"
	stage "kernel $name: $(cat "$here/release") took $((SECONDS - began)) s"
}

if [ ! -e "$here/release" ] || ! cmp -s "$here/wanted" "$here/config"; then
	fetch_source
	mkdir -p "$obj"
	configure
	build
fi

stage "kernel $name: our modules"
log=$OUT/modules-$name.log
our_modules() {
	local dir
	for dir in kernel selftests/kselftest; do
		make -s -C "$top/$dir" KDIR="$obj" CC=$cc || return 1
	done
}
our_modules > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
