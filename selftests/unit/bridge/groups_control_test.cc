// SPDX-License-Identifier: GPL-2.0-only
// Multicast groups: who asks for members, what an administrator says, and what nobody can do with reports.
//
// Cases of docs/security.md: BR-08, BR-25
#include "groups_fixture.hpp"

namespace
{
class GroupsControlTest : public GroupsTest
{
};

TEST_F(GroupsControlTest, TheLowestAddressIsTheQuerier)
{
	ask(three, ip4(10, 0, 0, 9));
	ask(two, ip4(10, 0, 0, 10));
	EXPECT_EQ(gets(one, data(kG, kA)), (Index{3})) << "who lost the election has no router behind it";
	ask(two, ip4(10, 0, 0, 8));
	EXPECT_EQ(gets(one, data(kG, kA)), (Index{2, 3}));
	ask(one, kAll); // in nobody's name
	EXPECT_EQ(gets(two, data(kG)), (Index{3}));
}

TEST_F(GroupsControlTest, RoutersByHand)
{
	made->set_policy(*one, BRLITE_ALWAYS_ROUTER);
	made->set_policy(*three, BRLITE_NEVER_ROUTER);
	ask(three);
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
	send(three, igmp2(0x16, kG, kC));
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3})) << "what has a member, too";
	send(three, igmp2(0x17, kG, kC));
	EXPECT_EQ(groups->remove_member(kG, 0, three->index, Hosted::seconds), Error::none);
	made->set_policy(*one, 0);
	EXPECT_EQ(gets(two, data(kG)), (Index{}));
	made->set_groups(nullptr);
	groups = std::make_unique<brlite_groups>(); // a later one knows them too
	made->set_policy(*one, BRLITE_ALWAYS_ROUTER);
	const u64 seed[2] = {1, 2};
	groups->init(seed);
	made->set_groups(groups.get());
	groups->set_host({});
	ask(three);
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
}

TEST_F(GroupsControlTest, MembersByHandStayAndMulticastFloodDoesNotConcernThem)
{
	ask(three);
	EXPECT_EQ(groups->set_member(kG, 0, one->index, true, false, Hosted::seconds), Error::none);
	EXPECT_EQ(groups->set_member(kG, 0, one->index, true, false, Hosted::seconds), Error::exists);
	made->set_policy(*one, BRLITE_NO_MULTICAST_FLOOD | BRLITE_FAST_LEAVE);
	send(one, igmp2(0x17, kG, kA));
	pass(250);
	ask(three);
	pass(20);
	made->set_up(*one, false);
	made->set_up(*one, true);
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3}));
	EXPECT_EQ(groups->remove_member(kG, 0, one->index, Hosted::seconds), Error::none);
	EXPECT_EQ(groups->remove_member(kG, 0, one->index, Hosted::seconds), Error::missing);
	EXPECT_EQ(gets(two, data(kG)), (Index{3}));
	made->set_groups(nullptr);
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 3})) << "with no flood of multicast to one";
}

TEST_F(GroupsControlTest, APortThatGoesTakesItsMembershipsAlong)
{
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	send(two, igmp2(0x16, kG, kB));
	made->set_up(*one, false);
	EXPECT_EQ(members(), 1u);
	made->set_up(*one, true);
	EXPECT_EQ(gets(three, data(kG)), (Index{2}));
	EXPECT_EQ(groups->set_member(kOther, 0, two->index, true, false, 0), Error::none);
	made->detach(*two);
	EXPECT_EQ(members(), 0u);
	ASSERT_TRUE(made->attach(*two, false));
	made->set_up(*two, true);
	EXPECT_EQ(gets(three, data(kG)), (Index{}));
}

// BR-08: whatever a group's frames say and whoever gets them, an uplink's limit counts each, and those to one
// port are not counted.
TEST_F(GroupsControlTest, ALimitOnFloodsCountsFramesToGroups)
{
	brlite_storm limits;
	limits.limit[BRLITE_STORM_MULTICAST].set(1, 5);
	three->storm = &limits;
	made->set_policy(*three, BRLITE_STORM);
	judge(two, Bytes(kMacBroadcast, kB));
	send(one, igmp2(0x16, kG, kA)); // so three's questions are the first it sends
	ask(three); // a frame to a group as well, and 12 seconds later the limit is full again
	Hosted::ns += 12'000'000'000;
	u32 passed = 0;
	for (u32 i = 0; i < 20; i++)
		passed += send(three, data(i & 1 ? kG : kOther, kC)).action == BRLITE_FLOOD;
	EXPECT_EQ(passed, 5u);
	EXPECT_EQ(counted(three, BRLITE_DROP_STORM), 15u);
	EXPECT_EQ(judge(three, Bytes(kB, kC)).port, two);
}

