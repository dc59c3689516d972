# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# How long VIFS vifs of GUESTS guests take to come and to go, all at once, with each of QUEUES queues, on each of
# STACKS; and what it takes of dom0's one xenwatch thread, which all guests' devices share. With LAB_CPUS=2: on one
# CPU a grace period is over at once.
#
# Nothing but the drivers is to be seen: the vifs are nodes in XenStore, written at once, without xl and scripts, and
# the guests have frontends that only connect (evilfront, lie=quiet). One line for each way in the file
# come-and-go.rows:
#
#   STACK QUEUES come|go VIFS MS CPU-MS NORMAL EXPEDITED BARRIERS     from the first node until the last carrier, or until
#                  the last device is gone; CPU time of xenwatch; grace periods that xenwatch waited for, those of them that
#                  were hurried, which is how the network waits under RTNL, and waits for all callbacks of RCU
. "${0%/*}/ktap.sh"

vifs=${VIFS:-256}
guests=${GUESTS:-4}
stacks=${STACKS:-stock ringway}
read -ra queues <<< "${QUEUES:-1 8}"
rounds=${ROUNDS:-1}
limit=${LIMIT:-300} # seconds for all of them to come, and again to go
each_has=$((vifs / guests))
ktap_plan $((2 + $(wc -w <<< "$stacks") * (1 + 2 * rounds * ${#queues[@]})))

t=/sys/kernel/tracing
[ -d $t/events ] || mount -t tracefs tracefs $t
xenwatch=$(ps -o pid,comm | awk '$2 == "xenwatch" { print $1 }')

# --- the nodes ----------------------------------------------------------------------------------------------------

# nodes DOMAIN: path and value of all that a toolstack writes for its vifs. In one transaction, so the order is free.
nodes() {
	local n back front
	for ((n = 0; n < each_has; n++)); do
		back=/local/domain/0/backend/vif/$1/$n front=/local/domain/$1/device/vif/$n
		echo "$back/frontend" "$front" "$back/frontend-id" "$1" "$back/online" 1 "$back/state" 1 "$back/handle" "$n" \
			"$back/script" /bin/true "$back/mac" 00:16:3e:00:00:01 \
			"$front/backend" "$back" "$front/backend-id" 0 "$front/state" 1 "$front/handle" "$n" \
			"$front/mac" 00:16:3e:00:00:01
	done
}
# written VALUE NODE…: of each backend directory.
written() {
	local d n node value=$1 words=()
	shift
	for d in "${domains[@]}"; do
		for ((n = 0; n < each_has; n++)); do
			for node; do words+=("/local/domain/0/backend/vif/$d/$n/$node" "$value"); done
		done
	done
	xenstore-write "${words[@]}"
}
# The directories are the guest's and dom0's, and what is made in them has their permissions.
directories() {
	local d
	for d in "${domains[@]}"; do
		xenstore-write "/local/domain/$d/device/vif" '' "/local/domain/0/backend/vif/$d" '' &&
			xenstore-chmod "/local/domain/$d/device/vif" "n$d" r0 &&
			xenstore-chmod "/local/domain/0/backend/vif/$d" n0 "r$d" || return 1
	done
}

# --- what is measured ---------------------------------------------------------------------------------------------

# CONFIG_KPROBES, as Debian's kernels have it.
probes() {
	echo nop > $t/current_tracer && echo 16384 > $t/buffer_size_kb || return 1
	printf '%s\n' 'p:waits/normal synchronize_rcu' 'p:waits/expedited synchronize_rcu_expedited' \
		'p:waits/barrier rcu_barrier' > $t/kprobe_events || return 1
	echo "common_pid == $xenwatch" > $t/events/waits/filter
	echo 1 > $t/events/waits/enable
}
probes_end() { echo 0 > $t/events/waits/enable; echo > $t/kprobe_events; }
waits() { awk '/ (normal|expedited|barrier): / { for (i = 1; i <= NF; i++) n[$i]++ }
	END { print n["normal:"] + 0, n["expedited:"] + 0, n["barrier:"] + 0 }' $t/trace; }
cpu_of_xenwatch() { cut -d ' ' -f 1 "/proc/$xenwatch/schedstat"; }

begin() { echo > $t/trace; cpu=$(cpu_of_xenwatch); began=${EPOCHREALTIME/./}; }
end() { # come|go
	local us=$((${EPOCHREALTIME/./} - began))
	data come-and-go.rows "$stack $q $1 $vifs $((us / 1000)) $((($(cpu_of_xenwatch) - cpu) / 1000000)) $(waits)"
}

devices() { (cd /sys/class/net && find . -name 'vif*' | cut -c 3-); }
there_are() { [ "$(devices | wc -l)" = "$1" ]; }
all_up() { [ "$(devices | sed 's,.*,/sys/class/net/&/carrier,' | xargs cat | grep -c 1)" = "$vifs" ]; }

# --- coming and going ---------------------------------------------------------------------------------------------

come() {
	local d
	directories || return 1
	begin
	for d in "${domains[@]}"; do
		# shellcheck disable=SC2046 # words are wanted
		xenstore-write $(nodes "$d") || return 1
	done
	wait_for "$limit" 'device for each' there_are "$vifs" || { devices | wc -l; return 1; }
	devices | sed 's/.*/link set & master xenbr0 up/' > /tmp/links
	ip -batch /tmp/links && written connected hotplug-status || return 1
	wait_for "$limit" 'carrier on each' all_up || return 1
	end come
	[ "$(grep -cE 'vif[0-9.]*-q[0-9]+' /proc/interrupts)" = $((vifs * q)) ] || { grep -c vif /proc/interrupts; return 1; }
}
# As libxl does: the guest is asked, and what is in XenStore goes when the device has gone.
go() {
	local d gone
	begin
	written 0 online && written 5 state || return 1
	wait_for "$limit" 'end of the devices' there_are 0 || { devices | wc -l; return 1; }
	end go
	for d in "${domains[@]}"; do
		# Each by its name: of the directory above, a guest's Linux does not ask what was in it.
		mapfile -t gone < <(seq 0 $((each_has - 1)) | sed "s,^,/local/domain/$d/device/vif/,")
		xenstore-rm "${gone[@]}" "/local/domain/$d/device/vif" "/local/domain/0/backend/vif/$d" || return 1
	done
	for d in "${big[@]}"; do
		# shellcheck disable=SC2016
		wait_for 60 'guest to see that they are gone' guest_run "$d" '[ -z "$(ls -d /sys/bus/xen/devices/vif-*)" ]' || return 1
	done
}

big=() domains=()
guests_start() {
	local g
	for ((g = 0; g < guests; g++)); do
		guest_create "big$g" front=none memory=128 && guest_run "big$g" 'insmod /lab/modules/evilfront.ko lie=quiet' || return 1
		big+=("big$g")
		domains+=("$(domid "big$g")")
	done
}
# As many nodes as these vifs have: XenStore has no more than 1000 for a guest if nobody says so.
roomy() { xenstore-control quota set nodes 20000; }
queues_are() { # N
	local g
	echo "$1" > "/sys/module/$module/parameters/max_queues" || return 1
	for g in "${big[@]}"; do guest_run "$g" "echo $1 > /sys/module/evilfront/parameters/queues" || return 1; done
}

check 'guests start' eval 'roomy && guests_start' || exit 1
check 'waits can be counted' probes || exit 1
for stack in $stacks; do
	check "stack $stack" use_stack "$stack" || exit 1
	module=xen_netback
	[ "$stack" = stock ] || module=ringway_netback
	for q in "${queues[@]}"; do
		for ((r = 1; r <= rounds; r++)); do
			stage "$stack, queues: $q"
			check "$stack: $vifs vifs of $q queues come" eval 'queues_are "$q" && come' || exit 1
			check "$stack: they go" go || exit 1
		done
	done
done
probes_end
xenstore-rm /local/domain/0/backend # which the first of them made
ktap_end
