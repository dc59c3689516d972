// SPDX-License-Identifier: GPL-2.0-only
//
// Do a packet's headers carry what its offload flags claim?
//
// A frame with a blank checksum must be TCP or UDP over IPv4 or IPv6 with the header there, one with GSO
// must be TCP over the IP version its type names, with more than the headers in it. Linux's skb path
// checks the same with its own code; frames that bypass it are checked here.
//
// HOSTILE: every byte. Reads only below `staged`. Extension headers and more than two VLAN tags are "no":
// the caller then takes the thorough way.
#pragma once
#include "core/netif.hpp"

namespace ringway
{
namespace detail
{
inline constexpr u16 kTypeIpv4 = 0x0800, kTypeIpv6 = 0x86dd, kTypeVlan = 0x8100, kTypeQinq = 0x88a8;
inline constexpr u8 kProtoTcp = 6, kProtoUdp = 17;

RINGWAY_ALWAYS_INLINE u16 be16(const u8 *at)
{
	return static_cast<u16>(at[0] << 8 | at[1]);
}

struct Transport {
	u16 type;   // Ethernet type behind tags
	u8 proto;   // IP protocol
	u32 offset; // of the transport header
};

// False when there is no plain IPv4 or IPv6 header with TCP or UDP right behind it.
inline bool find_transport(const u8 *head, u32 staged, Transport &out)
{
	u32 at = 12;
	if (staged < at + 2)
		return false;
	u16 type = be16(head + at);
	for (int tags = 0; tags < 2 && (type == kTypeVlan || type == kTypeQinq); tags++) {
		at += 4;
		if (staged < at + 2)
			return false;
		type = be16(head + at);
	}
	at += 2;
	if (type == kTypeIpv4) {
		if (staged < at + 20)
			return false;
		const u32 header = (head[at] & 0x0f) * 4u;
		const bool fragment = be16(head + at + 6) & 0x3fff; // more fragments, or an offset
		if (head[at] >> 4 != 4 || header < 20 || fragment)
			return false;
		out = {type, head[at + 9], at + header};
		return true;
	}
	if (type == kTypeIpv6) {
		if (staged < at + 40 || head[at] >> 4 != 6)
			return false;
		out = {type, head[at + 6], at + 40};
		return true;
	}
	return false;
}
} // namespace detail

// Is it one of the most common frames with a blank checksum and no GSO: untagged, whole, UDP or TCP over IPv4
// without options? Those go on as they are; about the others offload_headers_fit() is asked. About ten
// instructions. HOSTILE: every byte.
RINGWAY_ALWAYS_INLINE bool is_plain_transport(const u8 *head, u32 staged, u32 len)
{
	// Little endian: Ethernet type, version and header length; then fragment offset, more-fragments and
	// protocol.
	u32 first;
	u64 second;
	if (RINGWAY_UNLIKELY(staged < 14 + 20 + 8))
		return false;
	__builtin_memcpy(&first, head + 12, sizeof first);
	__builtin_memcpy(&second, head + 16, sizeof second);
	second &= 0xff00ff3f00000000;
	if (RINGWAY_UNLIKELY((first & 0xffffff) != 0x450008))
		return false;
	if (second == static_cast<u64>(detail::kProtoUdp) << 56)
		return true;
	if (second != static_cast<u64>(detail::kProtoTcp) << 56 || staged < 14 + 20 + 20)
		return false;
	const u32 header = (head[14 + 20 + 12] >> 4) * 4u;
	return header >= 20 && 14 + 20 + header <= len;
}

// May a frame with a blank checksum, or GSO, go on as it is?
inline bool offload_headers_fit(const u8 *head, u32 staged, u32 len, u8 gso_type)
{
	using namespace detail;
	Transport transport;
	if (!find_transport(head, staged, transport))
		return false;
	if (transport.proto == kProtoUdp)
		return gso_type == XEN_NETIF_GSO_TYPE_NONE && staged >= transport.offset + 8;
	if (transport.proto != kProtoTcp || staged < transport.offset + 20)
		return false;
	const u32 header = (head[transport.offset + 12] >> 4) * 4u;
	if (header < 20 || transport.offset + header > len)
		return false;
	if (gso_type == XEN_NETIF_GSO_TYPE_NONE)
		return true;
	return transport.type == (gso_type == XEN_NETIF_GSO_TYPE_TCPV4 ? kTypeIpv4 : kTypeIpv6) &&
	       transport.offset + header < len;
}
} // namespace ringway
