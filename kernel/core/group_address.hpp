// SPDX-License-Identifier: GPL-2.0-only
// Multicast groups as addresses: IP's and the MAC addresses that their frames bear.
#pragma once
#include "core/claims.hpp"
#include "core/mac.hpp"

namespace ringway
{
constexpr bool is_ipv4(const IpAddress &address)
{
	return address.high == kIpv4High;
}

// The MAC address that frames to the group bear. 32 IPv4 groups share one, and any number of IPv6 groups.
constexpr u64 group_mac(const IpAddress &group)
{
	if (is_ipv4(group))
		return mac_of(0x01, 0, 0x5e, static_cast<u8>(group.low >> 8) & 0x7f,
			      static_cast<u8>(group.low >> 16), static_cast<u8>(group.low >> 24));
	return 0x3333 | (group.low >> 32) << 16;
}
constexpr bool mac_is_ipv4_group(u64 mac)
{
	return (mac & 0x80ffffff) == mac_of(0x01, 0, 0x5e, 0, 0, 0);
}
constexpr bool mac_is_ipv6_group(u64 mac)
{
	return (mac & 0xffff) == 0x3333;
}
// Of groups that everybody gets: nobody has to ask for 224.0.0.0/24 and ff02::1, so many do not.
constexpr bool mac_is_for_all(u64 mac)
{
	constexpr u64 last_octet = u64{0xff} << 40;
	return (mac & ~last_octet) == mac_of(0x01, 0, 0x5e, 0, 0, 0) || mac == mac_of(0x33, 0x33, 0, 0, 0, 1);
}

// Where all hosts listen: 224.0.0.1 and ff02::1.
inline constexpr IpAddress kAllHosts4{kIpv4High, 0x010000e0}, kAllHosts6{0x02ff, u64{1} << 56};

// Can one be a member of it? Not of what everybody gets, nor of IPv6 groups that never leave their host
// (scope 1) or whose scope is reserved (0 and f: with these no group looks like an IPv4 address).
constexpr bool is_joinable_group(const IpAddress &address)
{
	const u64 first = is_ipv4(address) ? address.low : address.high;
	if (is_ipv4(address))
		return (first & 0xf0) == 0xe0 && (first & 0xffffff) != 0xe0;
	const u64 scope = first >> 8 & 0xf;
	return (first & 0xff) == 0xff && scope > 1 && scope < 0xf && address != kAllHosts6;
}

// As numbers, the first byte being the highest: the lower one of two queriers is heard.
constexpr bool is_below(const IpAddress &a, const IpAddress &b)
{
	const u64 high[2] = {__builtin_bswap64(a.high), __builtin_bswap64(b.high)};
	return high[0] != high[1] ? high[0] < high[1] : __builtin_bswap64(a.low) < __builtin_bswap64(b.low);
}
} // namespace ringway
