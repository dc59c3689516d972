#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# loads_test.sh - NB-05: the object code loads each word of a ring's slot exactly once, by either compiler. A decision
# function is compiled with the kernel's optimisation around the one function that fetches slots (core/shared.hpp), in a
# shape that invites the compiler to read again; objdump says what it did. With a volatile access it may not, and this
# is the proof that there is one on every way.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
OUT=${OUT:-$PWD/out}
dir=$OUT/gate/loads
mkdir -p "$dir"

cat > "$dir/probe.cpp" <<'C'
#include "core/take.hpp"
using namespace ringway;

// Checked here, used there, kept, and all of it inlined: a compiler short of registers would load again.
extern "C" u64 probe_TxRequest_12(const volatile void *slot)
{
	const auto r = shared::fetch<TxRequest>(slot);
	if (u32{r.offset} + r.size > kPageSize || r.size < kEthHeader)
		return r.id;
	return u64{r.gref} * r.size + r.offset * (r.flags & NETTXF_more_data ? 3u : 1u) + r.flags + r.id;
}
extern "C" u64 probe_RxRequest_8(const volatile void *slot)
{
	const auto r = shared::fetch<RxRequest>(slot);
	return r.gref ? u64{r.gref} << r.id % 32 : r.id;
}
extern "C" u64 probe_ExtraInfo_8(const volatile void *slot)
{
	const auto e = shared::fetch<ExtraInfo>(slot);
	if (e.type == XEN_NETIF_EXTRA_TYPE_GSO && e.u.gso.size)
		return e.u.gso.type * e.u.gso.size + e.flags;
	return e.type + e.flags;
}
extern "C" u64 probe_index_4(const volatile void *index)
{
	const u32 n = shared::load(static_cast<const volatile u32 *>(index));
	return n > 256 ? n - 256 : n * n;
}
C

# The loads from the page in each probe, as "offset" a line; the pointer is in %rdi and never moved.
loads() { # OBJECT FUNCTION
	objdump -d --no-show-raw-insn "$1" | awk -v f="<$2>:" '$2 == f { on = 1; next } /^$/ { on = 0 } on' |
		grep -oE '(0x[0-9a-f]+)?\(%rdi[^)]*\)' | sed -e 's/(%rdi)$//' -e 's/^$/0x0/'
}

once() { # COMPILER
	local object function size expected got bad=0
	object=$dir/$(basename "$1").o
	"$1" -std=gnu++20 -O2 -fno-exceptions -fno-rtti -fcf-protection=none -Ikernel -isystem kernel/cxx/xen \
		-c -o "$object" "$dir/probe.cpp" || return 1
	for function in $(nm "$object" | awk '$2 == "T" { print $3 }'); do
		size=${function##*_}
		expected=$(for ((at = 0; at < size; at += 4)); do printf '0x%x\n' $at; done)
		got=$(loads "$object" "$function" | sort -u)
		if [ "$(loads "$object" "$function" | wc -l)" != $((size / 4)) ] || [ "$got" != "$expected" ]; then
			echo "$1: $function loads $(loads "$object" "$function" | paste -sd ' ') instead of $(paste -sd ' ' <<< "$expected")"
			bad=1
		fi
	done
	return $bad
}

number=0 failed=0
check() { # TEXT COMMAND…
	local text=$1 said
	shift
	number=$((number + 1))
	if said=$("$@" 2>&1); then
		echo "ok $number $text"
	else
		sed 's/^/# /' <<< "$said"
		echo "not ok $number $text"
		failed=1
	fi
}
echo "KTAP version 1"
echo "1..2"
check "gcc loads each word of a slot once" once g++-12
clang=$(command -v clang++-14 || command -v clang++)
if [ -n "$clang" ]; then
	check "clang loads each word of a slot once" once "$clang"
else
	echo "ok 2 clang loads each word of a slot once # SKIP no clang here"
fi
exit $failed
