#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh - the selftests on the real hypervisor, a boot for each dom0 kernel, all at the same time
# (each uses one CPU of this machine). Behind one of them, a boot in which dom0 has two CPUs. Results:
# $RESULTS/BOOT/{ktap.txt,console.log}; BOOT is the kernel, or the kernel and "-two-cpus". ONE_KERNEL limits it to one;
# SCENARIOS to some, on one CPU.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
here=${lab_src:?}
results=${RESULTS:-$OUT/lab/results/selftest}
everywhere='matrix bridge ports policy vlan batches rules mirror rewrite taps cycles death suspend reload cli'
read -ra scenarios <<< "${SCENARIOS:-$everywhere trouble storm tuning link}"
# What hardly depends on dom0's kernel runs on one of them: on the first one, or on the last. The last scenarios are our
# netfront on the stock backend.
first='parallel pressure limits nodes sweep migrate xdp linux-words lifetime multicast hooks foreign'
last='use poll-cpu verbs-on-stock hostile many driver backend verbs STACK=stock FRONTS=ringway matrix STACK=stock xdp'
read -ra kernels <<< "$(all_kernels)"
declare -A also=([checked]="$first DRIVER_KERNEL=kasan $last")
also[${kernels[0]}]=$first
also[${kernels[-1]}]+=" $last"

# What has to do with several CPUs at once: a guest goes under traffic.
declare -A two_cpus=([${kernels[0]}]='death')
[ -z "${ONE_KERNEL:-}" ] || kernels=("$ONE_KERNEL")
unset ONE_KERNEL

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
