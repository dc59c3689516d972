# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Several flows between two guests while taps, a tap on all devices and then tc filters as well come and go on
# either vif, at random (SEED repeats it): packets change between the direct path and the skb path all the time, and
# every flow still arrives in order, each datagram once, each byte as it was sent.
#
# Filters come and go below a clsact that stays: to add or remove the clsact itself, Linux takes the device's queue
# away for a moment (qdisc_graft() deactivates the device), and drops what any sender has for it then.
# Cases of docs/security.md: BR-26
. "${0%/*}/ktap.sh"

seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"
RANDOM=$seed
datagrams=${DATAGRAMS:-1200} # of each flow
flows='5011 5012 5013'
ktap_plan 15

for m in sch_ingress cls_matchall act_gact; do modprobe $m; done
check 'stack ringway' use_stack ringway || exit 1
check 'a starts' guest_create a memory=256 || exit 1
check 'b starts, with our netfront' guest_create b front=ringway kernel=6.12 memory=256 || exit 1
check 'a joins' vif_join a 127.9.0.1
check 'b joins' vif_join b 127.9.0.2
check 'a pings b' pings a 127.9.0.2
vif_a=vif$(domid a).0 vif_b=vif$(domid b).0
# Linux' default discipline, fq_codel, may drop what waits; this one may not.
for v in "$vif_a" "$vif_b"; do tc qdisc replace dev "$v" root pfifo limit 10000; done
sum() { echo $(($(counter "$vif_a" "$1") + $(counter "$vif_b" "$1"))); }

tap_on() { # DEVICE: it listens when this returns; its process is $tap
	local said end=$((SECONDS + 30))
	said=$(mktemp)
	tcpdump -Z root -i "$1" -w /dev/null -s 64 2> "$said" & tap=$!
	until grep -q listening "$said"; do
		[ $SECONDS -lt $end ] && kill -0 $tap || { echo "tcpdump on $1 does not listen: $(cat "$said")"; return 1; }
		sleep 0.05
	done
	rm "$said"
}
sent() {
	local n=0 v
	for v in "$vif_a" "$vif_b"; do n=$((n + $(< "/sys/class/net/$v/statistics/rx_packets"))); done
	echo $n
}
pass() { # PACKETS: until so many more came from the guests, or none any more
	local want=$(($(sent) + $1)) end=$((SECONDS + 3))
	until [ "$(sent)" -ge $want ] || [ $SECONDS -ge $end ]; do sleep 0.02; done
}

declare -A active=() # what is on: "tap VIF" -> pid, "ingress VIF" and "egress VIF" -> 1
toggle() { # KIND VIF
	local key="$1 $2"
	case $1:${active[$key]:-} in
	tap:) tap_on "$2" && active[$key]=$tap ;;
	any:) tap_on any && active[$key]=$tap ;;
	tap:* | any:*) kill "${active[$key]}" && wait "${active[$key]}" || return 1
		active[$key]='' ;;
	*:)
		tc filter add dev "$2" "$1" pref 1 matchall action ok || return 1
		active[$key]=1 ;;
	*:1)
		tc filter del dev "$2" "$1" pref 1 || return 1
		active[$key]='' ;;
	esac
}
all_off() {
	local key
	for key in "${!active[@]}"; do
		# shellcheck disable=SC2086 # kind and vif
		[ -z "${active[$key]}" ] || toggle $key || return 1
	done
}
through() { guest_run a '[ -s /tmp/send.code ]' && guest_run b '[ -s /tmp/send.code ]'; }
toggles=0
# The pace is that of the packets, not of the clock: a slow machine toggles as often as a fast one.
toggling() { # KIND…: until all senders are through
	local kinds=("$@") vifs=("$vif_a" "$vif_b") kind before=$toggles end=$((SECONDS + 120))
	pass 150
	until through; do
		[ $SECONDS -lt $end ] || { echo "the flows do not end"; return 1; }
		for _ in 1 2 3 4 5; do
			kind=${kinds[RANDOM % ${#kinds[@]}]}
			toggle $kind "${vifs[RANDOM % 2]}" || { echo "toggle $toggles: $kind"; return 1; }
			toggles=$((toggles + 1))
			pass $((RANDOM % 100 + 110))
		done
		all_off || return 1 # time on the direct path
		pass 200
	done
	echo "$((toggles - before)) toggles"
	[ $((toggles - before)) -ge 5 ]
}
start_flows() {
	local guest port
	for guest in a b; do
		guest_start $guest receive "udp-flows recv $flows" || return 1
		for port in $flows; do hears $guest "$port" || return 1; done
	done
	for guest in a:127.9.0.2 b:127.9.0.1; do
		guest_start "${guest%:*}" send "sleep 1; udp-flows send ${guest#*:} $datagrams $flows" || return 1
	done
}
whole() { # every flow: nothing lost, doubled, late or wrong
	local guest said good="\"expected\":$datagrams,\"lost\":0,\"duplicate\":0,\"reordered\":0,\"corrupt\":0"
	for guest in a b; do
		said=$(guest_wait $guest receive 60)
		echo "$said"
		[ "$(grep -c "$good" <<< "$said")" = 3 ] || return 1
	done
}

least_direct=100
directly() { sum from_guest_direct; }
as_skbs() { echo $(($(sum from_guest_skb_forward) + $(sum from_guest_skb_up))); }
round() { # KIND…
	local direct skbs before=$toggles
	direct=$(directly) skbs=$(as_skbs)
	check "six flows start ($*)" start_flows
	check "$* come and go until they are through" toggling "$@"
	check "every flow is whole and in order ($*)" whole || { # where could it have been dropped?
		for v in "$vif_a" "$vif_b"; do tc -s qdisc show dev "$v"; ip -s link show "$v"; ethtool -S "$v"; done
		for g in a b; do guest_run "$g" 'grep Udp: /proc/net/snmp; /usr/bin/ip -s link show eth0'; done
	} >&2
	direct=$(($(directly) - direct)) skbs=$(($(as_skbs) - skbs))
	echo "# $((toggles - before)) toggles; $direct packets went directly, $skbs as skbs"
	check "packets went both ways ($*)" eval "[ \"\$direct\" -ge $least_direct ] && [ \"\$skbs\" -ge 100 ]"
}

stage 'six flows, while taps come and go'
round tap tap any
stage 'six flows, while filters come and go as well'
for v in "$vif_a" "$vif_b"; do tc qdisc add dev "$v" clsact; done
# From Linux 6.6 on a clsact alone is a hook (tcx), whatever filters it has: all packets are skbs from here on.
case $(uname -r) in 6.[1-5].*) ;; *) least_direct=0 ;; esac
round tap ingress egress any
check 'the kernel is content' splats
ktap_end
