// SPDX-License-Identifier: GPL-2.0-only
//
// What a frame says about multicast groups: IGMPv1 to v3, MLDv1 and v2, and the signs of a multicast router
// (PIM's hello, multicast router discovery).
//
// HOSTILE: every byte. Nothing is read behind `staged`; a message counts only if it is whole, its lengths fit
// into each other and its checksum is right. What fails is `malformed` and tells nobody anything. A message
// in fragments is one of these, and so is one whose checksum is left to somebody else: no host sends such.
// The number of records is bounded by the frame; who handles them bounds them by time.
#pragma once
#include "core/frame.hpp"
#include "core/group_address.hpp"
#include "core/router_alert.hpp"

namespace ringway
{
// Joins a group, leaves it, or neither.
struct GroupRecord {
	IpAddress group;
	bool joins, leaves;
};

struct GroupMessage {
	enum class Kind : u8 {
		none,      // not about groups
		malformed, // about groups, and not to be believed
		query,
		report, // who is a member, or leaves
		router, // a multicast router is there
	};
	Kind kind = Kind::none;
	bool ipv6 = false;
	bool asks_for_one = false; // query: for members of `group`
	bool shortens = false;     // query: who does not answer it is no member of `group` any more
	u32 response_ms = 0;       // query: how long members may take to answer
	IpAddress source, group;
};

class GroupParser
{
	using Kind = GroupMessage::Kind;

	static constexpr u8 kIgmp = 2, kIcmpv6 = 58, kPim = 103, kHopByHop = 0;
	static constexpr u32 kMostTags = 2, kIpv4Header = 20, kIpv6Header = 40;

	static constexpr u32 kLongestResponse = 60000; // ms; who lets members think for longer asks nobody

	const u8 *const frame_;
	const u8 *at_;
	u32 left_;
	u32 records_ = 0;  // still to come
	bool one_ = false; // of a version where a report is about one group
	IpAddress to_{};
	GroupMessage message_{};

public:
	// INVARIANT: staged >= kEthernetHeader.
	GroupParser(const u8 *frame, u32 staged)
	    : frame_(frame), at_(frame + kEthernetHeader), left_(staged - kEthernetHeader)
	{
	}

	const GroupMessage &parse()
	{
		u16 type = load_be16(at_ - 2);
		for (u32 tags = 0; is_any_vlan_type(type); tags++) {
			if (tags == kMostTags || left_ < kVlanTag)
				return message_;
			skip(kVlanTag);
			type = load_be16(at_ - 2);
		}
		if (type == kEtherTypeIpv4)
			ipv4();
		else if (type == kEtherTypeIpv6)
			ipv6();
		return message_;
	}

	// The next record of a report; false: there are no more. INVARIANT: parse() said `report`, so the
	// records lie within the frame.
	bool next(GroupRecord &record)
	{
		if (!records_)
			return false;
		records_--;
		const u32 address = one_ ? (message_.ipv6 ? 8 : 4) : 4;
		record = {message_.ipv6 ? load_ipv6(at_ + address) : load_ipv4(at_ + address), false, false};
		if (one_) {
			record.leaves = at_[0] == (message_.ipv6 ? 132 : 0x17);
			record.joins = !record.leaves;
			return true;
		}
		enum : u8 { is_include = 1, is_exclude, to_include, to_exclude, allow };
		const u8 type = at_[0];
		const bool sources = load_be16(at_ + 2);
		const bool include = type == is_include || type == to_include;
		// Who wants what some sources send is a member; which sources is for the receiver to sort
		// out.
		record.joins =
			type == is_exclude || type == to_exclude || ((include || type == allow) && sources);
		record.leaves = include && !sources;
		skip(record_bytes());
		return true;
	}

private:
	void skip(u32 bytes)
	{
		at_ += bytes;
		left_ -= bytes;
	}
	void is(Kind kind) { message_.kind = kind; }

	static u32 sum(const u8 *bytes, u32 length)
	{
		u32 total = 0;
		for (; length > 1; bytes += 2, length -= 2)
			total += load_be16(bytes);
		return length ? total + (bytes[0] << 8) : total;
	}
	// INVARIANT: of at most 64 KiB, so nothing overflowed.
	static bool is_right(u32 total)
	{
		total = (total & 0xffff) + (total >> 16);
		return ((total & 0xffff) + (total >> 16)) == 0xffff;
	}

	// --- IPv4 ------------------------------------------------------------------------------------

	void ipv4()
	{
		if (left_ < kIpv4Header || (at_[9] != kIgmp && at_[9] != kPim))
			return;
		const u8 protocol = at_[9];
		const u32 header = (at_[0] & 15) * 4u, total = load_be16(at_ + 2);
		is(Kind::malformed);
		if (at_[0] >> 4 != 4 || header < kIpv4Header || total < header || total > left_ ||
		    load_be16(at_ + 6) & 0x3fff || !is_right(sum(at_, header)))
			return;
		message_.source = load_ipv4(at_ + 12);
		to_ = load_ipv4(at_ + 16);
		left_ = total; // what follows is padding
		skip(header);
		if (left_ < (protocol == kIgmp ? 8 : 4) || !is_right(sum(at_, left_)))
			return;
		protocol == kIgmp ? igmp() : pim();
	}

