// SPDX-License-Identifier: GPL-2.0-only
//
// An ordered list of rules. The first rule that matches a flow decides about it; if none does, the default
// action decides. A list never changes once it is built; to change rules, a new list replaces it.
//
// A rule without a condition has masks of zero and port ranges that hold every port, so that no condition
// needs a branch. Cost: about 6 instructions for a rule of another protocol, 25 for one whose addresses have
// to be compared.
#pragma once
#include "core/flow.hpp"

namespace ringway
{
// A mask of an address's first `bits` bits, in the order of its bytes in memory.
inline IpAddress prefix_mask(u32 bits, bool v4)
{
	u8 bytes[16] = {};
	for (u32 i = 0; i < bits && i < 128; i++)
		bytes[i / 8] = static_cast<u8>(bytes[i / 8] | 0x80 >> i % 8);
	return v4 ? IpAddress{0, load_ipv4(bytes).low} : load_ipv6(bytes);
}

class Rule
{
	struct Range {
		u16 first = 0, span = 0xffff;
		bool holds(u16 port) const { return static_cast<u16>(port - first) <= span; }
	};
	struct Prefix {
		IpAddress value{}, mask{};
		u64 differs(const IpAddress &a) const
		{
			return ((a.high ^ value.high) & mask.high) | ((a.low ^ value.low) & mask.low);
		}
	};

	u32 mask_ = 0, value_ = 0; // for Flow::key
	Range from_ports_, to_ports_;
	Prefix from_, to_;

public:
	static constexpr u32 kMost = 32;

	// Each of these adds a condition. INVARIANT: each is called at most once.
	void want(u32 mask, u32 value)
	{
		mask_ |= mask;
		value_ |= value;
	}
	void want_protocol(u8 protocol)
	{
		want(Flow::kIp | Flow::kProtocol, Flow::kIp | u32{protocol} << Flow::kProtocolShift);
	}
	void want_from(IpAddress address, u32 bits) { from_ = prefix(address, bits); }
	void want_to(IpAddress address, u32 bits) { to_ = prefix(address, bits); }
	void want_from_ports(u16 first, u16 last) { from_ports_ = ports(first, last); }
	void want_to_ports(u16 first, u16 last) { to_ports_ = ports(first, last); }

	bool matches(const Flow &flow) const
	{
		if ((flow.key & mask_) != value_)
			return false;
		if ((from_.differs(flow.from) | to_.differs(flow.to)) != 0)
			return false;
		return from_ports_.holds(flow.from_port) && to_ports_.holds(flow.to_port);
	}

private:
	static Prefix prefix(IpAddress address, u32 bits)
	{
		return {address, prefix_mask(bits, address.high == kIpv4High)};
	}
	Range ports(u16 first, u16 last)
	{
		want(Flow::kPorts, Flow::kPorts);
		return {first, static_cast<u16>(last - first)};
	}
};

class RuleList
{
	u32 count_ = 0;
	u64 accepts_ = 0; // one bit for each rule, and one for kDefault
	Rule rules_[Rule::kMost];

public:
	// What find() may return besides a rule's number.
	static constexpr u32 kDefault = Rule::kMost, kHidden = Rule::kMost + 1;
	static constexpr u32 kOutcomes = Rule::kMost + 2;

	explicit RuleList(bool accept_default) : accepts_(u64{accept_default} << kDefault) {}

	// INVARIANT: called at most kMost times.
	Rule &add(bool accept)
	{
		accepts_ |= u64{accept} << count_;
		return rules_[count_++];
	}

	// Which rule decides: the first that matches, or kDefault. A flow that hides something matches none.
	u32 find(const Flow &flow) const
	{
		if (RINGWAY_UNLIKELY(flow.hidden))
			return kHidden;
		for (u32 i = 0; i < count_; i++)
			if (rules_[i].matches(flow))
				return i;
		return kDefault;
	}
	bool accepts(u32 outcome) const { return accepts_ >> outcome & 1; }
};
} // namespace ringway
