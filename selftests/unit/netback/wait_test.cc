// SPDX-License-Identifier: GPL-2.0-only
// A receiver that falls behind: how long a sender's poll waits for it, and when it does not.
#include "wait_fixture.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
TEST_F(Wait, NothingIsWaitedForWhileBuffersAreThere)
{
	b.post_buffers(192);
	post(64);
	poll();
	EXPECT_FALSE(a.back().waits);
	EXPECT_EQ(a.back().host->from_guest.hold, 0u);
	EXPECT_EQ(a.back().from_guest_stats.waited, 0u);
}

// The buffers suffice for this batch but not for another one: the poll rests without asking for an event.
TEST_F(Wait, BeforeTheBuffersRunOut)
{
	b.post_buffers(191);
	post(200);
	poll();
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 64u);
	EXPECT_TRUE(a.back().waits);
	EXPECT_EQ(a.back().host->from_guest.hold, host->micros + 200);
	EXPECT_TRUE(a.back().host->from_guest.completed);
	EXPECT_FALSE(a.back().host->from_guest.scheduled);
	EXPECT_EQ(as_skbs(), 0u);
}

// While it waits, one packet at a time finds out; with buffers there again, a whole batch follows at once.
TEST_F(Wait, OnePacketLooksThenAWholeBatch)
{
	b.post_buffers(150);
	post(200);
	poll();
	later(200);
	poll();
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 65u);
	EXPECT_EQ(a.back().from_guest_stats.waited, 2u); // 86 buffers were left, not enough
	EXPECT_TRUE(a.back().waits);
	b.receive();
	b.post_buffers(100);
	later(200);
	poll();
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 66u);
	EXPECT_FALSE(a.back().waits);
	poll();
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 130u);
}

// A frontend that never posts as many as a batch has packets is not waited for once it has posted all it
// does.
TEST_F(Wait, AFewBuffersAreEnoughForAFrontendWithFew)
{
	b.post_buffers(20);
	post(15);
	poll();
	EXPECT_TRUE(a.back().waits);
	b.receive();
	b.post_buffers(15);
	post(5);
	later(200);
	poll();
	EXPECT_FALSE(a.back().waits);
	EXPECT_EQ(as_skbs(), 0u);
}

// A steady overload: a receiver that posts less than is sent never sees a packet take the expensive way.
TEST_F(Wait, OverloadStaysOnTheDirectPath)
{
	b.post_buffers(256);
	for (u32 round = 0; round < 1000; round++) {
		while (a.queue[0].tx.free_slots() > 4)
			a.post(make_frame(64, next_++));
		a.push();
		if (a.back().host->from_guest.hold <= host->micros) {
			a.back().host->from_guest.hold = 0;
			poll();
		}
		a.responses();
		later(50);
		if (round % 8 == 7) {
			b.receive();
			b.post_buffers(b.queue[0].rx.free_slots());
		}
	}
	EXPECT_GT(a.back().from_guest_stats.path_direct, 15000u);
	EXPECT_EQ(as_skbs(), 0u);
}

// The first rest follows the receiver: shorter when the first look finds buffers, longer when it does not.
TEST_F(Wait, TheRestFollowsTheReceiver)
{
	for (u32 i = 0; i < 20; i++) {
		b.receive();
		b.post_buffers(b.queue[0].rx.free_slots());
		post(a.queue[0].tx.free_slots());
		for (u32 p = 0; p < 5 && !a.back().waits; p++)
			poll();
		ASSERT_TRUE(a.back().waits);
		b.receive();
		b.post_buffers(b.queue[0].rx.free_slots());
		later(a.back().pause_micros);
		poll();
		ASSERT_FALSE(a.back().waits);
		a.responses();
	}
	EXPECT_EQ(a.back().pause_micros, 50u);
	post(a.queue[0].tx.free_slots());
	for (u32 p = 0; p < 5 && !a.back().waits; p++)
		poll();
	ASSERT_TRUE(a.back().waits);
	EXPECT_EQ(a.back().host->from_guest.hold, host->micros + 50);
	later(50);
	poll();
	EXPECT_EQ(a.back().host->from_guest.hold, host->micros + 25);
	EXPECT_EQ(a.back().pause_micros, 62u);
}

