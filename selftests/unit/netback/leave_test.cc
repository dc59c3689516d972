// SPDX-License-Identifier: GPL-2.0-only
// What finds no buffers while its sender waits: it stays in the sender's ring.
#include "wait_fixture.hpp"
#include <cstring>

using namespace ringway;
using namespace ringway::test;

namespace
{
using Leave = Wait;

// What finds no buffer stays where it is, however much of a batch that is: none of it becomes an skb, none is
// lost, and all arrive in order.
TEST_F(Leave, WhatFindsNoBufferStaysInTheRing)
{
	b.post_buffers(20);
	post(50);
	poll();
	EXPECT_TRUE(a.back().waits);
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 20u);
	EXPECT_EQ(a.back().from_guest_stats.packets, 20u);
	EXPECT_EQ(a.back().from_guest_stats.left, 30u);
	EXPECT_EQ(a.port.taken_back, 30u);
	EXPECT_EQ(a.responses().size(), 20u);
	b.post_buffers(200);
	later(200);
	poll();
	poll();
	EXPECT_EQ(as_skbs(), 0u);
	EXPECT_EQ(a.responses().size(), 30u);
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 50u);
	for (u32 i = 0; i < 50; i++)
		EXPECT_EQ(got[i].bytes, make_frame(64, i)) << i;
}

// Packets of several slots and with extra infos go back whole.
TEST_F(Leave, WhateverItsShape)
{
	const Bytes large = make_frame(3000, 7);
	a.vif().frontend.can_sg = b.vif().frontend.can_sg = 1;
	post(2);
	a.post(large, {{1000, 1000, 1000}});
	post(1);
	b.post_buffers(1);
	poll();
	EXPECT_EQ(a.back().from_guest_stats.left, 3u);
	EXPECT_EQ(a.responses().size(), 1u);
	b.post_buffers(200);
	later(200);
	poll();
	poll();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 4u);
	EXPECT_EQ(got[2].bytes, large);
	EXPECT_EQ(a.responses().size(), 5u);
}

// What is not at the end of a batch cannot stay; it goes as before, and those behind it keep their order.
TEST_F(Leave, OnlyTheEndOfABatch)
{
	Guest c{3};
	c.connect();
	c.post_buffers(256);
	u32 n = 0;
	a.join_switch([&](const brlite_frame &) { return n++ == 40 ? c.verdict() : to_b(); });
	b.post_buffers(30);
	post(50);
	poll();
	EXPECT_EQ(why(Why::peer_buffers), 19u); // 31 to 40, and 42 to 50
	EXPECT_EQ(a.back().from_guest_stats.left, 0u);
	EXPECT_EQ(a.responses().size(), 50u);
}

// A packet that waits is the guest's again, and so is its rate limit's credit.
TEST_F(Leave, ItsCreditComesBack)
{
	EXPECT_EQ(netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "100000,1000000"), 0);
	b.post_buffers(1);
	post(64);
	poll();
	EXPECT_EQ(a.back().from_guest_stats.left, 63u);
	const TokenBucket &bytes = a.vif().from_guest_limit.bytes();
	EXPECT_EQ(bytes.left(), bytes.burst() - 64);
}

// NB-79
// HOSTILE: other requests are there when the wait is over. They are checked as any.
TEST_F(Leave, WhatWasReplacedIsCheckedAnew)
{
	b.post_buffers(2);
	post(4);
	poll();
	ASSERT_EQ(a.back().from_guest_stats.left, 2u);
	b.post_buffers(200);
	const u32 last = (a.queue[0].tx.req_prod() - 1) & 255;
	TxRequest bad{};
	bad.offset = 4000;
	bad.size = 200;
	std::memcpy(a.queue[0].tx_page + sizeof(SharedRingHeader) + last * TxFrontRing::kSlotSize, &bad,
		    sizeof bad);
	later(200);
	poll();
	EXPECT_FALSE(a.vif().disabled);
	poll();
	EXPECT_TRUE(a.vif().disabled);
}

// NB-79
// Or fewer of them.
TEST_F(Leave, ARingThatShrinksEndsTheVif)
{
	b.post_buffers(2);
	post(4);
	poll();
	ASSERT_EQ(a.back().from_guest_stats.left, 2u);
	reinterpret_cast<SharedRingHeader *>(a.queue[0].tx_page)->req_prod -= 3;
	later(200);
	poll();
	EXPECT_TRUE(a.vif().disabled);
}
} // namespace
