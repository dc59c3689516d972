// SPDX-License-Identifier: GPL-2.0-only
// Frames put together header by header, right or wrong.
#pragma once
#include "core/mac.hpp"
#include <array>
#include <initializer_list>
#include <vector>

namespace ringway
{
using Ip4 = std::array<u8, 4>;
using Ip6 = std::array<u8, 16>;

inline Ip6 ip6(u32 first, u64 last)
{
	Ip6 out{};
	for (size_t i = 0; i < 4; i++)
		out[i] = static_cast<u8>(first >> (24 - 8 * i));
	for (size_t i = 0; i < 8; i++)
		out[8 + i] = static_cast<u8>(last >> (56 - 8 * i));
	return out;
}

struct PacketBytes {
	std::vector<u8> bytes;

	PacketBytes(u64 to, u64 from)
	{
		mac(to);
		mac(from);
	}
	template <typename Bytes>
	PacketBytes &add(const Bytes &more)
	{
		bytes.insert(bytes.end(), more.begin(), more.end());
		return *this;
	}
	PacketBytes &add(std::initializer_list<int> more)
	{
		for (int byte : more)
			bytes.push_back(static_cast<u8>(byte));
		return *this;
	}
	PacketBytes &set(size_t at, u8 value)
	{
		bytes[at] = value;
		return *this;
	}
	PacketBytes &be16(u32 value)
	{
		return add({static_cast<int>(value >> 8), static_cast<int>(value & 255)});
	}
	PacketBytes &zeros(size_t n) { return add(std::vector<u8>(n)); }
	PacketBytes &mac(u64 address)
	{
		std::array<u8, 6> raw;
		mac_store(raw.data(), address);
		return add(raw);
	}

	// Beneath IP. A type is written by what follows.
	PacketBytes &tag(u32 kind, u32 tci) { return be16(kind).be16(tci); }
	PacketBytes &type(u32 ethertype) { return be16(ethertype); }
	PacketBytes &snap(u32 length) { return be16(length).add({0xaa, 0xaa, 3, 0, 0, 0}); }

	PacketBytes &arp(u32 operation, u64 hardware, Ip4 from, Ip4 to)
	{
		type(0x0806).add({0, 1, 8, 0, 6, 4}).be16(operation).mac(hardware).add(from);
		return zeros(6).add(to);
	}
	// The length covers 1400 bytes more than there are: no packet here is cut by it.
	PacketBytes &ipv4(Ip4 from, Ip4 to, int protocol)
	{
		type(0x0800).add({0x45, 0}).be16(1420).add({0, 0, 0, 0, 64, protocol, 0, 0});
		return add(from).add(to);
	}
	PacketBytes &ipv6(Ip6 from, Ip6 to, int next)
	{
		type(0x86dd).add({0x60, 0, 0, 0}).be16(1400).add({next, 64});
		return add(from).add(to);
	}
	PacketBytes &extension(int next, size_t units = 1)
	{
		return add({next, static_cast<int>(units - 1)}).zeros(units * 8 - 2);
	}
	PacketBytes &fragment(int next, u32 offset_and_more)
	{
		return add({next, 0}).be16(offset_and_more).zeros(4);
	}
	PacketBytes &udp(u32 from, u32 to) { return be16(from).be16(to).zeros(4); }
	PacketBytes &icmpv6(int kind, Ip6 target) { return add({kind, 0, 0, 0, 0, 0, 0, 0}).add(target); }
	PacketBytes &option(int kind, u64 address) { return add({kind, 1}).mac(address); }
};
} // namespace ringway
