// SPDX-License-Identifier: GPL-2.0-only
// Receive: packets in every shape a backend may give them, and in those it may not.
#include "rx.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

TEST_F(RxTest, EveryLengthArrivesWhole)
{
	for (u32 length = kMinFrame; length <= 9000; length += length < 300 ? 1 : 97) {
		b.send(pattern(length, length));
		b.rx.push_responses();
		poll();
		ASSERT_EQ(q.received.size(), 1u) << length;
		ASSERT_EQ(q.received[0]->bytes(), pattern(length, length));
		drop_received();
	}
	EXPECT_EQ(bad(), 0u);
}

TEST_F(RxTest, EverySplitArrivesWhole)
{
	for (u32 per_slot = 64; per_slot <= kPageSize; per_slot += 61) {
		const u32 length = per_slot * 17;
		b.send(pattern(length), 0, per_slot);
		b.rx.push_responses();
		poll();
		ASSERT_EQ(q.received.size(), 1u) << per_slot;
		ASSERT_EQ(q.received[0]->bytes(), pattern(length));
		drop_received();
	}
}

TEST_F(RxTest, SmallPacketsCostNoGrantAndNoPage)
{
	const std::size_t pages = k.pages.size(), granted = k.granted();
	for (int i = 0; i < 1000; i++) {
		b.send(pattern(60, i));
		b.rx.push_responses();
		poll();
		drop_received();
	}
	EXPECT_EQ(k.pages.size(), pages);
	EXPECT_EQ(k.granted(), granted);
	EXPECT_EQ(q.rx.copied, 1000u);
}

TEST_F(RxTest, LargePacketsTakeTheirPagesAlong)
{
	b.send(pattern(1400));
	b.rx.push_responses();
	poll();
	ASSERT_EQ(q.received.size(), 1u);
	EXPECT_EQ(q.received[0]->linear.size(), RxQueue::kHeaderBytes);
	page *page = q.received[0]->frags.at(0).first;
	for (const Grant &grant : k.grants)
		EXPECT_NE(grant.granted, page) << "still granted";
}

TEST_F(RxTest, GsoAndChecksums)
{
	b.send(pattern(20000), NETRXF_csum_blank | NETRXF_data_validated, kPageSize, 1448);
	b.send(pattern(100), NETRXF_data_validated);
	b.send(pattern(100));
	b.rx.push_responses();
	poll();
	ASSERT_EQ(q.received.size(), 3u);
	EXPECT_EQ(q.received[0]->gso_size, 1448);
	EXPECT_EQ(q.received[0]->bytes(), pattern(20000));
	EXPECT_TRUE(q.received[0]->blank);
	EXPECT_FALSE(q.received[1]->blank);
	EXPECT_TRUE(q.received[1]->good);
	EXPECT_FALSE(q.received[2]->good);
}

TEST_F(RxTest, BudgetIsKeptAndTheRestFollows)
{
	for (int i = 0; i < 100; i++)
		b.send(pattern(60, i));
	b.rx.push_responses();
	EXPECT_EQ(poll(64), 64);
	EXPECT_EQ(q.rx_eoi, 0) << "not before the work is done";
	EXPECT_EQ(poll(64), 36);
	EXPECT_EQ(q.received.size(), 100u);
}

// NF-16
TEST_F(RxTest, OneEoiForOneInterruptAndSpuriousOnesAreTold)
{
	const int before = q.rx_eoi;
	b.send(pattern(60));
	b.rx.push_responses();
	netfront_rx_event(q.queue);
	EXPECT_TRUE(q.scheduled);
	poll();
	EXPECT_EQ(q.rx_eoi, before + 1);
	EXPECT_EQ(q.spurious_eoi, 0);
	poll();
	EXPECT_EQ(q.rx_eoi, before + 1);
	netfront_rx_event(q.queue);
	poll();
	EXPECT_EQ(q.rx_eoi, before + 2);
	EXPECT_EQ(q.spurious_eoi, 1);
	EXPECT_EQ(q.rx.spurious, 1u);
}

// NF-17
TEST_F(RxTest, EventWhileDownIsEndedWhenUpAgain)
{
	k.stop(vif);
	netfront_rx_event(q.queue);
	const int before = q.rx_eoi;
	EXPECT_FALSE(q.scheduled);
	k.open(vif);
	EXPECT_TRUE(q.scheduled);
	poll();
	EXPECT_EQ(q.rx_eoi, before + 1);
}

// NF-30
TEST_F(RxTest, RefillWithoutMemoryTriesAgain)
{
	for (int i = 0; i < 14; i++) {
		b.send(pattern(65000), 0, kPageSize);
		b.rx.push_responses();
		k.fail_in = 1; // the skb is made, the page for the refill is not
		poll();
		k.fail_in = -1;
		drop_received();
	}
	EXPECT_GT(q.rx.refill_failed, 0u);
	poll();
	expect_in_step();
	EXPECT_EQ(q.received.size(), 1u);
}

TEST_F(RxTest, NoSkbDropsThePacketOnly)
{
	for (const u32 length : {60u, 5000u}) {
		b.send(pattern(length));
		b.rx.push_responses();
		k.fail_in = 0;
		poll();
		k.fail_in = -1;
	}
	EXPECT_EQ(q.rx.no_memory, 2u);
	EXPECT_EQ(q.received.size(), 0u);
	expect_in_step();
}
