// SPDX-License-Identifier: GPL-2.0-only
// A bridge, its settings and its ports, as the kernel has them now. What else goes away with it is in
// nl_bridge_routes.cpp.

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include "bridge-lite/uapi.h"
#include "context/links.hpp"
#include "world/nl_bridge_maker.hpp"
#include "world/nl_dump.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

const fs::path sysctls = "/proc/sys/net";

// What can be set again; the rest follows from these, or says what happened so far.
constexpr std::array link_attributes = {IFLA_ADDRESS, IFLA_MTU, IFLA_TXQLEN, IFLA_GROUP, IFLA_IFALIAS};
constexpr std::array port_attributes = {IFLA_BRPORT_PRIORITY,       IFLA_BRPORT_MODE,
					IFLA_BRPORT_GUARD,          IFLA_BRPORT_PROTECT,
					IFLA_BRPORT_FAST_LEAVE,     IFLA_BRPORT_LEARNING,
					IFLA_BRPORT_UNICAST_FLOOD,  IFLA_BRPORT_PROXYARP,
					IFLA_BRPORT_PROXYARP_WIFI,  IFLA_BRPORT_MULTICAST_ROUTER,
					IFLA_BRPORT_MCAST_FLOOD,    IFLA_BRPORT_MCAST_TO_UCAST,
					IFLA_BRPORT_VLAN_TUNNEL,    IFLA_BRPORT_BCAST_FLOOD,
					IFLA_BRPORT_GROUP_FWD_MASK, IFLA_BRPORT_NEIGH_SUPPRESS,
					IFLA_BRPORT_ISOLATED,       IFLA_BRPORT_BACKUP_PORT,
					IFLA_BRPORT_LOCKED,         IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT};
// Those that Linux 6.1 does not have: mab, mcast_max_groups, neigh_vlan_suppress, backup_nhid.
constexpr std::array later_port_attributes = {40, 42, 43, 44};

constexpr std::array bridge_attributes = {IFLA_BR_FORWARD_DELAY,
					  IFLA_BR_HELLO_TIME,
					  IFLA_BR_MAX_AGE,
					  IFLA_BR_AGEING_TIME,
					  IFLA_BR_STP_STATE,
					  IFLA_BR_PRIORITY,
					  IFLA_BR_VLAN_FILTERING,
					  IFLA_BR_VLAN_PROTOCOL,
					  IFLA_BR_GROUP_FWD_MASK,
					  IFLA_BR_MCAST_ROUTER,
					  IFLA_BR_MCAST_SNOOPING,
					  IFLA_BR_MCAST_QUERY_USE_IFADDR,
					  IFLA_BR_MCAST_QUERIER,
					  IFLA_BR_MCAST_HASH_MAX,
					  IFLA_BR_MCAST_LAST_MEMBER_CNT,
					  IFLA_BR_MCAST_STARTUP_QUERY_CNT,
					  IFLA_BR_MCAST_LAST_MEMBER_INTVL,
					  IFLA_BR_MCAST_MEMBERSHIP_INTVL,
					  IFLA_BR_MCAST_QUERIER_INTVL,
					  IFLA_BR_MCAST_QUERY_INTVL,
					  IFLA_BR_MCAST_QUERY_RESPONSE_INTVL,
					  IFLA_BR_MCAST_STARTUP_QUERY_INTVL,
					  IFLA_BR_NF_CALL_IPTABLES,
					  IFLA_BR_NF_CALL_IP6TABLES,
					  IFLA_BR_NF_CALL_ARPTABLES,
					  IFLA_BR_VLAN_DEFAULT_PVID,
					  IFLA_BR_VLAN_STATS_ENABLED,
					  IFLA_BR_MCAST_STATS_ENABLED,
					  IFLA_BR_MCAST_IGMP_VERSION,
					  IFLA_BR_MCAST_MLD_VERSION,
					  IFLA_BR_VLAN_STATS_PER_PORT,
					  IFLA_BR_MULTI_BOOLOPT};

