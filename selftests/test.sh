#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test.sh - `make test`: the hosted checks, the modules for both kernels, for one of them also without
# LTO, and the lab's selftests on the real hypervisor. Every part runs even when another one failed. The last line
# counts all results of all parts.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
OUT=${OUT:-$PWD/out}
export OUT
logs=$OUT/test
mkdir -p "$logs"
rm -rf "${logs:?}"/*
began=$SECONDS
say() { printf '[%4d s] %s\n' $((SECONDS - began)) "$*"; }

# result LOG TEXT CODE: a part that says yes or no, as one KTAP test.
result() {
	local word=ok
	[ "$3" = 0 ] || { word="not ok"; tail -n 30 "$1" | sed 's/^/    /'; }
	printf '1..1\n%s 1 %s\n' "$word" "$2" >> "$1"
	say "$word: $2"
}

# Kbuild reports what compiler, objtool and modpost complain about, but goes on: here it is a failure.
modules() { # SERIES LTO
	local log=$logs/modules-$1-lto-$2.log out=$OUT kdir code
	kdir=$(find /lib/modules -maxdepth 1 -name "$1.*-amd64" | sort -V | tail -n 1)/build
	[ "$2" = y ] || out=$OUT/lto-n
	timeout -k 10 1800 make -C kernel modules OUT="$out" KDIR="$kdir" LTO="$2" > "$log" 2>&1
	code=$?
	[ "$2" = n ] || make -C selftests/kselftest KDIR="$kdir" >> "$log" 2>&1 || code=1
	! grep -iE 'warning|objtool:|modpost:' "$log" || code=1
	sed -i 's/^/# /' "$log"
	result "$log" "modules for $(basename "$(dirname "$kdir")"), LTO=$2, without a warning" $code
}

make --no-print-directory setup || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
say "hosted checks"
selftests/check.sh
say "the fuzzers; meanwhile modules and command"
FUZZ_SECONDS=${FUZZ_SECONDS:-20} selftests/fuzz/run.sh > "$logs/fuzz.log" 2>&1 &
fuzzers=$!
# Each kernel has its own tree, so both are built at the same time. Without LTO one of them will do: that is about our
# own files.
series=$(packaging/kernels.sh | cut -d ' ' -f 1)
builds=()
for one in $series; do
	modules "$one" y &
	builds+=($!)
done
wait "${builds[@]}"
modules "$one" n
make -s -j"$(nproc)" -C toolstack WHOLE=y > "$logs/toolstack.log" 2>&1
code=$?
sed -i 's/^/# /' "$logs/toolstack.log"
result "$logs/toolstack.log" "the ringway command builds" $code
wait $fuzzers
grep -E '^(not )?ok|^Bail' "$logs/fuzz.log"

if grep -q '^not ok' "$logs"/modules-*-lto-y.log "$logs"/toolstack.log; then
	say "not to the lab: there is nothing to load"
else
	say "the lab"
	make -s --no-print-directory -C lab selftest RESULTS="$logs/lab"
fi
say "done; logs in $logs and $OUT/check"

# Of the lab's many results only failures are shown, each with what was said before it; all are in the logs.
shopt -s nullglob
for ktap in "$logs"/lab/*/ktap.txt; do
	kernel=$(basename "$(dirname "$ktap")")
	selftests/flatten.sh "$ktap" | sed "s/^\(\(not \)\?ok [0-9]*\) /\1 dom0 $kernel: /" > "$logs/lab-$kernel.log"
	grep -B 15 '^ *not ok' "$ktap" | sed "s/^/dom0 $kernel: /" | tail -n 120
	grep '^# void:' "$ktap" | sed "s/^/dom0 $kernel: /"
done
exec selftests/summary.sh "$OUT"/check/*.log "$logs"/*.log
