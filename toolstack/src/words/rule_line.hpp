// SPDX-License-Identifier: GPL-2.0-only
//
// One line of the rules' text, word by word. What is wrong is refused by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "words/rules.hpp"

namespace ringway
{

struct RuleWord {
	std::string_view word;
	std::uint8_t value;
};

inline constexpr std::uint8_t tcp = 6, udp = 17, icmp = 1, icmpv6 = 58;

inline constexpr RuleWord rule_kinds[] = {{"ipv4", BRLITE_KIND_IPV4},
					  {"ipv6", BRLITE_KIND_IPV6},
					  {"arp", BRLITE_KIND_ARP},
					  {"other", BRLITE_KIND_OTHER}};
inline constexpr RuleWord rule_protocols[] = {{"tcp", tcp}, {"udp", udp}, {"icmp", icmp}, {"icmpv6", icmpv6}};

std::string_view kind_name(std::uint8_t kind);

using RuleWords = std::vector<std::string_view>;

struct RuleLine {
	bool accept = false;
	std::optional<Way> way;          // absent where it was not asked for
	std::optional<brlite_rule> rule; // absent: a default
};

// Without the comment.
RuleWords rule_words(std::string_view line);
// with_way: "accept from-guest tcp", or "default drop to-guest"; else "accept tcp". Throws Error (usage),
// `where` first.
RuleLine read_rule_line(const RuleWords &words, const std::string &where, bool with_way);

} // namespace ringway