Attributes chosen(const Attributes &from, std::span<const int> types)
{
	Attributes out;
	for (const int type : types) {
		if (const auto found = from.find(type); found != from.end()) {
			out.insert(*found);
		}
	}
	return out;
}

template <std::size_t n, typename T>
Attributes chosen(const Attributes &from, const std::array<T, n> &types)
{
	return chosen(from, std::vector<int>(types.begin(), types.end()));
}

Attributes nest_in(const Attributes &attributes, int type)
{
	const auto found = attributes.find(type);
	return found == attributes.end() ? Attributes() : attributes_in(found->second);
}

// Of IFLA_AF_SPEC, where the same number comes many times.
std::vector<Bytes> vlans_in(const Attributes &attributes)
{
	std::vector<Bytes> out;
	const auto found = attributes.find(IFLA_AF_SPEC);
	std::span<const std::uint8_t> rest =
		found == attributes.end() ? std::span<const std::uint8_t>() : found->second;
	while (rest.size() >= sizeof(nlattr)) {
		nlattr attribute{};
		std::memcpy(&attribute, rest.data(), sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > rest.size()) {
			break;
		}
		if ((attribute.nla_type & NLA_TYPE_MASK) == IFLA_BRIDGE_VLAN_INFO) {
			out.emplace_back(rest.begin() + sizeof(attribute), rest.begin() + attribute.nla_len);
		}
		rest = rest.subspan(std::min<std::size_t>(NLA_ALIGN(attribute.nla_len), rest.size()));
	}
	return out;
}

std::string kind_in(const Attributes &link)
{
	return text_in(nest_in(link, IFLA_LINKINFO), IFLA_INFO_KIND);
}

// A kernel that does not have something at all says that it is off, and refuses to be told so.
void only_what_is_on(Attributes &bridge)
{
	if (number_in(bridge, IFLA_BR_VLAN_FILTERING) == 0) {
		bridge.erase(IFLA_BR_VLAN_FILTERING);
	}
	const auto found = bridge.find(IFLA_BR_MULTI_BOOLOPT);
	br_boolopt_multi options{};
	if (found != bridge.end() && found->second.size() == sizeof(options)) {
		std::memcpy(&options, found->second.data(), sizeof(options));
		options.optmask = options.optval;
		std::memcpy(found->second.data(), &options, sizeof(options));
	}
}

// What has the bridge below itself would lose it.
void note_obstacles(BridgeImage &image, const ifinfomsg &header, const Attributes &link)
{
	const std::string name = text_in(link, IFLA_IFNAME);
	const bool itself = header.ifi_index == image.index;
	if (!itself && number_in(link, IFLA_LINK) == static_cast<unsigned>(image.index)) {
		image.obstacles.push_back(
			fmt::format("{} ({}) stands on it and would be deleted: take it away, "
				    "and make it again afterwards",
				    name, kind_in(link)));
	}
	if (itself && number_in(link, IFLA_MASTER) != 0) {
		image.obstacles.push_back("it is a port of another device itself: take it out");
	}
	const Attributes xdp = nest_in(link, IFLA_XDP);
	if (itself && number_in(xdp, IFLA_XDP_ATTACHED) != 0) {
		image.obstacles.push_back(
			fmt::format("it has an XDP program: ip link set {} xdp off", image.name));
	}
}

unsigned listeners_on(int index)
{
	unsigned count = 0;
	std::ifstream in("/proc/net/packet");
	std::string line;
	std::getline(in, line);
	std::string address, references, type, protocol;
	for (int at = 0; in >> address >> references >> type >> protocol >> at; std::getline(in, line)) {
		count += at == index ? 1 : 0;
	}
	return count;
}

} // namespace

std::vector<fs::path> sysctl_folders(const std::string &device)
{
	return {sysctls / "ipv4/conf" / device, sysctls / "ipv6/conf" / device,
		sysctls / "ipv4/neigh" / device, sysctls / "ipv6/neigh" / device};
}

