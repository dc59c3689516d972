// SPDX-License-Identifier: GPL-2.0-only
// Multicast groups: whoever asks for members may go, be somebody else, or ask about others; and members stay.
//
// Cases of docs/security.md: BR-25
#include "groups_fixture.hpp"

namespace
{
class QueriersTest : public GroupsTest
{
protected:
	u32 questions()
	{
		GroupQuestion asked;
		u32 n = 0;
		while (groups->next_question(Hosted::seconds, nullptr, asked))
			n++;
		return n;
	}
	// This bridge asks, and everybody has answered.
	void be_querier()
	{
		groups->set_querier(true, Hosted::seconds);
		questions();
		Hosted::seconds += 12;
		questions();
		Hosted::seconds += 30; // the second round, after a quarter of the interval
		questions();
		Hosted::seconds += 10; // the next one may be asked for
	}
	static FrameBytes query3(const IpAddress &group, u8 flags, u8 sources, u8 code = 10)
	{
		FrameBytes message = {0x11, code, 0, 0};
		put_address(message, group);
		message.insert(message.end(), {flags, 125, 0, sources});
		message.resize(message.size() + 4 * sources, 9);
		return igmp(group == kAll ? ip4(224, 0, 0, 1) : group, kC, kRouter, message);
	}
	static FrameBytes mld_query2(u8 flags, u8 sources)
	{
		FrameBytes message = {130, 0, 0, 0, 0x03, 0xe8, 0, 0};
		put_address(message, kG6);
		message.insert(message.end(), {flags, 125, 0, sources});
		message.resize(message.size() + 16 * sources, 9);
		return mld(kG6, kC, message);
	}
};

TEST_F(QueriersTest, APortThatComesUpIsAskedSoon)
{
	be_querier();
	EXPECT_EQ(questions(), 0u);
	made->set_up(*one, false);
	made->set_up(*one, true);
	EXPECT_EQ(questions(), 2u) << "of both protocols";
	for (u32 i = 0; i < 9; i++) {
		Hosted::seconds++;
		made->set_up(*one, false);
		made->set_up(*one, true);
		EXPECT_EQ(questions(), 0u) << "a port that comes and goes does not make all others answer";
	}
	Hosted::seconds++;
	EXPECT_EQ(questions(), 2u);
}

TEST_F(QueriersTest, WhereAnotherWhoAskedIsGoneThisBridgeAsksAtOnce)
{
	be_querier();
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3}));
	pass(230);
	questions();
	pass(20);
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3})) << "nobody has been asked yet: all get it";
	EXPECT_GE(questions(), 1u);
	send(one, igmp2(0x16, kG, kA));
	Hosted::seconds += 12;
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
}

TEST_F(QueriersTest, OtherVlansOfThisHostAreAskedBeforeTheyAreBelieved)
{
	be_querier();
	send(one, igmp2(0x16, kG, kA));
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
	made->vlans_joined(*local);
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
	EXPECT_EQ(questions(), 2u);
	Hosted::seconds += 12;
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
	made->vlans_joined(*two);
	EXPECT_EQ(gets(one, data(kOther, kA)), (Index{}));
	EXPECT_EQ(questions(), 2u);
}

TEST_F(QueriersTest, WhatWasForgottenIsAskedForAndFloodedMeanwhile)
{
	be_querier();
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	questions();
	Hosted::seconds += 12;
	made->forget();
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
	EXPECT_EQ(questions(), 2u);
	send(one, igmp2(0x16, kG, kA));
	Hosted::seconds += 12;
	EXPECT_TRUE(gets(two, data(kG)).contains(1));
	EXPECT_FALSE(gets(one, data(kOther, kA)).contains(2));
}

TEST_F(QueriersTest, AQuestionAboutOneGroupIsSentTwice)
{
	be_querier();
	send(one, igmp2(0x16, kG, kA));
	send(one, igmp2(0x17, kG, kA));
	EXPECT_EQ(questions(), 1u);
	Hosted::seconds++;
	EXPECT_EQ(questions(), 1u) << "the first one may have been lost";
	Hosted::seconds++;
	EXPECT_EQ(questions(), 0u);
	send(one, igmp2(0x16, kG, kA)); // another member's answer
	pass(10);
	EXPECT_EQ(gets(two, data(kG)), (Index{1}));
}

TEST_F(QueriersTest, AQuestionThatDoesNotConcernAMemberDoesNotEndIt)
{
	ask(three);
	ask(three, {}, true);
	const auto stays = [&](const FrameBytes &question, const IpAddress &group) {
		send(one, is_ipv4(group) ? igmp2(0x16, group, kA) : mld2({{4, group, 0}}, kA));
		send(three, question);
		pass(5);
		return gets(two, data(group)).contains(1);
	};
	EXPECT_TRUE(stays(query3(kG, 2, 1), kG)) << "about a source that it may not want";
	EXPECT_TRUE(stays(query3(kG, 8 | 2, 0), kG)) << "repeated: routers are told to leave their timers";
	EXPECT_FALSE(stays(query3(kG, 2, 0), kG));
	EXPECT_TRUE(stays(mld_query2(2, 1), kG6));
	EXPECT_TRUE(stays(mld_query2(8 | 2, 0), kG6));
	EXPECT_FALSE(stays(mld_query2(2, 0), kG6));
}

