// SPDX-License-Identifier: GPL-2.0-only
// Multicast groups: who gets what, and who is a member and for how long.
#include "groups_fixture.hpp"

namespace
{
TEST_F(GroupsTest, WhileNobodyAsksEverybodyGetsEverything)
{
	send(one, igmp2(0x16, kG, kA));
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
	EXPECT_EQ(gets(two, data(kG6)), (Index{0, 1, 3}));
	EXPECT_EQ(gets(two, igmp2(0x16, kOther, kB)), (Index{0, 1, 3}));
}

TEST_F(GroupsTest, MembersAndRoutersGetAGroup)
{
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3}));
	EXPECT_EQ(gets(three, data(kG)), (Index{1}));
	EXPECT_EQ(gets(one, data(kG, kA)), (Index{3}));
	EXPECT_EQ(gets(local, data(kG, kHost)), (Index{1, 3}));
	EXPECT_EQ(gets(two, data(kOther)), (Index{3})) << "that nobody asked for";
	EXPECT_EQ(counted(one, BRLITE_GROUP_JOINED), 1u);
	EXPECT_EQ(members(), 1u);
}

TEST_F(GroupsTest, Ipv6IsAskedForByItself)
{
	send(one, mld2({{4, kG6, 0}}, kA));
	ask(three); // IPv4's
	EXPECT_EQ(gets(two, data(kG6)), (Index{0, 1, 3}));
	ask(three, {}, true);
	EXPECT_EQ(gets(two, data(kG6)), (Index{1, 3}));
	EXPECT_EQ(gets(two, data(ip6(5, 9))), (Index{3}));
	send(one, mld1(132, kG6, kA));
	EXPECT_EQ(gets(two, data(kG6)), (Index{1, 3})) << "until the router has asked again";
}

TEST_F(GroupsTest, WhatIsForAllHostsGoesToAll)
{
	ask(three);
	ask(three, {}, true);
	EXPECT_EQ(gets(two, data(ip4(224, 0, 0, 251))), (Index{0, 1, 3}));
	EXPECT_EQ(gets(two, data(ip6(2, 1))), (Index{0, 1, 3}));
	Bytes stp(mac_of(0x01, 0x80, 0xc2, 0, 0, 0), kB), broadcast(kMacBroadcast, kB),
		other(mac_of(3, 0, 0, 0, 0, 1), kB);
	for (Bytes *frame : {&stp, &broadcast, &other}) {
		const Verdict verdict = judge(two, *frame);
		EXPECT_EQ(verdict.action, BRLITE_FLOOD);
		EXPECT_EQ(verdict.list, 0);
		EXPECT_EQ(verdict.flags, BRLITE_AND_LOCAL);
	}
}

TEST_F(GroupsTest, ReportsGoToRoutersAndQuestionsToAll)
{
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	EXPECT_EQ(gets(two, igmp2(0x16, kG, kB)), (Index{3}))
		<< "a member that hears it would not report itself";
	EXPECT_EQ(gets(two, igmp3({{4, kG, 0}}, kB)), (Index{3}));
	EXPECT_EQ(gets(two, igmp2(0x17, kG, kB)), (Index{3}));
	EXPECT_EQ(gets(three, igmp_query(kC, kRouter, kAll)), (Index{0, 1, 2}));
	EXPECT_EQ(gets(three, igmp_query(kC, kRouter, kG, 10)), (Index{0, 1, 2}));
}

TEST_F(GroupsTest, TheFirstAnswersAreWaitedFor)
{
	send(three, igmp_query(kC, kRouter, kAll));
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
	Hosted::seconds += 12;
	EXPECT_EQ(gets(two, data(kG)), (Index{3}));
	send(three, igmp_query(kC, kRouter, kAll));
	EXPECT_EQ(gets(two, data(kG)), (Index{3})) << "who was asked before has answered";
}

