// SPDX-License-Identifier: GPL-2.0-only
//
// Where the packets of a port are copied to: mirror=DEVICE[/from-guest|/to-guest].
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringway
{

struct Mirror {
	std::string device;
	bool from_guest = true, to_guest = true; // which packets
	bool operator==(const Mirror &) const = default;
};

// nullopt for "none". Throws Error (usage).
std::optional<Mirror> parse_mirror(std::string_view value);
std::string mirror_text(const Mirror &mirror);

} // namespace ringway