// BR-25: nobody else's membership ends, and the router keeps its place
TEST_F(QueriersTest, WhatNoHostAnswersEndsNothing)
{
	ask(three);
	send(one, igmp2(0x16, kG, kA));
	FrameBytes message = {0x11, 1, 0, 0};
	put_address(message, kG);
	const IpAddress lowest = ip4(0, 0, 0, 1), routers = ip4(224, 0, 0, 2);
	send(two, igmp(routers, kB, lowest, message));
	EXPECT_EQ(counted(two, BRLITE_GROUP_MALFORMED), 1u);
	send(two, igmp_query(kB, lowest, kG, 1)); // who asks about one is not the one who asks
	pass(5);
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3}));
	for (u32 i = 0; i < 30; i++) {
		ask(three);
		send(one, igmp2(0x16, kG, kA));
		send(two, igmp_query(kB, lowest, kG, 1));
	}
	EXPECT_EQ(gets(local, data(kOther, kHost)), (Index{3})) << "of the two, the router";
}

// BR-25: whoever is believed to ask silences this bridge, so hosts have to answer.
TEST_F(QueriersTest, WhoAsksWhatNoHostAnswersIsNotTheOneWhoAsks)
{
	const auto refused = [this](FrameBytes question) {
		const u64 before = counted(two, BRLITE_GROUP_MALFORMED);
		send(two, question);
		return counted(two, BRLITE_GROUP_MALFORMED) == before + 1;
	};
	const FrameBytes good = igmp_query(kB, kRouter, kAll), good6 = mld1(130, {}, kB, 1000);
	EXPECT_TRUE(refused(query3(kAll, 2, 1))) << "about all groups of one source";
	EXPECT_TRUE(refused(query3(kAll, 2, 0, 0xff))) << "an hour to answer";
	FrameBytes elsewhere = good;
	mac_store(elsewhere.data(), group_mac(kG));
	EXPECT_TRUE(refused(elsewhere)) << "where no host listens";
	FrameBytes no_alert = good6;
	for (u32 i = 0; i < 8; i++) // the hop-by-hop header has padding instead
		no_alert[14 + 40 + i] = i == 0 ? 58 : i == 2 ? 1 : i == 3 ? 4 : 0;
	EXPECT_TRUE(refused(no_alert)) << "that no host looks at";
	EXPECT_FALSE(refused(query3(kAll, 2, 0)));
	EXPECT_FALSE(refused(good));
	EXPECT_FALSE(refused(good6));
}

// Members that this bridge has asked are known; after it forgot them, whoever asks is answered first.
TEST_F(QueriersTest, WhoComesBackIsBelievedWhenMembersHaveAnswered)
{
	be_querier();
	send(one, igmp2(0x16, kG, kA));
	send(three, igmp_query(kC, kRouter, kAll));
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3}));
	made->forget();
	send(three, igmp_query(kC, kRouter, kAll));
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3})) << "nobody has answered yet";
	Hosted::seconds += 5;
	send(one, igmp2(0x16, kG, kA));
	send(three, igmp_query(kC, kRouter, kAll));
	Hosted::seconds += 7;
	EXPECT_EQ(gets(two, data(kG)), (Index{1, 3})) << "who asks again makes nobody wait for longer";
}

// The question for a VLAN that is new may have to wait, and so do those who believe the answers.
TEST_F(QueriersTest, AnswersAreWaitedForFromTheQuestionOn)
{
	be_querier();
	made->set_up(*one, false);
	made->set_up(*one, true);
	EXPECT_EQ(questions(), 2u);
	Hosted::seconds += 1;
	made->vlans_joined(*local);
	EXPECT_EQ(questions(), 0u);
	Hosted::seconds += 9;
	EXPECT_EQ(questions(), 2u);
	Hosted::seconds += 10;
	EXPECT_EQ(gets(two, data(kG)), (Index{0, 1, 3}));
	Hosted::seconds += 1;
	EXPECT_EQ(gets(two, data(kG)), (Index{}));
}

TEST_F(QueriersTest, AGuestThatIsNoRouterIsNotTheOneWhoAsks)
{
	ask(three);
	two->is_guest = true;
	made->set_policy(*two, BRLITE_NEVER_ROUTER);
	send(two, igmp_query(kB, ip4(0, 0, 0, 1), kAll));
	ask(three);
	EXPECT_EQ(gets(local, data(kOther, kHost)), (Index{3}));
}

TEST_F(QueriersTest, NeverARouterFromNowOn)
{
	ask(two);
	EXPECT_EQ(gets(one, data(kOther, kA)), (Index{2}));
	made->set_policy(*two, BRLITE_NEVER_ROUTER);
	EXPECT_EQ(gets(one, data(kOther, kA)), (Index{}));
}

// What keeps a port from floods of groups does not keep questions from its members.
TEST_F(QueriersTest, EverybodyHearsQuestions)
{
	ask(three);
	made->set_policy(*one, BRLITE_NO_MULTICAST_FLOOD);
	EXPECT_EQ(gets(three, igmp_query(kC, kRouter, kAll)), (Index{0, 1, 2}));
	EXPECT_EQ(gets(local, igmp_query(kHost, kRouter, kAll)), (Index{1, 2, 3}));
	EXPECT_EQ(gets(two, data(ip4(224, 0, 0, 251))), (Index{0, 3}));
	EXPECT_EQ(gets(local, data(ip4(224, 0, 0, 251), kHost)), (Index{1, 2, 3})) << "of this host's own";
	made->set_policy(*one, BRLITE_NO_BROADCAST_FLOOD);
	Bytes request(kMacBroadcast, kHost);
	Port *ports[4];
	u32 cursor = 0;
	EXPECT_EQ(made->flood_ports(*local, request.frame, 0, ports, 4, cursor), 3u);
	cursor = 0;
	EXPECT_EQ(made->flood_ports(*two, request.frame, 0, ports, 4, cursor), 1u);
}
} // namespace
