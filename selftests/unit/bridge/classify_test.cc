// SPDX-License-Identifier: GPL-2.0-only
// The switch's decisions, frame by frame, and what they leave in the FDB and in the counters.
#include "switch_fixture.hpp"
#include <random>
#include <thread>

namespace
{
TEST_F(SwitchTest, UnknownUnicastIsFloodedThenLearned)
{
	Verdict verdict = judge(one, {kB, kA});
	EXPECT_EQ(verdict.action, BRLITE_FLOOD);
	EXPECT_EQ(verdict.flags, 0) << "unknown unicast is none of this host's business";
	EXPECT_EQ(counted(one, BRLITE_FLOODED), 1u);
	EXPECT_EQ(counted(one, BRLITE_LEARNED), 1u);

	verdict = judge(two, {kA, kB});
	EXPECT_EQ(verdict.action, BRLITE_PORT);
	EXPECT_EQ(verdict.port, one);
	EXPECT_EQ(verdict.owner, nullptr);
	EXPECT_EQ(counted(two, BRLITE_FORWARDED), 1u);

	verdict = judge(one, {kB, kA});
	EXPECT_EQ(verdict.action, BRLITE_PORT);
	EXPECT_EQ(verdict.port, two);
}

// Another CPU's second may have begun when this one's has not.
TEST_F(SwitchTest, WhatWasUsedASecondAheadIsNotOld)
{
	Hosted::seconds = 1001;
	judge(one, {kB, kA});
	Hosted::seconds = 1000;
	made->age();
	EXPECT_EQ(judge(two, {kA, kB}).action, BRLITE_PORT);
}

TEST_F(SwitchTest, OwnerComesWithTheVerdict)
{
	int owner;
	one->owner = &owner;
	judge(one, {kB, kA});
	EXPECT_EQ(judge(two, {kA, kB}).owner, &owner);
	one->owner = nullptr;
	EXPECT_EQ(judge(two, {kA, kB}).owner, nullptr);
}

// A driver that did not act upon a verdict asks again: the frame is counted once.
TEST_F(SwitchTest, WhatIsTakenBackIsNotCountedTwice)
{
	judge(two, {kA, kB});
	const Bytes bytes{kB, kA};
	const Verdict verdict = judge(one, bytes);
	ASSERT_EQ(verdict.action, BRLITE_PORT);
	made->take_back(*one, &bytes.frame, &verdict, 1);
	EXPECT_EQ(counted(one, BRLITE_FORWARDED), 0u);
	judge(one, bytes);
	EXPECT_EQ(counted(one, BRLITE_FORWARDED), 1u);
}

// BR-25
TEST_F(SwitchTest, GroupFramesGoEverywhereAndToThisHost)
{
	for (u64 group : {kMacBroadcast, mac_of(0x33, 0x33, 0, 0, 0, 1), mac_of(0x01, 0, 0x5e, 0, 0, 1)}) {
		const Verdict verdict = judge(one, {group, kA});
		EXPECT_EQ(verdict.action, BRLITE_FLOOD);
		EXPECT_EQ(verdict.flags, BRLITE_AND_LOCAL);
	}
	EXPECT_EQ(judge(local, {kMacBroadcast, kHost}).flags, 0) << "this host has heard itself already";
}

TEST_F(SwitchTest, FloodLeavesOutIngressDownAndSmallPorts)
{
	const Bytes small{kMacBroadcast, kA};
	EXPECT_EQ(flooded(one, small), (std::vector<Port *>{two, three}));
	EXPECT_EQ(flooded(local, small), (std::vector<Port *>{one, two, three}));
	EXPECT_EQ(flooded(local, small, 1), (std::vector<Port *>{one, two, three})) << "in bites of one";
	EXPECT_EQ(flooded(local, small, 2), (std::vector<Port *>{one, two, three}));
	made->set_up(*two, false);
	EXPECT_EQ(flooded(one, small), (std::vector<Port *>{three}));
	three->max_frame = 1000;
	EXPECT_TRUE(flooded(one, {kMacBroadcast, kA, 1200}).empty());
	EXPECT_EQ(counted(three, BRLITE_DROP_OVERSIZE), 1u);
	EXPECT_EQ(flooded(one, {kMacBroadcast, kA, 1200, BRLITE_FRAME_GSO}), (std::vector<Port *>{three}));
}

TEST_F(SwitchTest, ThisHostIsAPortLikeOthers)
{
	EXPECT_EQ(judge(one, {kHost, kA}).action, BRLITE_LOCAL);
	EXPECT_EQ(counted(one, BRLITE_TO_LOCAL), 1u);
	const Verdict verdict = judge(local, {kA, kHost});
	EXPECT_EQ(verdict.action, BRLITE_PORT);
	EXPECT_EQ(verdict.port, one);
	expect_drop(local, {kHost, kHost}, BRLITE_DROP_HAIRPIN);
}

TEST_F(SwitchTest, PromiscuousHostGetsCopies)
{
	judge(one, {kB, kA});
	made->set_promisc(true);
	EXPECT_EQ(judge(two, {kA, kB}).flags, BRLITE_AND_LOCAL);
	EXPECT_EQ(judge(one, {mac_of(0, 1, 2, 3, 4, 5), kA}).flags, BRLITE_AND_LOCAL);
	EXPECT_EQ(judge(local, {kA, kHost}).flags, 0);
	made->set_promisc(false);
	EXPECT_EQ(judge(two, {kA, kB}).flags, 0);
}

// BR-04
TEST_F(SwitchTest, InvalidSourcesAreDroppedAndNeverLearned)
{
	for (u64 source : {u64{0}, kMacBroadcast, mac_of(0x01, 0, 0x5e, 0, 0, 1)}) {
		expect_drop(one, {kB, source}, BRLITE_DROP_SOURCE_INVALID);
		expect_drop(one, {kMacBroadcast, source}, BRLITE_DROP_SOURCE_INVALID);
	}
	EXPECT_EQ(made->entries(), 1u);
	// Not even where the port's shortcut was just made void.
	judge(one, {kB, kA});
	made->flush(nullptr);
	expect_drop(one, {kB, 0}, BRLITE_DROP_SOURCE_INVALID);
	made->set_ageing(0);
	expect_drop(one, {kB, 0}, BRLITE_DROP_SOURCE_INVALID);
}

// BR-03
TEST_F(SwitchTest, OwnAddressesAreNobodyElsesSource)
{
	expect_drop(one, {kB, kHost}, BRLITE_DROP_SOURCE_LOCAL);
	EXPECT_EQ(judge(two, {kHost, kB}).action, BRLITE_LOCAL);
}

// BR-12
TEST_F(SwitchTest, LinkLocalIsNeverForwarded)
{
	for (u8 last = 1; last < 16; last++)
		expect_drop(one, {mac_of(0x01, 0x80, 0xc2, 0, 0, last), kA}, BRLITE_DROP_LINK_LOCAL);
	EXPECT_EQ(judge(one, {mac_of(0x01, 0x80, 0xc2, 0, 0, 16), kA}).action, BRLITE_FLOOD);
	expect_drop(local, {mac_of(0x01, 0x80, 0xc2, 0, 0, 0x0e), kHost}, BRLITE_DROP_LINK_LOCAL);
}

// BR-18: buffers of exactly the staged length; ASan sees a read behind them.
TEST_F(SwitchTest, RuntsAreDroppedUnread)
{
	for (u16 length = 0; length < 14; length++) {
		std::unique_ptr<u8[]> exact(new u8[length]);
		Frame frame{exact.get(), length, length, 0};
		Verdict verdict;
		made->classify(*one, &frame, &verdict, 1);
		EXPECT_EQ(verdict.reason, BRLITE_DROP_RUNT);
	}
	std::unique_ptr<u8[]> header(new u8[14]());
	mac_store(header.get(), kB);
	mac_store(header.get() + 6, kA);
	Frame frame{header.get(), 1500, 14, 0};
	Verdict verdict;
	made->classify(*one, &frame, &verdict, 1);
	EXPECT_EQ(verdict.action, BRLITE_FLOOD);
	EXPECT_EQ(counted(one, BRLITE_DROP_RUNT), 14u);
}

// BR-22
TEST_F(SwitchTest, NeverBackToWhereItCameFrom)
{
	judge(one, {kMacBroadcast, kA});
	judge(one, {kMacBroadcast, kB});
	expect_drop(one, {kB, kA}, BRLITE_DROP_HAIRPIN);
}

// BR-19
TEST_F(SwitchTest, OversizeIsDroppedUnlessGso)
{
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(judge(two, {kA, kB, kMaxFrame}).action, BRLITE_PORT);
	expect_drop(two, {kA, kB, kMaxFrame + 1}, BRLITE_DROP_OVERSIZE);
	EXPECT_EQ(judge(two, {kA, kB, 65549, BRLITE_FRAME_GSO}).action, BRLITE_PORT);
	EXPECT_EQ(judge(two, {kHost, kB, 65549}).action, BRLITE_LOCAL)
		<< "this host's stack looks after itself";
}

TEST_F(SwitchTest, DownPortsNeitherSendNorGet)
{
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(made->set(*one, kB, FdbTarget::kStatic, false), Error::none);
	made->set_up(*one, false);
	EXPECT_FALSE(made->fdb().find(kA)) << "what was learned there is forgotten";
	EXPECT_TRUE(made->fdb().find(kB)) << "what the administrator said stays";
	EXPECT_EQ(judge(two, {kA, mac_of(0, 1, 1, 1, 1, 1)}).action, BRLITE_FLOOD);
	expect_drop(two, {kB, mac_of(0, 1, 1, 1, 1, 1)}, BRLITE_DROP_EGRESS_DOWN);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_PORT_DOWN);
	EXPECT_FALSE(made->fdb().find(kA));
	made->set_up(*one, true);
	EXPECT_EQ(judge(two, {kB, mac_of(0, 1, 1, 1, 1, 1)}).action, BRLITE_PORT);
}

