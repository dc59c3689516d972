# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The command on the stock driver and an ordinary bridge: each verb does there what it says, or refuses by name, says
# what to type next, and changes nothing.
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

ktap_plan 57
check 'stack stock' use_stack stock || exit 1
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
check 'a guest starts' guest_create a || exit 1
id=$(domid a) mac=$(mac_of 127.9.0.1)
vif=vif$id.0

# says WORD COMMAND…: succeeds, and one line holds the word.
says() {
	timeout -s INT 60 "${@:2}" > /tmp/said 2>&1 || { cat /tmp/said; return 1; }
	cat /tmp/said
	grep -qE -e "$1" /tmp/said
}
state() {
	xenstore-ls -f "/local/domain/0/backend/vif/$id"
	xenstore-ls -f "/libxl/$id/device/vif"
	bridge -d link show
	cat /var/lib/ringway/policy/* 2> /dev/null
}
# refuses CODE WORD COMMAND…: with this exit code and one line that holds the word, and nothing is changed.
refuses() {
	local before code
	before=$(state)
	timeout -s INT 20 ringway "${@:3}" > /tmp/said.out 2> /tmp/said
	code=$?
	cat /tmp/said /tmp/said.out
	[ "$code" = "$1" ] && [ "$(wc -l < /tmp/said)" = 1 ] && [ ! -s /tmp/said.out ] &&
		grep -qF -e "$2" /tmp/said || return 1
	diff <(echo "$before") <(state)
}
use_ringway="'ringway use ringway'"

stage 'attach, and look'
attaches() { ringway vif attach a "mac=$mac,bridge=xenbr0,rate=10Mb/s" && guest_run a 'join 127.9.0.1'; }
check 'vif attach' attaches
check 'packets pass' pings_lose_none a 5 0.2 "$dom0_address"
check 'vif list' says "^$id\.0 +a +$mac +$vif +xenbr0 +1500 +1 connected" ringway vif list
check 'vif show' says '^ +rate .*62500,50000' ringway vif show a 0
check 'vif show -s has the packets' says '"stats":\{"rx":\{"bytes":[1-9]' ringway -j -s vif show a 0
check 'vif stats has the packets' says '^ +from_guest_packets +[1-9]' ringway vif stats a 0
check 'vif stats --watch' \
	says '"interval_ms":.*"from_guest_packets":' timeout -s INT 3 ringway -j vif stats a 0 -w 1
check 'vif wait' says ' state connected$' ringway vif wait a 0 -t 10
check 'vif wait for what is not there' refuses 4 'vif' vif wait a 7 -t 1
check 'xl sees it' eval "xl network-list a | grep -q '$mac .* 4 '"

stage limit
# bytes_in SECONDS: that the guest sends at most, of 1400 bytes each
bytes_in() {
	local from to
	guest_start a load "netload send $dom0_address 400000 1400 8 4000" || return 1 # 2000 a second
	sleep 1
	from=$(cat "/sys/class/net/$vif/statistics/rx_bytes")
	sleep "$1"
	to=$(cat "/sys/class/net/$vif/statistics/rx_bytes")
	guest_run a 'killall netload' > /dev/null
	echo $((to - from))
}
limits() {
	local bytes
	ringway vif limit a 0 rate=1Mb/s || return 1
	bytes=$(bytes_in 2)
	echo "$bytes bytes in 2 s at 1 Mb/s"
	[ "$bytes" -gt 50000 ] && [ "$bytes" -le 375000 ]
}
check 'vif limit rate= counts at once' limits
lifts() {
	local bytes
	ringway vif limit a 0 rate=none || return 1
	bytes=$(bytes_in 2)
	echo "$bytes bytes in 2 s without a limit"
	[ "$bytes" -gt 750000 ]
}
check 'and can be lifted' lifts
for limit in pps=100 rx-rate=1Mb/s rx-pps=100; do
	check "vif limit $limit is refused" \
		refuses 3 "${limit%=*} '${limit#*=}': the backend driver xen_netback" vif limit a 0 "$limit"
done
check 'and says what to type' grep -qF "$use_ringway" /tmp/said

stage 'set and rules'
for word in isolated=on mac_lock=on ip=127.9.0.1 broadcast=500 vlan=10 mirror=vif9.0; do
	check "vif set $word is refused" \
		refuses 2 "xenbr0 is an ordinary one, for which bridge(8) has words of its own; $use_ringway" vif set a 0 $word
done
printf 'accept from-guest arp\ndefault drop from-guest\n' > /tmp/rules
check 'vif rules is refused' refuses 2 "xenbr0 is an ordinary one" vif rules a 0 /tmp/rules
carrier() {
	ringway vif set a 0 carrier=off && [ "$(xenstore-read "/local/domain/0/backend/vif/$id/0/carrier")" = 0 ] &&
		ringway vif set a 0 carrier=on
}
check 'vif set carrier= is told to the guest' carrier

stage 'ensure'
check '--ensure finds it as told' says 'was as told$' ringway vif attach a "mac=$mac,bridge=xenbr0" --ensure
check '--ensure changes its rate' says 'rate: none -> 20Mb/s' ringway vif attach a "mac=$mac,rate=20Mb/s" --ensure
for word in ip=127.9.0.1 vlan=3; do
	check "--ensure $word is refused" refuses 2 "${word%=*}" vif attach a "mac=$mac,rate=5Mb/s,$word" --ensure
	check "in a dry run as well" \
		refuses 2 "bridge xenbr0 is an ordinary one" -N vif attach a "mac=$mac,rate=5Mb/s,$word" --ensure
done
ip link add stock2 type bridge vlan_filtering 1 && ip link set stock2 up
check 'a new vif with ip= is refused' refuses 2 'ip ' vif attach a bridge=stock2,ip=127.9.0.2
check 'a new vif with vlan= where nobody filters is refused' refuses 2 'vlan_filtering 1' vif attach a vlan=3
in_vlan() {
	ringway vif attach a bridge=stock2,vlan=3 && bridge vlan show dev "vif$id.1" | grep -q '3 PVID Egress Untagged' &&
		ringway vif detach a 1 && [ ! -e "/sys/class/net/vif$id.1" ]
}
check 'where the bridge filters it is in its VLAN' in_vlan
moves() { # BRIDGE
	ringway -j vif attach a "mac=$mac,bridge=$1" --ensure | grep -q '"action":"change"' &&
		[ "$(cat "/sys/class/net/$vif/master/ifindex")" = "$(cat "/sys/class/net/$1/ifindex")" ]
}
check '--ensure moves it there and back' eval 'moves stock2 && moves xenbr0'
ip link delete stock2

stage 'the whole host'
metrics() {
	ringway metrics | tee /tmp/all.prom | grep -E "^ringway_vif_packets_total.*device=\"$vif\",direction=\"from_guest\"\} [1-9]" &&
		! grep -E 'cpu_seconds|path_packets' /tmp/all.prom
}
check 'metrics: packets, and no zero for what nobody counts' metrics
hears() { # WORD COMMAND…
	ringway -j monitor -n 1 -t 10 > /tmp/heard &
	sleep 1
	"${@:2}" && wait $! && cat /tmp/heard && grep -qF -e "$1" /tmp/heard
}
check 'monitor hears a change of the port' hears '"event":"link"' bridge link set dev "$vif" cost 7
check 'and a node' hears '/carrier"' ringway vif set a 0 carrier=on
under_load() {
	local code
	guest_start a load "netload send $dom0_address 400000 200 8 4000" || return 1 # 2000 a second
	sleep 1
	"$@"
	code=$?
	guest_run a 'killall netload' > /dev/null
	return $code
}
check 'top -b: packets, and no CPU time' \
	under_load says "^$id\.0 +a +$vif +[1-9][0-9.]*k? .* - +-" ringway top -b -n 1 -d 1
check 'perf: cost and parts' under_load says '"netback":[0-9.]*[1-9]' ringway -j perf -t 2 --frequency 997
costs() { grep -qE '"driver":"xen_netback"' /tmp/said && grep -qE '"dom0_ns":[1-9][0-9]{2}' /tmp/said; }
check 'of the stock driver' costs
check 'place is refused' \
	refuses 3 "xen_netback does not count its time, so there is nothing to place by; $use_ringway" place -t 1 --apply
check 'place --undo' says '^nothing was placed$' ringway place --undo

stage bridge
check 'bridge show says where the others are' says 'no bridge of kind brlite' ringway bridge show
ordinary() {
	local words
	for words in 'show xenbr0' 'fdb xenbr0' 'flush xenbr0' 'set xenbr0 ageing_time=60' "port $vif" "port $vif fdb_max=4"; do
		# shellcheck disable=SC2086 # words
		refuses 2 'ordinary' bridge $words && grep -qF "$use_ringway" /tmp/said || return 1
	done
}
check 'its words for an ordinary one are refused by name' ordinary
check 'bridge add without the module' refuses 1 'modprobe bridge-lite' bridge add verbs0

stage 'apply, showconf, check'
equal() {
	ringway showconf > /tmp/host.toml && cat /tmp/host.toml &&
		says 'nothing to do: all 1' ringway apply /tmp/host.toml --diff
}
check 'apply --diff finds what showconf wrote equal' equal
printf '[[vif]]\nguest = "a"\nmac = "%s"\nrate = "7Mb/s"\n' "$mac" > /tmp/more.toml
differs() {
	ringway apply /tmp/more.toml --diff > /tmp/said
	[ $? = 1 ] && cat /tmp/said && grep -q 'rate: 20Mb/s -> 7Mb/s' /tmp/said
}
check 'apply --diff says what differs' differs
check 'apply' \
	eval "says '^1 changed' ringway apply /tmp/more.toml && says 'nothing to do' ringway apply /tmp/more.toml"
printf 'isolated = true\npps = 100\n[[bridge]]\nname = "xenbr0"\nageing_time = 60\n' >> /tmp/more.toml
cannot() { # OPTION
	local before code
	before=$(state)
	# shellcheck disable=SC2086 # one or none
	ringway apply /tmp/more.toml $1 > /tmp/said
	code=$?
	cat /tmp/said
	[ $code = 1 ] && grep -q "^! vif a .*isolated 'on': bridge xenbr0 is an ordinary one" /tmp/said &&
		grep -q '^! bridge xenbr0: .*ordinary' /tmp/said && [ "$(state)" = "$before" ]
}
check 'what cannot be done is said by apply --diff, and by apply' eval 'cannot --diff && cannot ""'
check 'check finds nothing wrong' \
	eval "says 'xen_netback \(the stock one\)' ringway check && says 'vif $id.0: connected' ringway check"
wanted() { # of a host that had Ringway's driver
	local code=0
	mkdir -p /etc/ringway/policy.d && printf '[[vif]]\nbridge = "xenbr0"\npps = 100\n' > /etc/ringway/policy.d/stock.toml
	ringway check > /tmp/said && code=1
	rm -r /etc/ringway/policy.d
	cat /tmp/said
	grep -q "^problem .*pps '100': the backend driver xen_netback" /tmp/said && [ $code = 0 ]
}
check 'check names a limit that is not in force' wanted

stage 'together with xl'
with_xl() {
	vif_attach a "mac=$(mac_of 127.9.0.2),bridge=xenbr0" &&
		holds_within 10 says "^$id\.1 .*xenbr0 .* connected" ringway vif list &&
		ringway vif detach a "$(mac_of 127.9.0.2)" && [ ! -e "/sys/class/net/vif$id.1" ]
}
check "what xl attached, 'vif detach' detaches" with_xl
check 'traffic passes after all this' pings_lose_none a 3 0.2 "$dom0_address"
check 'vif detach' says ' detached$' ringway vif detach a 0
ktap_end
