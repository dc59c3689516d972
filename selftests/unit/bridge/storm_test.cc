// SPDX-License-Identifier: GPL-2.0-only
// Limits on what a port has flooded.
//
// Cases of docs/security.md: BR-07, BR-08
#include "switch_fixture.hpp"

namespace
{
constexpr u64 kGroup = mac_of(0x33, 0x33, 0, 0, 0, 1);
constexpr u64 kNobody = mac_of(0, 1, 2, 3, 4, 5);

class StormTest : public SwitchTest
{
	brlite_storm limits_;

protected:
	void limit(Port *port, brlite_storm_kind kind, u32 rate, u32 burst)
	{
		limits_.limit[kind].set(rate, burst);
		port->storm = &limits_;
		made->set_policy(*port, BRLITE_STORM);
	}
	u32 passed(Port *in, u64 to, u32 frames)
	{
		u32 n = 0;
		for (u32 i = 0; i < frames; i++)
			n += judge(in, {to, kA}).action != BRLITE_DROP;
		return n;
	}
	void pass_ms(u64 ms) { Hosted::ns += ms * 1000000; }
};

// BR-08: each frame of a batch counts, though one verdict serves a run of them where there is no limit.
TEST_F(StormTest, EachFrameOfABatchCounts)
{
	limit(one, BRLITE_STORM_UNKNOWN, 10, 3);
	judge(two, {kMacBroadcast, kB});
	const Bytes unknown{mac_of(0, 2, 3, 4, 5, 6), kA}, known{kB, kA};
	const Frame frames[] = {unknown.frame, unknown.frame, known.frame,   known.frame,
				known.frame,   unknown.frame, unknown.frame, known.frame};
	Verdict verdicts[8];
	made->classify(*one, frames, verdicts, 8);
	for (const u32 i : {0, 1, 5})
		EXPECT_EQ(verdicts[i].action, BRLITE_FLOOD) << i;
	EXPECT_EQ(verdicts[6].reason, BRLITE_DROP_STORM);
	for (const u32 i : {2, 3, 4, 7})
		EXPECT_EQ(verdicts[i].port, two) << i;
	EXPECT_EQ(counted(one, BRLITE_DROP_STORM), 1u);
}

// BR-08: a limited flood's verdict does not outlive what is learned behind it. The station is here.
TEST_F(StormTest, WhatIsLearnedEndsALimitedFlood)
{
	limit(one, BRLITE_STORM_UNKNOWN, 10, 3);
	const Bytes unknown{kNobody, kA}, itself{kNobody, kNobody};
	const Frame frames[] = {unknown.frame, itself.frame};
	Verdict verdicts[2];
	made->classify(*one, frames, verdicts, 2);
	EXPECT_EQ(verdicts[0].action, BRLITE_FLOOD);
	EXPECT_EQ(verdicts[1].reason, BRLITE_DROP_HAIRPIN);
}

// BR-08
TEST_F(StormTest, BroadcastsBeyondTheBurstAreDropped)
{
	limit(one, BRLITE_STORM_BROADCAST, 10, 5);
	EXPECT_EQ(passed(one, kMacBroadcast, 100), 5u);
	EXPECT_EQ(counted(one, BRLITE_DROP_STORM), 95u);
	pass_ms(99);
	EXPECT_EQ(passed(one, kMacBroadcast, 3), 0u);
	pass_ms(1);
	EXPECT_EQ(passed(one, kMacBroadcast, 3), 1u) << "one came in a tenth of a second";
	pass_ms(1000 * 3600);
	EXPECT_EQ(passed(one, kMacBroadcast, 100), 5u) << "silence saves no more than a burst";
}

// BR-07, BR-08
TEST_F(StormTest, EachKindHasItsOwnLimit)
{
	judge(two, {kMacBroadcast, kB});
	limit(one, BRLITE_STORM_BROADCAST, 1, 1);
	limit(one, BRLITE_STORM_MULTICAST, 1, 2);
	limit(one, BRLITE_STORM_UNKNOWN, 1, 3);
	EXPECT_EQ(passed(one, kMacBroadcast, 10), 1u);
	EXPECT_EQ(passed(one, kGroup, 10), 2u);
	EXPECT_EQ(passed(one, kNobody, 10), 3u);
	EXPECT_EQ(passed(one, kB, 10), 10u) << "what has one destination is no flood";
	EXPECT_EQ(passed(one, kHost, 10), 10u);
	EXPECT_EQ(passed(three, kMacBroadcast, 10), 10u) << "other ports have no limit";
	EXPECT_EQ(judge(three, {kMacBroadcast, kB}).flags, BRLITE_AND_LOCAL);
}

TEST_F(StormTest, NoLimitIsNone)
{
	limit(one, BRLITE_STORM_BROADCAST, 0, 0);
	EXPECT_EQ(passed(one, kMacBroadcast, 1000), 1000u);
}

TEST_F(StormTest, ExtremesDoNotOverflow)
{
	limit(one, BRLITE_STORM_BROADCAST, 1, StormLimit::kMostBurst);
	Hosted::ns = ~u64{0} / 4;
	EXPECT_EQ(passed(one, kMacBroadcast, 1000), 1000u);
	limit(one, BRLITE_STORM_BROADCAST, StormLimit::kMostRate, 1);
	EXPECT_EQ(passed(one, kMacBroadcast, 2), 1u);
	Hosted::ns += 100;
	EXPECT_EQ(passed(one, kMacBroadcast, 2), 1u);
	Hosted::ns = 0;
}

// Several CPUs take from one bucket: together no more than there is.
TEST_F(StormTest, ManyThreadsShareOneBucket)
{
	StormLimit shared;
	shared.set(1, 5000);
	std::atomic<u32> taken{0};
	std::vector<std::thread> threads;
	for (int t = 0; t < 4; t++)
		threads.emplace_back([&] {
			for (int i = 0; i < 4000; i++)
				taken += shared.take(1000000000);
		});
	for (auto &thread : threads)
		thread.join();
	EXPECT_EQ(taken, 5000u);
}
} // namespace
