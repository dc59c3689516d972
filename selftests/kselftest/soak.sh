# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Whatever can happen to vifs, at random, for SOAK_MINUTES, with traffic on all of them: attach and detach, taps and
# filters, save and restore, guests that die, ports that leave, modules that are reloaded. SEED repeats the sequence.
# Again and again all guests go, and what is left is compared with the beginning. Not part of `make test`.
. "${0%/*}/ktap.sh"
: "${dom0_address:?}"

minutes=${SOAK_MINUTES:-60}
seed=${SEED:-$((RANDOM + 1))}
RANDOM=$seed
rate=${SOAK_RATE:-60}    # datagrams a second from each guest
round=${SOAK_ROUND:-20} # events between two comparisons
memory_slack=65536      # kB: what dom0's own programs and logs may take between the first comparison and a later one
ktap_plan 6
echo "# SEED=$seed SOAK_MINUTES=$minutes"

declare -A address=([a]=127.9.0.1 [b]=127.9.0.2 [c]=127.9.0.3) front=([a]=stock [b]=ringway [c]=ringway)
declare -A kernel=([a]=$own_kernel [b]=6.12 [c]=6.12) taps=()
guests='a b c'
events=0 began=$SECONDS

# In this shell, so that the sequence of random numbers goes on: sets `guest` and `other`.
draw_guests() {
	local all=(a b c)
	guest=${all[RANDOM % 3]} other=${all[RANDOM % 3]}
	while [ "$other" = "$guest" ]; do other=${all[RANDOM % 3]}; done
}
vif() { echo "vif$(domid "$1").0"; }

# c has its vif from xl, and so keeps it over save and restore.
born() {
	local own=''
	[ "$1" != c ] || own="mac=$(mac_of "${address[c]}"),bridge=xenbr0,script=vif-bridge-lite"
	guest_create "$1" kernel="${kernel[$1]}" front="${front[$1]}" memory=256 ${own:+vif="$own"} || return 1
	if [ "$1" = c ]; then guest_run c "join ${address[c]}"; else vif_join "$1" "${address[$1]}"; fi
}
# Endless traffic to the next guest, slow enough that programs in dom0 still get on in an emulator.
busy() {
	local to
	case $1 in a) to=b ;; b) to=c ;; c) to=a ;; esac
	traffic_start "$1" "${address[$to]}" "$rate" 4
}
away() { if [ "$1" = c ]; then VIFTOOL=xl vif_detach c; else vif_detach "$1"; fi; }
back() {
	if [ "$1" = c ]; then VIFTOOL=xl vif_join c "${address[c]}"; else vif_join "$1" "${address[$1]}"; fi
}
taps_off() {
	local pid
	for pid in "${taps[@]}"; do kill "$pid" 2> /dev/null; wait "$pid"; done
	taps=()
}
ports_back() {
	local g
	ip address replace $dom0_address/24 dev xenbr0 && ip link set xenbr0 up && ip link set eth0 master xenbr0 || return 1
	for g in $guests; do ip link set "$(vif "$g")" master xenbr0 || return 1; done
}

