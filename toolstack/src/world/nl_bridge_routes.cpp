// SPDX-License-Identifier: GPL-2.0-only
// What goes away with a bridge besides itself: addresses, routes, neighbours. And what would be lost.

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include "world/nl_bridge_maker.hpp"
#include "world/nl_dump.hpp"

namespace ringway
{

void NlBridgeMaker::look_at_addresses(BridgeImage &image)
{
	socket_.dump(RTM_GETADDR, bytes_of(ifaddrmsg{}), [&](const nlmsghdr &message) {
		const auto header = header_of<ifaddrmsg>(message);
		const Attributes address = attributes_of(message, sizeof(header));
		const std::uint32_t flags = number_in(address, IFA_FLAGS, header.ifa_flags);
		// Temporary ones of IPv6 are made by the kernel again.
		const bool temporary = header.ifa_family == AF_INET6 && (flags & IFA_F_TEMPORARY) != 0;
		if (static_cast<int>(header.ifa_index) == image.index && !temporary) {
			image.addresses.push_back(kept(message, RTM_NEWADDR));
		}
	});
	// A secondary one follows its primary, as it was.
}

namespace
{

bool leads_through(const Attributes &route, int index)
{
	if (number_in(route, RTA_OIF) == static_cast<unsigned>(index)) {
		return true;
	}
	const auto hops = route.find(RTA_MULTIPATH);
	if (hops == route.end()) {
		return false;
	}
	std::span<const std::uint8_t> rest = hops->second;
	while (rest.size() >= sizeof(rtnexthop)) {
		rtnexthop hop{};
		std::memcpy(&hop, rest.data(), sizeof(hop));
		if (hop.rtnh_ifindex == index) {
			return true;
		}
		if (hop.rtnh_len < sizeof(hop)) {
			break;
		}
		rest = rest.subspan(std::min<std::size_t>(RTNH_ALIGN(hop.rtnh_len), rest.size()));
	}
	return false;
}

// A route goes with the address that it names as source.
bool speaks_from(const Attributes &route, const BridgeImage &image)
{
	const auto source = route.find(RTA_PREFSRC);
	return source != route.end() &&
	       std::any_of(image.addresses.begin(), image.addresses.end(), [&](const KernelMessage &message) {
		       const auto body = std::span(message.body).subspan(sizeof(ifaddrmsg));
		       const Attributes address = attributes_in(body);
		       const auto local = address.find(address.contains(IFA_LOCAL) ? IFA_LOCAL : IFA_ADDRESS);
		       return local != address.end() && local->second == source->second;
	       });
}

} // namespace

void NlBridgeMaker::look_at_routes(BridgeImage &image)
{
	socket_.dump(RTM_GETROUTE, bytes_of(rtmsg{}), [&](const nlmsghdr &message) {
		const auto header = header_of<rtmsg>(message);
		const Attributes route = attributes_of(message, sizeof(header));
		const bool by_hand = header.rtm_protocol != RTPROT_KERNEL &&
				     header.rtm_table != RT_TABLE_LOCAL &&
				     (header.rtm_flags & RTM_F_CLONED) == 0 &&
				     (header.rtm_family == AF_INET || header.rtm_family == AF_INET6);
		if (!by_hand || !(leads_through(route, image.index) || speaks_from(route, image))) {
			return;
		}
		if (route.contains(RTA_NH_ID)) {
			image.obstacles.emplace_back(
				"a route leads through it by a nexthop object (ip nexthop), "
				"which would be deleted: make it an ordinary route");
		}
		image.routes.push_back(kept(message, RTM_NEWROUTE));
	});
	// A gateway can only be named once it can be reached.
	std::stable_partition(image.routes.begin(), image.routes.end(), [](const KernelMessage &message) {
		const Attributes route = attributes_in(std::span(message.body).subspan(sizeof(rtmsg)));
		return !route.contains(RTA_GATEWAY) && !route.contains(RTA_VIA) &&
		       !route.contains(RTA_MULTIPATH);
	});
}

void NlBridgeMaker::look_at_neighbours(BridgeImage &image)
{
	socket_.dump(RTM_GETNEIGH, bytes_of(ndmsg{}), [&](const nlmsghdr &message) {
		const auto header = header_of<ndmsg>(message);
		if (header.ndm_ifindex == image.index && (header.ndm_state & NUD_PERMANENT) != 0 &&
		    (header.ndm_family == AF_INET || header.ndm_family == AF_INET6)) {
			image.neighbours.push_back(kept(message, RTM_NEWNEIGH));
		}
	});
	ndmsg entries{};
	entries.ndm_family = AF_BRIDGE;
	unsigned by_hand = 0;
	socket_.dump(RTM_GETNEIGH, bytes_of(entries), [&](const nlmsghdr &message) {
		const auto header = header_of<ndmsg>(message);
		const Attributes entry = attributes_of(message, sizeof(header));
		const bool ours = number_in(entry, NDA_MASTER) == static_cast<unsigned>(image.index) ||
				  header.ndm_ifindex == image.index;
		by_hand += header.ndm_family == AF_BRIDGE && ours && header.ndm_state == NUD_NOARP ? 1 : 0;
	});
	if (by_hand != 0 && image.kind == "bridge") {
		image.obstacles.push_back(
			fmt::format("{} of its addresses were put into its table by hand, which is "
				    "not taken over: see 'bridge fdb show br {} state noarp'",
				    by_hand, image.name));
	}
}

// The one that every bridge has at first is none.
void NlBridgeMaker::look_at_disciplines(BridgeImage &image)
{
	socket_.dump(RTM_GETQDISC, bytes_of(tcmsg{}), [&](const nlmsghdr &message) {
		const auto header = header_of<tcmsg>(message);
		const std::string kind = text_in(attributes_of(message, sizeof(header)), TCA_KIND);
		if (header.tcm_ifindex == image.index && kind != "noqueue") {
			image.obstacles.push_back(
				fmt::format("tc has {} on it, which would be lost: remove it", kind));
		}
	});
}

} // namespace ringway