TEST_F(GroupsControlTest, VlansKnowNothingOfEachOther)
{
	made->filter_vlans(true);
	for (Port *port : {local, one, two, three})
		for (const u32 id : {5u, 6u})
			set_vlan(*port->vlans, id, 0);
	send(three, igmp_query(kC, kRouter, kAll, 100, 5));
	Hosted::seconds += 12;
	send(one, igmp2(0x16, kG, kA, 5));
	EXPECT_EQ(gets(two, data(kG, kB, 5)), (Index{1, 3}));
	EXPECT_EQ(gets(two, data(kG, kB, 6)), (Index{0, 1, 3})) << "where nobody asks";
	send(three, igmp_query(kC, kRouter, kAll, 100, 6));
	Hosted::seconds += 12;
	EXPECT_EQ(gets(two, data(kG, kB, 6)), (Index{3}));
	clear_vlan(*one->vlans, 5);
	EXPECT_EQ(gets(two, data(kG, kB, 5)), (Index{3}));
	made->filter_vlans(false);
	EXPECT_EQ(members(), 0u);
}

TEST_F(GroupsControlTest, ThisBridgeAsks)
{
	GroupQuestion asked;
	EXPECT_FALSE(groups->next_question(Hosted::seconds, nullptr, asked));
	groups->set_querier(true, Hosted::seconds);
	ASSERT_TRUE(groups->next_question(Hosted::seconds, nullptr, asked));
	EXPECT_TRUE(!asked.ipv6 && !asked.for_one && !asked.vlan && asked.port == BRLITE_LOCAL_PORT);
	ASSERT_TRUE(groups->next_question(Hosted::seconds, nullptr, asked));
	EXPECT_TRUE(asked.ipv6);
	EXPECT_FALSE(groups->next_question(Hosted::seconds, nullptr, asked));
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
	send(one, igmp2(0x16, kG, kA));
	Hosted::seconds += 12;
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
	EXPECT_EQ(gets(two, data(kOther)), (Index{}));

	send(one, igmp2(0x17, kG, kA)); // is there another member?
	ASSERT_TRUE(groups->next_question(Hosted::seconds, nullptr, asked));
	EXPECT_TRUE(asked.for_one && asked.group == kG && asked.port == one->index);
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
	pass(5);
	EXPECT_EQ(gets(two, data(kG)), (Index{}));

	Hosted::seconds += 20;
	EXPECT_TRUE(groups->next_question(Hosted::seconds, nullptr, asked)) << "soon after the first time";
	while (groups->next_question(Hosted::seconds, nullptr, asked))
		;
	Hosted::seconds += 100;
	EXPECT_FALSE(groups->next_question(Hosted::seconds, nullptr, asked));
	Hosted::seconds += 25;
	ask(three); // another one does so for IPv4
	ASSERT_TRUE(groups->next_question(Hosted::seconds, nullptr, asked));
	EXPECT_TRUE(asked.ipv6);
	EXPECT_FALSE(groups->next_question(Hosted::seconds, nullptr, asked));
	groups->set_querier(false, Hosted::seconds);
	Hosted::seconds += 1000;
	EXPECT_FALSE(groups->next_question(Hosted::seconds, nullptr, asked));
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
}

TEST_F(GroupsControlTest, ThisBridgeAsksInItsOwnVlans)
{
	brlite_vlans vlans{};
	set_vlan(vlans, 7, 0);
	set_vlan(vlans, 4094, 0);
	groups->set_querier(true, Hosted::seconds);
	std::vector<u32> asked_in;
	GroupQuestion asked;
	while (groups->next_question(Hosted::seconds, &vlans, asked))
		asked_in.push_back(asked.vlan);
	EXPECT_EQ(asked_in, (std::vector<u32>{7, 7, 4094, 4094}));
}

// A guest with an address of its own is no router.
TEST_F(GroupsControlTest, ALockedPortAsksNothing)
{
	made->set_policy(*one, BRLITE_ADDRESS_LOCKED);
	EXPECT_EQ(send(one, igmp_query(kA, kRouter, kAll)).reason, BRLITE_DROP_LOCKED_SERVER);
	Hosted::seconds += 12;
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
}

