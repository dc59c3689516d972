// SPDX-License-Identifier: GPL-2.0-only
//
// What the command may say of a text that it refuses.
#pragma once

#include <string_view>
#include "input.hpp"
#include "words/name_text.hpp"

namespace ringway::fuzz
{

// What a message may have: letters of any language, and nothing that a terminal acts upon. Said here in other
// words than the command's own.
inline bool harmless(std::string_view text)
{
	for (size_t i = 0; i < text.size(); i++) {
		const auto at = [&](size_t n) {
			return i + n < text.size() ? static_cast<u8>(text[i + n]) : 0u;
		};
		const unsigned three = at(0) << 16 | at(1) << 8 | at(2);

		if (at(0) < 0x20 || at(0) == 0x7f || (at(0) == 0xc2 && at(1) < 0xa0))
			return false; // C0, DEL, C1
		if ((at(0) == 0xd8 && at(1) == 0x9c) || three == 0xe2808e || three == 0xe2808f ||
		    (three >= 0xe280aa && three <= 0xe280ae) || (three >= 0xe281a6 && three <= 0xe281a9))
			return false; // what turns the direction of writing
	}
	return is_utf8(text);
}

} // namespace ringway::fuzz
