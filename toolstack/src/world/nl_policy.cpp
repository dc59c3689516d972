// SPDX-License-Identifier: GPL-2.0-only
// A port's policy on a brlite bridge over rtnetlink: what bridge(8) can say, in its words, and the lock to IP
// addresses, which it has no word for (kernel/bridge-lite/uapi.h).

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include "bridge-lite/uapi.h"
#include "words/error.hpp"
#include "words/ip_address.hpp"
#include "world/nl_links.hpp"
#include "world/nl_request.hpp"

namespace ringway
{

namespace
{

// One port, and how to speak to the kernel about it.
struct Port {
	nl_sock *socket;
	KernelWords &words;
	const Link &link;

	void expect(int error, const std::string &what, const std::string &hint = "") const
	{
		if (error < 0) {
			throw Error(Exit::failed, fmt::format("device {}: {} failed: {}{}", link.name, what,
							      words.reason(error), hint));
		}
	}
};

void set_flags(const Port &port, const PortChange &change)
{
	if (!change.isolated && !change.mac_lock) {
		return;
	}
	Request request(RTM_SETLINK, 0);
	request.header(link_header(AF_BRIDGE, port.link)).nest(IFLA_PROTINFO, [&] {
		if (change.isolated) {
			request.flag(IFLA_BRPORT_ISOLATED, *change.isolated);
		}
		if (change.mac_lock) {
			request.flag(IFLA_BRPORT_LOCKED, *change.mac_lock);
		}
	});
	port.expect(request.send(port.socket), "setting the port's policy");
}

// The address that a locked port may use. One that is gone already is no error.
void set_station(const Port &port, const Mac &mac, bool present)
{
	Request request(present ? RTM_NEWNEIGH : RTM_DELNEIGH, present ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	ndmsg header{};
	header.ndm_family = AF_BRIDGE;
	header.ndm_ifindex = port.link.master;
	header.ndm_state = NUD_NOARP;
	header.ndm_flags = NTF_SELF;
	const std::uint32_t index = static_cast<std::uint32_t>(port.link.index);
	request.header(header)
		.put(NDA_LLADDR, mac.bytes().data(), mac.bytes().size())
		.put(NDA_IFINDEX, &index, sizeof(index));
	const int error = request.send(port.socket);
	if (!present && error == -NLE_OBJ_NOTFOUND) {
		return;
	}
	port.expect(error, present ? fmt::format("adding {} to the FDB", mac.text())
				   : fmt::format("removing {} from the FDB", mac.text()));
}

void put_rules(Request &request, int type, const RuleList &list)
{
	request.nest(type, [&] {
		if (!list.accept_rest) {
			return;
		}
		request.flag(IFLA_BRLITE_RULES_REST, *list.accept_rest);
		for (const brlite_rule &rule : list.rules) {
			request.put(IFLA_BRLITE_RULE, &rule, sizeof(rule));
		}
	});
}

void put_ip_lock(Request &request, const std::optional<IpLock> &lock)
{
	request.flag(IFLA_BRLITE_PORT_ADDRESS_LOCK, lock.has_value());
	request.nest(IFLA_BRLITE_PORT_ADDRESSES, [&] {
		for (const std::string &text : lock.value_or(IpLock())) {
			std::array<std::uint8_t, 16> bytes{};
			const unsigned length = read_ip_address(text, bytes.data());
			request.put(IFLA_BRLITE_ADDRESS, bytes.data(), length);
		}
	});
}

constexpr std::array storm_attributes = {IFLA_BRLITE_PORT_STORM_BROADCAST, IFLA_BRLITE_PORT_STORM_MULTICAST,
					 IFLA_BRLITE_PORT_STORM_UNKNOWN};
static_assert(storm_attributes.size() == storm_kinds.size());

void put_own_words(Request &request, const PortChange &change)
{
	if (change.ip_lock) {
		put_ip_lock(request, *change.ip_lock);
	}
	for (std::size_t i = 0; i < storm_attributes.size(); ++i) {
		if (const auto &limit = change.storm[i]) {
			const brlite_storm_limit value{limit->rate, limit->burst};
			request.put(storm_attributes[i], &value, sizeof(value));
		}
	}
	if (change.rules) {
		put_rules(request, IFLA_BRLITE_PORT_RULES_FROM, change.rules->from_guest);
		put_rules(request, IFLA_BRLITE_PORT_RULES_TO, change.rules->to_guest);
	}
	if (change.mirror_from) {
		request.number(IFLA_BRLITE_PORT_MIRROR_FROM, static_cast<std::uint32_t>(*change.mirror_from));
	}
	if (change.mirror_to) {
		request.number(IFLA_BRLITE_PORT_MIRROR_TO, static_cast<std::uint32_t>(*change.mirror_to));
	}
}

bool has_own_words(const PortChange &change)
{
	return change.ip_lock || change.rules || change.mirror_from || change.mirror_to ||
	       std::any_of(change.storm.begin(), change.storm.end(),
			   [](const auto &limit) { return limit.has_value(); });
}

// What has no word in bridge(8), in one request.
void set_own_words(const Port &port, const PortChange &change)
{
	if (!has_own_words(change)) {
		return;
	}
	Request request(RTM_NEWLINK, 0);
	request.header(link_header(AF_UNSPEC, port.link)).nest(IFLA_LINKINFO, [&] {
		request.put(IFLA_INFO_SLAVE_KIND, BRLITE_KIND, sizeof(BRLITE_KIND));
		request.nest(IFLA_INFO_SLAVE_DATA, [&] { put_own_words(request, change); });
	});
	const int error = request.send(port.socket);
	port.expect(error, "setting its IP lock, limits, rules or mirror",
		    error == -NLE_EXIST
			    ? "; another port of the bridge is locked to one of the addresses: see "
			      "'ringway -d vif list'"
			    : "");
}

} // namespace

// The addresses first: they are what the kernel may refuse, and then nothing has changed.
void NlLinks::change_port(const Link &link, const PortChange &change)
{
	const Port port{socket_.get(), words_, link};
	set_own_words(port, change);
	if (change.vlan) {
		set_vlan(link, *change.vlan);
	}
	if (change.mac && change.mac_lock == true) {
		set_station(port, *change.mac, change.has_mac);
	}
	set_flags(port, change);
	if (change.mac && change.mac_lock == false) {
		set_station(port, *change.mac, false);
	}
}

} // namespace ringway
