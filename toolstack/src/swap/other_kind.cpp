// SPDX-License-Identifier: GPL-2.0-only
#include "swap/other_kind.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <linux/if_link.h>
#include "bridge-lite/uapi.h"

namespace ringway
{

namespace
{

constexpr std::uint32_t ticks_a_second = 100; // Linux's bridge counts in USER_HZ
constexpr std::uint32_t kernels_stp = 1, users_stp = 2;

// Numbers of both kinds are little-endian, as on the only CPUs that this is built for; a type of VLAN tags on
// Linux's bridge is as on the wire.
std::uint32_t number(const Attributes &from, int type, std::uint32_t fallback)
{
	const auto found = from.find(type);
	std::uint32_t value = 0;
	if (found == from.end() || found->second.size() > sizeof(value)) {
		return fallback;
	}
	std::memcpy(&value, found->second.data(), found->second.size());
	return value;
}

Bytes as_bytes(std::uint32_t value, std::size_t size)
{
	Bytes out(size);
	std::memcpy(out.data(), &value, std::min(size, sizeof(value)));
	return out;
}

std::uint32_t swapped(std::uint32_t value)
{
	return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
}

// Numbers that Linux 6.1 does not have yet.
constexpr int mab = 40, mcast_max_groups = 42, neigh_vlan_suppress = 43, backup_nhid = 44;

// A port's setting, and its value at first. off: what gives it that, where a brlite bridge lacks it.
struct PortWord {
	int type;
	const char *name;
	std::uint32_t usual;
	const char *off = nullptr;
};
constexpr std::array port_words = {
	PortWord{IFLA_BRPORT_MODE, "hairpin", 0, "bridge link set dev {} hairpin off"},
	PortWord{IFLA_BRPORT_GUARD, "guard", 0, "bridge link set dev {} guard off"},
	PortWord{IFLA_BRPORT_PROTECT, "root_block", 0, "bridge link set dev {} root_block off"},
	PortWord{IFLA_BRPORT_FAST_LEAVE, "fastleave", 0},
	PortWord{IFLA_BRPORT_LEARNING, "learning", 1},
	PortWord{IFLA_BRPORT_UNICAST_FLOOD, "flood", 1},
	PortWord{IFLA_BRPORT_PROXYARP, "proxy_arp", 0, "ip link set {} type bridge_slave proxy_arp off"},
	PortWord{IFLA_BRPORT_PROXYARP_WIFI, "proxy_arp_wifi", 0,
		 "ip link set {} type bridge_slave proxy_arp_wifi off"},
	PortWord{IFLA_BRPORT_MULTICAST_ROUTER, "mcast_router", 1},
	PortWord{IFLA_BRPORT_MCAST_FLOOD, "mcast_flood", 1},
	PortWord{IFLA_BRPORT_MCAST_TO_UCAST, "mcast_to_unicast", 0,
		 "bridge link set dev {} mcast_to_unicast off"},
	PortWord{IFLA_BRPORT_VLAN_TUNNEL, "vlan_tunnel", 0, "bridge link set dev {} vlan_tunnel off"},
	PortWord{IFLA_BRPORT_BCAST_FLOOD, "bcast_flood", 1},
	PortWord{IFLA_BRPORT_GROUP_FWD_MASK, "group_fwd_mask", 0,
		 "ip link set {} type bridge_slave group_fwd_mask 0"},
	PortWord{IFLA_BRPORT_NEIGH_SUPPRESS, "neigh_suppress", 0},
	PortWord{IFLA_BRPORT_ISOLATED, "isolated", 0},
	PortWord{IFLA_BRPORT_BACKUP_PORT, "backup_port", 0, "bridge link set dev {} nobackup_port"},
	PortWord{IFLA_BRPORT_LOCKED, "locked", 0},
	PortWord{IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT, "mcast_eht_hosts_limit", 512,
		 "echo 512 > /sys/class/net/{}/brport/multicast_eht_hosts_limit"},
	PortWord{mab, "mab", 0, "bridge link set dev {} mab off"},
	PortWord{mcast_max_groups, "mcast_max_groups", 0, "bridge link set dev {} mcast_max_groups 0"},
	PortWord{neigh_vlan_suppress, "neigh_vlan_suppress", 0,
		 "bridge link set dev {} neigh_vlan_suppress off"},
	PortWord{backup_nhid, "backup_nhid", 0, "bridge link set dev {} backup_nhid 0"},
};

// Only what differs from what every port has.
Attributes unusual(const Attributes &settings, bool of_both)
{
	Attributes out;
	for (const PortWord &word : port_words) {
		const auto found = settings.find(word.type);
		if (found != settings.end() && (word.off == nullptr) == of_both &&
		    number(settings, word.type, word.usual) != word.usual) {
			out.insert(*found);
		}
	}
	return out;
}

} // namespace

BridgeImage as_brlite(const BridgeImage &bridge)
{
	BridgeImage out = bridge;
	const Attributes &from = bridge.data;
	out.kind = BRLITE_KIND;
	out.data.clear();
	const auto put = [&](int type, std::uint32_t value) { out.data[type] = as_bytes(value, 4); };
	const std::uint32_t stp = number(from, IFLA_BR_STP_STATE, 0);
	put(IFLA_BRLITE_AGEING_TIME, number(from, IFLA_BR_AGEING_TIME, 30000) / ticks_a_second);
	put(IFLA_BRLITE_VLAN_FILTERING, number(from, IFLA_BR_VLAN_FILTERING, 0));
	put(IFLA_BRLITE_GROUP_FWD_MASK, number(from, IFLA_BR_GROUP_FWD_MASK, 0));
	put(IFLA_BRLITE_STP_STATE, stp == users_stp ? 1 : 0);
	put(IFLA_BRLITE_VLAN_PROTOCOL, swapped(number(from, IFLA_BR_VLAN_PROTOCOL, 0x0081)));
	put(IFLA_BRLITE_DEFAULT_PVID, number(from, IFLA_BR_VLAN_DEFAULT_PVID, 1));
	put(IFLA_BRLITE_MCAST_SNOOPING, number(from, IFLA_BR_MCAST_SNOOPING, 0) != 0 ? 1 : 0);
	put(IFLA_BRLITE_MCAST_QUERIER, number(from, IFLA_BR_MCAST_QUERIER, 0) != 0 ? 1 : 0);
	put(IFLA_BRLITE_VLAN_STATS_ENABLED, number(from, IFLA_BR_VLAN_STATS_ENABLED, 0));
	if (stp == kernels_stp) {
		out.obstacles.push_back(
			fmt::format("it runs a spanning tree, which a brlite bridge has not: where "
				    "there can be no loop, 'ip link set {} type bridge stp_state 0'",
				    bridge.name));
	}
	for (BridgePort &port : out.ports) {
		const Attributes lacking = unusual(port.settings, false);
		for (const PortWord &word : port_words) {
			if (lacking.contains(word.type)) {
				out.obstacles.push_back(fmt::format(
					"its port {} has {}, which a brlite bridge has not: '{}' first",
					port.name, word.name,
					fmt::format(fmt::runtime(word.off), port.name)));
			}
		}
		port.settings = unusual(port.settings, true);
	}
	return out;
}

BridgeImage as_bridge(const BridgeImage &brlite, const std::optional<BridgeImage> &before)
{
	BridgeImage out = brlite;
	const Attributes &from = brlite.data;
	out.kind = "bridge";
	out.data = before ? before->data : Attributes();
	const auto put = [&](int type, std::uint32_t value, std::size_t size, std::uint32_t usual) {
		if (out.data.contains(type) || value != usual) {
			out.data[type] = as_bytes(value, size);
		}
	};
	const std::uint32_t seconds = number(from, IFLA_BRLITE_AGEING_TIME, BRLITE_AGEING_DEFAULT);
	if (number(out.data, IFLA_BR_AGEING_TIME, 30000) / ticks_a_second != seconds) {
		put(IFLA_BR_AGEING_TIME, seconds * ticks_a_second, 4, 0);
	}
	put(IFLA_BR_VLAN_FILTERING, number(from, IFLA_BRLITE_VLAN_FILTERING, 0), 1, 0);
	put(IFLA_BR_GROUP_FWD_MASK, number(from, IFLA_BRLITE_GROUP_FWD_MASK, 0), 2, 0);
	put(IFLA_BR_VLAN_PROTOCOL, swapped(number(from, IFLA_BRLITE_VLAN_PROTOCOL, 0x8100)), 2, 0x0081);
	put(IFLA_BR_VLAN_DEFAULT_PVID, number(from, IFLA_BRLITE_DEFAULT_PVID, 1), 2, 1);
	if (from.contains(IFLA_BRLITE_MCAST_SNOOPING)) {
		put(IFLA_BR_MCAST_SNOOPING, number(from, IFLA_BRLITE_MCAST_SNOOPING, 0), 1, 1);
		put(IFLA_BR_MCAST_QUERIER, number(from, IFLA_BRLITE_MCAST_QUERIER, 0), 1, 0);
	}
	put(IFLA_BR_VLAN_STATS_ENABLED, number(from, IFLA_BRLITE_VLAN_STATS_ENABLED, 0), 1, 0);
	for (BridgePort &port : out.ports) {
		const Attributes now = unusual(port.settings, true);
		const auto old =
			before ? std::find_if(before->ports.begin(), before->ports.end(),
					      [&](const BridgePort &p) { return p.name == port.name; })
			       : std::vector<BridgePort>::const_iterator();
		port.settings = before && old != before->ports.end() ? old->settings : Attributes();
		for (const PortWord &word : port_words) {
			if (word.off == nullptr &&
			    (now.contains(word.type) || port.settings.contains(word.type))) {
				const auto found = now.find(word.type);
				port.settings[word.type] =
					found != now.end() ? found->second : as_bytes(word.usual, 1);
			}
		}
	}
	return out;
}

} // namespace ringway