// BR-25
TEST_F(GroupsControlTest, WhoWantsTooManyGroupsGetsAllAndTakesNobodysPlace)
{
	ask(three);
	send(two, igmp2(0x16, kG, kB));
	for (u32 i = 0; i < 2 * kMembersPerPort; i++)
		send(one, igmp2(0x16, ip4(239, 7, static_cast<u8>(i >> 8), static_cast<u8>(i)), kA));
	EXPECT_EQ(members(), kMembersPerPort + 1);
	EXPECT_EQ(counted(one, BRLITE_GROUP_REFUSED), kMembersPerPort);
	EXPECT_EQ(gets(local, data(ip4(239, 7, 0, 255), kHost)), (Index{1, 3}));
	EXPECT_EQ(gets(local, data(kOther, kHost)), (Index{1, 3}))
		<< "which ports get everything for a while";
	EXPECT_EQ(gets(local, data(kG, kHost)), (Index{1, 2, 3}));
	pass(200);
	ask(three);
	pass(100);
	EXPECT_EQ(gets(local, data(kOther, kHost)), (Index{3}));
	EXPECT_EQ(members(), 0u);
}

// BR-25
TEST_F(GroupsControlTest, ManyPortsWithManyGroupsEach)
{
	ask(three);
	std::vector<Port *> many;
	for (u32 p = 0; p < 60; p++)
		many.push_back(add());
	for (u32 p = 0; p < many.size(); p++)
		for (u32 i = 0; i < kMembersPerPort; i++)
			send(many[p], igmp2(0x16, ip4(239, static_cast<u8>(p), 1, static_cast<u8>(i)),
					    mac_of(0, 0x16, 0x3e, 1, 1, static_cast<u8>(p))));
	EXPECT_LE(members(), kMostMembers / 2);
	send(two, igmp2(0x16, kG, kB)); // there is no room for it any more
	EXPECT_TRUE(gets(one, data(kG, kA)).contains(two->index));
	pass(300);
	pass(3);
	EXPECT_EQ(members(), 0u);
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3})) << "room again";
}

// BR-25
TEST_F(GroupsControlTest, ReportsAreReadAtALimitedRate)
{
	ask(three);
	std::vector<Groups4> records;
	for (u32 i = 0; i < 100; i++)
		records.push_back({4, ip4(239, 3, 0, static_cast<u8>(i))});
	for (u32 i = 0; i < 30; i++)
		send(one, igmp3(records, kA));
	EXPECT_EQ(counted(one, BRLITE_GROUP_JOINED), 100u);
	EXPECT_EQ(counted(one, BRLITE_GROUP_REFUSED), 20u) << "a report each, from the eleventh on";
	EXPECT_EQ(gets(two, data(kOther)), (Index{1, 3}));
	Hosted::seconds++;
	send(one, igmp3({{4, kG, 0}}, kA));
	EXPECT_EQ(counted(one, BRLITE_GROUP_JOINED), 101u);
}

// BR-25
TEST_F(GroupsControlTest, WhatCannotBeBelievedIsCountedAndTreatedAsAnyFrame)
{
	ask(three);
	FrameBytes wrong = igmp2(0x16, kG, kA);
	wrong.back() ^= 1;
	EXPECT_EQ(gets(one, wrong), (Index{3}));
	EXPECT_EQ(counted(one, BRLITE_GROUP_MALFORMED), 1u);
	EXPECT_EQ(members(), 0u);
	send(one, igmp2(0x16, ip4(10, 1, 1, 1), kA));
	EXPECT_EQ(members(), 0u);
}

TEST_F(GroupsControlTest, ASetOutlivesItsLastMemberForAWhile)
{
	ask(three);
	made->set_policy(*one, BRLITE_FAST_LEAVE);
	send(one, igmp2(0x16, kG, kA));
	const u16 list = send(two, data(kG)).list;
	send(one, igmp2(0x17, kG, kA));
	pass(1);
	send(one, igmp2(0x16, kOther, kA));
	EXPECT_NE(send(two, data(kOther)).list, list) << "a verdict may still name it";
	pass(2);
	send(one, igmp2(0x16, ip4(239, 5, 5, 5), kA));
	EXPECT_EQ(send(two, data(ip4(239, 5, 5, 5))).list, list);
}

TEST_F(GroupsControlTest, FramesBesideEachOtherEachHaveTheirOwnList)
{
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	send(two, igmp2(0x16, kOther, kB));
	const FrameBytes frames[] = {data(kG, kC), data(kOther, kC), data(kG, kC), igmp2(0x16, kG, kC)};
	Frame frame[4];
	Verdict verdict[4];
	for (u32 i = 0; i < 4; i++)
		frame[i] = {frames[i].data(), 60, static_cast<u16>(frames[i].size()), 0};
	made->classify(*three, frame, verdict, 4);
	EXPECT_EQ(verdict[0].list, verdict[2].list);
	EXPECT_NE(verdict[0].list, verdict[1].list);
	EXPECT_EQ(verdict[3].list, Groups::kToRouters);
	EXPECT_EQ(members(), 3u) << "the report among them was heard";
}
} // namespace
