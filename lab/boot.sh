#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot.sh MODE SECONDS VMLINUX INITRD RESULTS: one machine, from power on to power off.
#   MODE     fast    for function                    icount   one CPU, virtual time = instructions
#            shell   as fast, the console is this terminal
#   LAB_CPUS=2: two CPUs, both for dom0; they find more races. One thread of this host plays them in turn, each until it
#            waits or LAB_SLICE microseconds (100) are over, and time is what they have executed: a wait costs nothing, and
#            the order is the same however busy the host is. (In real time, timers of the second CPU are lost, and who
#            waits for one waits for the next heartbeat, see below.) LAB_THREAD=multi: real time, and each CPU has a thread
#            of its own. Then each wake-up of another domain wakes a thread, and XenStore becomes six times slower where
#            the host is busy.
#            Guests are PV then: in a slice's end QEMU 7.2 gives a PVH guest an interrupt a second time, the one that Xen
#            had it deliver with the last VMRUN (it stays noted as an exception to be delivered). If the guest is just on
#            its way into its kernel, it dies of that ("double fault"), with stock drivers in both ends, too.
#   LAB_DOM0=pvh: dom0 is a PVH domain, for which Xen wants an IOMMU
#   LAB_PLUGIN: a QEMU plugin with its settings, see lab/profile.sh
#   RESULTS  a folder: console.log and timeline.txt (with elapsed time), ktap.txt, and the files that scenarios send;
#            host.log: what scenarios on the host wrote to standard error
# Exit code 0: the machine ran its job to the end and every scenario passed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
mode=$1 limit=$2 vmlinux=$3 initrd=$4 results=$5
cpus=${LAB_CPUS:-1}
memory=${LAB_DOM0_MEMORY:-1280}
[ "$mode" != icount ] || cpus=1

qemu=(qemu-system-x86_64 -smp "$cpus" -cpu "${lab_cpu:?}" -m "${LAB_MEMORY:-3072}" -display none -no-reboot
	-nodefaults -net none
	-netdev 'hubport,id=up0,hubid=0' -device 'e1000e,romfile=,netdev=up0,mac=00:16:3e:fe:00:01'
	-netdev 'hubport,id=up1,hubid=0' -device 'e1000e,romfile=,netdev=up1,mac=00:16:3e:fe:00:02'
	-kernel "$cache/xen" -append "console=com1 com1=115200 dom0=${LAB_DOM0:-pv} dom0_mem=${memory}M,max:${memory}M dom0_max_vcpus=$cpus loglvl=warning guest_loglvl=warning"
	-initrd "$vmlinux console=hvc0 quiet loglevel=4 panic=1 panic_on_warn=1 ${LAB_ARGS:-},$initrd")
counted=''
case $mode in
icount) counted=1 ;;
fast) [ "$cpus" = 1 ] || [ -n "${LAB_THREAD:-}" ] || counted=1 ;;
shell) ;;
*) die "mode \"$mode\" is unknown; there are fast, icount, shell" ;;
esac
if [ "$counted" = 1 ]; then
	qemu+=(-accel 'tcg,thread=single' -icount 'shift=0,sleep=off')
	# The emulator changes to the other CPU when a timer of the machine is due: here is one.
	[ "$cpus" = 1 ] || qemu+=(-netdev 'hubport,id=slice,hubid=9'
		-object "filter-buffer,id=slices,netdev=slice,queue=rx,interval=${LAB_SLICE:-100}")
else
	qemu+=(-accel "tcg,thread=${LAB_THREAD:-single}")
fi
[ "${LAB_DOM0:-pv}" = pv ] || qemu+=(-M 'q35,kernel-irqchip=split' -device amd-iommu)
[ -z "${LAB_PLUGIN:-}" ] || qemu+=(-plugin "$LAB_PLUGIN")
rm -rf "$results"
mkdir -p "$results"
if [ "$mode" = shell ]; then
	exec timeout --foreground "$limit" "${qemu[@]}" -serial mon:stdio -serial "file:$results/ktap.txt"
fi

# The emulator sometimes loses a timer, and then a machine in which everybody waits for one waits for ever. A
# character on the console, which nobody reads, wakes Xen, and Xen looks at its timers. This is off where instructions
# are counted.
heartbeat() { [ "$counted" = 1 ] || while sleep 5; do printf '\0' 2> /dev/null || break; done; }

# A scenario on the host (lab/host/lab.py) writes to the port, where dom0 reads (lab/dom0/host.sh), and reads the
# replies. LAB_SCENARIOS is where run.sh has put it.
host=''
host_begin() { # NAME=VALUE… SCENARIO.py
	host_end
	{
		env "${@:1:$#-1}" PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$lab_src/host" python3 "$LAB_SCENARIOS/${!#}" \
			<&7 >&8 2>> "$results/host.log" || echo "exit $?" >&8
	} &
	host=$!
}
host_end() { [ -z "$host" ] || kill "$host" 2> /dev/null || true; }

mkfifo "$results"/port.{in,out} "$results/replies"
# Both ends of each, so that nobody waits for another one to open it.
exec 7<> "$results/replies" 8<> "$results/port.in"
# The console, each line with the time since power on.
{
	while IFS= read -r line || [ -n "$line" ]; do
		printf '%6d %s\n' "$SECONDS" "${line%$'\r'}"
	done > "$results/console.log"
} < <(exec timeout --kill-after=5 "$limit" "${qemu[@]}" -serial stdio -serial "pipe:$results/port" \
	< <(heartbeat) 2>&1) &
console=$!

last='power on' passed=0
stage "boot ($mode): Xen"
while IFS= read -r line; do
	line=${line%$'\r'}
	printf '%6d %s\n' "$SECONDS" "$line" >> "$results/timeline.txt"
	case $line in
	'#stage '*) last=${line#'#stage '}; stage "  $last"; [ "$last" != 'all passed' ] || passed=1 ;;
	'#data '*) line=${line#'#data '}; echo "${line#* }" >> "$results/${line%% *}" ;;
	'#void '*) "$lab_src/void.sh" "$results" "${line#'#void '}" ;;
	'#host '*) eval "host_begin ${line#'#host '}" ;;
	'#reply '*) printf '%s\n' "${line#'#reply '}" >&7 ;;
	*) echo "$line" >> "$results/ktap.txt"
		case $line in *'not ok'* | *'# splat'*) echo "        $line" >&2 ;; esac ;;
	esac
done < "$results/port.out"
wait "$console" || true
host_end
rm -f "$results"/port.{in,out} "$results/replies"
if [ "$last" != 'power off' ]; then
	stage "the machine stopped or ran out of its $limit s in stage \"$last\"; its console ends with:"
	tail -n 40 "$results/console.log" >&2
	exit 1
fi
[ "$passed" = 1 ] || { stage "results: $results/ktap.txt, console: $results/console.log"; exit 1; }
