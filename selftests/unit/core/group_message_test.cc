// SPDX-License-Identifier: GPL-2.0-only
// What IGMP and MLD say, and what is no message of theirs.
#include "core/group_query.hpp"
#include "group_frames.hpp"
#include <gtest/gtest.h>
#include <cstring>
#include <memory>

using namespace ringway;
using namespace ringway::test;

namespace
{
using Kind = GroupMessage::Kind;
constexpr u64 kMac = mac_of(0, 0x16, 0x3e, 0, 0, 10);
const IpAddress kG = ip4(239, 1, 2, 3), kG6 = ip6(5, 0x01020304);

struct Read {
	GroupMessage message;
	std::vector<GroupRecord> records;
};

// As many bytes as there are and not one more: the sanitizer sees a read behind them.
Read read(const FrameBytes &frame, size_t staged = ~size_t{0})
{
	const size_t length = std::min(staged, frame.size());
	const std::unique_ptr<u8[]> exact(new u8[length]);
	std::memcpy(exact.get(), frame.data(), length);
	GroupParser parser(exact.get(), static_cast<u32>(length));
	Read out{parser.parse(), {}};
	GroupRecord record;
	while (out.message.kind == Kind::report && parser.next(record))
		out.records.push_back(record);
	return out;
}
Kind kind(const FrameBytes &frame, size_t staged = ~size_t{0})
{
	return read(frame, staged).message.kind;
}
void expect_one(const FrameBytes &frame, const IpAddress &group, bool joins, bool leaves)
{
	const Read got = read(frame);
	ASSERT_EQ(got.message.kind, Kind::report);
	ASSERT_EQ(got.records.size(), 1u);
	EXPECT_EQ(got.records[0].group, group);
	EXPECT_EQ(got.records[0].joins, joins);
	EXPECT_EQ(got.records[0].leaves, leaves);
}

TEST(GroupMessage, ReportsOfAllVersions)
{
	expect_one(igmp2(0x12, kG, kMac), kG, true, false);
	expect_one(igmp2(0x16, kG, kMac), kG, true, false);
	expect_one(igmp2(0x17, kG, kMac), kG, false, true);
	expect_one(mld1(131, kG6, kMac), kG6, true, false);
	expect_one(mld1(132, kG6, kMac), kG6, false, true);
	expect_one(igmp2(0x16, kG, kMac, 7), kG, true, false);
}

TEST(GroupMessage, RecordsOfVersion3)
{
	struct {
		u8 type;
		u32 sources;
		bool joins, leaves;
	} cases[] = {{1, 0, false, true},  {1, 2, true, false}, {2, 0, true, false}, {3, 0, false, true},
		     {3, 1, true, false},  {4, 0, true, false}, {5, 3, true, false}, {5, 0, false, false},
		     {6, 1, false, false}, {9, 1, false, false}};
	for (const auto &c : cases) {
		expect_one(igmp3({{c.type, kG, c.sources}}, kMac), kG, c.joins, c.leaves);
		expect_one(mld2({{c.type, kG6, c.sources}}, kMac), kG6, c.joins, c.leaves);
	}
	const Read many = read(igmp3({{4, kG, 0}, {6, kG, 3}, {3, ip4(239, 9, 9, 9), 0}}, kMac));
	ASSERT_EQ(many.records.size(), 3u);
	EXPECT_EQ(many.records[2].group, ip4(239, 9, 9, 9));
	EXPECT_TRUE(many.records[2].leaves);
	EXPECT_EQ(read(igmp3({}, kMac)).records.size(), 0u);
}

TEST(GroupMessage, Questions)
{
	const Read all = read(igmp_query(kMac, ip4(10, 0, 0, 9), ip4(0, 0, 0, 0)));
	EXPECT_EQ(all.message.kind, Kind::query);
	EXPECT_FALSE(all.message.asks_for_one);
	EXPECT_EQ(all.message.response_ms, 10000u);
	EXPECT_EQ(all.message.source, ip4(10, 0, 0, 9));
	EXPECT_EQ(read(igmp_query(kMac, ip4(10, 0, 0, 9), ip4(0, 0, 0, 0), 0)).message.response_ms, 10000u);
	const Read one = read(igmp_query(kMac, ip4(10, 0, 0, 9), kG, 10));
	EXPECT_TRUE(one.message.asks_for_one);
	EXPECT_EQ(one.message.group, kG);
	EXPECT_EQ(one.message.response_ms, 1000u);
	EXPECT_EQ(kind(igmp_query(kMac, ip4(10, 0, 0, 9), ip4(10, 0, 0, 1))), Kind::malformed);
	const FrameBytes wide =
		igmp(ip4(224, 0, 0, 1), kMac, ip4(10, 0, 0, 9), {0x11, 0x9a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
	EXPECT_EQ(read(wide).message.response_ms, ((0xau | 0x10) << 4) * 100);
	EXPECT_EQ(kind(igmp(ip4(224, 0, 0, 1), kMac, kG, {0x11, 9, 0, 0, 0, 0, 0, 0, 0, 0})),
		  Kind::malformed);
	EXPECT_EQ(read(mld1(130, {}, kMac, 5000)).message.response_ms, 5000u);
	EXPECT_EQ(kind(mld1(130, {}, kMac, 5000)), Kind::query);
	EXPECT_TRUE(read(mld1(130, kG6, kMac, 1000)).message.asks_for_one);
}

TEST(GroupMessage, OurOwnQuestionsAreRight)
{
	for (const bool one : {false, true}) {
		GroupQuery query;
		query.ask_ipv4(kMac, one ? &kG : nullptr);
		Read got = read({query.bytes(), query.bytes() + query.length()});
		EXPECT_EQ(got.message.kind, Kind::query);
		EXPECT_EQ(got.message.source, ip4(0, 0, 0, 0));
		EXPECT_EQ(got.message.asks_for_one, one);
		EXPECT_EQ(got.message.response_ms, one ? 1000u : 10000u);
		query.ask_ipv6(kMac, ip6(0, 77), one ? &kG6 : nullptr);
		got = read({query.bytes(), query.bytes() + query.length()});
		EXPECT_EQ(got.message.kind, Kind::query);
		EXPECT_EQ(got.message.source, ip6(0, 77));
		EXPECT_EQ(got.message.asks_for_one, one);
		EXPECT_EQ(got.message.response_ms, one ? 1000u : 10000u);
	}
}

TEST(GroupMessage, RoutersShowThemselves)
{
	EXPECT_EQ(kind(igmp(ip4(224, 0, 0, 13), kMac, ip4(10, 0, 0, 9), {0x20, 0, 0, 0, 0, 1, 0, 2}, 0, 103)),
		  Kind::router);
	EXPECT_EQ(kind(igmp(ip4(224, 0, 0, 13), kMac, ip4(10, 0, 0, 9), {0x23, 0, 0, 0, 0, 1, 0, 2}, 0, 103)),
		  Kind::none);
	EXPECT_EQ(kind(igmp(ip4(224, 0, 0, 106), kMac, ip4(10, 0, 0, 9), {0x30, 20, 0, 0, 0, 0, 0, 0})),
		  Kind::router);
	EXPECT_EQ(kind(mld(ip6(2, 0x6a), kMac, {151, 20, 0, 0, 0, 0, 0, 0})), Kind::router);
}

// BR-25
// Each byte of a message counts: with any of them changed it says nothing, or something else that is whole.
TEST(GroupMessage, CutShortOrChangedItIsNotBelieved)
{
	const FrameBytes frames[] = {igmp2(0x16, kG, kMac), igmp3({{4, kG, 1}, {3, kG, 0}}, kMac),
				     mld1(131, kG6, kMac), mld2({{4, kG6, 1}, {3, kG6, 0}}, kMac)};
	for (const FrameBytes &whole : frames) {
		for (size_t length = 14; length < whole.size(); length++)
			EXPECT_NE(kind(whole, length), Kind::report) << length;
		for (size_t i = 14; i < whole.size(); i++) {
			FrameBytes changed = whole;
			changed[i] ^= 0x40;
			const bool option_of_ipv6 = whole[12] == 0x86 && i >= 55 && i < 62;
			const bool label = whole[12] == 0x86 && (i == 15 || i == 16 || i == 17);
			if (!option_of_ipv6 && !label) { // these are in no checksum
				EXPECT_NE(kind(changed), Kind::report) << i;
			}
		}
		FrameBytes padded = whole;
		padded.resize(padded.size() + 9, 0xee);
		EXPECT_EQ(kind(padded), Kind::report);
	}
}

TEST(GroupMessage, LengthsFitIntoEachOther)
{
	FrameBytes more = {0x22, 0, 0, 0, 0, 0, 0xff, 0xff};
	EXPECT_EQ(kind(igmp(ip4(224, 0, 0, 22), kMac, kG, more)), Kind::malformed);
	more = {0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0x40, 0, 239, 1, 1, 1};
	EXPECT_EQ(kind(igmp(ip4(224, 0, 0, 22), kMac, kG, more)), Kind::malformed);
	more = {0x22, 0, 0, 0, 0, 0, 0, 1, 4, 1, 0, 0, 239, 1, 1, 1};
	EXPECT_EQ(kind(igmp(ip4(224, 0, 0, 22), kMac, kG, more)), Kind::malformed);
	EXPECT_EQ(kind(igmp(kG, kMac, kG, {0x16, 0, 0, 0, 239, 1})), Kind::malformed);
	EXPECT_EQ(kind(mld(ip6(2, 0x16), kMac, {143, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0})), Kind::malformed);
	EXPECT_EQ(kind(mld(kG6, kMac, {131, 0, 0, 0, 0, 0, 0, 0})), Kind::malformed);
}

TEST(GroupMessage, MldPassesNoRouter)
{
	FrameBytes message = {131, 0, 0, 0, 0, 0, 0, 0};
	put_address(message, kG6);
	EXPECT_EQ(kind(mld(kG6, kMac, message, 64)), Kind::malformed);
	EXPECT_EQ(kind(mld(kG6, kMac, message, 1)), Kind::report);
}

TEST(GroupMessage, FragmentsAndOtherTraffic)
{
	FrameBytes fragment = igmp2(0x16, kG, kMac);
	fragment[20] = 0x20; // more fragments
	put_sum(fragment, 24, 14);
	EXPECT_EQ(kind(fragment), Kind::malformed);
	EXPECT_EQ(kind(igmp(kG, kMac, kG, {0, 1, 0, 2, 0, 8, 0, 0}, 0, 17)), Kind::none); // UDP
	FrameBytes arp = ethernet(kMacBroadcast, kMac, 0x0806, 0);
	arp.resize(60);
	EXPECT_EQ(kind(arp), Kind::none);
	EXPECT_EQ(kind(igmp2(0x13, kG, kMac)), Kind::none);
}

TEST(GroupMessage, WhatOneCanBeAMemberOf)
{
	EXPECT_TRUE(is_joinable_group(kG) && is_joinable_group(ip4(224, 0, 1, 0)) && is_joinable_group(kG6));
	EXPECT_TRUE(is_joinable_group(ip6(2, 0xfb)));
	EXPECT_FALSE(is_joinable_group(ip4(224, 0, 0, 251)) || is_joinable_group(ip4(10, 0, 0, 1)) ||
		     is_joinable_group(ip4(255, 255, 255, 255)));
	EXPECT_FALSE(is_joinable_group(ip6(2, 1)) || is_joinable_group(ip6(1, 5)) ||
		     is_joinable_group(ip6(0, 5)));
	IpAddress all_ones = ip6(0xff, 5);
	all_ones.high = kIpv4High;
	EXPECT_FALSE(is_joinable_group(all_ones)); // which would look like an IPv4 address
	EXPECT_EQ(group_mac(ip4(239, 129, 2, 3)), mac_of(1, 0, 0x5e, 1, 2, 3));
	EXPECT_EQ(group_mac(ip6(5, 0x01020304)), mac_of(0x33, 0x33, 1, 2, 3, 4));
	EXPECT_TRUE(mac_is_for_all(mac_of(1, 0, 0x5e, 0, 0, 251)) &&
		    mac_is_for_all(mac_of(0x33, 0x33, 0, 0, 0, 1)));
	EXPECT_FALSE(mac_is_for_all(mac_of(0x33, 0x33, 0, 0, 0, 2)) ||
		     mac_is_for_all(mac_of(1, 0, 0x5e, 0, 1, 0)));
	EXPECT_TRUE(is_below(ip4(10, 0, 0, 9), ip4(10, 0, 1, 0)) &&
		    !is_below(ip4(10, 0, 0, 9), ip4(10, 0, 0, 9)));
}
} // namespace
