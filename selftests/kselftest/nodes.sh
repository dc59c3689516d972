# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest that lies in XenStore (evilfront.ko): nodes that make no sense, missing and doubled ones, states in any
# order and as fast as it can, deleted directories, more nodes than it may have. Its vif is refused or works, the
# command says so in time, dom0's record is what counts; another guest's pings all come back.
# Cases of docs/security.md: CL-19
# Cases of docs/security.md: NB-50
. "${0%/*}/ktap.sh"
# shellcheck source=selftests/kselftest/lies.sh
. "${0%/*}/lies.sh"

# shellcheck disable=SC2016
queue_0='queue-0/tx-ring-ref=$tx,queue-0/rx-ring-ref=$rx,queue-0/event-channel=$port'
# NAME|what the backend names in its refusal|the nodes on connecting; NB-33, NB-35, NB-36, NB-38, NB-39. $tx, $rx, $port
# are evilfront's own.
refused=(
	'NB-35 no queues|multi-queue-num-queues|multi-queue-num-queues=0'
	'NB-35 more queues than offered|multi-queue-num-queues|multi-queue-num-queues=5'
	'NB-35 2^32 queues|multi-queue-num-queues|multi-queue-num-queues=4294967296'
	'NB-33 page flipping|request-rx-copy|request-rx-copy=0'
	'NB-36 no TX ring|ring-ref|-tx-ring-ref'
	'NB-36 TX ring that is none|16777200|tx-ring-ref=16777200'
	'NB-36 no event channel|event-channel|-event-channel'
	'NB-36 event channel that is none|event channel 3999|event-channel=3999'
	"NB-36 the second queue is missing|queue-1|multi-queue-num-queues=2,$queue_0"
	"NB-36 one event channel for two queues|of queue 1|multi-queue-num-queues=2,$queue_0,${queue_0//queue-0/queue-1}"
	'NB-38 insane TX ring|ring indices|RING=tx'
	'NB-38 insane RX ring|ring indices|RING=rx'
)
# Read as the default, or not needed: connects, and a packet is answered. NAME|the nodes
# shellcheck disable=SC2016
taken=(
	'NB-35 queues in words|multi-queue-num-queues=abc'
	'NB-33 neither scatter-gather nor notifications|-feature-sg,-feature-rx-notify'
)
# XenStore lies told by a connected vif.
all_stores='spy delete-state delete-link wrong-link delete-dir node-flood state-walk state-nine state-storm never-close'
stores=${STORES:-$all_stores}
ktap_plan $((8 + ${#refused[@]} + ${#taken[@]} + $(wc -w <<< "$stores")))

check 'stack ringway' use_stack ringway || exit 1
echo 4 > /sys/module/ringway_netback/parameters/max_queues
check 'dom0 is on the bridge' flows_setup
check 'the honest guest starts and joins' eval 'guest_create good && vif_join good 127.9.0.1'
check 'the liar starts' liar_starts || exit 1
liar=$(domid liar)
leak_snapshot /tmp/before
good_vif=$(domid good)/0
# shellcheck disable=SC2154 # set by flows_setup
pinger_start good $dom0_address

# Behind what the last lie left to do.
attach_liar() { timeout 100 ringway vif attach liar mac=00:16:3e:66:66:66,bridge=xenbr0 -t 80; }
said() { guest_run liar "dmesg" | grep -q "evilfront: $1"; }

# What is left in detail is compared when all of them are through: it takes its time. A guest that stormed still has a
# queue of its own events before it: to it, a vif of the same number that comes earlier is the old one, and it lies on.
nothing_of_it() {
	wait_for 10 'end of its device' no_device && ! ringway vif list liar | grep -q 00:16 &&
		wait_for 240 'guest to see that its device is gone' guest_run liar '[ ! -e /sys/bus/xen/devices/vif-0 ]'
}
no_device() { ! ls -d /sys/class/net/vif"$liar".*; }

nodes_refused() { # WORD NODES
	local nodes=$2 ring='' code
	[[ $nodes != RING=* ]] || ring=${nodes#RING=} nodes=''
	liar_tells quiet 2 "$ring" "$nodes" >&2 || return 1
	attach_liar 2> /tmp/refusal
	code=$?
	cat /tmp/refusal
	[ $code != 0 ] && [ $code != 124 ] || { echo "exit code $code"; return 1; }
	grep -qF "$1" /tmp/refusal || { echo "\"$1\" is not named"; return 1; }
	nothing_of_it
}
for case in "${refused[@]}"; do
	stage "${case%%|*}"
	rest=${case#*|}
	check "refused: ${case%%|*}" nodes_refused "${rest%%|*}" "${rest#*|}"
done

nodes_taken() { # NODES
	liar_tells none 2 '' "$1" >&2 || return 1
	attach_liar || return 1
	wait_for 30 'an answer' said 'honest: responses 1 last 0 backend 4' || { guest_run liar dmesg; return 1; }
	vif_detach liar && nothing_of_it
}
for case in "${taken[@]}"; do
	stage "${case%%|*}"
	check "connects: ${case%%|*}" nodes_taken "${case#*|}"
done

check 'nothing is left of all these' leak_compare /tmp/before

# NB-39: both rings in one page. Whatever comes of it stays in that page.
one_page() {
	local code
	# shellcheck disable=SC2016
	liar_tells quiet 2 '' 'rx-ring-ref=$tx' >&2 || return 1
	attach_liar
	code=$?
	if [ $code = 0 ]; then
		[ "$(of_liar rx-ring-ref)" = "$(of_liar tx-ring-ref)" ] || { echo 'the rings have a page each'; return 1; }
		ping -c 3 -i 0.2 -W 1 127.9.0.99 # asks everybody
		vif_detach liar || return 1
	fi
	[ $code != 124 ] && nothing_of_it && leak_compare /tmp/before
}
of_liar() { xenstore-read "/local/domain/$liar/device/vif/0/$1"; }
stage 'one page for both rings'
check 'NB-39 one page for both rings harms nobody' one_page

declare -A id=([spy]=CL-07 [delete-state]=NB-41 [delete-link]=CL-01 [wrong-link]=CL-01 [delete-dir]=NB-41
	[node-flood]=CL-09 [state-walk]=NB-40 [state-nine]=RL-18 [state-storm]=NB-45 [never-close]=CL-14)
# Ten lines in five seconds, however many there was reason for.
complaints() { dmesg | grep -c 'state that does not exist'; }
few_lines() { # SINCE BEFORE
	local lines most=$((10 * ((SECONDS - $1) / 5 + 2)))
	lines=$(($(complaints) - $2))
	echo "$lines lines, at most $most"
	[ "$lines" -gt 0 ] && [ "$lines" -le $most ]
}
store_lie() { # LIE
	local began complaints
	complaints=$(complaints)
	liar_tells "$1" 2 >&2 || return 1
	attach_liar || return 1
	began=$SECONDS
	case $1 in
	state-walk | state-nine | node-flood | spy) wait_for 60 "the end of $1" said stormed || return 1 ;;
	*) wait_for 30 "the beginning of $1" said honest || return 1 ;;
	esac
	guest_run liar dmesg | grep evilfront: | tail -n 3
	[ "$1" != spy ] || said 'stormed: domain [1-9].* spied 0 of 48' || return 1
	[ "$1" != state-nine ] || few_lines "$began" "$complaints" || return 1
	# The record is dom0's: the vif is listed once, and the other one not twice.
	[ "$(ringway vif list | grep -c 00:16:3e:66:66:66)" = 1 ] || { ringway vif list; return 1; }
	began=$SECONDS
	timeout 60 ringway vif detach liar 0 -t 3 || return 1
	echo "detached within $((SECONDS - began)) s"
	[ -e "/sys/class/net/vif${good_vif/\//.}" ] || { echo 'the other vif is gone'; return 1; }
	nothing_of_it
}
for lie in $stores; do
	stage "$lie"
	check "${id[$lie]} $lie: detached in time" store_lie "$lie"
done

# G4: who comes next is served as before.
check 'an honest vif of the same guest connects' nodes_taken ''
check 'the other guest lost no ping' pinger_lost_none good
ktap_end
