# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What goes in batches between a guest, the uplink, dom0 and a machine beyond the uplink arrives whole and in
# order, with and without somebody who looks at the devices, also while that changes; and every counter agrees.
# Cases of docs/security.md: BR-26
. "${0%/*}/ktap.sh"

ktap_plan 29
frames=4000
modprobe -a sch_ingress cls_u32 cls_matchall act_gact sch_tbf
check 'stack ringway' use_stack ringway || exit 1
check 'guest u1 starts' guest_create u1
check 'bridge, uplink, wire' flows_setup
check 'u1 joins' vif_join u1 127.9.0.1
vif=vif$(domid u1).0
check 'u1 pings the wire' pings u1 $wire_address
check 'u1 pings dom0' pings u1 $dom0_address

drops() { ethtool -S xenbr0 | grep ' drop_'; }
wire() { /usr/bin/ip netns exec wire "$@"; }
wire_mac=$(wire cat /sys/class/net/eth1/address)
dom0_mac=$(cat /sys/class/net/xenbr0/address)
device() { cat "/sys/class/net/$1/statistics/$2"; } # DEVICE COUNTER
rises() { # BY OF-WHAT BEFORE AFTER: by as much, and no more than what hosts say to each other besides
	echo "$2: $3 to $4, wanted $1 more"
	[ $(($4 - $3)) -ge "$1" ] && [ $(($4 - $3)) -le $(($1 + 40)) ]
}

# flood_counted MAC ADDRESS DEVICE COUNTER WAY: the guest's flood shows on its vif, in its way, and on where it goes.
flood_counted() {
	local vif_before out_before way_before code=0
	vif_before=$(device "$vif" rx_packets) out_before=$(device "$3" "$4") way_before=$(counter "$vif" "$5")
	guest_run u1 "flood $1 $2 1400 $frames" 120 >&2 || return 1
	sleep 0.5
	rises $frames "$vif rx_packets" "$vif_before" "$(device "$vif" rx_packets)" || code=1
	rises $frames "$3 $4" "$out_before" "$(device "$3" "$4")" || code=1
	rises $frames "$vif $5" "$way_before" "$(counter "$vif" "$5")" || code=1
	return $code
}
to_uplink() { flood_counted "$wire_mac" $wire_address eth0 tx_packets "from_guest_why_$1"; }
to_dom0() { flood_counted "$dom0_mac" $dom0_address xenbr0 rx_packets "from_guest_why_$1"; }

# from_wire_counted WAY: paced packets from the wire; all of them go to the guest, in the way they should.
from_wire_counted() {
	local vif_before guest_before switched code=0
	vif_before=$(device "$vif" tx_packets) switched=$(counter "$vif" to_guest_switched)
	guest_before=$(guest_run u1 'cat /sys/class/net/eth0/statistics/rx_packets')
	on wire 90 "vstream send udp 127.9.0.1 5011 -i 7 -n $frames -s 1400-1400 -r 1000 -b 32" >&2 || return 1
	sleep 0.5
	rises $frames "$vif tx_packets" "$vif_before" "$(device "$vif" tx_packets)" || code=1
	rises $frames 'eth0 in u1' "$guest_before" "$(guest_run u1 'cat /sys/class/net/eth0/statistics/rx_packets')" || code=1
	if [ "$1" = switched ]; then
		rises $frames "$vif to_guest_switched" "$switched" "$(counter "$vif" to_guest_switched)" || code=1
	else
		rises 0 "$vif to_guest_switched" "$switched" "$(counter "$vif" to_guest_switched)" || code=1
	fi
	return $code
}

drops_before=$(drops)
check 'to the uplink: counted' to_uplink uplink
check "to dom0's stack: counted" to_dom0 local
check 'from the wire: counted, past the queueing discipline' from_wire_counted switched

# The queueing discipline of the uplink has counted each of them, as if they had gone through it.
qdisc_counts() {
	local before
	before=$(tc -s qdisc show dev eth0 | awk '/Sent/ { print $4; exit }')
	to_uplink uplink || return 1
	rises $frames 'qdisc of eth0' "$before" "$(tc -s qdisc show dev eth0 | awk '/Sent/ { print $4; exit }')"
}
check "the uplink's queueing discipline counts" qdisc_counts

# A tap sees each packet.
tapped() { # DEVICE COMMAND…
	local file=/tmp/batches.pcap pid seen code=0
	: > /tmp/batches.err
	tcpdump -Z root -q -n -i "$1" -w $file -B 32768 -s 64 --immediate-mode udp 2> /tmp/batches.err &
	pid=$!
	wait_for 10 'tcpdump that listens' grep -q 'listening on' /tmp/batches.err || { cat /tmp/batches.err; return 1; }
	"${@:2}" || code=1
	sleep 2 # it may be behind
	kill -INT $pid
	wait $pid
	seen=$(tcpdump -Z root -n -r $file 2> /dev/null | wc -l)
	rm -f $file
	rises $frames "packets seen on $1" 0 "$seen" && return $code
}
check 'tcpdump on the uplink: each seen, each counted' tapped eth0 to_uplink uplink
check "tcpdump on the vif: each goes up as an skb" tapped "$vif" to_uplink watched
check 'tcpdump on the bridge: each seen, each counted' tapped xenbr0 to_dom0 local
check 'tcpdump on the vif: each from the wire goes through the device' tapped "$vif" from_wire_counted queued

