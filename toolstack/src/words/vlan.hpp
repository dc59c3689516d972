// SPDX-License-Identifier: GPL-2.0-only
//
// The vifspec's vlan=: terms joined by '/', such as 10, 10p/20 or 10p/100+10x4.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace ringway
{

struct Vlan {
	std::uint16_t pvid = 0;           // the VLAN of frames that arrive without a tag; 0: they are dropped
	std::set<std::uint16_t> tagged;   // leave with their tag
	std::set<std::uint16_t> untagged; // leave without (the pvid among them)
	std::string text;                 // as given

	// N, Np, Nu; N-M, N-Mu; N+OxC, N+OxCu (N and C more, O apart). One VLAN alone is the PVID. Throws
	// Error (usage).
	static Vlan parse(std::string_view text);
	bool operator==(const Vlan &) const = default;
};

} // namespace ringway
