// SPDX-License-Identifier: GPL-2.0-only
// What a brlite port may do, and what its rules counted, out of rtnetlink (kernel/bridge-lite/uapi.h).

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include "bridge-lite/uapi.h"
#include "words/error.hpp"
#include "world/nl_links.hpp"
#include "world/nl_request.hpp"

namespace ringway
{

namespace
{

void read_hits(const nlattr *attribute, std::size_t rules, RuleHits &hits)
{
	std::array<std::uint64_t, BRLITE_RULE_HITS> all{};
	std::memcpy(all.data(), nla_data(attribute),
		    std::min(sizeof(all), static_cast<std::size_t>(nla_len(attribute))));
	hits.rules.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(rules));
	hits.rest = all[BRLITE_RULES_MAX];
	hits.hidden = all[BRLITE_RULES_MAX + 1];
}

void read_list(nlattr *nest, RuleList &list, RuleHits &hits)
{
	nlattr *attribute = nullptr;
	int rest = 0;
	nla_for_each_nested(attribute, nest, rest)
	{
		const auto length = static_cast<std::size_t>(nla_len(attribute));
		if (nla_type(attribute) == IFLA_BRLITE_RULES_REST && length == 1) {
			list.accept_rest = nla_get_u8(attribute) == BRLITE_RULE_ACCEPT;
		} else if (nla_type(attribute) == IFLA_BRLITE_RULE && length == sizeof(brlite_rule) &&
			   list.rules.size() < BRLITE_RULES_MAX) {
			std::memcpy(&list.rules.emplace_back(), nla_data(attribute), length);
		} else if (nla_type(attribute) == IFLA_BRLITE_RULES_HITS) {
			read_hits(attribute, list.rules.size(), hits);
		}
	}
}

IpLock read_addresses(nlattr *nest)
{
	IpLock out;
	nlattr *attribute = nullptr;
	int rest = 0;
	nla_for_each_nested(attribute, nest, rest)
	{
		std::array<char, INET6_ADDRSTRLEN> text{};
		const int family = nla_len(attribute) == 4 ? AF_INET : AF_INET6;
		if (nla_type(attribute) == IFLA_BRLITE_ADDRESS &&
		    (nla_len(attribute) == 4 || nla_len(attribute) == 16) &&
		    inet_ntop(family, nla_data(attribute), text.data(), text.size()) != nullptr) {
			out.emplace_back(text.data());
		}
	}
	return out;
}

using PortAttributes = std::array<nlattr *, IFLA_BRLITE_PORT_MAX + 1>;

StormLimit read_storm(const nlattr *attribute)
{
	brlite_storm_limit limit{};
	if (attribute != nullptr && nla_len(attribute) == static_cast<int>(sizeof(limit))) {
		std::memcpy(&limit, nla_data(attribute), sizeof(limit));
	}
	return {limit.rate, limit.burst};
}

int read_index(const nlattr *attribute)
{
	return attribute != nullptr && nla_len(attribute) == 4 ? static_cast<int>(nla_get_u32(attribute)) : 0;
}

void read_port(const PortAttributes &port, PortState &state)
{
	const nlattr *lock = port[IFLA_BRLITE_PORT_ADDRESS_LOCK];
	if (lock != nullptr && nla_len(lock) == 1 && nla_get_u8(lock) != 0) {
		nlattr *addresses = port[IFLA_BRLITE_PORT_ADDRESSES];
		state.ip_lock = addresses != nullptr ? read_addresses(addresses) : IpLock();
	}
	state.storm = {read_storm(port[IFLA_BRLITE_PORT_STORM_BROADCAST]),
		       read_storm(port[IFLA_BRLITE_PORT_STORM_MULTICAST]),
		       read_storm(port[IFLA_BRLITE_PORT_STORM_UNKNOWN])};
	state.mirror_from = read_index(port[IFLA_BRLITE_PORT_MIRROR_FROM]);
	state.mirror_to = read_index(port[IFLA_BRLITE_PORT_MIRROR_TO]);
	CountedRules &counted = state.counted;
	if (port[IFLA_BRLITE_PORT_RULES_FROM] != nullptr) {
		read_list(port[IFLA_BRLITE_PORT_RULES_FROM], counted.rules.from_guest, counted.from_guest);
	}
	if (port[IFLA_BRLITE_PORT_RULES_TO] != nullptr) {
		read_list(port[IFLA_BRLITE_PORT_RULES_TO], counted.rules.to_guest, counted.to_guest);
	}
}

struct Found {
	bool is_port = false;
	PortState state;
};

int take_link(nl_msg *message, void *out)
{
	auto &found = *static_cast<Found *>(out);
	std::array<nlattr *, IFLA_MAX + 1> link{};
	std::array<nlattr *, IFLA_INFO_MAX + 1> info{};
	PortAttributes port{};
	if (nlmsg_parse(nlmsg_hdr(message), sizeof(ifinfomsg), link.data(), IFLA_MAX, nullptr) < 0 ||
	    link[IFLA_LINKINFO] == nullptr ||
	    nla_parse_nested(info.data(), IFLA_INFO_MAX, link[IFLA_LINKINFO], nullptr) < 0 ||
	    info[IFLA_INFO_SLAVE_KIND] == nullptr ||
	    nla_strcmp(info[IFLA_INFO_SLAVE_KIND], BRLITE_KIND) != 0 ||
	    info[IFLA_INFO_SLAVE_DATA] == nullptr ||
	    nla_parse_nested(port.data(), IFLA_BRLITE_PORT_MAX, info[IFLA_INFO_SLAVE_DATA], nullptr) < 0) {
		return NL_OK;
	}
	found.is_port = true;
	read_port(port, found.state);
	return NL_OK;
}

struct Station {
	int port;
	bool found;
};

int take_station(nl_msg *message, void *out)
{
	auto &station = *static_cast<Station *>(out);
	nlmsghdr *header = nlmsg_hdr(message);
	if (header->nlmsg_type == RTM_NEWNEIGH && nlmsg_datalen(header) >= static_cast<int>(sizeof(ndmsg))) {
		const auto *entry = static_cast<ndmsg *>(nlmsg_data(header));
		station.found = entry->ndm_ifindex == station.port && entry->ndm_state == NUD_NOARP;
	}
	return NL_OK;
}

} // namespace

