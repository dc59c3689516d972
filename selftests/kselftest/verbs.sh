# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The verbs that look after a whole host (metrics, monitor, perf, top, place, bridge, apply), once each on the real thing.
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

ktap_plan 33
check 'stack ringway' use_stack ringway || exit 1
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
check 'a guest starts' guest_create a || exit 1
check 'it joins' vif_join a 127.9.0.1
check 'it is heard' pings_lose_none a 5 0.2 "$dom0_address"
vif=vif$(domid a).0
mac=$(mac_of 127.9.0.1)

stage metrics
counts() {
	ringway metrics > /tmp/all.prom || return 1
	grep "device=\"$vif\"" /tmp/all.prom
	for family in packets bytes cpu_seconds; do
		grep -qE "^ringway_vif_${family}_total\{domain=\"a\",.*direction=\"from_guest\"\} 0?[.]?0*[1-9]" /tmp/all.prom || return 1
	done
	grep -qE '^ringway_bridge_packets_total\{bridge="xenbr0",action="to_local"\} [1-9]' /tmp/all.prom
}
check 'metrics has counted the pings' counts
into_file() { ringway metrics -o /tmp/file.prom && [ "$(wc -l < /tmp/file.prom)" = "$(wc -l < /tmp/all.prom)" ]; }
check 'and writes them into a file' into_file
# What a Prometheus server would have fetched: selftests/dashboard.py asks it the dashboard's questions.
fetched() {
	local line
	data metrics.prom "# at $(cut -d ' ' -f 1 /proc/uptime)"
	ringway metrics | while read -r line; do data metrics.prom "$line"; done
}
fetched

stage monitor
watched() { # EVENTS COMMAND…
	local events=$1
	shift
	ringway -j monitor -n "$events" -t 10 > /tmp/monitor &
	sleep 1
	"$@" && wait $!
}
hears() { # WORDS… in one line
	local lines word
	lines=$(cat /tmp/monitor)
	for word in "$@"; do lines=$(grep -F -e "$word" <<< "$lines") || { cat /tmp/monitor; return 1; }; done
}
link_said() { watched 1 ringway vif set a 0 isolated=on && hears '"event":"link"' "\"ifname\":\"$vif\"" '"bridge":"xenbr0"'; }
check 'monitor hears a port change' link_said
ringway vif set a 0 isolated=off
node_said() { watched 1 ringway vif set a 0 carrier=on && hears '"source":"xenstore"' '"end":"backend"' '/carrier"' '"value":"1"'; }
check 'and a node' node_said

stage perf
# In the middle of a load. What it says must be no less than what the driver counts of its own, and all of it must fit into
# what happened from before it began to after it ended.
perf() {
	local from before after to said
	guest_run a "netload send $dom0_address 20000 200 8 4000" 60 > /dev/null & # 2000 a second
	sleep 1
	read -r from before < <(echo "$(cat "/sys/class/net/$vif/statistics/rx_packets") $(cputime 0)")
	ringway -j perf -t 3 --frequency 997 --record /tmp/perf.data > /tmp/perf.json || { cat /tmp/perf.json; return 1; }
	read -r to after < <(echo "$(cat "/sys/class/net/$vif/statistics/rx_packets") $(cputime 0)")
	wait $!
	cat /tmp/perf.json
	said=$(for key in packets dom0_ns netback_ns; do grep -oE "\"$key\":[0-9.]+" /tmp/perf.json | head -n 1 | cut -d : -f 2; done | paste -sd ' ')
	awk -v ns=$((after - before)) -v packets=$((to - from)) '{
		print $1, "packets of", packets, "and", $1 * $2, "ns of", ns
		exit !($1 > 1000 && $1 <= packets && $2 > $3 && $1 * $2 <= ns)
	}' <<< "$said"
}
check 'perf divides what dom0 costs by packets' perf
parts() { grep -qE '"sampled_by":"(cycles|cpu-clock)"' /tmp/perf.json && grep -qE '"netback":[0-9.]*[1-9]' /tmp/perf.json; }
check 'netback has its part' parts
recorded() { [ "$(head -c 8 /tmp/perf.data)" = PERFILE2 ] && [ "$(wc -c < /tmp/perf.data)" -gt 20000 ]; }
check 'and what was sampled is left behind' recorded
fetched
lists() { ringway top -b -n 1 -d 1 | tee /tmp/top; grep -qE "^$(domid a)\.0 +a +$vif " /tmp/top; }
check 'top lists it' lists

