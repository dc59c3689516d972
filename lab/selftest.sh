#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# selftest.sh - the selftests on the real hypervisor, a boot for each dom0 kernel, all at the same time
# (each uses one CPU of this machine). On the first kernel dom0 has two CPUs, which finds more races; on the others one.
# Results: $RESULTS/KERNEL/{ktap.txt,console.log}. With ONE_KERNEL that kernel runs all scenarios, on one CPU; SCENARIOS
# limits it to some, on one CPU.
set -uo pipefail
. "$(dirname "$0")/lib.sh"
here=${lab_src:?}
results=${RESULTS:-$OUT/lab/results/selftest}
# What Linux calls differently from kernel to kernel: devices, links, VLANs, XenStore, power management.
everywhere='matrix bridge ports vlan taps suspend reload link'
# What hardly depends on dom0's kernel runs on one of them: on the first one, or on the last. The last scenarios are our
# netfront on the stock backend.
first='cycles mirror death policy batches rules pressure limits nodes sweep xdp linux-words multicast hooks foreign'
last='parallel storm migrate lifetime rewrite cli trouble tuning use poll-cpu verbs-on-stock hostile many driver backend verbs STACK=stock FRONTS=ringway matrix STACK=stock xdp'
read -ra kernels <<< "${ONE_KERNEL:-$(all_kernels)}"
declare -A all cpus
for k in "${kernels[@]}"; do all[$k]=$everywhere; done
# Guests of both kernels and types meet half on the one, half on the other kernel of dom0; `make platforms` has all. Where
# dom0 has two CPUs all are PV (lab/boot.sh says why).
if [ ${#kernels[@]} = 2 ]; then
	all[${kernels[0]}]="PAIRS=${kernels[0]}:pv:${kernels[1]}:pv ${all[${kernels[0]}]}"
	all[${kernels[1]}]="PAIRS=${kernels[1]}:pvh:${kernels[0]}:pvh ${all[${kernels[1]}]}"
fi
all[${kernels[0]}]+=" $first"
[ "${kernels[-1]}" != checked ] || all[checked]+=' DRIVER_KERNEL=kasan'
all[${kernels[-1]}]+=" $last"
[ ${#kernels[@]} = 1 ] || [ -n "${SCENARIOS:-}" ] || cpus[${kernels[0]}]=2
unset ONE_KERNEL

# What the boots share is made before they start.
"$here/fetch.sh" && "$here/image.sh" && make --no-print-directory -s -C "$here" tools || exit 1
export LAB_READY=1
running=()

for k in "${kernels[@]}"; do
	read -ra scenarios <<< "${SCENARIOS:-${all[$k]}}"
	mkdir -p "$results/$k"
	rm -f "$results/$k"/*
	LAB_CPUS=${LAB_CPUS:-${cpus[$k]:-1}} RESULTS=$results/$k "$here/run.sh" -k "$k" -t "${SECONDS_LIMIT:-3300}" "${scenarios[@]}" 2>&1 |
		sed -u "s/^/dom0 $k: /" &
	running+=($!)
done

# A boot that did not get to its end is a failure, and so is one that never got to its tests.
failed=0
for job in "${running[@]}"; do wait "$job" || failed=1; done
for b in "${kernels[@]}"; do
	grep -qs '^ok' "$results/$b/ktap.txt" ||
		printf '1..1\nnot ok 1 dom0 %s: no test finished\n' "$b" >> "$results/$b/ktap.txt"
	! grep -qE '^ *not ok' "$results/$b/ktap.txt" || failed=1
done
exit $failed
