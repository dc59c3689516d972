#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh - the selftests on the real hypervisor, a boot for each dom0 kernel, both at the same time
# (each uses one CPU of this machine). Behind one of them, a boot in which dom0 has two CPUs. Results:
# $RESULTS/BOOT/{ktap.txt,console.log}; BOOT is the kernel, or the kernel and "-two-cpus". ONE_KERNEL limits it to one;
# SCENARIOS to some, on one CPU.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
OUT=${OUT:-$here/../out}
results=${RESULTS:-$OUT/lab/results/selftest}
everywhere='matrix bridge ports policy vlan batches rules mirror rewrite taps cycles death suspend reload cli'
read -ra scenarios <<< "${SCENARIOS:-$everywhere trouble storm tuning link}"
# What hardly depends on dom0's kernel runs on one of them. The last ones are our netfront on the stock backend.
stock='STACK=stock FRONTS=ringway matrix STACK=stock xdp'
declare -A also=([6.1]='parallel pressure limits nodes sweep migrate xdp linux-words lifetime multicast verbs-on-stock hooks' [6.12]="use poll-cpu hostile many driver backend verbs $stock")
also[checked]="${also[6.1]} DRIVER_KERNEL=kasan ${also[6.12]}"
read -ra kernels <<< "${ONE_KERNEL:-6.1 6.12}"
unset ONE_KERNEL

# What has to do with several CPUs at once: a guest goes under traffic.
declare -A two_cpus=([6.1]='death')

# What the boots share is made before they start.
"$here/fetch.sh" && "$here/image.sh" && make --no-print-directory -s -C "$here" tools || exit 1
export LAB_READY=1
boots=() running=()

boot() { # NAME KERNEL SCENARIO…
	RESULTS=$results/$1 "$here/run.sh" -k "$2" -t "${SECONDS_LIMIT:-3300}" "${@:3}" 2>&1 | sed -u "s/^/dom0 $1: /"
}
prepare() { # NAME
	mkdir -p "$results/$1"
	rm -f "$results/$1"/*
	boots+=("$1")
}

for k in "${kernels[@]}"; do
	more=() on_two=()
	[ -n "${SCENARIOS:-}" ] || read -ra more <<< "${also[$k]:-}"
	[ -n "${SCENARIOS:-}" ] || read -ra on_two <<< "${two_cpus[$k]:-}"
	prepare "$k"
	[ ${#on_two[@]} = 0 ] || prepare "$k-two-cpus"
	{
		boot "$k" "$k" "${scenarios[@]}" "${more[@]}"
		code=$?
		[ ${#on_two[@]} = 0 ] || LAB_CPUS=2 boot "$k-two-cpus" "$k" "${on_two[@]}" || code=1
		exit $code
	} &
	running+=($!)
done

# A boot that did not get to its end is a failure, and so is one that never got to its tests.
failed=0
for job in "${running[@]}"; do wait "$job" || failed=1; done
for b in "${boots[@]}"; do
	grep -qs '^ok' "$results/$b/ktap.txt" ||
		printf '1..1\nnot ok 1 dom0 %s: no test finished\n' "$b" >> "$results/$b/ktap.txt"
	! grep -qE '^ *not ok' "$results/$b/ktap.txt" || failed=1
done
exit $failed
