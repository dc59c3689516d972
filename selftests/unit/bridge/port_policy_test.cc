// SPDX-License-Identifier: GPL-2.0-only
// What an administrator can ask of a port: isolation, flooding, learning, the lock to its addresses.
#include "switch_fixture.hpp"
#include <thread>

namespace
{
constexpr u64 kGroup = mac_of(0x33, 0x33, 0, 0, 0, 1);
constexpr u64 kNobody = mac_of(0, 1, 2, 3, 4, 5);

class PolicyTest : public SwitchTest
{
protected:
	void isolate(std::initializer_list<Port *> ports)
	{
		for (Port *port : ports)
			made->set_policy(*port, BRLITE_ISOLATED);
	}
	void put(Port *port, u64 mac, u32 flags = FdbTarget::kStatic)
	{
		ASSERT_EQ(made->set(*port, mac, flags, true), Error::none);
	}
};

// BR-02, BR-03: what locks a port to its address replaces what was learned there, and nothing else.
TEST_F(PolicyTest, AnEntryTakesNobodysAddress)
{
	judge(two, {kMacBroadcast, kA});
	put(one, kA);
	EXPECT_EQ(made->set(*two, kA, FdbTarget::kStatic, true), Error::taken) << "another guest's";
	EXPECT_EQ(made->set(*two, kA, 0, true), Error::taken);
	put(one, kA); // again is nothing new
	for (const u64 key : {kHost, fdb_key(kHost, 10)})
		EXPECT_EQ(made->set(*two, key, FdbTarget::kStatic, true), Error::taken) << "this host's";
	EXPECT_EQ(judge(two, {kA, kB}).port, one);
	EXPECT_EQ(judge(two, {kHost, kB}).action, BRLITE_LOCAL);
	ASSERT_EQ(made->erase(one, kA), Error::none);
	put(two, kA);
	put(local, kA, FdbTarget::kStatic | FdbTarget::kLocal); // this host's come first
	EXPECT_EQ(judge(one, {kA, kB}).action, BRLITE_LOCAL);
}

// BR-17
TEST_F(PolicyTest, IsolatedPortsExchangeNothing)
{
	judge(one, {kMacBroadcast, kA});
	judge(two, {kMacBroadcast, kB});
	isolate({one, two});
	expect_drop(one, {kB, kA}, BRLITE_DROP_ISOLATED);
	expect_drop(two, {kA, kB}, BRLITE_DROP_ISOLATED);
	for (u64 to : {kMacBroadcast, kGroup, kNobody}) {
		EXPECT_EQ(judge(one, {to, kA}).action, BRLITE_FLOOD);
		EXPECT_EQ(flooded(one, {to, kA}), (std::vector<Port *>{three}));
		EXPECT_EQ(flooded(three, {to, kA}), (std::vector<Port *>{one, two}));
	}
}

TEST_F(PolicyTest, IsolatedPortsReachTheOthersAndThisHost)
{
	judge(three, {kMacBroadcast, kB});
	isolate({one, two});
	const Verdict verdict = judge(one, {kB, kA});
	EXPECT_EQ(verdict.action, BRLITE_PORT);
	EXPECT_EQ(verdict.port, three);
	EXPECT_EQ(verdict.flags, 0) << "and directly";
	EXPECT_EQ(judge(three, {kA, kB}).port, one);
	EXPECT_EQ(judge(one, {kHost, kA}).action, BRLITE_LOCAL);
	EXPECT_EQ(judge(local, {kA, kHost}).port, one);
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).flags, BRLITE_AND_LOCAL)
		<< "one list of ports for all of a batch";
}

TEST_F(PolicyTest, IsolationEndsWhenItIsTakenBack)
{
	judge(two, {kMacBroadcast, kB});
	isolate({one, two});
	made->set_policy(*two, 0);
	EXPECT_EQ(judge(one, {kB, kA}).port, two);
	EXPECT_EQ(flooded(one, {kMacBroadcast, kA}), (std::vector<Port *>{two, three}));
}

