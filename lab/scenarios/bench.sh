# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # what one file sets, another one reads
#
# What each kind of traffic costs on each stack, in one boot. Run with -m icount. One line per repeat goes to the file
# bench.rows; lab/bench.sh on the host makes the table, out/bench.json and the plot of them.
#
#   STACKS     of those in lab/dom0/bench-stacks.sh
#   WORKLOADS  of the names below ("w_…" without the w_)
#   REPEATS, PACKETS   how often each load is measured, and with how many packets
#   MODEL=1    under QEMU's plugin: bench.marks says which of its counts belong to which row
. "${0%/*}/ktap.sh"
. /lab/measure.sh
. /lab/bench-stacks.sh
. /lab/bench-loads.sh

stacks=${STACKS:-$all_stacks}
workloads=${WORKLOADS:-$all_workloads}
repeats=${REPEATS:-3}
packets=${PACKETS:-4000}

for name in $workloads; do
	[ -n "$(workloads=$name loads_of stock)" ] || { stage "no workload \"$name\"; there are:" $all_workloads; exit 1; }
done
for stack in $stacks; do
	is_stack "$stack" || { stage "no stack \"$stack\"; lab/dom0/bench-stacks.sh lists them"; exit 1; }
done
planned=0
for stack in $stacks; do planned=$((planned + 2 + $(wc -w <<< "$(loads_of "$stack")"))); done
ktap_plan $planned

modprobe e1000e
mark dom0

for stack in $stacks; do
	stage "$stack: modules, bridge, vifs"
	up=1
	check "$stack: the stack and two vifs" bench_stack "$stack" || up=0
	for load in $(loads_of "$stack"); do
		[ $up = 1 ] || { ktap_result 1 "$stack: $load"; continue; }
		stage "$stack: $load"
		check "$stack: $load" "w_$load"
	done
	check "$stack: goes away" bench_stack_away
done
ktap_end
