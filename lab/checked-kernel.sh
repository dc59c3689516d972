#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# checked-kernel.sh: a dom0 kernel that watches itself (lockdep, sleeping where nobody may, poisoned memory, kmemleak), of
# Debian's linux-source-6.1 and lab/checked.config, and our modules for it. Then `lab/run.sh -k checked SCENARIO…`
# boots it as dom0; the guests' kernels stay Debian's. It is built once, and again when the configuration changes;
# remove out/lab/checked to have a newer source. JOBS=n builds with n CPUs instead of all. It takes 2 GB there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
: "${lab_src:?}" "${checked:?}" "${cache:?}" "${top:?}"
package=linux-source-6.1
source=$checked/$package obj=$checked/obj
mkdir -p "$checked"

# Debian's own kernels are built with it.
cc=gcc-12
kbuild() { nice -n 5 make -s -C "$source" O="$obj" CC=$cc "$@"; }

fetch_source() {
	local version
	[ ! -e "$source/debian-version" ] || return 0
	version=$(apt-cache policy $package | awk '$1 == "Candidate:" { print $2 }')
	case $version in '' | '(none)') die "apt knows no package $package; run: apt-get update" ;; esac
	stage "checked kernel: fetch $package $version"
	rm -rf "$source" "$obj" "$checked/unpacked" "$checked"/*.deb
	(cd "$checked" && apt-get -q -o APT::Sandbox::User=root download $package > "$checked/fetch.log" 2>&1) ||
		{ tail -n 5 "$checked/fetch.log" >&2; die "download failed (see $checked/fetch.log); run: apt-get update"; }
	dpkg -x "$checked/$package"_*.deb "$checked/unpacked"
	tar -xf "$checked/unpacked/usr/src/$package.tar.xz" -C "$checked"
	rm -rf "$checked/unpacked" "$checked"/*.deb
	without_gntdev
	echo "$version" > "$source/debian-version"
}

# 6.1 takes gntdev's lock and a process's mmap_lock in both orders, as xenstored starts. That is not what we look for, and
# lockdep looks no further after its first report: so it is not told of that lock.
without_gntdev() {
	local file=$source/drivers/xen/gntdev.c
	sed -i 's/^\(\s*\)mutex_init(&priv->lock);$/&\n\1lockdep_set_novalidate_class(\&priv->lock);/' "$file"
	grep -q lockdep_set_novalidate_class "$file" || die "$file is not what was expected; does it still have its lock?"
}

# Every option is as checked.config has it, or at Linux's default. One that is not what was asked for misses
# something that it depends on: then the kernel would check less than it says.
configure() {
	local line name
	kbuild KCONFIG_ALLCONFIG="$lab_src/checked.config" alldefconfig > "$checked/config.log"
	while read -r line; do
		name=${line#\# } name=${name%%[= ]*}
		case $line in
		CONFIG_*) grep -qxF "$line" "$obj/.config" ;;
		*' is not set') ! grep -q "^$name=" "$obj/.config" ;;
		esac || die "lab/checked.config: Linux does not take \"$line\"; what does it depend on?"
	done < <(grep -E '^(# )?CONFIG_' "$lab_src/checked.config")
}

build() {
	local began=$SECONDS
	stage "checked kernel: build, with ${JOBS:-$(nproc)} jobs; the log is $checked/build.log"
	rm -f "$checked/release"
	kbuild -j"${JOBS:-$(nproc)}" vmlinux modules > "$checked/build.log" 2>&1 ||
		{ tail -n 20 "$checked/build.log" >&2; die "the kernel does not build (see $checked/build.log)"; }
	rm -rf "$checked/root"
	kbuild INSTALL_MOD_PATH="$checked/root" modules_install > "$checked/install.log"
	# Xen loads an ELF file; its symbols are of no use there, and kallsyms has what reports need.
	objcopy -S "$obj/vmlinux" "$checked/vmlinux"
	rm -f "$cache/modules-checked.cpio"
	cp "$lab_src/checked.config" "$checked/config"
	kbuild kernelrelease > "$checked/release"
	stage "checked kernel: $(cat "$checked/release") took $((SECONDS - began)) s"
}

if [ ! -e "$checked/release" ] || ! cmp -s "$lab_src/checked.config" "$checked/config"; then
	fetch_source
	mkdir -p "$obj"
	configure
	build
fi

log=$OUT/modules-checked.log
stage "checked kernel: our modules"
make -s -C "$top/kernel" modules KDIR="$obj" CC=$cc > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
