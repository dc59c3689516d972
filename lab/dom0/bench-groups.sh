# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what one file sets, another one reads
# The benchmark's multicast stream: two guests of the crowd want it, of 64 vifs. It goes to these two where the bridge
# tells members apart and asks for them, and else to all. Per datagram, that is for all its copies.
#
# u1 sends, u2 and u3 want the group; these three have a vif each. The other vifs are those of u4 and the rest of the
# crowd, many each: every one is connected and up, with a netfront that takes what comes.
group=239.1.2.3
group_vifs=64

# vifs_to COUNT: more vifs for u4 and those behind it, in turn. They go with the stack.
declare -A vifs_of_guest
vifs_to() {
	local have=$((joined + more_vifs)) at=$((joined - 3)) guest n
	for n in $(seq 4 "$joined"); do
		guest_run "u$n" 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6' || return 1 # no chatter of theirs
	done
	for ((; have < $1; have++)); do
		guest=u$((4 + have % at)) n=${vifs_of_guest[u$((4 + have % at))]:-1}
		((more_vifs % 16)) || stage "$stack: $have vifs"
		vif_attach "$guest" "mac=$(printf '00:16:3e:0a:%02x:%02x' "${guest#u}" "$n"),bridge=xenbr0" > /dev/null || return 1
		vifs_of_guest[$guest]=$((n + 1)) more_vifs=$((more_vifs + 1))
		guest_run "$guest" "wait-for 10 '[ -e /sys/class/net/eth$n ]' && ip link set eth$n up" || return 1
	done
	wait_for 30 "$1 vifs with a carrier" vifs_up "$1"
}
vifs_up() { [ "$(cat /sys/class/net/vif*/carrier 2> /dev/null | grep -c 1)" = "$1" ]; }
more_vifs=0
more_vifs_away() {
	local guest n
	for guest in "${!vifs_of_guest[@]}"; do
		for ((n = 1; n < vifs_of_guest[$guest]; n++)); do vif_detach "$guest" "$n" > /dev/null; done
	done
	vifs_of_guest=() more_vifs=0
}

tell_members_apart() { # 0|1
	local brlite=/sys/class/net/xenbr0/brlite
	case $stack in
	ringway*) echo "$1" > $brlite/multicast_snooping && echo "$1" > $brlite/multicast_querier ;;
	*) ip link set xenbr0 type bridge mcast_snooping "$1" mcast_querier "$1" ;;
	esac
}
# What each guest got of a hundred: the members all of them, another one next to none.
members_alone_get_it() {
	local one two other
	one=$(rx_packets u2) two=$(rx_packets u3) other=$(rx_packets u8)
	send_group 1400 100 >&2 || return 1
	one=$(($(rx_packets u2) - one)) two=$(($(rx_packets u3) - two)) other=$(($(rx_packets u8) - other))
	echo "of 100 datagrams came to the members $one and $two, to another $other"
	[ $one -ge 100 ] && [ $two -ge 100 ] && [ $other -lt 20 ]
}
send_group() { guest_run u1 "netload send $group $2 $1" 120; } # FRAME COUNT
group_to() { # WORKLOAD TELL-APART RECEIVER…
	local workload=$1 apart=$2
	shift 2
	received() { rx_packets u2; }
	crowd 8 && vifs_to $group_vifs && tell_members_apart "$apart" &&
		guest_run u1 "/usr/bin/ip route replace $group dev eth0" && { [ "$apart" = 0 ] || guests_join; } &&
		senders=$id1 receivers=$(ids "$@") &&
		measure "$workload" 1400 $group_vifs 200 $((200 + packets / 2)) 1 send_group 1400
}
guests_join() {
	local guest
	for guest in u2 u3; do guest_start $guest member "netload join $group 3600"; done
	holds_within 30 members_alone_get_it && return
	case $stack in ringway*) cat /sys/class/net/xenbr0/brlite/mdb ;; *) bridge -d -s mdb show dev xenbr0 ;; esac
	return 1
}
w_group_1400() { group_to udp-group-to-2 1 2 3; }
w_group_flood_1400() { crowd 8 && group_to udp-group-to-all 0 $(seq 2 "$joined"); }
