// SPDX-License-Identifier: GPL-2.0-only
//
// The vifspec's rate=: RATE/s[@INTERVAL], such as 10Mb/s or 1MB/s@20ms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringway
{

struct Rate {
	std::uint64_t bytes_per_interval = 0;
	std::uint32_t interval_usecs = 0;

	// RATE is a whole number with an optional K, M or G (powers of 1000), then B for bytes or b for bits.
	// INTERVAL is a whole number with us, ms or s; xl reads a bare number as seconds, and so do we.
	// Throws Error (usage).
	static Rate parse(std::string_view text);
	// The node's form: bytes,microseconds.
	std::string node() const;
	// As parse() reads it: in bits where that is shorter.
	std::string text() const;
	// Of the node's form. nullopt: it is none.
	static std::optional<Rate> of_node(std::string_view node);
	bool operator==(const Rate &) const = default;
};

} // namespace ringway
