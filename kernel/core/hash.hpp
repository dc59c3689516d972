// SPDX-License-Identifier: GPL-2.0-only
//
// On which of its queues a guest wants a packet: the Toeplitz hash over addresses and ports, and the table
// from hash to queue (source: xen/io/netif.h, "Hashing"). A guest configures both over its control ring.
//
// The hash is computed by the bits that are set. Only 8 to 36 bytes are hashed, and lookup tables would take
// 10 kB per key, so per vif. It costs about 8 instructions per bit that is set, only for guests that ask.
//
// HOSTILE: the frame. Nothing is read beyond the bytes that are there; what cannot be parsed is not hashed.
#pragma once
#include "core/frame.hpp"
#include "core/netif.hpp"

namespace ringway
{
inline constexpr u32 kHashKey = 40;      // bytes
inline constexpr u32 kHashMapping = 128; // entries
inline constexpr u32 kHashTypes = XEN_NETIF_CTRL_HASH_TYPE_IPV4 | XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP |
				  XEN_NETIF_CTRL_HASH_TYPE_IPV6 | XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP;
inline constexpr u32 kHashHead = 128; // bytes of a frame that the parser may need

struct HashConfig {
	u32 algorithm; // XEN_NETIF_CTRL_HASH_ALGORITHM_*
	u32 types;     // XEN_NETIF_CTRL_HASH_TYPE_*, of kHashTypes
	u32 size;      // entries of the mapping in use; 0: hash modulo the number of queues
	u8 key[kHashKey];
	u8 mapping[kHashMapping]; // INVARIANT: each below the number of queues when it was set

	bool on() const { return algorithm == XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ && types; }
};

struct PacketHash {
	u8 type; // 0: not hashed; else _XEN_NETIF_CTRL_HASH_TYPE_* + 1
	u32 value;
};

// Four bytes as a number, zero for what lies beyond `len`.
constexpr u32 hash_word(const u8 *bytes, u32 at, u32 len)
{
	u32 word = 0;
	if (RINGWAY_LIKELY(at + 4 <= len))
		return u32{bytes[at]} << 24 | u32{bytes[at + 1]} << 16 | u32{bytes[at + 2]} << 8 |
		       bytes[at + 3];
	for (u32 i = at; i < at + 4; i++)
		word = word << 8 | (i < len ? bytes[i] : 0);
	return word;
}

// The key is a shift register, shifted by one for each bit of the data: where one is set, the register's
// left-most 32 bits go into the hash.
constexpr u32 toeplitz(const u8 (&key)[kHashKey], const u8 *data, u32 len)
{
	u32 hash = 0;
	u64 window = hash_word(key, 0, kHashKey);
	for (u32 at = 0; at < len; at += 4) {
		window = window << 32 | hash_word(key, at + 4, kHashKey);
		for (u32 word = hash_word(data, at, len); word;) {
			const u32 bit = static_cast<u32>(__builtin_clz(word));
			hash ^= static_cast<u32>(window << bit >> 32);
			word ^= 0x80000000u >> bit;
		}
	}
	return hash;
}

namespace detail
{
inline constexpr u8 kProtocolTcp = 6;

// Hashes `len` bytes of addresses, and the ports if there are any.
inline PacketHash hash_flow(const HashConfig &config, const u8 *addresses, u32 len, const u8 *ports,
			    u32 type_plain, u32 type_tcp)
{
	u8 data[36];
	__builtin_memcpy(data, addresses, len);
	if (ports && config.types & 1u << type_tcp) {
		__builtin_memcpy(data + len, ports, 4);
		return {static_cast<u8>(type_tcp + 1), toeplitz(config.key, data, len + 4)};
	}
	if (config.types & 1u << type_plain)
		return {static_cast<u8>(type_plain + 1), toeplitz(config.key, data, len)};
	return {0, 0};
}

inline PacketHash hash_ipv4(const HashConfig &config, const u8 *ip, u32 len)
{
	if (len < 20 || ip[0] >> 4 != 4)
		return {0, 0};
	const u32 header = (ip[0] & 15) * 4u;
	if (header < 20)
		return {0, 0};
	const bool fragment = load_be16(ip + 6) & 0x3fff;
	const bool ports = ip[9] == kProtocolTcp && !fragment && header + 4 <= len;
	return hash_flow(config, ip + 12, 8, ports ? ip + header : nullptr, _XEN_NETIF_CTRL_HASH_TYPE_IPV4,
			 _XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP);
}

// The TCP header behind any extension headers, or null.
inline const u8 *ipv6_ports(const u8 *ip, u32 len)
{
	constexpr u8 kHopByHop = 0, kRouting = 43, kOptions = 60;
	u8 next = ip[6];
	u32 at = 40;
	while (next == kHopByHop || next == kRouting || next == kOptions) {
		if (at + 2 > len)
			return nullptr;
		next = ip[at];
		at += (ip[at + 1] + 1u) * 8; // INVARIANT: always grows, so the loop ends
	}
	return next == kProtocolTcp && at + 4 <= len ? ip + at : nullptr;
}

inline PacketHash hash_ipv6(const HashConfig &config, const u8 *ip, u32 len)
{
	if (len < 40 || ip[0] >> 4 != 6)
		return {0, 0};
	return hash_flow(config, ip + 8, 32, ipv6_ports(ip, len), _XEN_NETIF_CTRL_HASH_TYPE_IPV6,
			 _XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP);
}
} // namespace detail

// The hash of a frame of which `len` bytes are there. Frames with a VLAN tag, or other than IP, have none.
inline PacketHash hash_frame(const HashConfig &config, const u8 *frame, u32 len)
{
	if (len < kEthernetHeader)
		return {0, 0};
	const u8 *ip = frame + kEthernetHeader;
	switch (load_be16(frame + 2 * kMacLength)) {
	case kEtherTypeIpv4:
		return detail::hash_ipv4(config, ip, len - kEthernetHeader);
	case kEtherTypeIpv6:
		return detail::hash_ipv6(config, ip, len - kEthernetHeader);
	default:
		return {0, 0};
	}
}

// Of a type: are the ports in the hash?
constexpr bool hash_has_ports(u8 type)
{
	return type == _XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP + 1 ||
	       type == _XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP + 1;
}

// A packet without a hash goes where hash 0 goes. INVARIANT: queues > 0.
inline u32 hash_queue(const HashConfig &config, const PacketHash &hash, u32 queues)
{
	return (config.size ? config.mapping[hash.value % config.size] : hash.value) % queues;
}
} // namespace ringway
