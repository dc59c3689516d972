#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh - the selftests on the real hypervisor, at most one boot for each CPU of this machine at a time: one for each
# dom0 kernel, and a second one of the last kernel for the lane that is free first. On the first kernel dom0 has two CPUs,
# which finds more races; on the others one. A release of Debian with one kernel has the same two lanes. Results:
# $RESULTS/BOOT/{ktap.txt,console.log}. With ONE_KERNEL that kernel runs all scenarios in one boot, on one CPU; SCENARIOS
# limits it to some, on one CPU.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
here=${lab_src:?}
results=${RESULTS:-$OUT/lab/results/selftest}
# What Linux calls differently from kernel to kernel: devices, links, VLANs, XenStore, power management.
everywhere='matrix bridge ports vlan taps suspend reload link'
# What hardly depends on dom0's kernel runs on one of them: on the first one, or on the last. Who adds one looks in the
# results' timelines which of the two lanes ends sooner, `first` and `second` or `last`. The last scenarios are our netfront
# on the stock backend.
first='cycles mirror death policy batches rules pressure limits nodes sweep xdp linux-words hooks foreign'
last='parallel storm migrate lifetime rewrite cli trouble tuning use poll-cpu hostile many driver backend verbs verbs-on-stock'
second='hvm multicast STACK=stock FRONTS=ringway matrix STACK=stock xdp'
read -ra kernels <<< "${ONE_KERNEL:-$(all_kernels)}"
declare -A all cpus pairs
# Guests of both kernels and types meet half on the one, half on the other kernel of dom0; `make platforms` has all. Where
# dom0 has two CPUs all are PV (lab/boot.sh says why).
if [ ${#kernels[@]} = 2 ]; then
	pairs[${kernels[0]}]="PAIRS=${kernels[0]}:pv:${kernels[1]}:pv "
	pairs[${kernels[1]}]="PAIRS=${kernels[1]}:pvh:${kernels[0]}:pvh "
fi
for k in "${kernels[@]}"; do all[$k]=${pairs[$k]:-}$everywhere; done
all[${kernels[0]}]+=" $first"
[ "${kernels[-1]}" != checked ] || all[checked]+=' DRIVER_KERNEL=kasan'
boots=("${kernels[@]}")
if [ -n "${SCENARIOS:-}" ]; then
	for k in "${kernels[@]}"; do all[$k]=$SCENARIOS; done
elif [ -n "${ONE_KERNEL:-}" ]; then
	all[$ONE_KERNEL]+=" $last $second"
else
	cpus[${kernels[0]}]=2
	boots+=("${kernels[-1]}-second")
	if [ ${#kernels[@]} = 1 ]; then
		all[${boots[-1]}]="$last $second"
	else
		all[${kernels[-1]}]+=" $last"
		all[${boots[-1]}]=${pairs[${kernels[-1]}]:-}$second
	fi
fi
unset ONE_KERNEL

# What the boots share is made before they start.
"$here/fetch.sh" && "$here/image.sh" && make --no-print-directory -s -C "$here" tools || exit 1
export LAB_READY=1

run() { # BOOT
	local scenarios
	read -ra scenarios <<< "${all[$1]}"
	LAB_CPUS=${LAB_CPUS:-${cpus[$1]:-1}} RESULTS=$results/$1 "$here/run.sh" -k "${1%-second}" -t "${SECONDS_LIMIT:-3300}" \
		"${scenarios[@]}" 2>&1 | sed -u "s/^/dom0 $1: /"
}

# A boot that did not get to its end is a failure, and so is one that never got to its tests.
failed=0 free=$(nproc)
for b in "${boots[@]}"; do
	mkdir -p "$results/$b"
	rm -f "$results/$b"/*
	[ "$free" -gt 0 ] || { wait -n || failed=1; free=1; }
	run "$b" &
	free=$((free - 1))
done
while [ -n "$(jobs -p)" ]; do wait -n || failed=1; done
for b in "${boots[@]}"; do
	grep -qs '^ok' "$results/$b/ktap.txt" ||
		printf '1..1\nnot ok 1 dom0 %s: no test finished\n' "$b" >> "$results/$b/ktap.txt"
	! grep -qE '^ *not ok' "$results/$b/ktap.txt" || failed=1
done
exit $failed
