// SPDX-License-Identifier: GPL-2.0-only
// IGMP and MLD as hosts and routers send it, byte by byte.
#pragma once
#include "core/group_message.hpp"
#include <initializer_list>
#include <vector>

namespace ringway::test
{
using FrameBytes = std::vector<u8>;

struct Groups4 {
	u8 type;
	IpAddress group;
	u32 sources = 0;
};

inline IpAddress ip4(u8 a, u8 b, u8 c, u8 d)
{
	const u8 bytes[4] = {a, b, c, d};
	return load_ipv4(bytes);
}
// ffSS::TAIL, or fe80::TAIL with scope 0
inline IpAddress ip6(u8 scope, u32 tail)
{
	u8 bytes[16] = {0xff, scope};
	if (!scope)
		bytes[0] = 0xfe, bytes[1] = 0x80;
	for (u32 i = 0; i < 4; i++)
		bytes[12 + i] = static_cast<u8>(tail >> (24 - 8 * i));
	return load_ipv6(bytes);
}

inline void put_sum(FrameBytes &f, size_t at, size_t from, u32 start = 0)
{
	f[at] = f[at + 1] = 0;
	u32 sum = start;
	for (size_t i = from; i < f.size(); i++)
		sum += (i - from) & 1 ? f[i] : u32{f[i]} << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	f[at] = static_cast<u8>(~sum >> 8);
	f[at + 1] = static_cast<u8>(~sum);
}
inline void put_address(FrameBytes &f, const IpAddress &address)
{
	const auto *bytes = reinterpret_cast<const u8 *>(&address);
	is_ipv4(address) ? f.insert(f.end(), bytes + 8, bytes + 12) : f.insert(f.end(), bytes, bytes + 16);
}
inline FrameBytes ethernet(u64 to, u64 from, u16 type, u16 vlan)
{
	FrameBytes f(12);
	mac_store(f.data(), to);
	mac_store(f.data() + 6, from);
	if (vlan)
		f.insert(f.end(), {0x81, 0, static_cast<u8>(vlan >> 8), static_cast<u8>(vlan)});
	f.insert(f.end(), {static_cast<u8>(type >> 8), static_cast<u8>(type)});
	return f;
}

// The message behind an IPv4 header with a router alert option; its checksum is put in.
inline FrameBytes igmp(const IpAddress &to, u64 from, const IpAddress &source, FrameBytes message,
		       u16 vlan = 0, u8 protocol = 2)
{
	put_sum(message, 2, 0);
	FrameBytes f = ethernet(group_mac(to), from, 0x0800, vlan);
	const size_t ip = f.size();
	const auto length = static_cast<u16>(24 + message.size());
	f.insert(f.end(), {0x46, 0xc0, static_cast<u8>(length >> 8), static_cast<u8>(length), 0, 0, 0, 0, 1,
			   protocol, 0, 0});
	put_address(f, source);
	put_address(f, to);
	f.insert(f.end(), {0x94, 4, 0, 0});
	put_sum(f, ip + 10, ip);
	f.insert(f.end(), message.begin(), message.end());
	return f;
}
inline FrameBytes igmp2(u8 type, const IpAddress &group, u64 from, u16 vlan = 0)
{
	FrameBytes message = {type, 0, 0, 0};
	put_address(message, group);
	return igmp(type == 0x17 ? ip4(224, 0, 0, 2) : group, from, ip4(10, 0, 0, 1), message, vlan);
}
inline FrameBytes igmp_query(u64 from, const IpAddress &source, const IpAddress &group, u8 code = 100,
			     u16 vlan = 0)
{
	FrameBytes message = {0x11, code, 0, 0};
	put_address(message, group);
	return igmp(group == ip4(0, 0, 0, 0) ? ip4(224, 0, 0, 1) : group, from, source, message, vlan);
}
inline FrameBytes igmp3(const std::vector<Groups4> &records, u64 from, u16 vlan = 0)
{
	FrameBytes message = {
		0x22, 0, 0, 0, 0, 0, static_cast<u8>(records.size() >> 8), static_cast<u8>(records.size())};
	for (const Groups4 &r : records) {
		message.insert(message.end(), {r.type, 0, 0, static_cast<u8>(r.sources)});
		put_address(message, r.group);
		message.resize(message.size() + 4 * r.sources, 7);
	}
	return igmp(ip4(224, 0, 0, 22), from, ip4(10, 0, 0, 1), message, vlan);
}

// The message behind an IPv6 header and a hop-by-hop header with a router alert.
inline FrameBytes mld(const IpAddress &to, u64 from, FrameBytes message, u8 hops = 1)
{
	FrameBytes f = ethernet(group_mac(to), from, 0x86dd, 0);
	const auto length = static_cast<u16>(8 + message.size());
	f.insert(f.end(), {0x60, 0, 0, 0, static_cast<u8>(length >> 8), static_cast<u8>(length), 0, hops});
	const size_t addresses = f.size();
	put_address(f, ip6(0, static_cast<u32>(from >> 40)));
	put_address(f, to);
	u32 pseudo = static_cast<u32>(message.size()) + 58;
	for (size_t i = addresses; i < f.size(); i += 2)
		pseudo += load_be16(&f[i]);
	put_sum(message, 2, 0, pseudo);
	f.insert(f.end(), {58, 0, 5, 2, 0, 0, 1, 0});
	f.insert(f.end(), message.begin(), message.end());
	return f;
}
inline FrameBytes mld1(u8 type, const IpAddress &group, u64 from, u16 response = 0)
{
	FrameBytes message = {type, 0, 0, 0, static_cast<u8>(response >> 8), static_cast<u8>(response), 0, 0};
	put_address(message, group);
	return mld(group == IpAddress{} || type == 132 ? ip6(2, 1) : group, from, message);
}
inline FrameBytes mld2(const std::vector<Groups4> &records, u64 from)
{
	FrameBytes message = {143, 0, 0, 0, 0, 0, 0, static_cast<u8>(records.size())};
	for (const Groups4 &r : records) {
		message.insert(message.end(), {r.type, 0, 0, static_cast<u8>(r.sources)});
		put_address(message, r.group);
		message.resize(message.size() + 16 * r.sources, 7);
	}
	return mld(ip6(2, 0x16), from, message);
}
} // namespace ringway::test
