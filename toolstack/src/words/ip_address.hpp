// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string_view>

namespace ringway
{

// The bytes of an IPv4 or IPv6 address, in network order, into the first 4 or 16 of `out`'s 16. Returns how
// many, 0 when the text is none. HOSTILE: unlike inet_pton() it does not take a NUL within the text for its
// end.
unsigned read_ip_address(std::string_view text, unsigned char *out);

} // namespace ringway
