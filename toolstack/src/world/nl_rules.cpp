// SPDX-License-Identifier: GPL-2.0-only
// The rules of a brlite port and what they counted, out of rtnetlink (kernel/bridge-lite/uapi.h).

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include "bridge-lite/uapi.h"
#include "words/error.hpp"
#include "world/nl_links.hpp"

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

int take_link(nl_msg *message, void *out)
{
	auto &counted = *static_cast<CountedRules *>(out);
	std::array<nlattr *, IFLA_MAX + 1> link{};
	std::array<nlattr *, IFLA_INFO_MAX + 1> info{};
	std::array<nlattr *, IFLA_BRLITE_PORT_MAX + 1> port{};
	if (nlmsg_parse(nlmsg_hdr(message), sizeof(ifinfomsg), link.data(), IFLA_MAX, nullptr) < 0 ||
	    link[IFLA_LINKINFO] == nullptr ||
	    nla_parse_nested(info.data(), IFLA_INFO_MAX, link[IFLA_LINKINFO], nullptr) < 0 ||
	    info[IFLA_INFO_SLAVE_KIND] == nullptr ||
	    nla_strcmp(info[IFLA_INFO_SLAVE_KIND], BRLITE_KIND) != 0 ||
	    info[IFLA_INFO_SLAVE_DATA] == nullptr ||
	    nla_parse_nested(port.data(), IFLA_BRLITE_PORT_MAX, info[IFLA_INFO_SLAVE_DATA], nullptr) < 0) {
		return NL_OK;
	}
	if (port[IFLA_BRLITE_PORT_RULES_FROM] != nullptr) {
		read_list(port[IFLA_BRLITE_PORT_RULES_FROM], counted.rules.from_guest, counted.from_guest);
	}
	if (port[IFLA_BRLITE_PORT_RULES_TO] != nullptr) {
		read_list(port[IFLA_BRLITE_PORT_RULES_TO], counted.rules.to_guest, counted.to_guest);
	}
	return NL_OK;
}

} // namespace

CountedRules NlLinks::rules(const Link &link)
{
	CountedRules counted;
	ifinfomsg header{};
	header.ifi_index = link.index;
	const auto free_callbacks = [](nl_cb *callbacks) { nl_cb_put(callbacks); };
	const std::unique_ptr<nl_cb, decltype(free_callbacks)> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
	if (!callbacks) {
		throw std::bad_alloc();
	}
	nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, take_link, &counted);
	int error = nl_send_simple(socket_.get(), RTM_GETLINK, 0, &header, sizeof(header));
	if (error >= 0) {
		error = nl_recvmsgs(socket_.get(), callbacks.get());
	}
	if (error >= 0) {
		error = nl_wait_for_ack(socket_.get());
	}
	if (error < 0) {
		throw Error(Exit::failed, fmt::format("device {}: reading its rules failed: {}", link.name,
						      words_.reason(error)));
	}
	return counted;
}

} // namespace ringway
