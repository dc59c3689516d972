#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh - the selftests on the real hypervisor, a boot for each dom0 kernel, both at the same time
# (each uses one CPU). Results: $RESULTS/KERNEL/{ktap.txt,console.log}. ONE_KERNEL limits it to one;
# SCENARIOS to some.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
OUT=${OUT:-$here/../out}
results=${RESULTS:-$OUT/lab/results/selftest}
everywhere='matrix bridge ports policy vlan batches rules mirror rewrite taps cycles death suspend reload cli'
read -ra scenarios <<< "${SCENARIOS:-$everywhere trouble storm tuning link}"
# What hardly depends on dom0's kernel runs on one of them. The last ones are our netfront on the stock backend.
stock='STACK=stock FRONTS=ringway matrix STACK=stock xdp'
declare -A also=([6.1]='parallel pressure limits nodes sweep migrate xdp linux-words lifetime multicast' [6.12]="hostile many driver backend verbs $stock")
also[checked]="${also[6.1]} DRIVER_KERNEL=kasan ${also[6.12]}"
read -ra kernels <<< "${ONE_KERNEL:-6.1 6.12}"
unset ONE_KERNEL

# What both boots share is made before they start.
"$here/fetch.sh" && "$here/image.sh" && make --no-print-directory -s -C "$here" tools || exit 1
export LAB_READY=1
boots=()

for k in "${kernels[@]}"; do
	mkdir -p "$results/$k"
	rm -f "$results/$k"/*
	more=()
	[ -n "${SCENARIOS:-}" ] || read -ra more <<< "${also[$k]:-}"
	RESULTS=$results/$k "$here/run.sh" -k "$k" -t "${SECONDS_LIMIT:-3300}" "${scenarios[@]}" "${more[@]}" 2>&1 |
		sed -u "s/^/dom0 $k: /" &
	boots+=($!)
done

# A boot that did not get to its end is a failure, and so is one that never got to its tests.
failed=0
for boot in "${boots[@]}"; do wait "$boot" || failed=1; done
for k in "${kernels[@]}"; do
	grep -qs '^ok' "$results/$k/ktap.txt" ||
		printf '1..1\nnot ok 1 dom0 %s: no test finished\n' "$k" >> "$results/$k/ktap.txt"
	! grep -qE '^ *not ok' "$results/$k/ktap.txt" || failed=1
done
exit $failed