// BR-07
TEST_F(PolicyTest, FloodsGoWhereTheyAreWanted)
{
	made->set_policy(*two, BRLITE_NO_UNICAST_FLOOD);
	made->set_policy(*three, BRLITE_NO_MULTICAST_FLOOD | BRLITE_NO_BROADCAST_FLOOD);
	for (Port *in : {one, local}) {
		std::vector<Port *> others = in == one ? std::vector<Port *>{} : std::vector<Port *>{one};
		const auto with = [&](Port *port) {
			std::vector<Port *> all = others;
			all.push_back(port);
			return all;
		};
		EXPECT_EQ(flooded(in, {kNobody, kA}), with(three));
		const auto all = in == local ? std::vector<Port *>{one, two, three} : with(two);
		EXPECT_EQ(flooded(in, {kGroup, kA}), all)
			<< "this host's own goes to all, as on Linux' bridge";
		EXPECT_EQ(flooded(in, {kMacBroadcast, kA}), all);
	}
	judge(two, {kMacBroadcast, kB});
	EXPECT_EQ(judge(one, {kB, kA}).port, two) << "what is meant for it comes";
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).flags, BRLITE_AND_LOCAL | BRLITE_VIA_SKB)
		<< "frames of a batch have different ports";
	made->set_policy(*two, 0);
	made->set_policy(*three, 0);
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).flags, BRLITE_AND_LOCAL);
	EXPECT_EQ(one->policy, 0u) << "nothing is left of it anywhere";
}

TEST_F(PolicyTest, WhoJoinsLaterKnowsWhatOthersAskFor)
{
	made->set_policy(*two, BRLITE_NO_BROADCAST_FLOOD);
	Port *four = add();
	EXPECT_EQ(flooded(four, {kMacBroadcast, kA}), (std::vector<Port *>{one, three}));
	made->detach(*two);
	EXPECT_EQ(four->policy, 0u) << "and that nobody does any more";
}

TEST_F(PolicyTest, LearningOff)
{
	made->set_policy(*one, BRLITE_NO_LEARNING);
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).action, BRLITE_FLOOD);
	EXPECT_FALSE(made->fdb().find(kA));
	made->set_up(*one, false);
	made->set_up(*one, true);
	judge(one, {kMacBroadcast, kA});
	EXPECT_FALSE(made->fdb().find(kA)) << "not after the port was down either";
	made->set_policy(*one, 0);
	judge(one, {kMacBroadcast, kA});
	EXPECT_TRUE(made->fdb().find(kA));
}

// BR-01
TEST_F(PolicyTest, LockedPortUsesOnlyItsAddresses)
{
	judge(one, {kMacBroadcast, kB});
	put(one, kA);
	made->set_policy(*one, BRLITE_LOCKED);
	const u32 entries = made->entries();
	EXPECT_FALSE(made->fdb().find(kB)) << "learned before, but not said by hand";
	for (int i = 0; i < 2; i++) {
		expect_drop(one, {kMacBroadcast, kB}, BRLITE_DROP_LOCKED_MAC);
		expect_drop(one, {kA, kNobody}, BRLITE_DROP_LOCKED_MAC);
		EXPECT_EQ(judge(one, {kMacBroadcast, kA}).action, BRLITE_FLOOD);
		Hosted::seconds++;
	}
	EXPECT_EQ(made->entries(), entries) << "the FDB is as it was";
	EXPECT_EQ(made->erase(nullptr, kA), Error::none);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_LOCKED_MAC); // in the same second
	expect_drop(one, {kMacBroadcast, kHost}, BRLITE_DROP_SOURCE_LOCAL);
}

TEST_F(PolicyTest, LockHoldsInTheSecondItIsMade)
{
	judge(one, {kMacBroadcast, kA}); // remembered by the port
	made->set_policy(*one, BRLITE_LOCKED);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_LOCKED_MAC);
}

