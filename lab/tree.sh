# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Building a file tree for an initramfs: directories, programs with their libraries, modules.
# The layout is merged-/usr, and archives name only usr/…: an archive that had "lib" as a directory
# would replace the symbolic link of an earlier one.

libs=lib/x86_64-linux-gnu
: "${root:?}" # lib.sh

tree_base() {
	local t=$1 a
	mkdir -p "$t"/{proc,sys,dev,run,tmp,etc,root,var/lib,var/log,usr/bin,usr/sbin,usr/lib,usr/lib64}
	ln -s usr/bin "$t/bin"; ln -s usr/sbin "$t/sbin"; ln -s usr/lib "$t/lib"; ln -s usr/lib64 "$t/lib64"
	ln -s ../run "$t/var/run"
	echo 'root:x:0:0:root:/root:/bin/sh' > "$t/etc/passwd"
	echo 'root:x:0:' > "$t/etc/group"
	cp "$root/bin/busybox" "$t/usr/bin/busybox"
	for a in $("$root/bin/busybox" --list); do [ "$a" = busybox ] || ln -s busybox "$t/usr/bin/$a"; done
}

# tree_program TREE PROGRAM: a name looked up in the downloaded packages, or a path (in them, or anywhere).
tree_program() {
	local t=$1 p=$2 src='' dst lib d code=()
	case $p in
	*/*) if [ -e "$root$p" ]; then src=$root$p dst=$p; else src=$p dst=/usr/bin/${p##*/}; fi ;;
	*) for d in /usr/bin /bin /usr/sbin /sbin; do
			[ -x "$root$d/$p" ] && src=$root$d/$p dst=/usr/bin/$p
		done ;;
	esac
	[ -x "$src" ] || die "program \"$p\": no package in lab/packages.txt has it"
	mkdir -p "$t${dst%/*}"
	cp -L --remove-destination "$src" "$t$dst"
	code=("$src")
	while read -r lib; do
		case $lib in
		*'not found'*) die "$p: no package in lab/packages.txt has its library ${lib%% *}" ;;
		*/*) lib=/${lib#*/}; lib=${lib%% *}
			mkdir -p "$t/usr/$libs"
			d=$t/usr/$libs/${lib##*/}
			case $lib in */ld-linux*) d=$t/usr/lib64/${lib##*/}; mkdir -p "$t/usr/lib64" ;; esac
			[ -e "$d" ] || cp -L "$lib" "$d"
			case $lib in */libc.so.* | */libpthread.so.*) ;; *) code+=("$lib") ;; esac ;;
		esac
	done < <(LD_LIBRARY_PATH=$root/$libs:$root/usr/$libs ldd "$src" 2>/dev/null)
	# What calls this loads libgcc at run time, which ldd does not tell, and is aborted without it.
	! grep -qs pthread_cancel "${code[@]}" || cp -L "$root/$libs/libgcc_s.so.1" "$t/usr/$libs/"
}

# tree_modules TREE KVER MODULE…: with all they depend on, uncompressed (busybox reads no .ko.xz).
tree_modules() {
	local t=$1 v=$2 m f d=$1/usr/lib/modules/$2
	shift 2
	mkdir -p "$d"
	[ -e "$root/lib/modules/$v/modules.dep" ] || depmod -b "$root" "$v"
	for m in "$@"; do
		modprobe -d "$root" -S "$v" --show-depends "$m" > "$t/depends" 2>/dev/null ||
			{ echo "${0##*/}: kernel $v has no module \"$m\", left out" >&2; continue; }
		awk '$1 == "insmod" { print $2 }' "$t/depends"
	done | sort -u > "$t/all"
	while read -r f; do
		cp "$f" "$d/"
		case $f in *.xz) xz -df "$d/${f##*/}" ;; esac
	done < "$t/all"
	rm -f "$t/depends" "$t/all"
	cp "$root/lib/modules/$v"/modules.{order,builtin,builtin.modinfo} "$d/"
	ln -sfn usr/lib "$t/lib"
	depmod -b "$t" "$v"
	rm -f "$t/lib"
	tree_is_whole "$t"
}

# tree_modules drops the lib link that depmod needed; a tree that is a whole root wants it back.
tree_is_whole() { [ ! -e "$1/bin" ] || ln -sfn usr/lib "$1/lib"; }

tree_pack() { (cd "$1" && find . -mindepth 1 -print0 | sort -z | cpio --null -o -H newc -R 0:0 --quiet); }
