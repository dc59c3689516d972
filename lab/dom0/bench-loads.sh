# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # what one file sets, another one reads
# The benchmark's workloads. Each is a function w_NAME that ends in measure; see there. Senders of UDP sleep when
# there is nothing to do (lab/tools/netload.cc); only pktgen_* spin.

all_workloads='udp_paced_60 udp_60 udp_130 udp_256 udp_576 udp_1400 udp_1514 pktgen_60 pktgen_1400 both_1400
	tcp tcp_notso tcp_rr to_dom0_1400 from_dom0_1400 to_uplink_1400 from_uplink_1400 ports fdb
	broadcast_60 8to1_60 8to1_1400 group_1400 group_flood_1400'
# What the stacks beside stock and ringway are asked for.
few_workloads='udp_paced_60 udp_60 udp_1400 pktgen_60 pktgen_1400'
# What our netfront in the guests has nothing to do with.
not_both='pktgen_60 pktgen_1400 to_uplink_1400 ports fdb'

. /lab/bench-groups.sh

loads_of() { # STACK
	local load part
	for load in $all_workloads; do
		case $1 in
		stock | ringway) ;;
		ringway-both) [[ " $not_both " != *" $load "* ]] || continue ;;
		*) [[ " $few_workloads " = *" $load "* ]] || continue ;;
		esac
		for part in $workloads; do
			case $load in "$part" | "$part"_*) echo "$load"; break ;; esac
		done
	done
}