# --- events -----------------------------------------------------------------------------------------------------
# Between b and c, buffers stay mapped at both ends. After a connection has begun anew they are mapped a little later.
mapped_as_it_should() { # GUEST
	local expected=no
	[ "${front[$1]}" != ringway ] || expected=yes
	holds_within 20 mapped_if "$1" "$expected"
}
verified_flow() {
	flow "$guest" "$other" "${address[$other]}" && mapped_as_it_should "$guest" && mapped_as_it_should "$other"
}
verified_flow_dom0() { flow_both "$guest" dom0 "${address[$guest]}" $dom0_address; }
detach_attach() { away "$guest" && sleep 0.$((RANDOM % 9)) && back "$guest"; }
attach_second() { # and take it away
	ringway vif attach "$guest" "mac=00:16:3e:77:00:0$((RANDOM % 10)),bridge=xenbr0" && ringway vif detach "$guest" 1
}
tap() {
	local v
	v=$(vif "$guest")
	if [ -n "${taps[$v]:-}" ]; then
		kill "${taps[$v]}" 2> /dev/null; wait "${taps[$v]}"; unset "taps[$v]"
	else
		tcpdump -Z root -i "$v" -w /dev/null 2> /dev/null & taps[$v]=$!
	fi
}
filter() {
	local v
	v=$(vif "$guest")
	tc qdisc del dev "$v" clsact 2> /dev/null || {
		tc qdisc add dev "$v" clsact && tc filter add dev "$v" ingress matchall action ok &&
			tc filter add dev "$v" egress matchall action ok
	}
}
shaper() {
	local v
	v=$(vif "$guest")
	tc qdisc del dev "$v" root 2> /dev/null || tc qdisc add dev "$v" root tbf rate 400mbit burst 256k latency 50ms
}
guest_reconnects() { guest_run "$guest" "reconnect $((RANDOM % 3 + 1)) && join ${address[$guest]}" 60; }
port_leaves() {
	local v
	v=$(vif "$guest")
	ip link set "$v" nomaster && sleep 0.$((RANDOM % 9)) && ip link set "$v" master xenbr0
}
link_flaps() { local v; v=$(vif "$guest"); ip link set "$v" down && sleep 0.$((RANDOM % 9)) && ip link set "$v" up; }
stands_still() { xl pause "$guest" && sleep $((RANDOM % 3)).5 && xl unpause "$guest"; }
guest_dies() { guest_destroy "$guest" && born "$guest" && busy "$guest"; }
save_restore() {
	timeout 120 xl save c /tmp/c.save && timeout 120 xl restore /tmp/c.save || return 1
	rm -f /tmp/c.save
	guest_run c "join ${address[c]}" 60
}
bridge_dies() { ip link del xenbr0 && sleep 0.$((RANDOM % 9)) && ip link add xenbr0 type brlite && ports_back; }
bridge_lite_reloads() {
	ip link del xenbr0 && rmmod bridge_lite && sleep 0.$((RANDOM % 9)) && insmod /lab/modules/bridge-lite.ko &&
		ip link add xenbr0 type brlite && ports_back
}
netback_reloads() {
	local g
	for g in $guests; do away "$g" || return 1; done
	taps_off
	rmmod ringway_netback && insmod /lab/modules/ringway-netback.ko || return 1
	for g in $guests; do back "$g" || return 1; done
}
kinds=(verified_flow verified_flow verified_flow_dom0 detach_attach detach_attach attach_second tap tap tap
	filter filter shaper guest_reconnects port_leaves link_flaps stands_still guest_dies guest_dies save_restore
	bridge_dies bridge_lite_reloads netback_reloads)

# --- rounds -----------------------------------------------------------------------------------------------------
memory_free() { awk '/MemAvailable/ { print $2 }' /proc/meminfo; }
all_born() {
	local g
	for g in $guests; do born "$g" || return 1; done
	for g in $guests; do busy "$g" || return 1; done
}
all_die() {
	taps_off
	destroy_all
	rm -f /var/log/xen/console/* /var/log/xen/*.log /tmp/*.save
	leak_compare /tmp/before || return 1
	memory=$(memory_free)
	: "${memory_first:=$memory}"
	echo "dom0 had $memory_first kB to spare, and has $memory kB"
	[ $((memory_first - memory)) -lt $memory_slack ]
}
one_event() {
	local kind=${kinds[RANDOM % ${#kinds[@]}]}
	draw_guests
	events=$((events + 1))
	stage "soak: $(((SECONDS - began) / 60)) of $minutes min, event $events: $kind $guest $other"
	"$kind" && splats && return
	{ dmesg | tail -n 20; ringway vif list; cat /tmp/check.said; } > /dev/console 2>&1
	echo "event $events ($kind $guest $other) of SEED=$seed failed"
	return 1
}
soak() {
	while [ $((SECONDS - began)) -lt $((minutes * 60)) ]; do
		all_born || { echo "guests do not start before event $((events + 1))"; return 1; }
		for _ in $(seq "$round"); do
			one_event || return 1
			[ $((SECONDS - began)) -lt $((minutes * 60)) ] || break
		done
		all_die || { echo "left behind before event $((events + 1)) of SEED=$seed"; return 1; }
		stage "soak: $(((SECONDS - began) / 60)) of $minutes min, $events events, nothing left behind," \
			"$((memory / 1024)) MB to spare"
	done
}

for m in sch_ingress cls_matchall act_gact sch_tbf; do modprobe $m; done
check 'stack ringway' use_stack ringway || exit 1
check 'uplink and dom0 are on the bridge' flows_setup
# The first guest of a boot leaves directories that stay: the comparison begins after it.
check 'a guest comes and goes' eval 'guest_create a && guest_destroy a' || exit 1
leak_snapshot /tmp/before
check "random events for $minutes minutes, and nothing left behind" soak
echo "# $events events of SEED=$seed in $(((SECONDS - began) / 60)) minutes"
taps_off
destroy_all
check 'nothing is left at the end' leak_compare /tmp/before
check 'the kernel is content' splats
ktap_end
