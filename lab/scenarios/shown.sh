# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What docs/ringway.md shows of `apply`, `top`, `place`, `vif stats` and `monitor`: Ringway's drivers at both ends of
# two vifs, and traffic under way. Each goes to a file of its name. Run as lab/run.sh -m icount shown; what the document
# shows of `perf` is lab/run.sh -m icount STACKS='stock ringway' perf.
. "${0%/*}/ktap.sh"

ktap_plan 15
check 'stack ringway' use_stack ringway || exit 1
check 'an uplink' flows_setup
check 'a guest that sends' guest_create web front=ringway || exit 1
check 'one that receives' guest_create db front=ringway || exit 1
check 'a third one, with an unmodified driver' guest_create ci front=stock || exit 1
ip link set eth0 nomaster
ip -n wire address add 192.0.2.1/24 dev eth1
join() { ringway vif attach "$1" "mac=00:16:3e:00:00:0$3,bridge=xenbr0" && guest_run "$1" "join $2"; }
check 'they join' eval 'join web 192.0.2.7 1 && join db 192.0.2.8 2 && join ci 192.0.2.9 3'

# shows FILE COMMAND…: the command as it was typed, and what it said.
show() {
	local code
	data "$1" "# ${*:2}"
	"${@:2}" > /tmp/shown 2>&1
	code=$?
	cat /tmp/shown
	while IFS= read -r line; do data "$1" "$line"; done < /tmp/shown
	return $code
}

stage apply
mkdir -p /etc/ringway
cat > /etc/ringway/ringway.toml <<- END
	[defaults.vif]
	bridge = "xenbr0"
	mac_lock = true

	[[bridge]]
	name = "xenbr0"
	ageing_time = 60

	[[uplink]]
	device = "eth0"
	bridge = "xenbr0"
	broadcast = 1000

	[[vif]]
	guest = "web"
	mac = "00:16:3e:00:00:01"
	ip = ["192.0.2.7", "2001:db8::7"]
	rate = "100Mb/s"

	[[vif]]
	guest = "ci"
	mac = "00:16:3e:00:00:03"
	rules = """
	accept from-guest arp
	accept from-guest tcp
	default drop from-guest
	"""
END
ringway vif limit web 0 rate=10Mb/s
differs() { show apply.txt ringway apply /etc/ringway/ringway.toml --diff; [ $? = 1 ]; }
check 'apply --diff says what differs' differs
check 'apply does it' show apply.txt ringway apply /etc/ringway/ringway.toml
check 'and then nothing' show apply.txt ringway apply /etc/ringway/ringway.toml
rm -r /etc/ringway
ringway vif limit web 0 rate=none

stage 'top, place, stats'
# From web to db as fast as it goes, from db to the wire 500 a second, from ci what its rules forbid.
guest_start web load 'netload send 192.0.2.8 4000000 1400'
guest_start db load 'netload send 192.0.2.1 400000 300 1 2000'
guest_start ci load 'netload send 192.0.2.7 400000 60 1 5000'
sleep 1
check 'top' show top.txt ringway top -b -n 1 -d 2
check 'top has the direct path' grep -q ' direct ' /tmp/shown
check 'place' show place.txt ringway place -t 2 --apply
check 'place --undo' show place.txt ringway place --undo
check 'vif stats' show stats.txt ringway vif stats web 0

stage monitor
happens() {
	show monitor.txt ringway monitor -t 4 &
	sleep 1
	ringway vif set ci 0 isolated=on
	ringway vif detach ci 0
	wait $!
}
check 'monitor' happens
ktap_end
