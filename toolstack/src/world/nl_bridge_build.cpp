// SPDX-License-Identifier: GPL-2.0-only
// One bridge in the place of another. It has the same name, number and MAC address, so what others know it by
// stays right. The first batch takes the old one away and makes the new one, the second gives it everything.

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include "bridge-lite/uapi.h"
#include "words/error.hpp"
#include "world/nl_bridge_maker.hpp"

namespace ringway
{

namespace
{

constexpr unsigned ticks_a_second = 100; // USER_HZ

ifinfomsg link_of(int index, int family = AF_UNSPEC)
{
	ifinfomsg header{};
	header.ifi_family = static_cast<unsigned char>(family);
	header.ifi_index = index;
	return header;
}

void put_link(Batch &batch, const BridgeImage &image)
{
	batch.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		    fmt::format("making {} as a bridge of kind {}", image.name, image.kind))
		.header(link_of(image.index))
		.put(IFLA_IFNAME, image.name)
		.put(image.link)
		.nest(IFLA_LINKINFO, [&] {
			batch.put(IFLA_INFO_KIND, image.kind);
			batch.nest(IFLA_INFO_DATA, [&] { batch.put(image.data); });
		});
}

// The VLANs of a bridge at its beginning: which one its ports are in, and whether that counts.
struct AtFirst {
	std::uint16_t vlan; // 0: none
	bool filters;
};
AtFirst at_first(const BridgeImage &image)
{
	const bool ours = image.kind == BRLITE_KIND;
	const int vlan = ours ? int{IFLA_BRLITE_DEFAULT_PVID} : int{IFLA_BR_VLAN_DEFAULT_PVID};
	const int filters = ours ? int{IFLA_BRLITE_VLAN_FILTERING} : int{IFLA_BR_VLAN_FILTERING};
	return {static_cast<std::uint16_t>(number_in(image.data, vlan, 1)),
		number_in(image.data, filters) != 0};
}

bridge_vlan_info info_of(const Bytes &vlan)
{
	bridge_vlan_info info{};
	std::memcpy(&info, vlan.data(), std::min(vlan.size(), sizeof(info)));
	return info;
}

bool is_default(const std::vector<Bytes> &vlans, std::uint16_t first)
{
	return vlans.size() == 1 && info_of(vlans[0]).vid == first &&
	       info_of(vlans[0]).flags == (BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
}

// They may be ranges: two entries each.
bool has_vlan(const std::vector<Bytes> &vlans, std::uint16_t wanted)
{
	std::uint16_t begin = 0;
	return std::any_of(vlans.begin(), vlans.end(), [&](const Bytes &vlan) {
		const bridge_vlan_info info = info_of(vlan);
		if ((info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) != 0) {
			begin = info.vid;
			return false;
		}
		const std::uint16_t from = (info.flags & BRIDGE_VLAN_INFO_RANGE_END) != 0 ? begin : info.vid;
		return from <= wanted && wanted <= info.vid;
	});
}

// What every port has at first goes where it is not wanted.
void put_vlans(Batch &batch, int index, const std::string &name, const std::vector<Bytes> &vlans,
	       AtFirst first, bool itself)
{
	if ((vlans.empty() && !first.filters) || is_default(vlans, first.vlan)) {
		return;
	}
	const auto put = [&](int type, const std::vector<Bytes> &all) {
		batch.begin(type, 0, fmt::format("{}: its VLANs", name))
			.header(link_of(index, AF_BRIDGE))
			.nest(IFLA_AF_SPEC, [&] {
				if (itself) {
					const std::uint16_t flags = BRIDGE_FLAGS_SELF;
					batch.put(IFLA_BRIDGE_FLAGS,
						  std::span(reinterpret_cast<const std::uint8_t *>(&flags),
							    sizeof(flags)));
				}
				for (const Bytes &vlan : all) {
					batch.put(IFLA_BRIDGE_VLAN_INFO, vlan);
				}
			});
	};
	if (!vlans.empty()) {
		put(RTM_SETLINK, vlans);
	}
	if (first.vlan != 0 && !has_vlan(vlans, first.vlan)) {
		const bridge_vlan_info gone{0, first.vlan};
		const auto *bytes = reinterpret_cast<const std::uint8_t *>(&gone);
		put(RTM_DELLINK, {Bytes(bytes, bytes + sizeof(gone))});
	}
}

void put_port(Batch &batch, const BridgeImage &image, const BridgePort &port)
{
	batch.begin(RTM_SETLINK, 0, fmt::format("{} as port of {}", port.name, image.name))
		.header(link_of(port.index))
		.put(IFLA_MASTER, static_cast<std::uint32_t>(image.index));
	if (!port.settings.empty()) {
		batch.begin(RTM_SETLINK, 0, fmt::format("{}: its settings as port", port.name))
			.header(link_of(port.index, AF_BRIDGE))
			.nest(IFLA_PROTINFO, [&] { batch.put(port.settings); });
	}
	put_vlans(batch, port.index, port.name, port.vlans, at_first(image), false);
}

// Marks that only the kernel sets.
Bytes without_marks(const KernelMessage &message)
{
	Bytes body = message.body;
	if (message.type == RTM_NEWROUTE && body.size() >= sizeof(rtmsg)) {
		auto *route = reinterpret_cast<rtmsg *>(body.data());
		route->rtm_flags &= RTNH_F_ONLINK;
		std::size_t at = sizeof(rtmsg);
		while (at + sizeof(nlattr) <= body.size()) {
			nlattr attribute{};
			std::memcpy(&attribute, body.data() + at, sizeof(attribute));
			const std::size_t end = std::min(body.size(), at + attribute.nla_len);
			if (attribute.nla_type == RTA_MULTIPATH) {
				for (std::size_t hop = at + sizeof(attribute);
				     hop + sizeof(rtnexthop) <= end;) {
					auto *next = reinterpret_cast<rtnexthop *>(body.data() + hop);
					next->rtnh_flags &= RTNH_F_ONLINK;
					if (next->rtnh_len < sizeof(rtnexthop)) {
						break;
					}
					hop += RTNH_ALIGN(next->rtnh_len);
				}
			}
			if (attribute.nla_len < sizeof(attribute)) {
				break;
			}
			at += NLA_ALIGN(attribute.nla_len);
		}
	}
	return body;
}

// Seconds, of a route that a router announced.
std::uint32_t seconds_left(const KernelMessage &message)
{
	const Attributes route = attributes_in(std::span(message.body).subspan(sizeof(rtmsg)));
	const auto info = route.find(RTA_CACHEINFO);
	rta_cacheinfo times{};
	if (info == route.end() || info->second.size() < sizeof(times)) {
		return 0;
	}
	std::memcpy(&times, info->second.data(), sizeof(times));
	return times.rta_expires > 0 ? static_cast<std::uint32_t>(times.rta_expires) / ticks_a_second : 0;
}

void put_messages(Batch &batch, const BridgeImage &image)
{
	for (const KernelMessage &message : image.addresses) {
		batch.begin(message.type, NLM_F_CREATE | NLM_F_REPLACE,
			    fmt::format("{}: an address", image.name))
			.raw(message.body);
	}
	for (const KernelMessage &message : image.routes) {
		batch.begin(message.type, NLM_F_CREATE | NLM_F_REPLACE,
			    fmt::format("{}: a route", image.name))
			.raw(without_marks(message));
		if (const std::uint32_t seconds = seconds_left(message); seconds != 0) {
			batch.put(RTA_EXPIRES, seconds);
		}
	}
	for (const KernelMessage &message : image.neighbours) {
		batch.begin(message.type, NLM_F_CREATE | NLM_F_REPLACE,
			    fmt::format("{}: a neighbour's address", image.name))
			.raw(message.body);
	}
}

// A device starts with the defaults. What the kernel does not let be written, it sets itself.
void write_sysctls(const BridgeImage &image)
{
	for (const auto &[file, value] : image.sysctls) {
		const std::filesystem::path path = std::filesystem::path("/proc/sys/net") / file;
		std::string now;
		std::getline(std::ifstream(path) >> std::ws, now);
		if (now != value) {
			std::ofstream(path) << value << '\n';
		}
	}
}

} // namespace

// By another name, and without an address of its own.
void NlBridgeMaker::try_out(const BridgeImage &image)
{
	BridgeImage other = image;
	other.index = 0;
	other.name = "ringway-try";
	other.link.clear();
	Batch batch;
	put_link(batch, other);
	batch.begin(RTM_DELLINK, 0, "removing a bridge that was a try")
		.header(link_of(0))
		.put(IFLA_IFNAME, other.name);
	socket_.send(batch);
}

std::chrono::microseconds NlBridgeMaker::build(const BridgeImage &image)
{
	Batch first, second;
	bool there = false;
	const Bytes any(sizeof(ifinfomsg));
	socket_.dump(RTM_GETLINK, any, [&](const nlmsghdr &message) {
		there |= text_in(attributes_of(message, sizeof(ifinfomsg)), IFLA_IFNAME) == image.name;
	});
	if (there) {
		first.begin(RTM_DELLINK, 0, fmt::format("taking the old {} away", image.name))
			.header(link_of(0))
			.put(IFLA_IFNAME, image.name);
	}
	put_link(first, image);
	put_vlans(second, image.index, image.name, image.vlans, at_first(image), true);
	for (const BridgePort &port : image.ports) {
		put_port(second, image, port);
	}
	// A new bridge takes its first port's MTU, and an alias only when it is there.
	second.begin(RTM_SETLINK, 0, fmt::format("{}: its MTU", image.name)).header(link_of(image.index));
	for (const int type : {IFLA_MTU, IFLA_IFALIAS}) {
		if (const auto found = image.link.find(type); found != image.link.end()) {
			second.put(type, found->second);
		}
	}
	if (image.up) {
		ifinfomsg header = link_of(image.index);
		header.ifi_flags = header.ifi_change = IFF_UP;
		second.begin(RTM_NEWLINK, 0, fmt::format("bringing {} up", image.name)).header(header);
	}
	put_messages(second, image);
	const auto begin = std::chrono::steady_clock::now();
	socket_.send(first);
	write_sysctls(image);
	socket_.send(second);
	return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
								     begin);
}

void NlBridgeMaker::join(const BridgeImage &image, const BridgePort &port)
{
	Batch batch;
	put_port(batch, image, port);
	socket_.send(batch);
}

} // namespace ringway