bool NlLinks::has_station(const Link &link, const Mac &mac)
{
	Station station{link.index, false};
	ndmsg header{};
	header.ndm_family = AF_BRIDGE;
	header.ndm_ifindex = link.master;
	header.ndm_flags = NTF_SELF;
	Request request(RTM_GETNEIGH, 0);
	request.header(header).put(NDA_LLADDR, mac.bytes().data(), mac.bytes().size());
	// An address that nobody knows is an error to the kernel.
	return request.get(socket_.get(), take_station, &station) >= 0 && station.found;
}

std::optional<PortState> NlLinks::port_state(const Link &link, const std::optional<Mac> &mac)
{
	Found found;
	Request request(RTM_GETLINK, 0);
	const int error = request.header(link_header(AF_UNSPEC, link)).get(socket_.get(), take_link, &found);
	if (error == -NLE_NODEV) {
		return std::nullopt;
	}
	if (error < 0) {
		throw Error(Exit::failed, fmt::format("device {}: reading its port's settings failed: {}",
						      link.name, words_.reason(error)));
	}
	if (!found.is_port) {
		return std::nullopt;
	}
	const PortState shown = bridge_words(link);
	found.state.isolated = shown.isolated;
	found.state.locked = shown.locked;
	found.state.vlans = shown.vlans;
	found.state.has_mac = mac && has_station(link, *mac);
	return found.state;
}

} // namespace ringway