# measure WORKLOAD FRAME VIFS SHORT LONG PER COMMAND…: COMMAND gets the size of the run as its last word. PER is how
# many packets arrive for a size of one; the cost is divided by the growth of the packets, or with "size" by that of
# the size.
measure() {
	local workload=$1 frame=$2 vifs=$3 short=$4 long=$5 per=$6 tries=$((3 * repeats)) fewer few arrived units cost short_mark _
	shift 6
	case $stack in *-[0-9]*) vifs=${stack##*-} ;; esac # stock-rules-32
	costs=() # dom0's, for the caller
	sample "$@" "$short" || return 1
	for _ in $(seq $tries); do
		[ ${#costs[@]} -lt "$repeats" ] || return 0
		sample "$@" "$short" || return 1
		few=$got fewer=$now short_mark=$marks
		sample "$@" "$long" || return 1
		arrived=$((got - few)) units=$((long - short))
		if [ "$per" != size ]; then
			# Nearly all must have arrived, or the figure would be the cost of dropping. Stock drops packets in some
			# runs and none in others, so it is tried again.
			[ $((arrived * 20)) -ge $((units * per * 19)) ] ||
				{ note "$stack $workload $frame: only $arrived of $((units * per)) packets arrived"; continue; }
			units=$arrived
		fi
		cost=$(per_unit "$units" "$fewer" "$now")
		[ -z "${less:-}" ] || cost="$((${cost%% *} - less)) ${cost#* }"
		costs+=("${cost%% *}")
		data bench.rows "${stack%-[0-9]*} $workload $frame $vifs $arrived $cost"
		data bench.marks "${stack%-[0-9]*} $workload $frame $vifs $units $short_mark $marks"
	done
	[ ${#costs[@]} -ge "$repeats" ] || {
		note "$stack $workload $frame: packets were lost too often in $tries runs"
		return 1
	}
}

# --- from u1 to u2 ------------------------------------------------------------------------------
pair() { senders=$id1 receivers=$id2; received() { rx_packets u2; }; }

send_udp() { guest_run u1 "netload send 127.9.0.2 $2 $1" 120; } # FRAME COUNT
send_paced() { guest_run u1 "netload send 127.9.0.2 $2 $1 1 200" 120; }
send_pktgen() { guest_run u1 "flood $(mac_of 127.9.0.2) 127.9.0.2 $1 $2" 120; }
udp() { pair; measure udp "$1" 2 300 $((300 + packets)) 1 send_udp "$1"; }
pktgen() { pair; measure udp-pktgen "$1" 2 500 $((500 + packets)) 1 send_pktgen "$1"; }

w_udp_60() { udp 60; }
w_udp_130() { udp 130; }
w_udp_256() { udp 256; }
w_udp_576() { udp 576; }
w_udp_1400() { udp 1400; }
w_udp_1514() { udp 1514; }
w_pktgen_60() { pktgen 60; }
w_pktgen_1400() { pktgen 1400; }
w_udp_paced_60() { pair; measure udp-paced 60 2 200 $((200 + packets / 2)) 1 send_paced 60; }

both_ways() { # FRAME COUNT
	local other
	guest_run u2 "netload send 127.9.0.1 $2 $1" 120 &
	other=$!
	guest_run u1 "netload send 127.9.0.2 $2 $1" 120 && wait $other
}
w_both_1400() {
	pair
	received() { echo $(($(rx_packets u1) + $(rx_packets u2))); }
	measure udp-both-ways 1400 2 500 $((500 + packets / 2)) 2 both_ways 1400
}

bulk() { guest_run u1 "iperf3 -c 127.9.0.2 -n ${1}M" 180; } # MEGABYTES
ask() { guest_run u1 "netload ask 127.9.0.2 5010 $1" 120; } # ROUND-TRIPS
w_tcp() { pair; measure tcp-per-MB 1514 2 4 52 size bulk; }
w_tcp_notso() {
	local code
	pair
	guest_run u1 'ethtool -K eth0 tso off' >&2 || return 1
	measure tcp-no-tso-per-MB 1514 2 2 14 size bulk
	code=$?
	guest_run u1 'ethtool -K eth0 tso on' >&2
	return $code
}
# Frames of 67 bytes: one of payload.
w_tcp_rr() { pair; measure tcp-per-round-trip 67 2 200 3200 size ask; }

# --- dom0 and what lies beyond its NIC ----------------------------------------------------------
# dom0's own sockets, and the wire's driver and sockets, are in dom0's figure: there is but one kernel. What they
# cost without the bridge and the guest is measured too (less) and taken off where that can be done.
burst='16 1000' # 16 datagrams each ms: what one interrupt of a NIC brings together
nobody_mac=00:16:3e:fe:00:99 nobody=127.9.0.250

udp_read() { awk '/^Udp:/ && $2 ~ /^[0-9]/ { print $2 }' /proc/net/snmp; } # datagrams that a program has read

w_to_dom0_1400() {
	local reader code
	flows_setup >&2 || return 1
	netload drain 9 &
	reader=$!
	senders=$id1 receivers=''
	received() { udp_read; }
	to_dom0() { guest_run u1 "netload send $dom0_address $2 $1" 120; }
	measure guest-to-dom0 1400 2 300 $((300 + packets)) 1 to_dom0 1400
	code=$?
	kill $reader
	return $code
}

w_from_dom0_1400() {
	flows_setup >&2 || return 1
	senders='' receivers=$id2
	received() { rx_packets u2; }
	# shellcheck disable=SC2086
	from_dom0() { netload send 127.9.0.2 "$2" "$1" $burst; }
	measure dom0-to-guest 1400 2 500 $((500 + packets / 2)) 1 from_dom0 1400
}

fdb_static() { # MAC PORT
	[ -z "$(bridge fdb show | grep -i "$1")" ] || return 0
	bridge fdb add "$1" dev "$2" master static 2> /dev/null || bridge fdb add "$1" dev xenbr0 via "$2" static
}

# To an address that the bridge knows at the NIC and that no NIC answers to: it leaves, and nothing in dom0 receives it.
w_to_uplink_1400() {
	flows_setup >&2 || return 1
	fdb_static $nobody_mac eth0 || return 1
	guest_run u1 "/usr/bin/ip neigh replace $nobody lladdr $nobody_mac dev eth0 nud permanent" || return 1
	senders=$id1 receivers=''
	received() { cat /sys/class/net/eth0/statistics/tx_packets; }
	to_uplink() { guest_run u1 "netload send $nobody $2 $1" 120; }
	measure guest-to-uplink 1400 2 300 $((300 + packets)) 1 to_uplink 1400
}

# The sender beyond the NIC runs in dom0 too. Its own cost is measured with frames that no NIC takes, and taken off.
w_from_uplink_1400() {
	local stack_was=$stack
	flows_setup >&2 || return 1
	# shellcheck disable=SC2086
	from_wire() { ip netns exec wire netload send "$2" "$3" "$1" $burst; } # FRAME ADDRESS COUNT
	if [ -z "${wire_cost:-}" ]; then
		ip link set eth0 nomaster
		ip link set eth0 up
		ip -n wire neigh replace $nobody lladdr $nobody_mac dev eth1 nud permanent || return 1
		senders='' receivers=''
		received() { ip netns exec wire cat /sys/class/net/eth1/statistics/tx_packets; }
		stack=wire
		measure wire-sender 1400 0 500 $((500 + packets / 2)) 1 from_wire 1400 $nobody || return 1
		wire_cost=$(printf '%s\n' "${costs[@]}" | sort -n | sed -n "$(((repeats + 1) / 2))p")
		stack=$stack_was
		flows_setup >&2 || return 1
	fi
	# What receiving costs without delivering: frames that the bridge drops, because they come from where they go to.
	fdb_static $nobody_mac eth0 || return 1
	senders='' receivers=''
	received() { cat /sys/class/net/eth0/statistics/rx_packets; }
	less=$wire_cost measure uplink-dropped 1400 2 500 $((500 + packets / 2)) 1 from_wire 1400 $nobody || return 1
	senders='' receivers=$id2
	received() { rx_packets u2; }
	less=$wire_cost measure uplink-to-guest 1400 2 500 $((500 + packets / 2)) 1 from_wire 1400 127.9.0.2
}

# --- many guests --------------------------------------------------------------------------------
w_broadcast_60() {
	crowd 8 || return 1
	senders=$id1 receivers=$(ids {2..8})
	received() { rx_packets u2; }
	broadcast() { guest_run u1 "netload send 127.9.0.255 $2 $1" 120; }
	measure broadcast-to-7 60 8 200 $((200 + packets / 4)) 1 broadcast 60
}

from_8() { # FRAME COUNT
	local n code=0 jobs=()
	for n in {2..9}; do
		guest_run "u$n" "netload send 127.9.0.1 $2 $1" 120 &
		jobs+=($!)
	done
	for n in "${jobs[@]}"; do wait "$n" || code=1; done
	return $code
}
all_to_u1() {
	crowd 9 || return 1
	senders=$(ids {2..9}) receivers=$id1
	received() { rx_packets u1; }
}
many_to_1() { # FRAME
	all_to_u1 || return 1
	measure udp-8-to-1 "$1" 9 100 $((100 + packets / 8)) 8 from_8 "$1"
}
w_8to1_60() { many_to_1 60; }
w_8to1_1400() { many_to_1 1400; }

# --- growth: with ports and with addresses that take no part ------------------------------------
dummies_to() { # PORTS HAVE: dummies become ports until there are so many, of which some are vifs
	local file=/tmp/ports n
	modprobe dummy numdummies=0
	echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6 # no chatter of theirs
	: > $file
	for n in $(seq $(($2 + 1)) "$1"); do
		printf 'link add p%d group 7 type dummy\nlink set p%d master xenbr0 up\n' "$n" "$n" >> $file
	done
	ip -batch $file
}

w_ports() {
	local have=2 n
	pair
	for n in 2 16 64 256; do
		dummies_to $n $have && measure udp-ports 60 $n 300 $((300 + 2 * packets)) 1 send_udp 60 || break
		have=$n
	done
	ip link del group 7 2> /dev/null
	[ $n = 256 ] && [ ${#costs[@]} = "$repeats" ]
}

w_fdb() {
	local have=0 n file=/tmp/fdb port
	pair
	port=$(basename "$(vif_of u1)")
	[[ $stack = ringway* ]] && port="xenbr0 via $port" || port="$port master"
	for n in 10 1000 10000; do
		while [ $have -lt $n ]; do
			have=$((have + 1))
			printf 'fdb add 00:16:3f:00:%02x:%02x dev %s static\n' $((have >> 8)) $((have & 255)) "$port"
		done > $file
		bridge -batch $file && measure udp-fdb-$n 60 2 300 $((300 + 2 * packets)) 1 send_udp 60 || return 1
	done
}
