# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What goes wrong beside the vifs: dom0's own log leaves by a vif whose guest stands still; the console's daemon, the
# hotplug script and ringway itself are killed half way. Others do not notice, what was begun can be taken away, and
# the next try works.
# Cases of docs/security.md: CL-31, NB-53, RL-17
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

ktap_plan 22
impatient() { # the backend complains of a guest that stands still after a second
	use_stack ringway && rmmod ringway_netback && insmod /lab/modules/ringway-netback.ko rx_stall_timeout_msecs=1000
}
check 'stack ringway' impatient || exit 1
check 'dom0 is on the bridge' ip address replace "$dom0_address/24" dev xenbr0
check 'a guest starts' guest_create a || exit 1
check 'it joins' vif_join a 127.9.0.1
id=$(domid a)
vif=vif$id.0

stage 'the log leaves by the vif'
unclaimed() { guest_run a "awk '/^Udp:/ && \$3 ~ /^[0-9]/ { print \$3 }' /proc/net/snmp"; } # nobody listens there
say() { local i; for ((i = 0; i < $1; i++)); do echo "<4>a line of the log, number $i" > /dev/kmsg; done; }
arrives() {
	local before
	before=$(unclaimed)
	say 20
	wait_for 60 'the lines' eval "[ \$(unclaimed) -ge $((before + 20)) ]"
}
told() { dmesg | grep "$vif.*queue 0: guest $1"; }
netconsole() { modprobe netconsole "netconsole=6665@127.9.5.254/$1,6666@127.9.5.1/$(mac_of 127.9.0.1)"; }
# Linux 6.12 keeps the module all the same.
refused() { netconsole "$1"; rmmod netconsole 2> /dev/null; dmesg | grep "$1 .*aborting"; }
dmesg -n 7
check 'netconsole is refused on a port' refused "$vif"
alone() {
	ip link set "$vif" nomaster && ip address add 127.9.5.254/24 dev "$vif" &&
		guest_run a 'ip address add 127.9.5.1/24 dev eth0' && netconsole "$vif"
}
check 'netconsole may use a vif that is not a port' alone
check 'lines arrive' arrives
# A hard interrupt may print while this CPU has the queue's lock: the line must not wait for what was interrupted.
# netpoll itself stays away from a device that is being polled; the ring's view in debugfs has the lock outside of
# any poll.
hard_lines() {
	local reader
	# shellcheck disable=SC2016 # perl's variables
	timeout 60 perl -e 'open(F, "<", $ARGV[0]) or die; while (1) { sysseek(F, 0, 0); sysread(F, $b, 4096) or die }' \
		/sys/kernel/debug/ringway-netback/$vif/io_ring_q0 & reader=$!
	insmod /lab/modules/hardprint.ko lines=1000 every=3000 || return 1
	wait_for 40 'the last line' eval "dmesg | grep 'hardprint: line 1000'" && rmmod hardprint && kill $reader
}
check 'hard interrupts print while the ring is looked at' hard_lines
check 'lines arrive' arrives
# The ring is full and some packets wait: the queue takes what comes, and the backend complains in the log, by that
# queue.
stands_still() {
	xl pause a && timeout 60 vstream send udp 127.9.5.1 5010 -n 400 -s 64-64 && say 20 || return 1
	wait_for 60 'a complaint' told 'posts no receive buffers' && say 20 && [ "$(counter "$vif" to_guest_stalls)" -ge 1 ]
}
check 'the guest stands still, and a line says so' stands_still
goes_on() { xl unpause a && wait_for 60 'a line' told 'posts receive buffers again'; }
check 'it goes on, and another line says so' goes_on
check 'lines arrive' arrives
# More than ring and backlog take: the queue is stopped. The ring takes more of them than there are lines, the device not
# all.
got() { counter "$vif" to_guest_packets; }
taken() { tc -s qdisc show dev "$vif" | awk '/Sent/ { print $4; exit }'; }
brimful() {
	local in_ring taken code
	# Nobody who stands still answers for an address.
	ip neigh replace 127.9.5.1 lladdr "$(mac_of 127.9.0.1)" dev "$vif" nud permanent || return 1
	in_ring=$(got) taken=$(taken)
	sysctl -q -w net.core.wmem_default=8388608
	xl pause a && timeout 60 vstream send udp 127.9.5.1 5010 -n 1500 -s 1472-1472 && say 50
	code=$?
	sysctl -q -w net.core.wmem_default=212992
	in_ring=$(($(got) - in_ring)) taken=$(($(taken) - taken))
	xl unpause a || return 1
	echo "exit code $code; of 1500 the device took $taken, the ring $in_ring"
	[ $code = 0 ] && [ $in_ring -ge 100 ] && [ $taken -ge $((in_ring - 50)) ] && [ $taken -lt 1500 ]
}
check 'lines do no harm when nothing more fits' brimful
check 'lines arrive' arrives
joins() { ip address flush dev "$vif" && ip link set "$vif" master xenbr0 && say 20 && rmmod netconsole; }
check 'netconsole ends when the vif becomes a port' joins
dmesg -n 4

