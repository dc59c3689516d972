# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A guest speaks from an address that is not its own, all the time, from its first moment to its last. Its port is
# locked. Whatever happens then, not one of these frames passes: the guest reboots itself, is saved and restored on a
# host where everything was started anew, would move to the host it is on; its port leaves the bridge and comes back,
# the bridge is made anew, the switch is reloaded. What the administrator wrote holds as well, and what cannot be read
# leaves the port closed.
# Cases of docs/security.md: CL-23, CL-24
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

ktap_plan 35
mac=$(mac_of 127.9.0.1) vifspec=
vifspec="mac=$mac,bridge=xenbr0,script=vif-bridge-lite"
kept=/var/lib/ringway/policy
rm -rf "$kept" /etc/ringway

# Everything from that address that this host hears by its bridge; again when the bridge is another one.
listen() {
	ip link set xenbr0 up && ip address replace $dom0_address/24 dev xenbr0 || return 1
	: > /tmp/listening
	tcpdump -Z root -l --immediate-mode -n -i xenbr0 'host 127.9.0.77' >> /tmp/heard 2> /tmp/listening &
	ear=$!
	wait_for 10 tcpdump grep -q listening /tmp/listening
}
deaf() { kill $ear && wait $ear; }
heard() { grep -q . /tmp/heard; } # tcpdump ends with an empty line
# While a speaks, as COUNT says, nothing of it is heard by who listens all the time.
quiet_while() { # COUNT
	local before
	before=$("$1")
	[ -n "$before" ] || { echo "$1 is not known"; return 1; }
	wait_for 20 "frames, by $1" eval "[ \"\$($1)\" -ge $((before + 7)) ]" || { echo "$before, then $($1)"; return 1; }
	sleep 0.3 # for tcpdump to write
	! heard || { head /tmp/heard; return 1; }
	kill -0 "$ear" || { echo 'nobody listens any more'; return 1; }
}
refused() { counter xenbr0 drop_locked_address; }
said() { guest_run a 'cat /sys/class/net/eth0/statistics/tx_packets' | grep -x '[0-9]*'; }
quiet() { quiet_while refused; }
quiet_down() { quiet_while said; } # nobody reads what it sends by a port that is down
port() { echo "vif$(domid a).0"; }
locked() {
	bridge -d link show dev "$(port)" | grep -q 'locked on' &&
		ip -d link show dev "$(port)" | grep -q 'master xenbr0 .*state UP' && ringway vif show a 0 &&
		ringway vif show a 0 | grep -q 'policy isolated=on mac_lock=on ip=127.9.0.1$'
}
soon_locked() { wait_for 20 'a locked port' locked && locked; }
down() { ip -d link show dev "$(port)" | grep -q 'master xenbr0 .*state DOWN'; }
joins() { ip link set "$(port)" master xenbr0; }

check 'stack ringway' use_stack ringway || exit 1
guest_initrd "$own_kernel"
cat > /tmp/a.cfg <<-C
	name = "a"
	type = "pvh"
	kernel = "/guest/$own_kernel/vmlinux"
	ramdisk = "/guest/$own_kernel/initrd"
	extra = "console=hvc0 quiet loglevel=4 panic=1 panic_on_warn=1 lab.front=stock lab.from=127.9.0.77"
	memory = 160
	vif = [ '$vifspec' ]
	on_crash = "preserve"
	on_reboot = "restart"
