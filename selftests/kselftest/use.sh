# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A host with the stock drivers, a bridge with its address, routes and uplink, and two guests that run: all of it moves
# to Ringway and back by one command each. The guests go on; a TCP connection from outside through that very bridge is
# away for less than three seconds and goes on; in the end bridge, addresses and routes are those from before. What is not
# confirmed is undone, and what fails, is refused or is killed half way as well.
# Seconds are dom0's: `run.sh -m icount` makes them independent of how busy the machine below is.
# Cases of docs/security.md: CL-27, CL-28, NF-33
. "${0%/*}/ktap.sh"
: "${dom0_address:?}" "${wire_address:?}"

ktap_plan 36
modules=/lib/modules/$(uname -r)
mkdir -p "$modules/updates" && cp /lab/modules/{bridge-lite,ringway-netback,ringway-netfront}.ko "$modules/updates/" && depmod

check 'stack stock' use_stack stock || exit 1
check 'uplink and dom0 are on the bridge' flows_setup
# As a boot leaves it: the bridge's own address of IPv6 is made of the MAC address that it has now.
ip link set xenbr0 down && ip link set xenbr0 up
check 'dom0 has a second address, and routes' eval 'ip address add 127.9.7.1/24 dev xenbr0 &&
	ip route add 10.9.0.0/16 via 127.9.0.253 dev xenbr0 onlink && ip link set xenbr0 type bridge ageing_time 12000'
check 'a starts' guest_create a type=pvh
check 'b starts, with our netfront' guest_create b front=ringway
check 'a joins' vif_join a 127.9.0.1
check 'b joins' vif_join b 127.9.0.2

# Bridge, ports, addresses and routes, but for what passes and for the vifs' numbers.
seen() {
	{ ip -d link show xenbr0; ip address show dev xenbr0; ip route show table all dev xenbr0 | sort
		ip -d link show master xenbr0 | sed 's/^[0-9]*://' | grep -E 'vif|eth0' | sed 's/state .*//' | sort
	} | sed -E 's/[a-z_]+_timer +[0-9.]+//g; s/hello_time [0-9]+//'
}
driver() { [ "$(basename "$(readlink /sys/bus/xen-backend/drivers/vif/module)")" = "$1" ]; }
is_ringway() { driver ringway_netback && ip -d link show xenbr0 | grep -q brlite; }
is_stock() { driver xen_netback && [ -e /sys/class/net/xenbr0/bridge ]; }
same() { seen > /tmp/now; diff /tmp/before /tmp/now || { tail -n 4 /run/ringway/use/log; false; }; }
# A connection through the bridge, as an administrator's: a number ten times a second from beyond the uplink, each with
# the second in which it came. And pings, twenty a second.
mkfifo /tmp/silence
now() { local up; read -r up _ < /proc/uptime; echo "$up"; }
outside() {
	rm -f /tmp/session
	nc -l -p 7000 <> /tmp/silence | while read -r n; do echo "$n $(now)"; done > /tmp/session &
	# shellcheck disable=SC2016 # expanded there
	ip netns exec wire sh -c 'i=0; sleep 0.5; while i=$((i + 1)) && echo $i && sleep 0.1; do :; done | nc "$@"' sh $dom0_address 7000 &
	wait_for 10 'a connection from outside' test -s /tmp/session || return 1
	ip netns exec wire ping -i 0.05 $dom0_address | while read -r line; do
		case $line in *time=*) now ;; esac
	done > /tmp/outside &
	sleep 0.5
}
longest() { awk '{ if (NR > 1 && $1 - last > most) most = $1 - last; last = $1 } END { printf "%d\n", most * 1000 }'; }
gap() { # WHAT
	local asked went heard
	heard=$(wc -l < /tmp/session)
	wait_for 5 'more from outside' eval "[ \$(wc -l < /tmp/session) -ge $((heard + 5)) ]" || return 1
	killall ping nc
	awk '$1 != NR { print "number " $1 " came in place of " NR; wrong = 1 } END { exit wrong }' /tmp/session || return 1
	asked=$({ cat /tmp/outside; now; } | longest)
	went=$({ cut -d' ' -f2 /tmp/session; now; } | longest)
	note "$1: $asked ms without a ping, $went ms without a byte of the connection; $(grep away /tmp/said)"
	data use.txt "$1: $asked ms without a ping from outside, $went ms without a byte of a TCP connection; $(grep away /tmp/said)"
	[ "$asked" -lt 3000 ] && [ "$went" -lt 3000 ] && [ "$asked" -gt 0 ] && [ "$went" -gt 0 ]
}
use() { ringway use "$@" > /tmp/said 2>&1; local code=$?; cat /tmp/said; return $code; }
seen > /tmp/before

