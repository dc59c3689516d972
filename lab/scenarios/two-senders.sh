# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the lock costs under which senders on several CPUs of dom0 fill one receiver's ring: one guest, then two send to
# one receiver as fast as they can, on stock and on Ringway; with FRONTS="stock ringway", also with our frontend in all
# guests. For LAB_CPUS=2; LAB_SLICE=5 lets the CPUs change places within the time that the lock is held. One line each
# in the file two-senders.rows:
#
#   STACK FRONT SENDERS PACKETS BATCHES CONTENDED WAITED LONGEST     BATCHES by Ringway's counter; CONTENDED: how often a
#                                  CPU found one of netback's spinlocks taken; then the us that it waited, all and most
. "${0%/*}/ktap.sh"

packets=${PACKETS:-3000}
frame=${FRAME:-60}
stacks=${STACKS:-stock ringway}
fronts=${FRONTS:-stock}
ktap_plan $(($(wc -w <<< "$stacks") * $(wc -w <<< "$fronts") * 3))
t=/sys/kernel/tracing
[ -d $t/events ] || mount -t tracefs tracefs $t

batches() { [ "$stack" = stock ] && echo 0 || counter "$vif" to_guest_batches; }
trace_begins() {
	echo nop > $t/current_tracer && echo 16384 > $t/buffer_size_kb && echo > $t/trace &&
		echo 'flags & 1' > $t/events/lock/contention_begin/filter && echo 1 > $t/options/stacktrace &&
		echo 1 > $t/options/sym-offset && echo 1 > $t/events/lock/contention_begin/enable && echo 1 > $t/events/lock/contention_end/enable
}
# Each that began inside a netback, until its end: number, us, most us.
trace_ends() {
	echo 0 > $t/events/lock/enable
	echo 0 > $t/options/stacktrace
	awk '
		function time() { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+\.[0-9]+:$/) return $i + 0 }
		function cpu() { for (i = 1; i <= NF; i++) if ($i ~ /^\[[0-9]+\]$/) return $i }
		/contention_begin:/ { c = cpu(); since[c] = time(); ours[c] = 0; asked[c] = 1; at = ""; next }
		/<stack trace>/ { at = asked[cpu()] ? cpu() : ""; asked[cpu()] = 0; next }
		/\[(ringway_netback|xen_netback)\]/ && at != "" { ours[at] = 1 }
		/contention_end:/ {
			c = cpu()
			if (ours[c]) { us = (time() - since[c]) * 1000000; n++; all += us; if (us > most) most = us }
			ours[c] = asked[c] = 0; at = ""
		}
		END { printf "%d %d %d\n", n, all, most }' $t/trace
}
send() { # GUEST…
	local g
	for g; do guest_start "$g" load "netload send 127.9.0.3 $packets $frame"; done
	for g; do guest_wait "$g" load 120 || return 1; done
	sleep 0.3
}
measured() { # GUEST…
	local got before
	send "$@" || return 1
	got=$(cat "/sys/class/net/$vif/statistics/tx_packets") before=$(batches)
	trace_begins && send "$@" || return 1
	got=$(($(cat "/sys/class/net/$vif/statistics/tx_packets") - got))
	data two-senders.rows "$stack $front $# $got $(($(batches) - before)) $(trace_ends)"
	[ $got -ge $((packets * $# / 2)) ]
}
joins() {
	local n=0 g
	for g in a b c; do
		n=$((n + 1))
		guest_create $g front="$front" && vif_join $g 127.9.0.$n || return 1
	done
	vif=vif$(domid c).0
}

for stack in $stacks; do
	for front in $fronts; do
		stage "$stack, $front"
		check "$stack, $front: guests join" eval 'use_stack "$stack" && joins' || exit 1
		check "$stack, $front: one sends" measured a
		check "$stack, $front: two send" measured a b
		destroy_all
	done
done
ktap_end
