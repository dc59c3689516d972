// SPDX-License-Identifier: GPL-2.0-only
//
// What belongs together: a number that all packets of a flow share, by which flows are spread over queues.
//
// Of IPv4 and IPv6, behind up to two VLAN tags, it is a hash of addresses and protocol, and of the ports of
// TCP, UDP, UDP-Lite, SCTP and DCCP. Fragments have no ports here, not even the first one, so that all of a
// datagram stay together. Anything else is 0. The number must not depend on the offloads a packet is sent
// with, because packets of one flow differ in them.
//
// It is made to be cheap, not to be unpredictable: two 64-bit words are multiplied, and both halves of the
// product are folded. Whoever wants all flows in one queue could as well send a single one.
//
// HOSTILE: the frame. Nothing is read beyond the bytes that are there.
#pragma once
#include "core/frame.hpp"

namespace ringway
{
inline constexpr u32 kFlowHashBits = 31;

namespace detail
{
constexpr u64 fold(u64 a, u64 b)
{
	// The fractional part of pi: any words with irregular bits do.
	const auto product =
		static_cast<unsigned __int128>(a ^ 0x243f6a8885a308d3) * (b ^ 0x13198a2e03707344);
	return static_cast<u64>(product) ^ static_cast<u64>(product >> 64);
}

constexpr u32 finish_flow(u64 hash)
{
	return static_cast<u32>(hash ^ hash >> 32) >> (32 - kFlowHashBits);
}

constexpr bool has_ports(u8 protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}

// Bytes as they lie there: only equality counts.
template <typename Word>
RINGWAY_ALWAYS_INLINE u64 load_word(const u8 *bytes)
{
	Word word;
	__builtin_memcpy(&word, bytes, sizeof word);
	return word;
}

// The ports at `header` bytes into the IP packet, above the protocol.
RINGWAY_ALWAYS_INLINE u64 ports_and_protocol(const u8 *ip, u32 left, u32 header, u8 protocol, bool fragment)
{
	if (fragment || !has_ports(protocol) || left < header + 4)
		return protocol;
	return load_word<u32>(ip + header) << 32 | protocol;
}

inline u32 flow_ipv4(const u8 *ip, u32 left)
{
	if (left < 20)
		return 0;
	const bool fragment = load_be16(ip + 6) & 0x3fff;
	return finish_flow(fold(load_word<u64>(ip + 12),
				ports_and_protocol(ip, left, (ip[0] & 15) * 4u, ip[9], fragment)));
}

// Behind an extension header there are addresses only: a flow has them in all its packets, or in none.
inline u32 flow_ipv6(const u8 *ip, u32 left)
{
	if (left < 40)
		return 0;
	const u64 from = fold(load_word<u64>(ip + 8), load_word<u64>(ip + 16));
	const u64 to = fold(load_word<u64>(ip + 24), load_word<u64>(ip + 32) + from);
	return finish_flow(fold(to, ports_and_protocol(ip, left, 40, ip[6], false)));
}
} // namespace detail

// Of a frame of which `len` bytes are there. Below 2^kFlowHashBits.
inline u32 flow_hash(const u8 *frame, u32 len)
{
	if (len < kEthernetHeader)
		return 0;
	u32 at = kEthernetHeader;
	u16 type = load_be16(frame + at - 2);
	for (u32 tags = 0; tags < 2 && is_any_vlan_type(type) && len >= at + kVlanTag; tags++) {
		at += kVlanTag;
		type = load_be16(frame + at - 2);
	}
	if (type == kEtherTypeIpv4)
		return detail::flow_ipv4(frame + at, len - at);
	return type == kEtherTypeIpv6 ? detail::flow_ipv6(frame + at, len - at) : 0;
}

// The hash that decides about the queue of packets from queue `own` of a sender with `queues`: what flows go
// by, with its remainder by `queues` replaced by the queue. A receiver takes it modulo its own number of
// queues. So one that has as many as the sender, or a part of them, gets each of the sender's queues in one
// of its own, whatever the flow. INVARIANT: own < queues <= 65536, flow < 2^kFlowHashBits.
constexpr u32 spread_hash(u32 flow, u32 own, u32 queues)
{
	return flow - flow % queues + own;
}
} // namespace ringway
