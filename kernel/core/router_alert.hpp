// SPDX-License-Identifier: GPL-2.0-only
//
// The router alert option of MLD in an IPv6 hop-by-hop header (RFC 2711). Without it no host hears a question
// about groups (RFC 3810, 6.2).
#pragma once
#include "core/frame.hpp"

namespace ringway
{
// options: the whole header, of `length` bytes. HOSTILE: the lengths of the options in it.
inline bool has_router_alert(const u8 *options, u32 length)
{
	constexpr u8 pad1 = 0, router_alert = 5;
	for (u32 i = 2; i + 4 <= length;) {
		if (options[i] == router_alert && options[i + 1] == 2 && !load_be16(options + i + 2))
			return true;
		i += options[i] == pad1 ? 1 : 2u + options[i + 1];
	}
	return false;
}
} // namespace ringway
