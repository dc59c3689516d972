// SPDX-License-Identifier: GPL-2.0-only
//
// Do a packet's headers match what its offload flags claim?
//
// A frame with a blank checksum must be TCP or UDP over IPv4 or IPv6, with a complete header. A frame with
// GSO must be TCP over the IP version that its type names, with data behind the headers. Linux checks the
// same when a frame becomes an skb; this file checks the frames that never do.
//
// HOSTILE: every byte. Reads only below `staged`. The answer is no for extension headers and for more than
// two VLAN tags; the caller then hands the frame to Linux, which can parse them.
#pragma once
#include "core/frame.hpp"
#include "core/netif.hpp"

namespace ringway
{
namespace detail
{
inline constexpr u8 kProtoTcp = 6, kProtoUdp = 17;

struct Transport {
	u16 type;   // Ethernet type behind tags
	u8 proto;   // IP protocol
	u32 offset; // of the transport header
};

// False unless there is an IPv4 or IPv6 header and the transport header follows it directly.
inline bool find_transport(const u8 *head, u32 staged, Transport &out)
{
	u32 at = 12;
	if (staged < at + 2)
		return false;
	u16 type = load_be16(head + at);
	for (int tags = 0; tags < 2 && is_vlan_type(type); tags++) {
		at += 4;
		if (staged < at + 2)
			return false;
		type = load_be16(head + at);
	}
	at += 2;
	if (type == kEtherTypeIpv4) {
		if (staged < at + 20)
			return false;
		const u32 header = (head[at] & 0x0f) * 4u;
		const bool fragment = load_be16(head + at + 6) & 0x3fff; // more fragments, or an offset
		if (head[at] >> 4 != 4 || header < 20 || fragment)
			return false;
		out = {type, head[at + 9], at + header};
		return true;
	}
	if (type == kEtherTypeIpv6) {
		if (staged < at + 40 || head[at] >> 4 != 6)
			return false;
		out = {type, head[at + 6], at + 40};
		return true;
	}
	return false;
}
} // namespace detail

// Is this one of the most common frames with a blank checksum and no GSO: no VLAN tag, not a fragment, UDP or
// TCP over IPv4 without options? These may pass; for all others ask offload_headers_fit(). Costs about ten
// instructions. HOSTILE: every byte.
RINGWAY_ALWAYS_INLINE bool is_plain_transport(const u8 *head, u32 staged, u32 len)
{
	// `first`: Ethernet type, IP version and header length. `second`: more-fragments bit, fragment offset
	// and protocol. Both in little endian.
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

// May a frame with a blank checksum or GSO be passed on as it is?
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
	return transport.type == (gso_type == XEN_NETIF_GSO_TYPE_TCPV4 ? kEtherTypeIpv4 : kEtherTypeIpv6) &&
	       transport.offset + header < len;
}
} // namespace ringway