// BR-24
TEST_F(SwitchTest, AddressMovesAtOnceAndBackAtOnce)
{
	judge(one, {kMacBroadcast, kA});
	judge(two, {kMacBroadcast, kA});
	EXPECT_EQ(judge(three, {kA, kB}).port, two);
	EXPECT_EQ(counted(two, BRLITE_MOVED), 1u);
	// In the same second: the shortcut of the first port must not hide that its address left.
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(judge(three, {kA, kB}).port, one);
	EXPECT_EQ(one->learned, 1u);
	EXPECT_EQ(two->learned, 0u);
}

// BR-02
TEST_F(SwitchTest, StaticEntryDoesNotMove)
{
	ASSERT_EQ(made->set(*two, kB, FdbTarget::kStatic, false), Error::none);
	const Verdict verdict = judge(one, {kMacBroadcast, kB});
	EXPECT_EQ(verdict.action, BRLITE_FLOOD);
	EXPECT_EQ(counted(one, BRLITE_LEARN_STATIC), 1u);
	EXPECT_EQ(judge(three, {kB, kA}).port, two);
	Hosted::seconds += 100000;
	made->age();
	EXPECT_EQ(judge(three, {kB, kA}).port, two);
}

TEST_F(SwitchTest, AgeingForgetsTheSilentAndKeepsTheUsed)
{
	judge(one, {kMacBroadcast, kA});
	judge(two, {kMacBroadcast, kB});
	for (int i = 0; i < 299; i++) {
		Hosted::seconds++;
		judge(one, {kMacBroadcast, kA});
	}
	made->age();
	EXPECT_TRUE(made->fdb().find(kB)) << "299 seconds are not 300";
	Hosted::seconds++;
	made->age();
	EXPECT_TRUE(made->fdb().find(kA));
	EXPECT_FALSE(made->fdb().find(kB));
	EXPECT_EQ(two->learned, 0u);
	judge(two, {kMacBroadcast, kB});
	EXPECT_TRUE(made->fdb().find(kB)) << "the shortcut does not outlive its entry";
}

