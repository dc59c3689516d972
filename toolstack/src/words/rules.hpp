// SPDX-License-Identifier: GPL-2.0-only
//
// The rules of a port on a brlite bridge: as text of one rule a line, as what XenStore keeps, and as the
// kernel takes them (kernel/bridge-lite/uapi.h).
//
//	accept from-guest tcp to 192.0.2.0/24 port 22
//	drop to-guest tcp new
//	default drop from-guest        # what no rule of that direction matches
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <nlohmann/json_fwd.hpp>
#include "bridge-lite/uapi.h"

namespace ringway
{

enum class Way { from_guest, to_guest };
inline constexpr std::array ways = {Way::from_guest, Way::to_guest};
constexpr std::string_view way_name(Way way)
{
	return way == Way::from_guest ? "from-guest" : "to-guest";
}

// Of one direction. Without a default there are no rules, and everything passes.
struct RuleList {
	std::optional<bool> accept_rest;
	std::vector<brlite_rule> rules;

	bool empty() const { return !accept_rest; }
	bool operator==(const RuleList &other) const;
};

struct PortRules {
	RuleList from_guest, to_guest;

	const RuleList &of(Way way) const { return way == Way::from_guest ? from_guest : to_guest; }
	RuleList &of(Way way) { return way == Way::from_guest ? from_guest : to_guest; }
	bool empty() const { return from_guest.empty() && to_guest.empty(); }
	bool operator==(const PortRules &) const = default;
};

// Packets that a list decided about.
struct RuleHits {
	std::vector<std::uint64_t> rules;
	std::uint64_t rest = 0, hidden = 0;
	bool operator==(const RuleHits &) const = default;
};

// What is in force.
struct CountedRules {
	PortRules rules;
	RuleHits from_guest, to_guest;

	const RuleHits &of(Way way) const { return way == Way::from_guest ? from_guest : to_guest; }
	RuleHits &of(Way way) { return way == Way::from_guest ? from_guest : to_guest; }
};

// Throws Error (usage), naming where the text is from, the line and the word.
PortRules parse_rules(std::string_view text, const std::string &from);
// "accept tcp to 192.0.2.0/24 port 22", without the direction.
std::string rule_text(const brlite_rule &rule);
// What parse_rules() reads; with hits behind each line as a comment.
std::string rules_text(const PortRules &rules, const CountedRules *counted = nullptr);

// What XenStore keeps of a direction, short enough for a node: nullopt for none.
std::optional<std::string> stored_rules(const RuleList &list);
// What cannot be read lets nothing pass.
RuleList read_stored_rules(std::string_view text);

// With packets for each rule when there are counts.
nlohmann::json rules_json(const PortRules &rules, const CountedRules *counted = nullptr);

} // namespace ringway
