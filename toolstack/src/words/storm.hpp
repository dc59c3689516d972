// SPDX-License-Identifier: GPL-2.0-only
//
// How many flooded packets a port may send: broadcast=, multicast= and unknown= of `vif set`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include "xenstore_schema.hpp"

namespace ringway
{

// A rate of 0 is no limit.
struct StormLimit {
	std::uint32_t rate = 0;  // a second
	std::uint32_t burst = 0; // at once
	bool operator==(const StormLimit &) const = default;
};

// To whom a flooded packet is: in the order of the kernel's attributes.
struct StormLimits {
	StormLimit broadcast, multicast, unknown;
	bool operator==(const StormLimits &) const = default;
};

// Each with its word, and with the node that keeps it.
struct StormKind {
	std::string_view key;
	const schema::Node *node;
	StormLimit StormLimits::*limit;
};
inline constexpr std::array storm_kinds = {
	StormKind{"broadcast", &schema::backend::storm_broadcast, &StormLimits::broadcast},
	StormKind{"multicast", &schema::backend::storm_multicast, &StormLimits::multicast},
	StormKind{"unknown", &schema::backend::storm_unknown, &StormLimits::unknown},
};

// RATE[/BURST]|off. Throws Error (usage), which names the key.
StormLimit parse_storm_limit(std::string_view key, std::string_view value);
std::string storm_text(const StormLimit &limit);

} // namespace ringway