// A receiver that takes nothing is waited for no longer than kProgressMsecs after its last packet.
TEST_F(Wait, NotForAReceiverThatStands)
{
	b.post_buffers(64);
	post(250);
	poll();
	EXPECT_TRUE(a.back().waits);
	for (u32 i = 0; i < 200; i++) {
		later(200);
		poll();
	}
	EXPECT_FALSE(a.back().waits);
	EXPECT_LE(a.back().from_guest_stats.waited, 165u); // 32 ms of 200 us each, and the first
	EXPECT_EQ(a.back().from_guest_stats.packets, 250u);
	EXPECT_EQ(as_skbs(), 250u - 64u);
}

// One that takes just enough to seem alive is given kWaitMsecs, and then nothing for as long.
// NB-67
TEST_F(Wait, NotLongForAReceiverThatDawdles)
{
	b.post_buffers(64);
	post(200);
	poll();
	u32 waiting = 0;
	for (u32 i = 0; i < 500; i++) { // 100 ms
		b.post_buffers(1);
		if (a.queue[0].tx.free_slots() > 64)
			post(64);
		later(200);
		waiting += a.back().waits;
		poll();
		a.responses();
		b.receive();
		b.back().host->to_guest.scheduled = true;
		host->poll_rx(*b.back().host);
	}
	EXPECT_LT(waiting, 350u);
	EXPECT_GT(a.back().from_guest_stats.packets, 2000u);
}

// What goes mostly elsewhere is not held up.
TEST_F(Wait, ABatchForOthersDoesNotWait)
{
	Guest c{3};
	c.connect();
	c.post_buffers(256);
	u32 n = 0;
	a.join_switch([&](const brlite_frame &) { return n++ % 3 ? c.verdict() : to_b(); });
	b.post_buffers(10);
	post(63);
	poll();
	EXPECT_EQ(why(Why::peer_buffers), 11u);
	EXPECT_FALSE(a.back().waits);
	EXPECT_EQ(a.back().from_guest_stats.waited, 0u);
}

// NB-67
// A receiver that takes one packet at a time has part of a sender's traffic. The others' part does not rest
// for it for longer than a quarter of the time, however the packets are mixed. (With runs longer than a batch
// there are batches for the slow one alone, and those behind them wait.)
TEST_F(Wait, NotLongWhileOthersWaitBehind)
{
	Guest c{3};
	c.connect();
	for (const u32 run : {1u, 32u}) {
		u32 n = 0;
		a.join_switch([&](const brlite_frame &) { return n++ / run % 2 ? c.verdict() : to_b(); });
		const u64 before = c.back().to_guest_stats.packets;
		u32 resting = 0;
		for (u32 step = 0; step < 2400; step++) { // a period of waits
			while (a.queue[0].tx.free_slots() > 4)
				a.post(make_frame(64, next_++));
			a.push();
			c.receive();
			c.post_buffers(c.queue[0].rx.free_slots());
			if (step % 4 == 0) {
				b.receive();
				b.post_buffers(1);
			}
			later(50);
			b.back().host->to_guest.scheduled = true;
			host->poll_rx(*b.back().host);
			if (a.back().host->from_guest.hold > host->micros) {
				resting++;
				continue;
			}
			a.back().host->from_guest.hold = 0;
			poll();
			a.responses();
		}
		EXPECT_LT(resting, 660u) << run;
		EXPECT_GT(resting, 120u) << run << ": none at all";
		EXPECT_GT(c.back().to_guest_stats.packets - before, 36000u) << run;
	}
}

// NB-79
// One that posts a buffer at a time has no batch staged for it each time: no more than twice what it takes.
TEST_F(Wait, NothingIsStagedInVainForAReceiverOfOneBuffer)
{
	b.post_buffers(1);
	post(200);
	for (u32 i = 0; i < 400; i++) {
		later(100);
		poll();
		a.responses();
		if (!b.receive().empty())
			b.post_buffers(1);
	}
	const FromGuestStats &stats = a.back().from_guest_stats;
	EXPECT_GT(stats.path_direct, 150u);
	EXPECT_LE(stats.left, 63u + stats.path_direct);
	EXPECT_EQ(as_skbs(), 0u);
}

// A receiver that is overrun but takes many packets is waited for as long as that lasts.
TEST_F(Wait, AsLongAsTheReceiverTakesMany)
{
	post(200);
	for (u32 i = 0; i < 500; i++) { // 200 ms, of about 600 packets each 30 ms, but too few at once
		b.receive();
		b.post_buffers(8);
		if (a.queue[0].tx.free_slots() > 64)
			post(64);
		later(400);
		poll();
		a.responses();
	}
	EXPECT_EQ(as_skbs(), 0u);
	EXPECT_FALSE(a.back().gave_up);
}
} // namespace
