// SPDX-License-Identifier: GPL-2.0-only
// take: how much a batch holds, and a guest that changes the ring while it is read.
#include "take_fixture.hpp"
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
TEST_P(Take, BudgetAndBatchLimits)
{
	for (const u32 budget : {1u, 2u, 63u, 64u, 65u, 1000u}) {
		restart();
		for (int i = 0; i < 100; i++)
			post({60});
		const u32 expected = budget < 64 ? budget : 64;
		ASSERT_EQ(run(budget).value(), expected);
		EXPECT_EQ(back.req_cons(), GetParam() + expected);
		check_sound(batch);
	}
	restart();
	EXPECT_EQ(run(0).value(), 0u);
}

TEST_P(Take, RingFullOfLargePackets)
{
	restart();
	u32 slots = 0;
	for (int i = 0; i < 13; i++, slots += 19)
		post(std::vector<u32>(19, 100));
	post(std::vector<u32>(256 - slots, 100));
	ASSERT_EQ(run().value(), 14u);
	EXPECT_EQ(batch.slot_count, 256u);
	check_sound(batch);
	EXPECT_EQ(run().value(), 0u); // nothing answered yet: no room
}

TEST_P(Take, WorkIsBoundedByWhatWasThereAtTheStart)
{
	for (int i = 0; i < 10; i++)
		post({60});
	// The peer posts more with every read.
	BeforeRead eager([&](u32) { page.header().req_prod = GetParam() + 250; });
	const auto taken = run();
	ASSERT_TRUE(taken.ok() || taken.error() == Error::slot_missing);
	EXPECT_LE(eager.reads(), 1 + 250 * 3u);
}

// NB-01
TEST_P(Take, InsaneRequestIndexCostsOneRead)
{
	for (const u32 ahead : {257u, 0x80000000u, 0xffffffffu}) {
		page.header().req_prod = GetParam() + ahead;
		BeforeRead reads;
		EXPECT_EQ(run().error(), Error::ring_index);
		EXPECT_EQ(reads.reads(), 1u);
		EXPECT_EQ(back.req_cons(), GetParam());
	}
}

// XSA-155: each word of a slot is read exactly once, so there is nothing to change in between.
// NB-05
TEST_P(Take, EachWordIsReadOnce)
{
	post({60});
	post({100, 200, 300});
	post({100, 4096}, 0,
	     {extra_of(XEN_NETIF_EXTRA_TYPE_HASH, true), gso(1448, XEN_NETIF_GSO_TYPE_TCPV4)});
	BeforeRead reads;
	ASSERT_TRUE(run().ok());
	const u32 requests = 1 + 3 + 2, extras = 2;
	EXPECT_EQ(reads.reads(), 1 + requests * sizeof(TxRequest) / 4 + extras * sizeof(ExtraInfo) / 4);
}

// A peer that rewrites the whole page before every read: whatever comes out is sound in itself.
// NB-03, NB-04
TEST_P(Take, PeerThatChangesEverythingAllTheTime)
{
	std::mt19937 random(GetParam() + 1);
	for (int round = 0; round < 400; round++) {
		restart();
		front.post(TxRequest{});
		const u32 posted = 1 + random() % 256;
		BeforeRead evil([&](u32 nth) {
			if (nth == 0) {
				page.header().req_prod = GetParam() + posted;
				return;
			}
			page.header().req_prod = static_cast<u32>(random());
			const u32 i = random() % 256;
			auto *request = page.slot<TxRequest>(i);
			auto *next = page.slot<TxRequest>(back.req_cons() + random() % 4);
			*request = {static_cast<u32>(random()), static_cast<u16>(random() % 4200),
				    static_cast<u16>(random() % 16), 0, static_cast<u16>(random() % 5000)};
			*next = *request;
			if (random() % 4 == 0) {
				auto *extra = page.slot<TxRequest, ExtraInfo>(back.req_cons() + 1);
				*extra = gso(static_cast<u16>(random() % 3), static_cast<u8>(random() % 4),
					     random() % 2);
			}
		});
		(void)run();
		EXPECT_LE(evil.reads(), 1 + posted * 3);
		check_sound(batch);
	}
}

// All fields of every slot random: no crash, and sound in itself. (ASan watches the arrays.)
// RL-07
TEST_P(Take, RandomRings)
{
	std::mt19937 random(GetParam() + 7);
	u32 good = 0, fatal = 0;
	for (int round = 0; round < 2000; round++) {
		restart();
		const u32 posted = random() % 257;
		const u32 wild = random() % 6; // 0: nothing but noise
		for (u32 i = 0; i < posted; i++) {
			TxRequest r{static_cast<u32>(random()), static_cast<u16>(random()),
				    static_cast<u16>(random()), static_cast<u16>(random()),
				    static_cast<u16>(random())};
			if (wild) {
				r.offset %= 2000;
				r.size = static_cast<u16>(60 + r.size % 1000);
				r.flags &= r.id % 8 == 0 ? NETTXF_more_data | NETTXF_csum_blank
							 : NETTXF_csum_blank;
				if (r.flags & NETTXF_more_data)
					r.size = static_cast<u16>(1500 + r.size);
			}
			front.post(r);
		}
		front.push_requests();
		for (;;) {
			const auto taken = run(1 + random() % 64);
			check_sound(batch);
			if (!taken.ok()) {
				fatal++;
				break;
			}
			if (!taken.value())
				break;
			good++;
		}
	}
	EXPECT_GT(good, 100u); // both kinds were met
	EXPECT_GT(fatal, 100u);
}

// What a peer does to the rest of the page is nothing to us.
// NB-26
TEST_P(Take, ResponseIndicesOfThePeerDoNotMatter)
{
	post({60});
	page.header().rsp_prod = 12345;
	page.header().req_event = 12345;
	page.header().rsp_event = 12345;
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().fate, Fate::pending);
}

// NB-24
TEST_P(Take, SameIdAndGrantInEverySlot)
{
	for (int i = 0; i < 64; i++)
		front.post(TxRequest{42, 0, 0, 7, 60});
	front.push_requests();
	ASSERT_EQ(run().value(), 64u);
	for (u32 i = 0; i < 64; i++) {
		EXPECT_EQ(batch.packets[i].fate, Fate::pending);
		EXPECT_EQ(batch.slots[i].id, 7u);
		EXPECT_EQ(batch.slots[i].gref, 42u);
	}
}
} // namespace
