// SPDX-License-Identifier: GPL-2.0-only
//
// Questions about groups, as a frame: IGMPv2's and MLDv1's, which hosts of all later versions answer.
//
// IPv4's come from 0.0.0.0, IPv6's from the link-local address of the asker's MAC address: a router that asks
// itself wins over the first, and nobody takes either for a router's.
#pragma once
#include "core/group_message.hpp"

namespace ringway
{
class GroupQuery
{
public:
	static constexpr u32 kMost = 14 + 40 + 8 + 24;
	static constexpr u32 kResponseMs = 10000,
			     kLastResponseMs = 1000; // to a question about all, about one

private:
	u8 bytes_[kMost] = {};
	u32 length_ = 0;

	void put16(u32 at, u32 value)
	{
		bytes_[at] = static_cast<u8>(value >> 8);
		bytes_[at + 1] = static_cast<u8>(value);
	}
	u32 sum(u32 from, u32 bytes) const
	{
		u32 total = 0;
		for (u32 i = 0; i < bytes; i += 2)
			total += load_be16(bytes_ + from + i);
		return total;
	}
	static u32 folded(u32 total)
	{
		total = (total & 0xffff) + (total >> 16);
		return ~(total + (total >> 16)) & 0xffff;
	}
	void put_head(u64 to, u64 from, u16 type)
	{
		mac_store(bytes_, to);
		mac_store(bytes_ + kMacLength, from);
		put16(2 * kMacLength, type);
	}

public:
	const u8 *bytes() const { return bytes_; }
	u32 length() const { return length_; }

	// group: null, about all.
	void ask_ipv4(u64 from, const IpAddress *group)
	{
		constexpr u32 ip = 14, igmp = ip + 24;
		const IpAddress to = group ? *group : kAllHosts4;
		put_head(group_mac(to), from, kEtherTypeIpv4);
		static constexpr u8 kHeader[12] = {0x46, 0xc0, 0, 32, 0, 0,
						   0x40, 0,    1, 2,  0, 0}; // do not fragment
		static constexpr u8 kRouterAlert[4] = {0x94, 4, 0, 0};
		__builtin_memcpy(bytes_ + ip, kHeader, sizeof kHeader);
		__builtin_memcpy(bytes_ + ip + 16, &to.low, 4);
		__builtin_memcpy(bytes_ + ip + 20, kRouterAlert, sizeof kRouterAlert);
		put16(ip + 10, folded(sum(ip, 24)));
		bytes_[igmp] = 0x11;
		bytes_[igmp + 1] = (group ? kLastResponseMs : kResponseMs) / 100;
		if (group)
			__builtin_memcpy(bytes_ + igmp + 4, &group->low, 4);
		put16(igmp + 2, folded(sum(igmp, 8)));
		length_ = igmp + 8;
	}

	// own: the asker's link-local address.
	void ask_ipv6(u64 from, const IpAddress &own, const IpAddress *group)
	{
		constexpr u32 ip = 14, options = ip + 40, mld = options + 8, kIcmpv6 = 58;
		const IpAddress to = group ? *group : kAllHosts6;
		put_head(group_mac(to), from, kEtherTypeIpv6);
		static constexpr u8 kHeader[8] = {0x60, 0, 0, 0, 0, 32, 0, 1};
		static constexpr u8 kRouterAlert[8] = {kIcmpv6, 0, 5, 2, 0, 0, 1, 0};
		__builtin_memcpy(bytes_ + ip, kHeader, sizeof kHeader);
		__builtin_memcpy(bytes_ + ip + 8, &own, 16);
		__builtin_memcpy(bytes_ + ip + 24, &to, 16);
		__builtin_memcpy(bytes_ + options, kRouterAlert, sizeof kRouterAlert);
		bytes_[mld] = 130;
		put16(mld + 4, group ? kLastResponseMs : kResponseMs);
		if (group)
			__builtin_memcpy(bytes_ + mld + 8, group, 16);
		put16(mld + 2, folded(sum(ip + 8, 32) + 24 + kIcmpv6 + sum(mld, 24)));
		length_ = mld + 24;
	}
};
} // namespace ringway
