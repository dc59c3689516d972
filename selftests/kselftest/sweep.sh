# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Frames of all lengths in all arrangements of slots, from guest to guest: each byte as it was sent, in order,
# once, and by the direct path. Then the same while the receiver stands still, while slots fail, and while taps come
# and go. The sender is splitfront, the receiver stock netfront with framecheck behind it; then they change places.
#
# By default it sends every length from 14 to 4200 in each of the six arrangements (in two of them on the way back),
# the lengths within 8 bytes of the end of each page up to 65535, and random ones of the rest (SEED repeats them).
# ALL=1 sends all lengths up to 65535.
# Cases of docs/security.md: NB-14, NB-55
. "${0%/*}/ktap.sh"

all=${ALL:-}
per_direction=8
[ -z "$all" ] || per_direction=9
ktap_plan $((4 + 2 * per_direction))
seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"
RANDOM=$seed

check 'stack ringway' use_stack ringway || exit 1
check 'p starts' guest_create p front=none || exit 1
check 'q starts' guest_create q kernel=6.12 front=none || exit 1

longest=65517 # the largest MTU of a vif: frames of 65535 bytes
address_of() { case $1 in p) echo 127.9.0.1 ;; q) echo 127.9.0.2 ;; esac; }
declare -A vif_of=()
# What the counters of $from and $to have grown by since `counted /tmp/0`. (Each program started here costs as much
# as a hundred frames: hence one for all of them.)
counted() { ethtool -S "${vif_of[$from]}" > "$1.from" && ethtool -S "${vif_of[$to]}" > "$1.to"; }
grown() {
	counted /tmp/1
	read -r direct skbs errors refused arrived < <(awk '
		{ sign = FILENAME ~ /0[.]/ ? -1 : 1; end = FILENAME ~ /from$/ ? "from " : "to "; n[end $1] += sign * $2 }
		END { print n["from from_guest_direct:"], n["from from_guest_skb_forward:"] + n["from from_guest_skb_up:"],
			n["from from_guest_copy_failed:"], n["from to_guest_copy_failed:"], n["to to_guest_direct:"] }' /tmp/[01].{from,to})
	echo "direct: $direct sent, $arrived arrived; $skbs as skbs; $errors errors, $refused refused"
}

attached() { # SENDER RECEIVER
	local g vif
	guest_run "$1" 'insmod /lab/modules/splitfront.ko' && guest_run "$2" 'modprobe xen-netfront' || return 1
	for g in "$@"; do
		vif_attach "$g" "mac=$(mac_of "$(address_of "$g")"),bridge=xenbr0" || return 1
		vif=vif$(domid "$g").0
		vif_of[$g]=$vif
		# Linux' default discipline, fq_codel, may overtake and drop what waits; this one may not.
		tc qdisc replace dev "$vif" root pfifo limit 1000 || return 1
		ip link set "$vif" mtu $longest && ip link set xenbr0 mtu $longest || return 1
		bridge fdb replace "$(mac_of "$(address_of "$g")")" dev xenbr0 via "$vif" static || return 1
	done
	# Linux delivers frames in lists, and a packet socket then gets those of a known type before earlier ones of an unknown
	# type. So the lists have one frame each.
	local ready
	ready="join $(address_of "$2") && ethtool -K eth0 gro off && /usr/bin/ip link set eth0 mtu $longest"
	guest_run "$2" "echo 1 > /proc/sys/net/core/gro_normal_batch; $ready" || return 1
	# Nobody sends a lost frame again here.
	for g in "$@"; do vif_passes "${vif_of[$g]}" || return 1; done
}
detached() { # SENDER RECEIVER
	vif_detach "$1" && vif_detach "$2" && guest_run "$1" 'rmmod splitfront' && guest_run "$2" 'rmmod xen-netfront'
}

# job MEANWHILE COUNT FIRST LAST KINDS SEED HOW WINDOW BAD: $from sends to $to while the command MEANWHILE runs in
# dom0. Prints what both ends say, and sets how many packets went which way.
job() {
	local meanwhile=$1 code=0
	shift
	guest_start "$to" check "framecheck sweep eth0 $(mac_of "$(address_of "$from")") $1 $2 $3 $4 $5" || return 1
	counted /tmp/0 || return 1
	if [ "$meanwhile" = still ]; then
		wait_for 30 'framecheck that listens' guest_run "$to" '[ $(wc -l < /proc/net/packet) -ge 2 ]' || return 1
		xl pause "$to" || return 1
	fi
	[ "$meanwhile" != taps ] || tap_begin "${vif_of[$to]}" || return 1
	guest_start "$from" send "echo sweep $(mac_of "$(address_of "$to")") $* > /sys/module/splitfront/parameters/run"
	"$meanwhile" || code=1
	guest_wait "$from" send 120 || code=1
	guest_run "$from" 'cat /sys/module/splitfront/parameters/result'
	guest_wait "$to" check 30 || code=1
	grown
	[ $code = 0 ]
}

# Only the direct path, or nearly only: where the ring was short, the rest of a batch goes as skbs.
all_direct() { job "$@" && [ "$direct" = "$2" ] && [ "$arrived" = "$2" ] && [ "$skbs" = 0 ]; }
all_counted() { job "$@" && [ "$direct" = "$arrived" ] && [ $((direct + skbs)) = "$2" ]; }
most_direct() { all_counted "$@" && [ $((direct * 10)) -gt $((9 * $2)) ]; }
# Both paths are used, and each packet takes one of them.
both_ways() { all_counted "$@" && [ "$direct" -gt 0 ] && [ "$skbs" -gt 0 ]; }

# It stood still before the sender began, so however fast that is, packets have to wait.
still() {
	sleep 0.5
	xl unpause "$to" || return 1
	for _ in 1 2 3; do
		sleep 0.2
		xl pause "$to" && sleep 0.3 && xl unpause "$to" || return 1
	done
}

# A tap on either vif for a while, at random, until the sender is through. The first one is there before it begins, and
# goes soon: all packets may be sent sooner than a tap comes.
tap_begin() { # VIF
	tcpdump -Z root -i "$1" -w /dev/null -s 64 2> /tmp/tap.said &
	tap=$!
	wait_for 10 "tap on $1" grep -q listening /tmp/tap.said
}
tap_end() { kill "$tap"; wait "$tap"; }
taps() {
	local vif
	sleep 0.1
	tap_end
	while guest_run "$from" '[ ! -s /tmp/send.code ]'; do
		[ $((RANDOM % 2)) = 0 ] && vif=${vif_of[$from]} || vif=${vif_of[$to]}
		tap_begin "$vif"
		sleep 0.$((RANDOM % 5 + 1))
		tap_end
	done
	return 0
}

# With slots that fail among the others: what else was in the batch is whole, and the failing ones were noticed.
bad_ones() { job "$@" && [ "$errors" -gt 0 ] && [ "$refused" -gt 0 ]; }

direction() { # SENDER RECEIVER ARRANGEMENTS: of the six, how many each length gets
	from=$1 to=$2
	stage "$from to $to"
	check "$from to $to: attached" attached "$from" "$to" || return
	stage "$from to $to: lengths of 14 to 4200 bytes"
	check "$from to $to: 14..4200 bytes, each in $3 arrangements, direct" \
		most_direct true $(($3 * 4187)) 14 4200 0 0 6 64 0
	stage "$from to $to: around the ends of pages"
	check "$from to $to: around the ends of 16 pages, each in six arrangements, direct" \
		most_direct true $((6 * 256)) 0 0 0 0 6 14 0
	stage "$from to $to: random lengths, all kinds"
	check "$from to $to: random lengths with checksum and segmentation offloads" \
		most_direct true 2000 14 65535 1 $seed 6 14 0
	if [ -n "$all" ]; then
		stage "$from to $to: all lengths"
		check "$from to $to: all lengths" most_direct true 65522 14 65535 0 0 6 14 0
	fi
	stage "$from to $to: receiver stands still, bad slots, taps"
	check "$from to $to: while the receiver stands still" both_ways still 6000 14 9000 1 $seed 6 600 0
	check "$from to $to: while slots fail" bad_ones true 3000 14 20000 1 $seed 6 32 5
	check "$from to $to: while taps come and go" both_ways taps 10000 14 3000 1 $seed 6 32 0
	check "$from to $to: detached" detached "$from" "$to"
}
direction p q 6
direction q p 2
check 'the kernel is content' splats
ktap_end