TEST_F(SwitchTest, RefreshIsOneStoreASecond)
{
	judge(one, {kMacBroadcast, kA});
	FdbSlot *slot = made->fdb().find(kA).slot;
	slot->seen = 5; // a second touch in this second would overwrite it
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(slot->seen, 5u);
	Hosted::seconds++;
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(slot->seen, Hosted::now());
}

TEST_F(SwitchTest, AgeingTimeZeroLearnsNothing)
{
	judge(one, {kMacBroadcast, kA});
	made->set_ageing(0);
	EXPECT_EQ(made->entries(), 1u) << "only this host's own";
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(made->entries(), 1u);
	made->set_ageing(300);
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(made->entries(), 2u);
}

// BR-05
TEST_F(SwitchTest, PortFullKeepsItsOldAndOthersKeepAll)
{
	judge(two, {kMacBroadcast, kB});
	for (u32 i = 0; i < 500; i++)
		judge(one, {kMacBroadcast, mac_of(0, 2, 3, 4, static_cast<u8>(i >> 8), static_cast<u8>(i))});
	EXPECT_EQ(one->learned, 100u);
	EXPECT_EQ(counted(one, BRLITE_LEARN_PORT_FULL), 400u);
	EXPECT_EQ(judge(three, {kB, kA}).port, two);
	EXPECT_EQ(judge(three, {mac_of(0, 2, 3, 4, 0, 0), kA}).port, one);
	// It cannot pull over what another port has either.
	judge(one, {kMacBroadcast, kB});
	EXPECT_EQ(judge(three, {kB, kA}).port, two);
}

