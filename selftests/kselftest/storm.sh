# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# One hostile guest does all it can for as long as two others ping each other a thousand times: malformed packets with
# an event each, events without work, broadcasts without end, states without end, attaching and detaching in the middle
# of it, and buffers that it never posts while somebody sends to it. No ping is lost, dom0's memory stays as it was.
# In the end a guest goes whose packets lie in a socket of dom0's that nobody reads.
# Cases of docs/security.md: NB-29, NB-55
# Cases of docs/security.md: NB-46, NB-48, NB-50
. "${0%/*}/ktap.sh"
# shellcheck source=selftests/kselftest/lies.sh
. "${0%/*}/lies.sh"
: "${dom0_address:?}"

pings=${PINGS:-1000}
each=${SECONDS_EACH:-3}
phases=${PHASES:-everything event-storm packet-storm ctrl-storm ctrl-bogus state-storm state-walk silent}
ktap_plan 12

check 'stack ringway' use_stack ringway || exit 1
ip address replace $dom0_address/24 dev xenbr0
pair() { guest_create a && guest_create b && vif_join a 127.9.0.1 && vif_join b 127.9.0.2; }
check 'a pair starts and joins' pair || exit 1
check 'the liar starts' liar_starts || exit 1
check 'a pings b' pings a 127.9.0.2
vif_a=vif$(domid a).0 vif_b=vif$(domid b).0 vif_liar=vif$(domid liar).0

lost() {
	local v
	for v in "$vif_a" "$vif_b"; do
		ethtool -S "$v" | awk '/to_guest_dropped|copy_failed/ && !/dropped_full/ { n++; if ($2) print $1, $2 }
			END { if (!n) print "no counter of what is dropped" }'
	done
}
# A full backlog drops what the liar floods beyond it. That it drops nobody else's is what the pings show.
excess() {
	local flooded dropped v
	flooded=$(sed -n 's/^\(packet-storm\|everything\):.*from_guest_flooded \([0-9]*\).*/\2/p' /tmp/tallies | paste -sd +)
	for v in "$vif_a" "$vif_b"; do
		dropped=$(counter "$v" to_guest_dropped_full)
		echo "$v dropped $dropped of $((flooded))"
		[ "$dropped" -le $((flooded)) ] || return 1
	done
}
# What evilfront counted and what the backend did with it; the numbers are for reading, the time decides them.
tally() { # PHASE
	local n
	for n in from_guest_{batches,malformed,copy_failed,filtered,flooded} spurious_events to_guest_{switched,dropped_full}; do
		printf '%s %s ' "$n" "$(($(counter "$vif_liar" $n 2> /dev/null) + 0))" # gone already, perhaps
	done
	guest_run liar dmesg | sed -n 's/.*evilfront: stormed: //p' | tail -n 1
}

told() { guest_run liar 'dmesg | grep "evilfront: stormed:"'; }
# One way to storm, from attaching to detaching.
storm() { # PHASE
	local lie=$1 code=0
	[ "$1" != silent ] || lie=none
	liar_tells "$lie" "$each" || return 1
	ringway vif attach liar mac=00:16:3e:66:66:66,bridge=xenbr0 -t 60 > /dev/null || return 1
	if [ "$1" = silent ]; then
		# To the address that the liar sends from: it has no buffers, ever.
		ip neigh replace 127.9.0.66 lladdr 02:66:66:66:66:66 dev xenbr0 || return 1
		timeout "$each" vstream send udp 127.9.0.66 5009 -n 100000 -s 1472-1472 -r 4000 -b 32 &
	fi
	sleep "$each"
	[[ $1 != @(everything|ctrl-*|state-*) ]] || wait_for 20 'the end of the storm' told || return 1
	echo "$1: $(tally)" | tee -a /tmp/tallies
	# NB-43, NB-45, CL-19: in the middle of it.
	timeout 90 ringway vif detach liar 0 -t 5 > /dev/null || code=1
	return $code
}
all_phases() {
	local phase
	until guest_run a 'test -s /tmp/ping.code' > /dev/null; do
		for phase in $phases; do
			stage "$phase"
			storm "$phase" || { echo "phase $phase"; return 1; }
		done
	done
}
available=$(kib_to_spare) unreclaimable=$(kib SUnreclaim)
: > /tmp/tallies
guest_start a ping "ping -q -c $pings -i 0.03 -W 20 127.9.0.2"
check 'the storms come and go while they ping' all_phases
sed 's/^/# /' /tmp/tallies
# Without this a liar that does nothing would pass. Of messages, more than their ring holds were taken.
declare -A reached=([everything]='_malformed [1-9].*_copy_failed [1-9].*_filtered [1-9]' [packet-storm]='_flooded [1-9][0-9]{2}'
	[event-storm]='spurious_events [1-9][0-9]{2}' [ctrl-storm]='messages [1-9][0-9]{2}' [ctrl-bogus]='messages [1-9][0-9]{2}'
	[state-storm]='states [1-9][0-9]' [state-walk]='states [1-9][0-9]' [silent]='to_guest_switched [1-9][0-9]')
stormed() {
	local phase code=0
	for phase in $phases; do
		grep -qE "^$phase:.*${reached[$phase]}" /tmp/tallies || { echo "$phase: not '${reached[$phase]}'"; code=1; }
	done
	return $code
}
check 'every storm reached the backend' stormed
none_lost() {
	guest_wait a ping 120 > /tmp/pings
	echo "exit code $?"
	cat /tmp/pings
	grep -q ' 0% packet loss' /tmp/pings
}
check "$pings pings, none lost" none_lost
check 'nothing for the pair was dropped' eval '[ -z "$(lost)" ] || { lost; false; }'
check 'but of what the liar flooded, when it was too much' excess
flat() {
	echo "available $available -> $(kib_to_spare) KiB, unreclaimable slab $unreclaimable -> $(kib SUnreclaim) KiB"
	[ "$(kib_to_spare)" -gt $((available - 65536)) ] && [ "$(kib SUnreclaim)" -lt $((unreclaimable + 32768)) ]
}
check "dom0's memory is as it was" wait_for 30 'flat memory' flat
sed 's/^/# /' <(flat)

# NB-54: what lies in a socket holds nothing of the guest's. The receiver is stopped, so nobody ever reads it.
parked() {
	local receiver queued began=$SECONDS
	vstream recv udp 5010 -i 1 -t 600 &
	receiver=$!
	hears dom0 5010 || return 1
	kill -STOP $receiver
	guest_run a "timeout 5 vstream send udp $dom0_address 5010 -i 1 -n 2000 -s 1472-1472 -r 1000 -b 8; true"
	queued=$((16#$(awk '$2 ~ /:1392$/ { print substr($5, 10) }' /proc/net/udp)))
	echo "$queued bytes lie in the socket"
	[ $queued -gt 65536 ] || { kill -KILL $receiver; return 1; }
	timeout 60 xl destroy a && wait_for 60 "end of $vif_a" test ! -e "/sys/class/net/$vif_a"
	local code=$?
	echo "destroyed within $((SECONDS - began)) s, sending included"
	kill -KILL $receiver
	wait $receiver 2> /dev/null
	return $code
}
stage 'a guest can be destroyed whose packets nobody reads'
check 'a guest can be destroyed whose packets nobody reads' parked
check 'the kernel is content' splats
ktap_end