	void igmp()
	{
		enum : u8 {
			query = 0x11,
			report1 = 0x12,
			report2 = 0x16,
			leave = 0x17,
			report3 = 0x22,
			router = 0x30
		};
		switch (at_[0]) {
		case query:
			if (left_ > 8 && left_ < 12)
				return;
			return asked(load_ipv4(at_ + 4), left_ == 8 ? at_[1] * 100u : floating(at_[1]) * 100,
				     left_ == 8 ? nullptr : at_ + 8);
		case report1:
		case report2:
		case leave:
			one_ = true;
			records_ = 1;
			return is(Kind::report);
		case report3:
			return records();
		default:
			return is(at_[0] == router ? Kind::router : Kind::none);
		}
	}

	void pim()
	{
		constexpr u8 version2_hello = 0x20;
		is(at_[0] == version2_hello ? Kind::router : Kind::none);
	}

	// Four bits behind three of exponent, from 128 on.
	static u32 floating(u8 code)
	{
		return code < 128 ? code : ((code & 0xfu) | 0x10) << ((code >> 4 & 7) + 3);
	}

	// --- IPv6 ------------------------------------------------------------------------------------

	// MLD comes behind a hop-by-hop header, from a link-local address or none, and passes no router.
	void ipv6()
	{
		if (left_ < kIpv6Header || (at_[6] != kHopByHop && at_[6] != kPim))
			return;
		const u8 *ip = at_;
		const u32 payload = load_be16(at_ + 4);
		message_.ipv6 = true;
		message_.source = load_ipv6(at_ + 8);
		to_ = load_ipv6(at_ + 24);
		skip(kIpv6Header);
		if (ip[6] == kHopByHop && (left_ < 8 || at_[0] != kIcmpv6))
			return;
		is(Kind::malformed);
		const bool linked = (load_be16(ip + 8) & 0xffc0) == 0xfe80,
			   unnamed = message_.source == IpAddress{};
		if (ip[0] >> 4 != 6 || payload > left_ || ip[7] != 1 || (!linked && !unnamed))
			return;
		left_ = payload; // what follows is padding
		const u32 options = ip[6] == kHopByHop ? (at_[1] + 1u) * 8 : 0;
		if (left_ < options + 4)
			return;
		const bool alert = has_router_alert(at_, options);
		skip(options);
		const u8 protocol = ip[6] == kHopByHop ? kIcmpv6 : kPim;
		if (!is_right(sum(ip + 8, 32) + left_ + protocol + sum(at_, left_)))
			return;
		protocol == kPim ? pim() : mld(linked && alert);
	}

	// heard: by hosts, if it is a question.
	void mld(bool heard)
	{
		enum : u8 { query = 130, report1, done, report2 = 143, router = 151 };
		const u8 type = at_[0];
		if (type == router)
			return is(Kind::router);
		if (type != query && type != report1 && type != done && type != report2)
			return is(Kind::none);
		if (type == report2)
			return left_ < 8 ? void() : records();
		if (left_ < 24 || (type == query && (!heard || (left_ > 24 && left_ < 28))))
			return;
		if (type == query)
			return asked(load_ipv6(at_ + 8),
				     left_ == 24 ? load_be16(at_ + 4) : floating_wide(load_be16(at_ + 4)),
				     left_ == 24 ? nullptr : at_ + 24);
		one_ = true;
		records_ = 1;
		is(Kind::report);
	}

	static u32 floating_wide(u16 code)
	{
		return code < 0x8000 ? code : ((code & 0xfffu) | 0x1000) << ((code >> 12 & 7) + 3);
	}

	// --- Both ------------------------------------------------------------------------------------

	// later: what the later versions have behind the group, null: it is of an earlier one. HOSTILE: it
	// counts only if hosts answer it, and soon (RFC 3376, 4.1.12 and 4.1.8): else nobody would know of
	// any member.
	void asked(IpAddress group, u32 response_ms, const u8 *later)
	{
		const IpAddress nobody = message_.ipv6 ? IpAddress{} : IpAddress{kIpv4High, 0};
		constexpr u32 of_version1 = 10000;
		const bool one = group != nobody, sources = later && load_be16(later + 2);
		message_.asks_for_one = one;
		message_.group = group;
		message_.response_ms = response_ms || message_.ipv6 ? response_ms : of_version1;
		// Who wants other sources than these keeps silent; and a question that is repeated for the
		// sake of those who did not hear it shortens nothing (the S flag).
		constexpr u8 suppress = 8;
		message_.shortens = one && !sources && !(later && later[0] & suppress);
		const IpAddress all = message_.ipv6 ? kAllHosts6 : kAllHosts4;
		const bool heard = to_ == (one ? group : all) && mac_load(frame_) == group_mac(to_);
		if (heard && message_.response_ms <= kLongestResponse &&
		    (one ? is_joinable_group(group) : !sources))
			is(Kind::query);
	}

	u32 record_bytes() const
	{
		const u32 address = message_.ipv6 ? 16 : 4;
		return 4 + address * (1u + load_be16(at_ + 2)) + at_[1] * 4u;
	}

	// Goes through all of them once: a report is whole, or nothing of it counts.
	void records()
	{
		const u32 head = message_.ipv6 ? 20 : 8;
		const u32 count = load_be16(at_ + 6);
		skip(8);
		const u8 *first = at_;
		const u32 bytes = left_;
		for (u32 i = 0; i < count; i++) {
			if (left_ < head || left_ < record_bytes())
				return;
			skip(record_bytes());
		}
		at_ = first;
		left_ = bytes;
		records_ = count;
		is(Kind::report);
	}
};
} // namespace ringway