// BR-05
TEST_F(SwitchTest, TableFull)
{
	make(10);
	for (u32 i = 0; i < 20; i++)
		judge(one, {kMacBroadcast, mac_of(0, 2, 3, 4, 5, static_cast<u8>(i))});
	EXPECT_EQ(made->entries(), 11u); // this host's own is besides
	EXPECT_EQ(counted(one, BRLITE_LEARN_FULL), 10u);
	EXPECT_EQ(Hosted::told[BRLITE_NEWS_FULL], 10u);
	EXPECT_EQ(made->set(*two, kB, 0, false), Error::full);
	made->flush(one);
	EXPECT_EQ(one->learned, 0u);
	EXPECT_EQ(made->entries(), 1u);
	EXPECT_EQ(made->set(*two, kB, 0, false), Error::none);
}

// BR-05: a lock to an address, and an uplink's own, must not fail because somebody invented addresses.
TEST_F(SwitchTest, ByHandHasPlacesOfItsOwn)
{
	make(10);
	for (u32 i = 0; i < 20; i++)
		judge(one, {kMacBroadcast, mac_of(0, 2, 3, 4, 5, static_cast<u8>(i))});
	for (u8 i = 1; i < kReserve; i++)
		EXPECT_EQ(made->set(*two, mac_of(0, 2, 3, 4, 6, i), FdbTarget::kStatic, false), Error::none);
	EXPECT_EQ(made->set(*two, kB, FdbTarget::kStatic, false), Error::full);
	made->flush(one);
	EXPECT_EQ(made->set(*two, kB, FdbTarget::kStatic, false), Error::none);
	for (u32 i = 0; i < 20; i++)
		judge(one, {kMacBroadcast, mac_of(0, 2, 3, 4, 5, static_cast<u8>(i))});
	EXPECT_EQ(one->learned, 9u); // what was put by hand into its places is not theirs
}

// Who listens hears of everything that changes in the table, in order.
TEST_F(SwitchTest, ChangesAreTold)
{
	Hosted::changes.clear();
	judge(one, {kMacBroadcast, kA});
	judge(one, {kMacBroadcast, kA});
	judge(two, {kMacBroadcast, kA});
	EXPECT_EQ(made->set(*three, kB, FdbTarget::kStatic, false), Error::none);
	EXPECT_EQ(made->set(*one, kB, FdbTarget::kStatic, false), Error::exists);
	Hosted::seconds += 400;
	made->age();
	EXPECT_EQ(made->erase(nullptr, kB), Error::none);
	judge(three, {kMacBroadcast, kA});
	EXPECT_EQ(made->set(*three, kB, FdbTarget::kStatic, false), Error::none);
	made->detach(*three);
	EXPECT_EQ(Hosted::changes, (std::vector<Hosted::Change>{{kA, 1, false},
								{kA, 2, false},
								{kB, 3, false},
								{kA, 2, true},
								{kB, 3, true},
								{kA, 3, false},
								{kB, 3, false},
								{kA, 3, true},
								{kB, 3, true}}));
}

