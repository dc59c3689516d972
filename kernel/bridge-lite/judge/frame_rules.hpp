// SPDX-License-Identifier: GPL-2.0-only
//
// The rules of ports: what the switch asks them about a frame, and how they are made of what rtnetlink gives.
//
// HOSTILE: the frame. It lies in memory that its sender cannot reach any more.
#pragma once
#include "core/rules.hpp"
#include "bridge-lite/types.h"

// What brlite_port.rules point to, and where each CPU counts what they say.
struct brlite_rule_list final : ringway::RuleList {
	brlite_rule_hits *hits;

	brlite_rule_list(bool accept_rest, brlite_rule_hits *counted_in)
	    : RuleList(accept_rest), hits(counted_in)
	{
	}
};

namespace ringway::brlite
{
// What the rules of its way say about one frame. Its headers are read once, when the first list asks.
template <typename Env>
class FrameRules
{
	const brlite_frame &frame_;
	Flow flow_;
	bool read_ = false;

public:
	// INVARIANT: kEthernetHeader bytes are staged.
	explicit FrameRules(const brlite_frame &frame) : frame_(frame) {}

	bool refuse(const brlite_port &port, brlite_direction direction)
	{
		const brlite_rule_list *list = __atomic_load_n(&port.rules[direction], __ATOMIC_ACQUIRE);
		if (!list)
			return false;
		if (!read_)
			FlowParser(static_cast<const u8 *>(frame_.data), frame_.staged, flow_).parse();
		read_ = true;
		const u32 outcome = list->find(flow_);
		Env::count_rule(list->hits, outcome);
		return !list->accepts(outcome);
	}
};

// Does the rule ask for what a packet can have? The kind has to be given with addresses.
inline bool is_possible(const brlite_rule &rule)
{
	const bool has_kind = rule.match & BRLITE_MATCH_KIND;
	const bool v4 = has_kind && rule.kind == BRLITE_KIND_IPV4,
		   v6 = has_kind && rule.kind == BRLITE_KIND_IPV6;
	const bool tcp = rule.protocol == 6, udp = rule.protocol == 17;
	const bool has_protocol = rule.match & BRLITE_MATCH_PROTOCOL;
	const u32 most = v4 ? 32 : 128;
	if (rule.action > BRLITE_RULE_ACCEPT || rule.match & ~BRLITE_MATCH_ALL || rule.kind > BRLITE_KIND_ARP)
		return false;
	if (has_kind && !v4 && !v6 && rule.match != BRLITE_MATCH_KIND)
		return false;
	if (rule.match & (BRLITE_MATCH_FROM | BRLITE_MATCH_TO) &&
	    ((!v4 && !v6) || rule.from_bits > most || rule.to_bits > most))
		return false;
	if (rule.match & (BRLITE_MATCH_FROM_PORTS | BRLITE_MATCH_TO_PORTS) && has_protocol && !tcp && !udp)
		return false;
	if (rule.match & BRLITE_MATCH_NEW && !(has_protocol && tcp))
		return false;
	return rule.from_ports[0] <= rule.from_ports[1] && rule.to_ports[0] <= rule.to_ports[1];
}

// INVARIANT: the rule is possible.
inline void add_rule(RuleList &list, const brlite_rule &given)
{
	Rule &rule = list.add(given.action == BRLITE_RULE_ACCEPT);
	const auto address = [&](const u8 *bytes) {
		return given.kind == BRLITE_KIND_IPV4 ? load_ipv4(bytes) : load_ipv6(bytes);
	};
	if (given.match & BRLITE_MATCH_KIND)
		rule.want(Flow::kKind, given.kind);
	if (given.match & BRLITE_MATCH_PROTOCOL)
		rule.want_protocol(given.protocol);
	if (given.match & BRLITE_MATCH_NEW)
		rule.want(Flow::kNew, Flow::kNew);
	if (given.match & BRLITE_MATCH_FROM)
		rule.want_from(address(given.from), given.from_bits);
	if (given.match & BRLITE_MATCH_TO)
		rule.want_to(address(given.to), given.to_bits);
	if (given.match & BRLITE_MATCH_FROM_PORTS)
		rule.want_from_ports(given.from_ports[0], given.from_ports[1]);
	if (given.match & BRLITE_MATCH_TO_PORTS)
		rule.want_to_ports(given.to_ports[0], given.to_ports[1]);
}

static_assert(Flow::kOther == BRLITE_KIND_OTHER && Flow::kIpv4 == BRLITE_KIND_IPV4 &&
	      Flow::kIpv6 == BRLITE_KIND_IPV6 && Flow::kArp == BRLITE_KIND_ARP);
static_assert(Rule::kMost == BRLITE_RULES_MAX && RuleList::kOutcomes == BRLITE_RULE_HITS);
} // namespace ringway::brlite