C
check 'this host listens' listen
check 'a starts' eval 'xl create -q /tmp/a.cfg && guest_run a true 60' || exit 1
check 'what it says from a foreign address is heard' wait_for 20 'a frame' heard
check 'a is locked' eval 'ringway vif set a 0 isolated=on mac_lock=on ip=127.9.0.1 && ringway vif limit a 0 pps=5000'
check 'its policy is on the disk' grep -q '"mac_lock": "on"' "$kept"/*."$mac".json
deaf
: > /tmp/heard
listen
check 'it is not heard any more, though it speaks' quiet

stage 'the guest reboots itself'
old=$(domid a)
another() { [ -n "$(domid a)" ] && [ "$(domid a)" != "$old" ]; }
guest_run a '(sleep 0.5; reboot -f) > /dev/null 2>&1 &'
answers() { guest_run a true 10 2> /dev/null; } # its console comes a moment after the domain
check 'a reboots' eval "wait_for 40 'another domain' another && wait_for 60 'an answer' answers"
check 'its new port is locked' soon_locked
check 'its limit is in force' grep -q '5000' <(ringway vif limit a 0)
check 'it is not heard, though it speaks' quiet

stage 'everything is started anew'
restart() {
	timeout 60 xl save a /tmp/a.save && deaf
	stack_remove && use_stack ringway && listen && timeout 90 xl restore /tmp/a.save
	rm -f /tmp/a.save
}
check 'a is saved, and restored on a host whose modules and bridge are new' restart
check 'its port is locked' soon_locked

stage 'a does not move to where its addresses are taken'
migrates() { timeout 120 xl migrate -s '' a 'xl migrate-receive' > /tmp/migrate 2>&1; }
check 'xl migrate to this host is refused' eval '! migrates && cat /tmp/migrate && grep "cannot be locked" /tmp/migrate'
check 'a goes on, locked' eval 'guest_run a true 20 && soon_locked'
check 'it is not heard, though it speaks' quiet

stage 'the port leaves, and comes back'
check 'it leaves the bridge and joins again' eval 'ip link set "$(port)" nomaster && joins'
check 'its port is down' down
check 'it is not heard, though it speaks' quiet_down
check 'ringway check says so' eval 'ringway check | grep -A 1 "^problem.*vif.*down"'
check 'ringway vif set puts all in force again' eval 'ringway vif set a 0 && soon_locked'
anew() { # COMMAND
	deaf
	"$@" && ip link add xenbr0 type brlite && listen && joins && down && quiet_down && ringway vif set a 0 && soon_locked
}
check 'the same with a bridge made anew' anew ip link del xenbr0
reload() { ip link del xenbr0 && rmmod bridge_lite && insmod /lab/modules/bridge-lite.ko; }
check 'the same with the switch reloaded' anew reload

stage 'what cannot be read, and what is written'
again() { xl network-attach a "mac=$mac" bridge=xenbr0 "script=${1:-vif-bridge-lite}"; }
damaged() {
	xl network-detach a 0 && echo '{"ringway_policy": 9}' > "$(echo "$kept"/*."$mac".json)" &&
		! again > /tmp/again 2>&1 && cat /tmp/again && ! grep -q "$(port)" <(ip -o link show master xenbr0)
}
check 'with a file of a newer version no vif comes' damaged
# Which takes brctl where there is one, and busybox' brctl does not know all that the real one does.
brctl=$(command -v brctl) && mv "$brctl" /tmp/brctl
damaged_too() {
	xl network-detach a 0 && ! again vif-bridge > /tmp/too 2>&1 && cat /tmp/too && grep -q 'version 9, and this' /tmp/too &&
		! grep -q "$(port)" <(ip -o link show master xenbr0)
}
check "nor one with Xen's own script" damaged_too
check 'xl says why' grep -q 'version 9, and this ringway knows 1 only' /tmp/again
written() {
	xl network-detach a 0
	rm "$kept"/*.json && mkdir -p /etc/ringway/policy.d &&
		printf '[[vif]]\nbridge = "xenbr0"\nisolated = true\nmac_lock = true\n[[vif]]\nname = "a"\nip = "127.9.0.1"\n' \
			> /etc/ringway/policy.d/a.toml && again && soon_locked
}
check 'a vif is locked as the administrator wrote' written
check 'it is not heard, though it speaks' quiet
own() { xl network-detach a 0 && { again vif-bridge || { tail -n 5 /var/log/xen/xen-hotplug.log; return 1; }; } && soon_locked; }
check "a vif that Xen's own script wires up is locked as well" own
check 'it is not heard, though it speaks' quiet
[ -z "$brctl" ] || mv /tmp/brctl "$brctl"

stage 'a moves to another host, whose administrator wrote the same'
# That is this one with another bridge of the same name. The guest's port of before is on the old one until it has moved.
elsewhere() {
	xl network-detach a 0 && again && soon_locked || return 1
	deaf
	ip link set xenbr0 down && ip link set xenbr0 name left && ip link set left up &&
		xenstore-write "/libxl/$(domid a)/device/vif/0/bridge" left && rm -f "$kept"/*.json &&
		ip link add xenbr0 type brlite && listen
}
check 'where nothing is kept about a' elsewhere
moves() { old=$(domid a) && migrates && [ "$(domid a)" != "$old" ]; }
check 'a moves' eval 'moves || { cat /tmp/migrate; false; }'
check 'its port is locked' soon_locked
check 'it is not heard, though it speaks' quiet
ip link del left
check 'the kernel is content' splats
deaf
xl destroy a
rm -rf "$kept" /etc/ringway
ktap_end