// What a program learned for us does not age; its station may still move.
TEST_F(SwitchTest, ExternLearnedMovesAndDoesNotAge)
{
	EXPECT_EQ(made->set(*one, kA, FdbTarget::kExtern, false), Error::none);
	Hosted::seconds += 400;
	made->age();
	EXPECT_EQ(judge(two, {kA, kB}).port, one);
	judge(two, {kMacBroadcast, kA});
	EXPECT_EQ(judge(three, {kA, mac_of(0, 2, 3, 4, 5, 6)}).port, two);
	Hosted::seconds += 400;
	made->age();
	EXPECT_FALSE(made->fdb().find(kA)) << "it is learned like any other now";
	EXPECT_EQ(made->set(*one, kA, FdbTarget::kExtern, false), Error::none);
	made->flush(one);
	EXPECT_FALSE(made->fdb().find(kA));
}

// BR-05: however many guests invent addresses, half of the table is for others.
TEST_F(SwitchTest, GuestsLeaveRoomForUplinks)
{
	make(20);
	for (Port *guest : {one, two})
		made->set_guest(*guest, true);
	const auto invent = [this](Port *in, u8 kind) {
		for (u8 i = 0; i < 30; i++)
			judge(in, {kMacBroadcast, mac_of(0, 2, 3, 4, kind, i)});
	};
	invent(one, 1);
	invent(two, 2);
	EXPECT_EQ(one->learned + two->learned, 10u);
	EXPECT_EQ(counted(two, BRLITE_LEARN_FULL), 30u);
	invent(three, 3);
	EXPECT_EQ(three->learned, 10u);
	made->set_guest(*two, false); // as one whose driver let go of it
	made->flush(three);
	invent(two, 2);
	EXPECT_EQ(two->learned, 10u);
	made->set_guest(*two, true);
	made->detach(*two);
	made->flush(one);
	invent(one, 1);
	EXPECT_EQ(one->learned, 10u) << "those of a port that left do not count any more";
}

TEST_F(SwitchTest, EntriesByHand)
{
	EXPECT_EQ(made->set(*one, kMacBroadcast, 0, false), Error::invalid);
	EXPECT_EQ(made->set(*one, 0, 0, false), Error::invalid);
	EXPECT_EQ(made->set(*one, kA, 0, false), Error::none);
	EXPECT_EQ(one->learned, 1u) << "it counts and ages like a learned one";
	EXPECT_EQ(made->set(*two, kA, 0, false), Error::exists);
	EXPECT_EQ(made->set(*two, kA, FdbTarget::kStatic, true), Error::none);
	EXPECT_EQ(one->learned, 0u);
	EXPECT_EQ(two->learned, 0u);
	EXPECT_EQ(made->erase(one, kA), Error::missing);
	EXPECT_EQ(made->erase(two, kA), Error::none);
	EXPECT_EQ(made->erase(nullptr, kA), Error::missing);
}

TEST_F(SwitchTest, DeletedEntryIsLearnedAgainInTheSameSecond)
{
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(made->erase(nullptr, kA), Error::none);
	judge(one, {kMacBroadcast, kA});
	EXPECT_TRUE(made->fdb().find(kA));
}

