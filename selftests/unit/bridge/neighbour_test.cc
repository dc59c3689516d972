// SPDX-License-Identifier: GPL-2.0-only
// 01:80:c2:00:00:00 to 0f, which are for who is at the other end of the wire: when they pass all the same,
// and that they are heard of whatever else is wrong with them. And what is said of loops.
#include "switch_fixture.hpp"

namespace
{
constexpr u64 group(u8 last)
{
	return mac_of(0x01, 0x80, 0xc2, 0, 0, last);
}
constexpr u8 kBridges = 0, kPause = 1, kLinks = 2, kLogin = 3, kLldp = 14;

class Neighbours : public SwitchTest
{
protected:
	void move_to_and_fro(u32 times)
	{
		for (u32 i = 0; i < times; i++)
			judge(i & 1 ? one : two, {kMacBroadcast, kA});
	}
};

// There is no spanning tree here, so a bridge behind one port must find its own frames behind another.
TEST_F(Neighbours, SpanningTreePasses)
{
	const Bytes bpdu{group(kBridges), kA};
	const Verdict verdict = judge(one, bpdu);
	EXPECT_EQ(verdict.action, BRLITE_FLOOD);
	EXPECT_EQ(verdict.flags, BRLITE_AND_LOCAL);
	EXPECT_EQ(flooded(one, bpdu), (std::vector<Port *>{two, three}));
	EXPECT_EQ(judge(local, {group(kBridges), kHost}).action, BRLITE_FLOOD);
	made->forward_groups(0);
	EXPECT_EQ(judge(one, bpdu).action, BRLITE_FLOOD);
}

// What holds for other groups holds for it: it takes no way that nothing else may take.
TEST_F(Neighbours, SpanningTreeIsBoundByPolicy)
{
	const Bytes bpdu{group(kBridges), kA};
	made->set_policy(*one, BRLITE_ISOLATED);
	made->set_policy(*two, BRLITE_ISOLATED);
	EXPECT_EQ(flooded(one, bpdu), (std::vector<Port *>{three}));
	made->set_policy(*three, BRLITE_NO_MULTICAST_FLOOD);
	EXPECT_TRUE(flooded(one, bpdu).empty());
	made->set_policy(*one, BRLITE_LOCKED);
	expect_drop(one, bpdu, BRLITE_DROP_LOCKED_MAC);
	made->set_up(*one, false);
	expect_drop(one, bpdu, BRLITE_DROP_PORT_DOWN);
}

TEST_F(Neighbours, OthersPassIfAskedFor)
{
	made->forward_groups(1u << kLogin | 1u << kLldp);
	for (u8 last = 0; last < 16; last++) {
		const bool passes = last == kBridges || last == kLogin || last == kLldp;
		EXPECT_EQ(judge(one, {group(last), kA}).action, passes ? BRLITE_FLOOD : BRLITE_DROP)
			<< int{last};
	}
	made->forward_groups(0);
	expect_drop(one, {group(kLogin), kA}, BRLITE_DROP_LINK_LOCAL);
}

// Who listens on an uplink gets them by that reason: without a PVID, behind a lock, with the bridge down.
TEST_F(Neighbours, AreJudgedFirst)
{
	made->filter_vlans(true);
	for (Port *port : {one, two}) {
		set_vlan(*port->vlans, 10, 0);
		clear_vlan(*port->vlans, 1);
	}
	for (const u8 last : {kPause, kLinks, kLogin, kLldp})
		expect_drop(one, {group(last), kA}, BRLITE_DROP_LINK_LOCAL);
	expect_drop(one, {group(kBridges), kA}, BRLITE_DROP_VLAN);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_VLAN);
	made->filter_vlans(false);
	made->set_policy(*one, BRLITE_LOCKED);
	expect_drop(one, {group(kLogin), kB}, BRLITE_DROP_LINK_LOCAL);
	expect_drop(one, {group(kLogin), kMacBroadcast}, BRLITE_DROP_LINK_LOCAL);
	made->set_up(*one, false);
	expect_drop(one, {group(kLldp), kA}, BRLITE_DROP_LINK_LOCAL);
	Frame cut = Bytes{group(kLldp), kA}.frame;
	cut.staged = 13;
	Verdict verdict;
	made->classify(*one, &cut, &verdict, 1);
	EXPECT_EQ(verdict.reason, BRLITE_DROP_PORT_DOWN);
}

// Who takes part in a spanning tree of this host hears it and passes it on himself, from guests too.
TEST_F(Neighbours, SpanningTreeStaysWhereThisHostTakesPart)
{
	made->forward_groups(1u << kLldp, true);
	expect_drop(one, {group(kBridges), kA}, BRLITE_DROP_LINK_LOCAL);
	EXPECT_EQ(judge(one, {group(kLldp), kA}).action, BRLITE_FLOOD);
	two->owner = &two;
	const Verdict from_guest = judge(two, {group(kBridges), kB});
	EXPECT_EQ(from_guest.action, BRLITE_HEARD);
	EXPECT_EQ(from_guest.reason, BRLITE_DROP_LINK_LOCAL);
	expect_drop(two, {group(kLogin), kB}, BRLITE_DROP_LINK_LOCAL);
	made->forward_groups(0);
	EXPECT_EQ(judge(two, {group(kBridges), kB}).action, BRLITE_FLOOD);
}