stage 'who is killed'
check 'dom0 reaches the guest' ping -c 3 -i 0.2 -W 10 127.9.0.1
leak_snapshot /tmp/before
ping -q -c 100 -i 0.1 -W 30 127.9.0.1 > /tmp/pings &
pinging=$!
none_lost() { wait "$pinging"; cat /tmp/pings; grep ' 0% packet loss' /tmp/pings; }
console_dies() {
	kill -KILL "$(pidof xenconsoled)" && sleep 0.5 && rm -f /run/xenconsoled.pid &&
		xenconsoled --log=guest --pid-file=/run/xenconsoled.pid || return 1
	wait_for 60 "the guest's console" guest_run a true 5
}
check 'the daemon of the consoles is killed, and comes back' console_dies

# The script as it is, but that the step that joins the bridge never ends.
cat > /tmp/vif-stuck <<'S'
#!/bin/bash
echo $$ > /tmp/stuck
ip() {
	case $* in
	*master*) touch /tmp/halfway; sleep 1000 & echo $! >> /tmp/stuck; wait ;;
	*) command ip "$@" ;;
	esac
}
export -f ip
exec /etc/xen/scripts/vif-bridge-lite "$@"
S
chmod +x /tmp/vif-stuck
script_dies() {
	local attaching
	xl network-attach a mac=00:16:3e:77:00:01 bridge=xenbr0 script=/tmp/vif-stuck & attaching=$!
	wait_for 60 'the middle of the script' test -e /tmp/halfway || return 1
	# shellcheck disable=SC2046 # two processes
	kill -KILL $(cat /tmp/stuck)
	wait $attaching && { echo 'xl says that all is well'; return 1; }
	ringway vif list a
	! ringway vif show a 1 || ringway vif detach a 1
}
check 'the hotplug script is killed half way: xl says so, and the rest is taken away' script_dies
ringway_dies() {
	local round attaching
	for round in 0 0.2 0.6; do
		ringway vif attach a mac=00:16:3e:77:00:02,bridge=xenbr0 & attaching=$!
		wait_for 60 'its record' xenstore-exists "/libxl/$id/device/vif/1" || return 1
		sleep $round
		kill -KILL $attaching 2> /dev/null
		wait $attaching
		# The same again: one that had its port is there already, and what is less gives way to a new one.
		[ $round = 0.2 ] || ringway vif attach a mac=00:16:3e:77:00:02,bridge=xenbr0 || [ $? = 5 ] || return 1
		ringway vif detach a 00:16:3e:77:00:02 || return 1
	done
}
check 'ringway is killed half way: what it left can be attached anew, and detached' ringway_dies
nobody_dies() { ringway vif attach a mac=00:16:3e:77:00:01,bridge=xenbr0 && ringway vif detach a 1; }
check 'the same works when nobody is killed' nobody_dies
check 'nothing is left of all that' leak_compare /tmp/before
check 'and no packet was lost meanwhile' none_lost
ktap_end