// BR-23
TEST_F(SwitchTest, LeavingPortTakesItsAddressesAlong)
{
	judge(one, {kMacBroadcast, kA});
	ASSERT_EQ(made->set(*one, kB, FdbTarget::kStatic, false), Error::none);
	made->detach(*one);
	EXPECT_EQ(made->entries(), 1u);
	EXPECT_EQ(judge(two, {kA, mac_of(0, 1, 1, 1, 1, 1)}).action, BRLITE_FLOOD);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_PORT_DOWN); // a straggler of its own batch
	EXPECT_EQ(flooded(two, {kMacBroadcast, kB}), (std::vector<Port *>{three}));
	Port *again = add();
	EXPECT_EQ(again->index, 1) << "the lowest free index";
	EXPECT_EQ(judge(again, {kMacBroadcast, kA}).action, BRLITE_FLOOD);
	EXPECT_EQ(judge(two, {kA, kB}).port, again);
}

TEST_F(SwitchTest, AsManyPortsAsItCanHave)
{
	for (u32 i = 4; i <= BRLITE_MAX_PORTS; i++)
		add();
	Port extra{};
	brlite_counters counters{};
	extra.counters = &counters;
	EXPECT_FALSE(made->attach(extra, false));
	EXPECT_EQ(flooded(one, {kMacBroadcast, kA}).size(), BRLITE_MAX_PORTS - 1);
}

TEST_F(SwitchTest, BatchIsTheSameAsOneByOne)
{
	std::mt19937 random(7);
	std::vector<Bytes> bytes;
	for (int i = 0; i < 64; i++) {
		const auto pick = [&] {
			return mac_of(random() % 16 == 0, 2, 3, 4, 5, static_cast<u8>(random() % 8));
		};
		bytes.emplace_back(pick(), pick(), random() % 1600);
	}
	std::vector<Frame> frames;
	for (const Bytes &b : bytes)
		frames.push_back({b.data, b.frame.len, b.frame.staged, 0});
	std::vector<Verdict> single(64), batch(64);
	for (int round = 0; round < 2; round++) { // the second with all addresses known
		for (int i = 0; i < 64; i++)
			made->classify(*one, &frames[i], &single[i], 1);
		made->classify(*one, frames.data(), batch.data(), 64);
	}
	for (int i = 0; i < 64; i++) {
		EXPECT_EQ(single[i].action, batch[i].action) << i;
		EXPECT_EQ(single[i].reason, batch[i].reason) << i;
		EXPECT_EQ(single[i].port, batch[i].port) << i;
	}
}

// BR-23, BR-24: ports flap and addresses move while others classify on their own threads. What must
// hold at the end: every entry belongs to a port, and the ports' shares add up.
TEST_F(SwitchTest, ManyThreads)
{
	std::atomic<bool> stop{false};
	std::vector<std::thread> threads;
	Port *ports[] = {one, two, three};
	for (int t = 0; t < 3; t++)
		threads.emplace_back([&, t] {
			std::mt19937 random(static_cast<unsigned>(t));
			while (!stop) {
				std::vector<Bytes> bytes;
				for (int i = 0; i < 8; i++)
					bytes.emplace_back(
						mac_of(0, 2, 3, 4, 5, static_cast<u8>(random() % 32)),
						mac_of(0, 2, 3, 4, 5, static_cast<u8>(random() % 32)));
				for (const Bytes &b : bytes) {
					Frame frame{b.data, 60, 60, 0};
					Verdict verdict;
					made->classify(*ports[t], &frame, &verdict, 1);
					ASSERT_NE(verdict.port, ports[t]);
				}
			}
		});
	for (int i = 0; i < 300; i++) {
		made->set_up(*ports[i % 3], i & 1);
		made->age();
		Hosted::seconds += 7;
		made->flush(ports[(i + 1) % 3]);
	}
	for (Port *port : ports)
		made->set_up(*port, true);
	stop = true;
	for (auto &thread : threads)
		thread.join();
	u32 learned[3] = {}, entries = 0;
	for (u32 i = 0; i < made->fdb().slots(); i++)
		if (const FdbSlot slot = made->fdb().snapshot(i); slot.key) {
			entries++;
			if (const FdbTarget target{slot.target}; target.is_learned())
				learned[target.port() - 1]++;
		}
	EXPECT_EQ(made->entries(), entries);
	for (int t = 0; t < 3; t++)
		EXPECT_EQ(ports[t]->learned, learned[t]);
}
} // namespace