stage place
irqs() { awk -v name="$vif-q0" 'index($NF, name) == 1 { sub(":", "", $1); print $1 }' /proc/interrupts; }
served_by() { # LIST
	local irq
	[ -n "$(irqs)" ] || return 1
	for irq in $(irqs); do [ "$(cat "/proc/irq/$irq/smp_affinity_list")" = "$1" ] || return 1; done
}
before=$(cat "/proc/irq/$(irqs | head -n 1)/smp_affinity_list")
apply() { ringway place -t 1 --cpus 0 --apply && served_by 0; }
check 'place puts the queue on CPU 0' apply
undo() { ringway place --undo && served_by "$before" && [ ! -e /var/lib/ringway/place.json ]; }
check 'and undoes it' undo
threads() { # LIST: its two polls have a thread each, which may run there
	local comm count=0 # those of a switch that is off sleep until the guest leaves
	for comm in $(grep -lE "^napi/$vif-[0-9]+$" /proc/[0-9]*/comm); do
		grep -q "^Cpus_allowed_list:[[:blank:]]*$1$" "${comm%comm}status" || return 1
		count=$((count + 1))
	done
	echo "$count threads"
	[ $count = 2 ]
}
threaded() { [ "$(cat "/sys/class/net/$vif/threaded")" = "$1" ]; }
give() { ringway place -t 1 --cpus 0 --apply --threads && served_by 0 && threaded 1 && threads 0; }
check 'place --threads lets threads poll' give
check 'which lose nothing' pings_lose_none a 5 0.2 "$dom0_address"
# Its vif is made anew, as when a guest starts again: no threads.
keep() {
	ringway vif detach a 0 && vif_join a 127.9.0.1 && threaded 0 || return 1
	timeout -s INT 5 ringway place --keep | tee /tmp/kept
	grep -q 'queue 0: CPU 0$' /tmp/kept && threaded 1 && threads 0 && pings_lose_none a 3 0.2 "$dom0_address"
}
check 'place --keep does so for a new vif' keep
take() { ringway place --undo && threaded 0 && pings_lose_none a 3 0.2 "$dom0_address" && [ ! -e /var/lib/ringway/place.json ]; }
check 'place --undo takes them away' take

stage bridge
check 'bridge add' ringway bridge add verbs0 ageing_time=60 vlan_filtering=on group_fwd_mask=0x4000 vlan_protocol=802.1ad
shows() { # WORD…
	local word said
	said=$(ringway bridge show verbs0) || return 1
	echo "$said"
	for word in "$@"; do grep -qF -e "$word" <<< "$said" || return 1; done
}
check 'bridge show has what add was told' shows ' ageing_time=60' vlan_filtering=on group_fwd_mask=0x4000 vlan_protocol=802.1ad
changed='default_pvid=0 stp_state=on mcast_snooping=on mcast_querier=on'
# shellcheck disable=SC2086 # words
changes() { ringway bridge set verbs0 $changed && shows $changed; }
check 'bridge set' changes
knows() { local said; said=$(ringway bridge fdb xenbr0) && echo "$said" && grep -q "^$mac $vif .*learned" <<< "$said"; }
check 'bridge fdb knows the guest' knows
forgets() { # nothing is learned anew meanwhile: the guest talks all the time
	local code=0
	ip link set "$vif" type bridge_slave learning off || return 1
	{ ringway bridge flush xenbr0 "$vif" && ! knows; } || code=1
	ip link set "$vif" type bridge_slave learning on && return $code
}
check 'bridge flush forgets it' forgets
uplink() {
	modprobe veth && ip link add verbs1 type veth peer name verbs2 && ip link set verbs1 master verbs0 || return 1
	ringway bridge port verbs1 loop_block=10 fdb_max=7 broadcast=500/50 | tee /tmp/port
	grep -q 'broadcast=500/50.* fdb_max=7 loop_block=10' /tmp/port
}
check 'bridge port' uplink
ip link delete verbs0
ip link delete verbs1

stage apply
ringway showconf > /tmp/host.toml
check 'apply finds what showconf wrote equal' ringway -d apply /tmp/host.toml --diff
cat > /tmp/more.toml <<- END
	[[bridge]]
	name = "verbs3"
	ageing_time = 60
	[[bridge]]
	name = "xenbr0"
	group_fwd_mask = 0x4000
	[[vif]]
	guest = "a"
	mac = "$mac"
	broadcast = "500/50"
	rx-pps = 100000
	isolated = true
END
differs() { ringway apply /tmp/more.toml --diff > /tmp/diff; [ $? = 1 ] && grep -qF '1 to add, 2 to change' /tmp/diff; }
check 'apply --diff says what differs' differs
in_force() { ringway vif show a 0 | tee /dev/stderr | grep -q 'policy isolated=on broadcast=500/50'; }
applies() { ringway apply /tmp/more.toml && in_force && ringway bridge show verbs3 | grep -q ' ageing_time=60'; }
check 'apply' applies
again() { ringway apply /tmp/more.toml | tee /dev/stderr | grep -q '^nothing to do: all 3 '; }
check 'a second apply does nothing' again
moves() { # BRIDGE
	ringway -j vif attach a "mac=$mac,bridge=$1" --ensure | tee /tmp/moved | grep -q '"action":"change"' &&
		[ "$(cat "/sys/class/net/$vif/master/ifindex")" = "$(cat "/sys/class/net/$1/ifindex")" ] && in_force
}
there_and_back() { moves verbs3 && moves xenbr0 && ringway -j vif attach a "mac=$mac" --ensure | grep -q '"action":"none"'; }
check 'vif attach --ensure moves it there and back, with its policy' there_and_back
batch() {
	printf 'vif set a 0 isolated=default  # as before\nvif show a 7\nbridge set xenbr0 group_fwd_mask=0\n' |
		ringway -batch - -force 2> /tmp/batch
	[ $? = 4 ] && grep -q '^ringway: standard input line 2: vif .*7: does not exist' /tmp/batch &&
		ringway bridge show xenbr0 | grep -q ' group_fwd_mask=0x0'
}
check 'a batch goes on behind a line that fails' batch
ip link delete verbs3
waits() { ringway vif wait a 0 -t 10 && ! ringway vif wait a 7 -t 1; }
check 'vif wait' waits
fetched
check 'traffic passes after all this' pings_lose_none a 3 0.2 "$dom0_address"
ktap_end
