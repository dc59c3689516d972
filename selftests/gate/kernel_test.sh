#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel_test.sh - what the modules' build says before anything is compiled: a kernel that is too old, a C++ compiler
# that is not there. KTAP on standard output.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

said=$work/said
# shellcheck source=selftests/result.sh
. selftests/result.sh

# A kernel's headers as far as kernel/Makefile reads them; its own Makefile says that it was called.
build_for() { # RELEASE
	mkdir -p "$work/kdir/include/generated"
	echo "#define UTS_RELEASE \"$1\"" > "$work/kdir/include/generated/utsrelease.h"
	printf 'modules:\n\t@echo called\n' > "$work/kdir/Makefile"
	make -s -C kernel modules KDIR="$work/kdir" OUT="$work/out" > "$work/said" 2>&1
}
too_old() {
	build_for "$1" && return 1
	grep -q "Linux $1 is too old" "$work/said" && ! grep -q called "$work/said" && [ ! -e "$work/out" ]
}
new_enough() {
	build_for "$1"
	grep -q called "$work/said"
}

# What kxx.mk makes of a C compiler.
twin() { # CC
	printf 'CONFIG_CC_IS_GCC := y\nsrc := kernel/netback\nobj := kernel/netback\ninclude kernel/cxx/kxx.mk\nshow: ; @echo "$(KXX)"\n' |
		make -s -f - show CC="$1" > "$work/said" 2>&1
}

echo "KTAP version 1"
echo "1..7"
too_old 5.10.0-46-amd64
result $? "refuses Linux 5.10 by name, before anything is compiled"
new_enough 6.1.0-56-amd64
result $? "takes Linux 6.1"
new_enough 7.3.4+deb13-amd64
result $? "takes Linux 7.3"
twin gcc-12 && grep -qx g++-12 "$work/said"
result $? "the C++ compiler of gcc-12 is g++-12"
ln -s "$(command -v g++-12)" "$work/g++-12"
mkdir "$work/gcc" && mv "$work/g++-12" "$work/gcc/"
twin "ccache $work/gcc/gcc-12" && grep -qx "ccache $work/gcc/g++-12" "$work/said"
result $? "only the program's name is changed, not the folder's"
! twin gcc-99 && grep -q 'g++-99.*not installed: try apt-get install g++-99' "$work/said"
result $? "a C++ compiler that is not installed is named"
! printf 'src := x\nobj := x\ninclude kernel/cxx/kxx.mk\n' | make -s -f - CC=gcc-12 CONFIG_CC_VERSION_TEXT='clang 14' > "$work/said" 2>&1 &&
	grep -q 'not built with gcc (clang 14)' "$work/said"
result $? "a kernel built with another compiler is refused"
[ $failed = 0 ]
