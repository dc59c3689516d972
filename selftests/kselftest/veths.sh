# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Begins like this: a bridge, and namespaces n1 to n3, each with an address behind a veth pair whose other end, p1 to p3,
# can be a port. Sourced, after ktap_plan; one check.
modprobe veth
check 'stack ringway' use_stack ringway || exit 1
for n in 1 2 3; do
	ip netns add n$n
	ip link add p$n type veth peer name eth0 netns n$n
	ip -n n$n link set eth0 address 00:16:3e:00:01:0$n up
	ip netns exec n$n sysctl -q -w net.ipv4.conf.all.route_localnet=1 net.ipv4.conf.default.route_localnet=1
	ip -n n$n address add 127.9.1.$n/24 dev eth0
done
ports() { local n; for n in 1 2 3; do ip link set p$n "$@" || return 1; done; }
from() { ip netns exec "n$1" "${@:2}"; }
packets_to() { cat "/sys/class/net/p$1/statistics/tx_packets"; }
ping_ok() { from "$1" ping -c 2 -i 0.2 -W 3 "$2"; }
