// SPDX-License-Identifier: GPL-2.0-only
//
// Whose hardware address a frame asks the network for: the target of an ARP request or of a neighbour
// solicitation. What announces an address (gratuitous ARP, advertisements) asks nothing.
//
// HOSTILE: every byte. What cannot be read is no question, which is the safe side: it is flooded as any
// frame.
#pragma once
#include "core/claims.hpp"
#include "core/frame.hpp"

namespace ringway
{
namespace asked
{
// "::" is nobody's address.
inline constexpr IpAddress kNothing{};

inline IpAddress by_arp(const u8 *at, u32 left)
{
	static constexpr u8 kRequest[8] = {0, 1, 0x08, 0x00, 6, 4, 0, 1};
	if (left < 28 || __builtin_memcmp(at, kRequest, sizeof kRequest) != 0)
		return kNothing;
	const IpAddress sender = load_ipv4(at + 14), target = load_ipv4(at + 24);
	return sender == target ? kNothing : target;
}

// Neighbour discovery has no extension headers and a hop limit that no router leaves alone.
inline IpAddress by_solicitation(const u8 *at, u32 left)
{
	constexpr u8 icmpv6 = 58, solicitation = 135, most_hops = 255;
	if (left < 64 || at[0] >> 4 != 6 || at[6] != icmpv6 || at[7] != most_hops || at[40] != solicitation)
		return kNothing;
	return load_ipv6(at + 48);
}
} // namespace asked

// INVARIANT: staged >= kEthernetHeader.
inline IpAddress asked_address(const u8 *frame, u32 staged)
{
	FrameHeader header;
	if (!parse_frame(frame, staged, header))
		return asked::kNothing;
	if (header.ethertype == kEtherTypeArp)
		return asked::by_arp(frame + header.payload, staged - header.payload);
	if (header.ethertype == kEtherTypeIpv6)
		return asked::by_solicitation(frame + header.payload, staged - header.payload);
	return asked::kNothing;
}
} // namespace ringway