// A port that a spanning tree shut neither sends nor receives, but for the tree's own frames.
TEST_F(Neighbours, AShutPortHearsSpanningTreeAlone)
{
	judge(one, {kMacBroadcast, kA});
	made->set_up(*one, false);
	made->set_gate(*one, BRLITE_GATE_SHUT);
	EXPECT_EQ(made->entries(), 1u);
	expect_drop(one, {group(kBridges), kA}, BRLITE_DROP_LINK_LOCAL);
	expect_drop(one, {group(kLldp), kA}, BRLITE_DROP_LINK_LOCAL);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_PORT_DOWN);
	EXPECT_EQ(flooded(two, {kMacBroadcast, kB}), (std::vector<Port *>{three}));
	EXPECT_EQ(one->learned, 0u);
	one->owner = &one;
	EXPECT_EQ(judge(one, {group(kBridges), kA}).action, BRLITE_HEARD);
}

TEST_F(Neighbours, ALearningPortOnlyLearns)
{
	made->set_up(*one, false);
	made->set_gate(*one, BRLITE_GATE_LEARNING);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_PORT_DOWN);
	EXPECT_EQ(one->learned, 1u);
	expect_drop(two, {kA, kB}, BRLITE_DROP_EGRESS_DOWN);
	made->set_gate(*one, BRLITE_GATE_OPEN);
	made->set_up(*one, true);
	EXPECT_EQ(judge(two, {kA, kB}).port, one) << "what it learned, it knows when it is open";
	made->set_up(*one, false);
	made->set_gate(*one, BRLITE_GATE_LEARNING);
	made->filter_vlans(true);
	set_vlan(*one->vlans, 10, BRLITE_VLAN_PVID);
	Bytes cut{kMacBroadcast, kA};
	cut.frame.staged = 13;
	judge(one, cut);
	EXPECT_EQ(one->learned, 0u);
	judge(one, {kMacBroadcast, kA});
	EXPECT_TRUE(made->fdb().find(fdb_key(kA, 10)));
	made->set_gate(*one, BRLITE_GATE_SHUT);
	EXPECT_EQ(one->learned, 0u);
}

// BR-22: one such frame may be anybody's who writes this host's address into it; a loop brings them by the
// thousand.
TEST_F(Neighbours, OurOwnFramesThatGoRoundAreALoop)
{
	for (u32 second = 0; second < 4; second++, Hosted::seconds++)
		for (u32 i = 0; i < 15; i++)
			judge(one, {kMacBroadcast, kHost});
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_LOOP], 0u);
	for (u32 i = 0; i < 100; i++)
		judge(one, {kMacBroadcast, kHost});
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_LOOP], 1u);
	EXPECT_EQ(counted(one, BRLITE_LOOP_SEEN), 1u);
}

TEST_F(Neighbours, OurOwnFramesThatComeBackAreSaid)
{
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_OWN_ADDRESS], 0u);
	expect_drop(one, {kMacBroadcast, kHost}, BRLITE_DROP_SOURCE_LOCAL);
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_OWN_ADDRESS], 1u);
	EXPECT_EQ(Hosted::told_mac, kHost);
}

TEST_F(Neighbours, AStationThatNeverRestsIsSaid)
{
	for (u32 second = 0; second < 3; second++, Hosted::seconds++) {
		EXPECT_EQ(Hosted::told[BRLITE_NEWS_RESTLESS], 0u);
		move_to_and_fro(100);
	}
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_RESTLESS], 2u); // of either port, once a second
	EXPECT_EQ(counted(one, BRLITE_LOOP_SEEN) + counted(two, BRLITE_LOOP_SEEN), 2u);
	EXPECT_EQ(Hosted::told_mac, kA);
}

// One second of it is no loop, nor is a station that moves now and then, nor a thousand that move once.
TEST_F(Neighbours, StationsMayMove)
{
	for (u32 i = 0; i < 5; i++, Hosted::seconds += 2)
		move_to_and_fro(100);
	for (u32 second = 0; second < 20; second++, Hosted::seconds++)
		move_to_and_fro(20);
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_RESTLESS], 0u);
	make(1000);
	one->learn_limit = two->learn_limit = 500;
	const auto station = [](u32 n) {
		return mac_of(0, 0x16, 0x3e, 1, static_cast<u8>(n >> 8), static_cast<u8>(n));
	};
	for (u32 n = 0; n < 400; n++)
		judge(one, {kMacBroadcast, station(n)});
	for (u32 n = 0; n < 400; n++, Hosted::seconds += n % 40 == 0)
		judge(two, {kMacBroadcast, station(n)});
	EXPECT_EQ(counted(two, BRLITE_MOVED), 400u);
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_RESTLESS], 0u);
}
} // namespace