TEST_F(GroupsTest, MembersAndRoutersAreForgotten)
{
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	pass(200);
	ask(two); // a router of the same name has moved
	EXPECT_EQ(gets(local, data(kG, kHost)), (Index{1, 2, 3}));
	pass(100);
	EXPECT_EQ(members(), 0u);
	EXPECT_EQ(gets(local, data(kG, kHost)), (Index{2}));
	pass(200);
	EXPECT_EQ(gets(local, data(kG, kHost)), (Index{1, 2, 3})) << "nobody asks any more";
}

TEST_F(GroupsTest, LeavingAtOnce)
{
	ask(three);
	made->set_policy(*one, BRLITE_FAST_LEAVE);
	send(one, igmp3({{4, kG, 0}, {4, kOther, 0}}, kA));
	send(two, igmp2(0x16, kG, kB));
	send(one, igmp3({{3, kG, 0}}, kA));
	EXPECT_EQ(gets(three, data(kG)), (Index{2}));
	EXPECT_EQ(gets(three, data(kOther)), (Index{1}));
	send(two, igmp2(0x17, kG, kB));
	EXPECT_EQ(gets(three, data(kG)), (Index{2})) << "there may be another member behind that port";
	EXPECT_EQ(counted(one, BRLITE_GROUP_LEFT), 1u);
}

TEST_F(GroupsTest, AQuestionAboutOneGroupShortensItsTime)
{
	ask(three);
	send(one, igmp3({{4, kG, 0}, {4, kOther, 0}}, kA));
	send(two, igmp2(0x16, kG, kB));
	send(three, igmp_query(kC, kRouter, kG, 10));
	send(two, igmp2(0x16, kG, kB)); // answers
	pass(5);
	EXPECT_EQ(gets(three, data(kG)), (Index{2}));
	EXPECT_EQ(gets(three, data(kOther)), (Index{1}));
}

// Verdicts of batches under way name it: it is free again two seconds later, also where the pool was full.
TEST(Members, ASetOutlivesAMemberForWhomThereWasNoRoom)
{
	const u64 seed[2] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9};
	const auto members = std::make_unique<brlite::Members>();
	const u32 now = 1000;
	members->init(seed);
	ASSERT_TRUE(members->add(kG, 0, 1, now, true).ok());
	ASSERT_TRUE(members->add(ip4(224, 129, 2, 3), 0, 1, now, true).ok()); // of the same MAC address
	for (u32 i = 0; i < 2046; i++)
		ASSERT_TRUE(
			members->add(ip4(239, 2, 1, static_cast<u8>(i / 66)), 0, 1 + i % 66, now, true).ok());
	ASSERT_FALSE(members->add(kOther, 0, 1, now, false).ok()) << "one record is left, and two are needed";
	const u64 mac = group_mac(kOther);
	members->age_sets(now + 1);
	EXPECT_NE(members->set_of(mac, 0), brlite::kMostSets);
	members->age_sets(now + 2);
	EXPECT_EQ(members->set_of(mac, 0), brlite::kMostSets);
}

// The groups 239.1.2.3 and 224.129.2.3 have one MAC address.
TEST_F(GroupsTest, GroupsThatShareAnAddressShareReceivers)
{
	const IpAddress same = ip4(224, 129, 2, 3);
	ASSERT_EQ(group_mac(kG), group_mac(same));
	ask(three);
	made->set_policy(*one, BRLITE_FAST_LEAVE);
	send(one, igmp3({{4, kG, 0}, {4, same, 0}}, kA));
	send(one, igmp2(0x17, same, kA));
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3})) << "one membership of two is left";
	send(one, igmp2(0x17, kG, kA));
	EXPECT_EQ(gets(two, data(kG)), (Index{3}));
	EXPECT_EQ(members(), 0u);
}

TEST_F(GroupsTest, ThisHostGetsWhatItWants)
{
	ask(three);
	HostFilter filter;
	filter.add(group_mac(kG));
	groups->set_host(filter);
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 3}));
	EXPECT_EQ(gets(two, data(kOther)), (Index{3}));
	filter.take_all();
	groups->set_host(filter);
	EXPECT_EQ(gets(two, data(kOther)), (Index{0, 3}));
	groups->set_host({});
	made->set_promisc(true);
	EXPECT_EQ(gets(two, data(kOther)), (Index{0, 3}));
}
} // namespace
