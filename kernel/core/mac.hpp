// SPDX-License-Identifier: GPL-2.0-only
//
// A MAC address as one 64-bit word: the six bytes in network order, the first in the lowest byte, the upper
// 16 bits zero. Comparing two takes one instruction instead of six, and reading one from a frame takes one
// load and one mask.
#pragma once
#include "core/result.hpp"
#include "core/types.hpp"

namespace ringway
{
inline constexpr size_t kMacLength = 6;
inline constexpr u64 kMacMask = (u64{1} << 48) - 1;
inline constexpr u64 kMacBroadcast = kMacMask;

// INVARIANT: eight bytes can be read at `bytes`. This holds for both addresses of an Ethernet header: the
// EtherType follows the second one.
RINGWAY_ALWAYS_INLINE u64 mac_load_wide(const void *bytes)
{
	u64 word;
	__builtin_memcpy(&word, bytes, sizeof word);
	return word & kMacMask;
}

// Reads exactly six bytes.
inline u64 mac_load(const void *bytes)
{
	u64 word = 0;
	__builtin_memcpy(&word, bytes, kMacLength);
	return word;
}

inline void mac_store(void *bytes, u64 mac)
{
	__builtin_memcpy(bytes, &mac, kMacLength);
}

// The address that is written as a:b:c:d:e:f.
constexpr u64 mac_of(u8 a, u8 b, u8 c, u8 d, u8 e, u8 f)
{
	return u64{a} | u64{b} << 8 | u64{c} << 16 | u64{d} << 24 | u64{e} << 32 | u64{f} << 40;
}

// The group bit is the lowest bit of the first byte; broadcast is a group address.
constexpr bool mac_is_group(u64 mac)
{
	return mac & 1;
}

// May a network interface have this address? Not a group address and not all zeroes.
constexpr bool mac_is_station(u64 mac)
{
	return mac != 0 && !mac_is_group(mac);
}

// 01:80:c2:00:00:00 to 0f, which IEEE 802.1D reserves for protocols between neighbouring devices.
constexpr bool mac_is_link_local(u64 mac)
{
	constexpr u64 last_nibble = u64{0x0f} << 40;
	return (mac & ~last_nibble) == mac_of(0x01, 0x80, 0xc2, 0, 0, 0);
}

// 00:00:5e:00:01:xx and 00:00:5e:00:02:xx: of a virtual router (VRRP, RFC 5798), whichever host is that now.
constexpr bool mac_is_virtual_router(u64 mac)
{
	constexpr u64 its_number = u64{0xff} << 40;
	const u64 version = mac & ~its_number;
	return version == mac_of(0, 0, 0x5e, 0, 1, 0) || version == mac_of(0, 0, 0x5e, 0, 2, 0);
}

// Only the form "00:16:3e:12:34:56"; letters may be upper or lower case.
constexpr Result<u64> parse_mac(const char *text)
{
	u64 mac = 0;
	for (u32 i = 0; i < 3 * kMacLength - 1; i++) {
		const char c = text[i]; // INVARIANT: the text has not ended before this character
		if (i % 3 == 2) {
			if (c != ':')
				return Error::invalid;
			continue;
		}
		const u32 digit = c >= '0' && c <= '9'   ? static_cast<u32>(c - '0')
				  : c >= 'a' && c <= 'f' ? static_cast<u32>(c - 'a' + 10)
				  : c >= 'A' && c <= 'F' ? static_cast<u32>(c - 'A' + 10)
							 : 16;
		if (digit == 16)
			return Error::invalid;
		mac |= u64{digit} << (8 * (i / 3) + (i % 3 ? 0 : 4));
	}
	if (text[3 * kMacLength - 1])
		return Error::invalid;
	return mac;
}

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "mac_load_wide() keeps the lower six bytes");
} // namespace ringway
