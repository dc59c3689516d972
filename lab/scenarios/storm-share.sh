# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a storm from one guest leaves to others, in instructions: run it with -m icount. Alone and under the storms of
# storm.sh, a sends frames of 60 bytes to b as fast as it can. dom0 has the CPU whenever it wants it (its weight is
# Xen's largest), so what ethtool bills is dom0's own time. One line a storm in the file storm.rows:
#
#   STORM ELAPSED DOM0 A B LIAR PAIR-PACKETS PAIR-BILL PAIR-TURNS LIAR-PACKETS LIAR-BILL LIAR-TURNS LIAR-EVENTS
#
# What the commands cost that begin and end a run is in DOM0, the same in each line: compare with "alone".
# Times are nanoseconds, which are instructions. A bill is the time in the polls that take packets from a guest,
# delivering them included; a turn is one such poll that took some.
. "${0%/*}/ktap.sh"
# shellcheck source=selftests/kselftest/lies.sh
. "${0%/*}/lies.sh"
: "${dom0_address:?}"

packets=${PACKETS:-6000}
all_storms='alone packet-storm packet-storm:limited everything event-storm ctrl-storm ctrl-bogus silent state-storm'
storms=${STORMS:-$all_storms}
ktap_plan $((6 + $(wc -w <<< "$storms")))

check 'stack ringway' use_stack ringway || exit 1
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
pair() { guest_create a && guest_create b && vif_join a 127.9.0.1 && vif_join b 127.9.0.2; }
check 'a pair starts and joins' pair || exit 1
check 'the liar starts' liar_starts || exit 1
check 'dom0 goes first' xl sched-credit2 -d Domain-0 -w 65535
check 'a pings b' pings a 127.9.0.2
id_a=$(domid a) id_b=$(domid b) id_liar=$(domid liar)

bill() { # DOMAIN: packets, time, turns and events of its vif 0
	ethtool -S "vif$1.0" 2> /dev/null | awk '
		{ sub(":", "", $1); v[$1] = $2 }
		END {
			print v["from_guest_packets"] + 0, v["from_guest_cpu_ns"] + 0, v["from_guest_batches"] + 0,
				v["from_guest_events"] + 0
		}'
}
state() {
	local pair
	pair=$(bill "$id_a")
	echo "${EPOCHREALTIME/./}000 $(cputime 0 "$id_a" "$id_b" "$id_liar") ${pair% *} $(bill "$id_liar")"
}
measured() { # NAME
	local before after
	send 300 > /dev/null || return 1
	before=$(state)
	send "$packets" > /dev/null || return 1
	after=$(state)
	after=$(awk '{ n = NF / 2; for (i = 1; i <= n; i++) printf "%.0f ", $(n + i) - $i }' <<< "$before $after")
	data storm.rows "$1 $after"
}
send() { guest_run a "netload send 127.9.0.2 $1 60" 300; }

under() { # STORM, with ":limited" behind it
	local lie=${1%:*} flood='' code=0
	if [ "$1" = alone ]; then
		measured "$1"
		return
	fi
	[ "$lie" != silent ] || lie=none
	liar_tells "$lie" 60 || return 1
	ringway vif attach liar mac=00:16:3e:66:66:66,bridge=xenbr0 -t 60 > /dev/null || return 1
	[[ $1 != *:limited ]] || { ringway vif limit liar 0 pps=1000 && ringway vif set liar 0 broadcast=100; } || return 1
	if [ "$1" = silent ]; then
		ip neigh replace 127.9.0.66 lladdr 02:66:66:66:66:66 dev xenbr0
		vstream send udp 127.9.0.66 5009 -n 1000000 -s 1472-1472 -r 4000 -b 32 > /dev/null & flood=$!
	fi
	sleep 0.5 # it begins
	measured "$1" || code=1
	[ -z "$flood" ] || kill "$flood"
	timeout 90 ringway vif detach liar 0 -t 5 > /dev/null || code=1
	return $code
}
for storm in $storms; do
	stage "$storm"
	check "$storm" under "$storm"
done
ktap_end