// BR-01, BR-02
TEST_F(PolicyTest, AddressOfALockedPortIsNobodyElsesSource)
{
	judge(two, {kMacBroadcast, kA}); // remembered by the other port
	put(one, kA);
	EXPECT_EQ(judge(two, {kMacBroadcast, kA}).action, BRLITE_FLOOD) << "static alone does not refuse";
	made->set_policy(*one, BRLITE_LOCKED);
	expect_drop(two, {kMacBroadcast, kA}, BRLITE_DROP_LOCKED_MAC);
	EXPECT_EQ(judge(three, {kA, kNobody}).port, one);
}

TEST_F(PolicyTest, ByHandStaysWhenOtherSettingsOfALockedPortChange)
{
	made->set_policy(*one, BRLITE_LOCKED);
	put(one, kA, 0); // "dynamic": it ages
	made->set_policy(*one, BRLITE_LOCKED | BRLITE_ISOLATED);
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).action, BRLITE_FLOOD);
}

// BR-02
TEST_F(PolicyTest, StickyEntryAgesButDoesNotMove)
{
	put(one, kA, FdbTarget::kSticky);
	judge(two, {kMacBroadcast, kA});
	EXPECT_EQ(counted(two, BRLITE_LEARN_STATIC), 1u);
	EXPECT_EQ(judge(three, {kA, kB}).port, one);
	Hosted::seconds += 299;
	made->age();
	EXPECT_TRUE(made->fdb().find(kA));
	judge(one, {kMacBroadcast, kA}); // used
	Hosted::seconds += 299;
	made->age();
	EXPECT_TRUE(made->fdb().find(kA));
	Hosted::seconds++;
	made->age();
	EXPECT_FALSE(made->fdb().find(kA));
	judge(two, {kMacBroadcast, kA});
	EXPECT_EQ(judge(three, {kA, kB}).port, two);
}

TEST_F(PolicyTest, PolicyOfOthersCostsOwnFramesNothing)
{
	judge(one, {kMacBroadcast, kA});
	judge(two, {kMacBroadcast, kB});
	made->set_policy(*three, BRLITE_LOCKED | BRLITE_NO_LEARNING | BRLITE_ISOLATED);
	EXPECT_EQ(one->policy, 0u);
	EXPECT_EQ(two->policy, 0u);
}

// What is to be copied becomes an skb, and nothing else does.
TEST_F(PolicyTest, MirroredFramesGoAsSkbs)
{
	for (Port *port : {one, two, three})
		port->owner = port;
	judge(two, {kMacBroadcast, kB});
	made->set_policy(*one, BRLITE_MIRROR_FROM);
	EXPECT_EQ(judge(one, {kB, kA}).flags, BRLITE_VIA_SKB);
	EXPECT_EQ(judge(one, {kB, kA}).port, two);
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).flags, BRLITE_AND_LOCAL | BRLITE_VIA_SKB);
	EXPECT_EQ(judge(one, {kHost, kA}).action, BRLITE_LOCAL);
	EXPECT_EQ(judge(two, {kA, kB}).flags, 0) << "what goes to it is another matter";
	EXPECT_EQ(judge(two, {kMacBroadcast, kB}).flags, BRLITE_AND_LOCAL);
	EXPECT_EQ(two->policy, 0u);
	made->set_policy(*one, BRLITE_MIRROR_TO);
	EXPECT_EQ(judge(one, {kB, kA}).flags, 0);
	EXPECT_EQ(judge(two, {kA, kB}).flags, BRLITE_VIA_SKB);
	EXPECT_EQ(judge(three, {kB, kNobody}).flags, 0) << "between others";
	EXPECT_EQ(judge(three, {kMacBroadcast, kNobody}).flags, BRLITE_AND_LOCAL | BRLITE_VIA_SKB);
	EXPECT_EQ(flooded(three, {kMacBroadcast, kNobody}), (std::vector<Port *>{one, two}));
	made->set_policy(*one, 0);
	EXPECT_EQ(three->policy, 0u);
	EXPECT_EQ(judge(two, {kA, kB}).flags, 0);
}
} // namespace
