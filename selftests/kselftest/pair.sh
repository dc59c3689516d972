# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Two guests of different kernels on the bridge, and dom0 with them, for the scenarios that change what may pass between
# a and b. Sourced when the plan is made: its five checks are of that plan.
: "${dom0_address:?}"

check 'stack ringway' use_stack ringway || exit 1
check 'a starts' guest_create a || exit 1
check 'b starts' guest_create b kernel=6.12 || exit 1
check 'a joins' vif_join a 127.9.0.1
check 'b joins' vif_join b 127.9.0.2
ip address replace $dom0_address/24 dev xenbr0
sysctl -q -w net.ipv4.conf.all.route_localnet=1 net.ipv4.conf.xenbr0.route_localnet=1
# shellcheck disable=SC2034 # used by who reads this
vif_a=vif$(domid a).0 vif_b=vif$(domid b).0

counted() { counter xenbr0 "$1"; }
way() { counter "$vif_a" "$1"; }
from_a() { guest_run a "$1"; }
reaches() { from_a "ping -c 2 -W 5 $1"; }
# It does, and packets took that way meanwhile.
reaches_by() { # COUNTER ADDRESS
	local before
	before=$(way "$1")
	reaches "$2" || return 1
	echo "$1: $before, now $(way "$1")"
	[ "$(way "$1")" -gt "$before" ]
}
not() { ! "$@"; }
# What a sends is dropped for that reason, and nothing comes back.
loses() { # COUNTER COMMAND
	local before
	before=$(counted "$1")
	! from_a "$2" || { echo "it passed"; return 1; }
	echo "$1: $before, now $(counted "$1")"
	[ "$(counted "$1")" -gt "$before" ]
}