std::vector<std::string> NlBridgeMaker::names()
{
	std::vector<std::string> out;
	socket_.dump(RTM_GETLINK, bytes_of(ifinfomsg{}), [&](const nlmsghdr &message) {
		const Attributes link = attributes_of(message, sizeof(ifinfomsg));
		if (is_bridge_kind(kind_in(link))) {
			out.push_back(text_in(link, IFLA_IFNAME));
		}
	});
	return out;
}

std::optional<BridgeImage> NlBridgeMaker::look(const std::string &name)
{
	BridgeImage image;
	socket_.dump(RTM_GETLINK, bytes_of(ifinfomsg{}), [&](const nlmsghdr &message) {
		const Attributes link = attributes_of(message, sizeof(ifinfomsg));
		if (text_in(link, IFLA_IFNAME) != name || !is_bridge_kind(kind_in(link))) {
			return;
		}
		const auto header = header_of<ifinfomsg>(message);
		image.index = header.ifi_index;
		image.name = name;
		image.kind = kind_in(link);
		image.up = (header.ifi_flags & IFF_UP) != 0;
		image.link = chosen(link, link_attributes);
		const Attributes data = nest_in(nest_in(link, IFLA_LINKINFO), IFLA_INFO_DATA);
		if (image.kind == BRLITE_KIND) {
			image.data = data; // ours: all of it can be set but
			image.data.erase(IFLA_BRLITE_FDB_ENTRIES);
		} else {
			image.data = chosen(data, bridge_attributes);
			only_what_is_on(image.data);
		}
	});
	if (image.index == 0) {
		return std::nullopt;
	}
	look_at_links(image);
	look_at_ports(image);
	look_at_addresses(image);
	look_at_routes(image);
	look_at_neighbours(image);
	look_at_disciplines(image);
	image.listeners = listeners_on(image.index);
	for (const fs::path &folder : sysctl_folders(name)) {
		std::error_code error;
		for (fs::directory_iterator it(folder, error), end; !error && it != end;
		     it.increment(error)) {
			std::ifstream in(it->path());
			std::string value;
			if (std::getline(in, value)) {
				image.sysctls[it->path().lexically_relative(sysctls)] = value;
			}
		}
	}
	return image;
}

void NlBridgeMaker::look_at_links(BridgeImage &image)
{
	socket_.dump(RTM_GETLINK, bytes_of(ifinfomsg{}), [&](const nlmsghdr &message) {
		const auto header = header_of<ifinfomsg>(message);
		const Attributes link = attributes_of(message, sizeof(header));
		note_obstacles(image, header, link);
		if (number_in(link, IFLA_MASTER) == static_cast<unsigned>(image.index)) {
			image.ports.push_back({header.ifi_index, text_in(link, IFLA_IFNAME), {}, {}});
		}
	});
}

// As bridge(8) shows them, whatever the kind.
void NlBridgeMaker::look_at_ports(BridgeImage &image)
{
	struct {
		ifinfomsg header;
		nlattr mask;
		std::uint32_t value;
	} ask{};
	ask.header.ifi_family = AF_BRIDGE;
	ask.mask = {sizeof(ask.mask) + sizeof(ask.value), IFLA_EXT_MASK};
	ask.value = RTEXT_FILTER_BRVLAN;
	socket_.dump(RTM_GETLINK, bytes_of(ask), [&](const nlmsghdr &message) {
		const auto header = header_of<ifinfomsg>(message);
		const Attributes link = attributes_of(message, sizeof(header));
		if (header.ifi_index == image.index) {
			image.vlans = vlans_in(link);
			return;
		}
		for (BridgePort &port : image.ports) {
			if (port.index == header.ifi_index) {
				const Attributes settings = nest_in(link, IFLA_PROTINFO);
				port.settings = chosen(settings, port_attributes);
				port.settings.merge(chosen(settings, later_port_attributes));
				port.vlans = vlans_in(link);
			}
		}
	});
}

} // namespace ringway
