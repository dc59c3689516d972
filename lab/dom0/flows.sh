# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Places that can send and receive, and verified traffic between them.
#   dom0   dom0 itself, by the bridge's own address      wire   a machine beyond the uplink NIC
#   other  the guest of that name

dom0_address=127.9.0.254
wire_address=127.9.0.253
flow_bytes=${FLOW_BYTES:-1000000}

on() { # PLACE SECONDS COMMAND
	case $1 in
	dom0) timeout "$2" sh -c "$3" ;;
	wire) timeout "$2" /usr/bin/ip netns exec wire sh -c "$3" ;;
	*) guest_run "$1" "$3" "$2" ;;
	esac
}

# hears PLACE PORT: waits for somebody who hears UDP there. A receiver that is put into the background may come to its
# socket after the sender's first burst, which is lost then.
hears() { on "$1" 30 "until grep -qi ':$(printf %04x "$2") ' /proc/net/udp; do sleep 0.05; done"; }

# The bridge's address, and the uplink: eth0 is a port, eth1 (the other end of the cable) is alone in
# a network namespace.
flows_setup() {
	local i
	[ -d /sys/module/e1000e ] || modprobe e1000e
	ip address replace $dom0_address/24 dev xenbr0
	if ! ip netns list | grep -qw wire; then
		wait_for 10 'two e1000e ports' test -e /sys/class/net/eth1 || return 1
		ip netns add wire && ip link set eth1 netns wire || return 1
		for i in all default; do ip netns exec wire sysctl -q -w net.ipv4.conf.$i.route_localnet=1; done
		ip -n wire link set lo up
		ip -n wire address del 127.0.0.1/8 dev lo 2> /dev/null
		ip -n wire address add $wire_address/24 dev eth1
		ip -n wire link set eth1 up
	fi
	ip link set eth0 master xenbr0 up
	wait_for 10 'carrier on the uplink' grep -qx 1 /sys/class/net/eth0/carrier
}

# pings_lose_none PLACE COUNT INTERVAL ADDRESS: of so many, each came back.
pings_lose_none() { on "$1" 150 "ping -q -c $2 -i $3 -W 20 $4 | grep ', 0% packet loss'"; }

# pings PLACE ADDRESS. The first one waits alone: while Linux asks for a neighbour that it has given up, for a second or
# more, all that is sent there shares one short queue, which drops the oldest, and other traffic soon fills it.
pings() { on "$1" 20 "ping -q -c 1 -W 5 $2 > /dev/null; ping -c 3 -i 0.2 -W 5 $2"; }

# flow FROM TO ADDRESS: TCP, then UDP with every payload size from 4 to 1472; each byte is checked where
# it arrives, nothing may be lost or doubled.
flow() {
	local stream=$RANDOM receiver code=0
	on "$2" 90 "vstream recv both 5001 -i $stream -N $flow_bytes -t 60 -w 20" &
	receiver=$!
	on "$1" 90 "vstream send both $3 5001 -i $stream -N $flow_bytes -n 1469 -s 4-1472 -r 1000 -b 4" || code=1
	wait $receiver && return $code
}

flow_both() { flow "$1" "$2" "$4" && flow "$2" "$1" "$3"; } # PLACE PLACE ADDRESS-OF-FIRST ADDRESS-OF-SECOND

# Endless paced UDP from one guest to an address, for tests that pull something away under it.
traffic_start() { guest_start "$1" traffic "traffic ${*:2}"; } # GUEST ADDRESS [RATE [BATCH]]
# traffic_passes GUEST [N]: it does, now: eth0 sends more than a ring holds that nobody reads, and gets N, 100 unless said.
traffic_passes() { guest_run "$1" "passes eth0 400 ${2:-100} 20"; }
traffic_stop() { guest_run "$1" 'touch /tmp/stop; killall vstream; true' > /dev/null 2>&1; }

# pinger_start GUEST ADDRESS: pings, until pinger_lost_none asks what became of them.
pinger_start() { guest_start "$1" ping "pinger $2"; }
pinger_lost_none() {
	local code
	guest_run "$1" 'touch /tmp/enough'
	guest_wait "$1" ping 60 > /tmp/pinger
	code=$?
	cat /tmp/pinger
	[ $code = 0 ] && grep -q '^[1-9][0-9]* pings$' /tmp/pinger && [ "$(wc -l < /tmp/pinger)" = 1 ]
}
