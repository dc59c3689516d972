# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Rules of a guest's port hold on the direct way and as skbs, in both directions, count, are replaced while packets
# pass, kept in XenStore, and refused by name when they are nonsense.
# Cases of docs/security.md: BR-11, BR-28
. "${0%/*}/ktap.sh"

ktap_plan 28
# shellcheck source=selftests/kselftest/pair.sh
. "${0%/*}/pair.sh"
rules() { printf '%s\n' "$@" | ringway vif rules a 0 -; }
shown() { ringway "${@:2}" vif rules a 0 | grep -F -e "$1"; }
# About how many packets the rule of this text has decided.
hits() { ringway vif rules a 0 | awk -F ' # ' -v r="$1" '{ sub(/ +$/, "", $1) } $1 == r { n = $2 + 0 } END { print n + 0 }'; }
hit() { [ "$(hits "$1")" -gt 0 ]; }
unanswered() { # RULE PING…: three of them, and the rule is why
	local before
	before=$(hits "$1")
	"${@:2}"
	[ $? = 1 ] || return 1 # 0: an answer came
	echo "$1: $before, now $(hits "$1")"
	[ "$(hits "$1")" -ge $((before + 3)) ]
}
check 'a reaches b' reaches 127.9.0.2

stage 'from the guest'
check 'a may only ping b' rules 'accept from-guest arp' 'accept from-guest icmp to 127.9.0.2' 'default drop from-guest'
check 'a reaches b, still directly' reaches_by from_guest_direct 127.9.0.2
check 'a does not reach dom0' loses drop_rule 'ping -c 3 -W 1 127.9.0.254'
check 'ringway shows what was counted' hit 'accept from-guest icmp to 127.9.0.2'
check 'the default has counted, too' hit 'default drop from-guest'
check 'in JSON, too' shown '"default":"drop"' -j
check 'XenStore keeps them' \
	[ "$(xenstore-read "/local/domain/0/backend/vif/$(domid a)/0/rules-from-guest")" = '-;+ arp;+ icmp >127.9.0.2' ]
watch_a() {
	: > /tmp/rules.err
	tcpdump -Z root -q -n -i "$vif_a" -w /dev/null 2> /tmp/rules.err &
	tap=$!
	wait_for 30 tcpdump grep -q 'listening on' /tmp/rules.err
}
check 'a is watched: its packets become skbs' watch_a
check 'a reaches b' reaches 127.9.0.2
check 'a does not reach dom0' loses drop_rule 'ping -c 3 -W 1 127.9.0.254'
kill "$tap"
wait "$tap" 2> /dev/null

stage 'to the guest'
check 'nobody pings a' rules 'drop to-guest icmp to 127.9.0.1' 'default accept to-guest'
nobody='drop to-guest icmp to 127.9.0.1'
check 'b gets no answer from it' unanswered "$nobody" guest_run b 'ping -c 3 -W 1 127.9.0.1'
check 'dom0 gets no answer either' unanswered "$nobody" ping -c 3 -W 1 -I xenbr0 127.9.0.1
check 'rules apply to broadcasts, too' rules 'drop to-guest arp' 'default accept to-guest'
asked_for() {
	guest_run b 'ip neigh flush dev eth0; ping -c 2 -W 1 127.9.0.1'
	[ $? = 1 ] && hit 'drop to-guest arp'
}
check 'no ARP request reaches a' asked_for

stage 'replacing and keeping'
flaps() { # at no time are there none
	local n before
	rules 'drop from-guest icmp' 'default accept from-guest' || return 1
	before=$(counted drop_rule)
	guest_start a pings 'ping -c 30 -i 0.2 -W 1 127.9.0.254'
	for n in $(seq 20); do
		rules "drop from-guest icmp to 127.9.0.254" "accept from-guest tcp port $n" 'default accept from-guest' || return 1
		rules 'drop from-guest icmp' 'default accept from-guest' || return 1
	done
	guest_wait a pings 60
	[ $? = 1 ] || return 1 # 0: an answer came
	echo "drop_rule: $before, now $(counted drop_rule)"
	[ "$(counted drop_rule)" -ge $((before + 30)) ]
}
check 'nothing slips through while rules are replaced' flaps
leaves_and_joins() {
	rules 'accept from-guest arp' 'default drop from-guest' && ip link set "$vif_a" nomaster &&
		ip link set "$vif_a" master xenbr0 && ringway vif set a 0
}
check 'a leaves the bridge and joins again' leaves_and_joins
check 'its rules hold as before' loses drop_rule 'ping -c 3 -W 1 127.9.0.2'
named() { rules 'default drop from-guest' 'accept from-guest tpc' 2>&1 | grep -F "standard input line 2: 'tpc'"; }
check 'an invalid rule is refused by name' named
check 'and changes nothing' loses drop_rule 'ping -c 3 -W 1 127.9.0.2'
check 'the rules are lifted' ringway vif set a 0 rules=none
check 'a reaches b' reaches 127.9.0.2
ktap_end
