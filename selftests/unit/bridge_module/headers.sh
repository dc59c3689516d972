#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# headers.sh KERNEL OUT: a header in OUT for each of Linux's that bridge-lite includes, which leads to linux/kernel.h
# beside this file; from there, to what this host has under that name for programs.
set -eu
kernel=$1 out=$2
{ cat "$kernel"/bridge-lite/{,*/}*.[ch]; cat "$kernel"/linux/{compat,bypass}.h; } |
	sed -nE 's,^#include <((linux|net|xen)/.*\.h)>.*,\1,p' | sort -u |
	while read -r header; do
		[ "$header" = net/netdev_lock.h ] && continue # asked for only where it is
		[ "$header" = linux/compat.h ] && continue # the modules have one of this name
		hosts=1
		[ "$header" = linux/version.h ] && hosts=0 # linux/base.h says which
		mkdir -p "$out/$(dirname "$header")"
		cat >"$out/$header" <<-END
			#ifdef FAKE_KERNEL_H
			#if $hosts && __has_include_next(<$header>)
			#include_next <$header>
			#endif
			#else
			#include "bridge_module/linux/kernel.h"
			#endif
		END
	done