stage 'plan'
check 'the plan is printed and nothing done' eval 'use ringway -N && grep -q "becomes one of kind brlite" /tmp/said && is_stock && same'
refuse_it() { ! use ringway --yes && grep -q "$1" /tmp/said && is_stock && same; }
ip link set xenbr0 type bridge stp_state 1
seen > /tmp/before
check 'a spanning tree is refused' refuse_it 'spanning tree'
ip link set xenbr0 type bridge stp_state 0
seen > /tmp/before

stage 'to Ringway'
traffic_start a 127.9.0.2 200
check 'somebody works on the host from outside' outside
check 'to Ringway, confirmed by --confirm' eval '(until grep -q "press Enter" /tmp/said; do sleep 0.2; done; ringway use --confirm) & use ringway --yes'
check 'that connection goes on, away for less than three seconds' gap 'to Ringway'
check 'bridge and driver are Ringway'\''s' is_ringway
check 'addresses and routes are there' eval "ip route show table all dev xenbr0 | sort > /tmp/r && ip -br address show dev xenbr0 | grep -q 127.9.7.1/24 && grep -q '10.9.0.0/16 via' /tmp/r"
check 'a reaches b' pings a 127.9.0.2
check 'every byte passes' flow_both a b 127.9.0.1 127.9.0.2
check 'a reaches beyond the uplink' pings a $wire_address
check 'the next boot prefers Ringway' grep -q 'install xen-netback' /etc/modprobe.d/ringway.conf
check 'there is nothing more to do' eval 'use ringway --yes && grep -q "nothing to do" /tmp/said'

stage 'back'
check 'somebody works on the host from outside' outside
check 'back to stock, nobody has to confirm' use stock --yes --no-confirm
check 'that connection goes on, away for less than three seconds' gap 'to stock'
check 'bridge and driver are the stock ones' is_stock
check 'bridge, ports, addresses and routes are those from before' same
check 'b reaches a' pings b 127.9.0.1
check 'every byte passes' flow_both a b 127.9.0.1 127.9.0.2
traffic_stop a
check 'the next boot takes the stock driver' grep -q 'blacklist ringway-netback' /etc/modprobe.d/ringway.conf

stage 'undone'
check 'somebody works on the host from outside' outside
check 'nobody confirms it: it is undone' eval '! use ringway --yes --within 5 && grep -q "nobody confirmed it" /tmp/said && is_stock && same'
check 'that connection goes on, away for less than three seconds each time' gap 'to Ringway and undone'
check 'a reaches b' pings a 127.9.0.2
# Two administrators at the same time.
two() {
	rm -f /tmp/said
	use ringway --yes & local first=$!
	until grep -qs 'press Enter' /tmp/said; do sleep 0.1; done
	! ringway use stock --yes > /tmp/second 2>&1 && cat /tmp/second && grep -q 'another change' /tmp/second && ringway use --undo && ! wait $first
}
check 'a second change meanwhile is refused; --undo ends the first at once' eval 'two && is_stock && same'
# As soon as the bridge is the new one, the process that makes the change is killed.
killed() {
	use ringway --yes --no-confirm & local command=$!
	until ip -d link show xenbr0 2> /dev/null | grep -q brlite; do :; done
	# shellcheck disable=SC2009 # by what it does
	kill -9 "$(ps -o pid,ppid,args | awk '/ringway use/ && !/awk/ { print $1 }' | sort -n | tail -n 1)"
	! wait $command
}
check 'killed half way, it is undone' eval 'killed && is_stock && same'
mv "$modules/updates/ringway-netback.ko" /tmp/ && echo nothing > "$modules/updates/ringway-netback.ko"
check 'a driver that cannot be loaded: it is undone' eval '! use ringway --yes --no-confirm && grep -q "failed: .*undoing" /tmp/said && is_stock && same'
mv /tmp/ringway-netback.ko "$modules/updates/"
check 'a reaches b' pings a 127.9.0.2
check 'no complaint from the kernel' splats
rm -rf /etc/modprobe.d/ringway.conf /var/lib/ringway/stock
ktap_end