# tc at the egress sees each packet, and may drop it.
check 'tc egress on the uplink' tc qdisc add dev eth0 clsact
check 'that drops UDP' tc filter add dev eth0 egress protocol ip u32 match ip protocol 17 0xff action drop
dropped() {
	local before
	before=$(device eth0 tx_packets)
	guest_run u1 "flood $wire_mac $wire_address 1400 $frames" 120 >&2 || return 1
	sleep 0.5
	rises 0 'eth0 tx_packets' "$before" "$(device eth0 tx_packets)"
}
check 'nothing of it leaves' dropped
check 'tc egress goes' tc qdisc del dev eth0 clsact
check 'to the uplink again: counted' to_uplink uplink

# A discipline that shapes sees each packet, on the uplink and on the vif.
shaped() { # DEVICE COMMAND…
	local before
	tc qdisc replace dev "$1" root tbf rate 800mbit burst 200k limit 20m || return 1
	"${@:2}" || { tc qdisc del dev "$1" root; return 1; }
	before=$(tc -s qdisc show dev "$1" | awk '/Sent/ { print $4; exit }')
	tc qdisc del dev "$1" root
	rises $frames "packets through tbf on $1" 0 "$before"
}
check 'tbf on the uplink sees each' shaped eth0 to_uplink uplink
check 'tbf on the vif sees each' shaped "$vif" from_wire_counted queued

# Every byte, in order, both ways, while taps and filters come and go. The clsact stays: adding or removing it Linux
# takes the device's queue away for a moment, and drops what any sender has for it then (see taps.sh).
looks() { # DEVICE: tcpdump listens there for a moment
	local tap
	: > /tmp/batches.tap
	tcpdump -Z root -q -n -i "$1" -w /dev/null 2> /tmp/batches.tap & tap=$!
	wait_for 20 'tcpdump that listens' grep -q 'listening on' /tmp/batches.tap && sleep 0.1 && kill $tap && wait $tap
}
toggle() {
	local n=0 devices=(eth0 "$vif" xenbr0)
	until [ -e /tmp/batches.stop ]; do
		n=$((n + 1))
		looks "${devices[n % 3]}" && tc filter add dev eth0 egress pref 1 matchall action ok && sleep 0.1 &&
			tc filter del dev eth0 egress pref 1 || return 1
		echo $n > /tmp/batches.toggles
	done
}
toggles() { cat /tmp/batches.toggles; }
# Under a flow both ways, which lasts a few seconds, at least one of each device.
among_watchers() { # FLOW-BOTH'S WORDS
	local before
	before=$(toggles)
	flow_both "$@" || return 1
	echo "watchers came and went $before times, then $(toggles)"
	[ "$(toggles)" -ge $((before + 3)) ]
}
check 'u1 and the wire: every byte' flow_both u1 wire 127.9.0.1 $wire_address
check 'u1 and dom0: every byte' flow_both u1 dom0 127.9.0.1 $dom0_address
rm -f /tmp/batches.stop
echo 0 > /tmp/batches.toggles
tc qdisc add dev eth0 clsact
toggle > /tmp/batches.toggler 2>&1 &
toggler=$!
check 'u1 and the wire while watchers come and go' among_watchers u1 wire 127.9.0.1 $wire_address
check 'u1 and dom0 while watchers come and go' among_watchers u1 dom0 127.9.0.1 $dom0_address
touch /tmp/batches.stop
none_refused() { wait $toggler || { cat /tmp/batches.toggler; return 1; }; }
check 'no watcher was refused' none_refused
tc qdisc del dev eth0 clsact

ordered() { # the guest's UDP stream on the wire: sequence numbers rise
	local recv code=0
	on wire 90 'vstream recv udp 5012 -i 9 -t 60 -w 20' > /tmp/batches.json &
	recv=$!
	hears wire 5012 || return 1
	guest_run u1 "vstream send udp $wire_address 5012 -i 9 -n 2000 -s 1200-1200 -r 1000 -b 32" 90 || return 1
	wait $recv || code=1
	cat /tmp/batches.json
	grep -q '"reordered":0,' /tmp/batches.json && return $code
}
check 'a stream in bursts of 32: whole and in order' ordered
check 'the bridge dropped nothing' diff <(echo "$drops_before") <(drops)
vif_detach u1
check 'the bridge lets the uplink go' ip link set eth0 nomaster
ktap_end
