// SPDX-License-Identifier: GPL-2.0-only
// Limits on packets per second, and on what a guest receives, on the direct way and as skbs.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class Limits : public TwoGuests
{
protected:
	void SetUp() override
	{
		TwoGuests::SetUp();
		b.post_buffers(250);
		host->settle();
	}
	static void limit(Guest &guest, u32 which, const char *text)
	{
		EXPECT_EQ(netback_set_limit(guest.dev.vif, which, text), 0) << text;
	}
	static bool has_limit(const Guest &guest)
	{
		return guest.dev.vif->to_guest_limit.limited() || guest.dev.vif->from_guest_limit.limited();
	}
	// a sends as fast as its ring takes it for so many milliseconds; what b gets, and in which order.
	u32 run(u32 millis, u32 len = 100)
	{
		u32 got = 0;
		for (u32 t = 0; t < millis; t++) {
			for (u32 i = 0; i < 32 && a.queue[0].tx.free_slots() > 1; i++)
				a.post(make_frame(len, sent_++));
			a.push();
			step();
			got += collect();
		}
		return got;
	}
	void step()
	{
		if (b.queue[0].rx.free_slots() > 100)
			b.post_buffers(100);
		host->micros += 1000;
		host->jiffies++;
		host->settle();
		a.responses();
	}
	u32 collect()
	{
		u32 n = 0;
		for (const Received &r : b.receive()) {
			const u32 seed = r.bytes[5] | r.bytes[11] << 8;
			EXPECT_TRUE(!in_order_ || static_cast<u16>(seed - last_) < 0x8000) << "order";
			last_ = static_cast<u16>(seed);
			bytes_ += r.bytes.size();
			n++;
		}
		return n;
	}
	const FromGuestStats &sender() { return a.back().from_guest_stats; }
	const ToGuestStats &receiver() { return b.back().to_guest_stats; }
	u32 sent_ = 0;
	u16 last_ = 0;
	u64 bytes_ = 0;
	bool in_order_ = true;
};

// --- packets per second from a guest ------------------------------------------------------------------

TEST_F(Limits, PacketsFromTheGuest)
{
	limit(a, NETBACK_LIMIT_FROM_PACKETS, "1000");
	EXPECT_LE(run(100), 64u + 100);
	const u32 got = run(1000);
	EXPECT_NEAR(got, 1000, 10);
	EXPECT_GT(sender().throttled, 10u);
	EXPECT_EQ(b.back().backlog_packets, 0u); // what may not be sent stays in the guest's ring
}

TEST_F(Limits, RateAndPacketsTogether)
{
	limit(a, NETBACK_LIMIT_FROM_PACKETS, "1000");
	limit(a, NETBACK_LIMIT_FROM_BYTES, "10000,1000000"); // 10 kB/s: 100 packets of 100 bytes
	run(2000);                                           // the burst of 128 KiB is gone
	EXPECT_NEAR(run(1000), 100, 10);
	limit(a, NETBACK_LIMIT_FROM_BYTES, nullptr);
	run(1000);
	EXPECT_NEAR(run(1000), 1000, 10);
}

// HOSTILE: a packet of no bytes that has to wait is waited for like any other, not looked at in a loop.
TEST_F(Limits, APacketOfNoBytesWaitsToo)
{
	limit(a, NETBACK_LIMIT_FROM_PACKETS, "1");
	run(2); // the burst
	a.post(Bytes(), {{0}});
	a.push();
	host->settle(); // fails when it never comes to rest
	EXPECT_NE(a.back().host->from_guest.timer, 0u);
	EXPECT_EQ(sender().bad, 0u);
	host->micros += 1000000;
	host->settle();
	EXPECT_EQ(sender().bad, 1u);
}

// --- what a guest receives --------------------------------------------------------------------------------

// Directly within the credit, then through the backlog; never more than the limit.
TEST_F(Limits, PacketsToTheGuestDirectly)
{
	limit(b, NETBACK_LIMIT_TO_PACKETS, "1000");
	const u32 first = run(1);
	EXPECT_EQ(first, 32u); // within the burst
	EXPECT_EQ(receiver().direct, 32u);
	EXPECT_LE(run(50), 32u + 50);
	EXPECT_NEAR(run(1000), 1000, 10);
	EXPECT_GT(receiver().throttled, 10u);
	EXPECT_GT(sender().why[static_cast<u32>(Why::peer_limit)], 0u);
	EXPECT_GT(receiver().dropped_full, 0u); // a never stops
	EXPECT_LE(b.back().backlog_bytes, kBacklogBytes + 5000);
}

TEST_F(Limits, BytesToTheGuest)
{
	limit(b, NETBACK_LIMIT_TO_BYTES, "1000000,1000000");
	run(1000, 1400);
	bytes_ = 0;
	run(1000, 1400);
	EXPECT_NEAR(static_cast<double>(bytes_), 1e6, 2e4);
}

// dom0 and NICs send to it as skbs.
TEST_F(Limits, SkbsToTheGuest)
{
	limit(b, NETBACK_LIMIT_TO_PACKETS, "1000");
	u32 got = 0;
	in_order_ = false;
	for (u32 t = 0; t < 1100; t++) {
		for (u32 i = 0; i < 4; i++) {
			sk_buff *skb = make_skb(make_frame(100, 7));
			if (netback_xmit(b.dev.vif, skb, 0))
				free_skb(skb);
		}
		step();
		got += collect();
	}
	EXPECT_NEAR(got, 1100 + 64, 15);
	EXPECT_TRUE(b.back().throttled);
	EXPECT_NE(b.back().host->to_guest.timer, 0u);
}

// Credit taken for packets that could not be placed is given back: three of ten found a buffer and were paid
// for, the others are in the backlog and pay when they go.
TEST_F(Limits, WhatWasNotPlacedIsNotPaidFor)
{
	Guest c{3};
	c.connect();
	a.port.decide = [&c](const brlite_frame &) { return c.verdict(); };
	limit(c, NETBACK_LIMIT_TO_PACKETS, "1");
	c.post_buffers(3);
	for (u32 i = 0; i < 10; i++)
		a.post(make_frame(100, i));
	a.push();
	host->settle();
	EXPECT_EQ(c.receive().size(), 3u);
	c.post_buffers(200);
	host->settle();
	EXPECT_EQ(c.receive().size(), 7u);
	for (u32 i = 0; i < 100; i++)
		a.post(make_frame(100, i));
	a.push();
	host->settle();
	EXPECT_EQ(c.receive().size(), 54u) << "64 at once, ten of them gone";
	a.port.decide = [](const brlite_frame &) { return brlite_verdict{}; };
}

// A sender never waits for a receiver that is only limited.
TEST_F(Limits, NobodyWaitsForALimitedReceiver)
{
	limit(b, NETBACK_LIMIT_TO_PACKETS, "100");
	run(20);
	const u64 waited = sender().waited;
	run(200);
	EXPECT_EQ(sender().waited, waited);
}

// HOSTILE: NB-45. Events of the guest do not make us look at a backlog that waits for its limit.
TEST_F(Limits, EventsAreSpuriousMeanwhile)
{
	limit(b, NETBACK_LIMIT_TO_PACKETS, "1");
	run(10);
	ASSERT_TRUE(b.back().throttled);
	const u64 polls = receiver().throttled;
	const u32 spurious = b.back().host->to_guest.spurious;
	for (u32 i = 0; i < 100; i++) {
		b.back().host->to_guest.pending = true;
		host->settle();
	}
	EXPECT_EQ(receiver().throttled, polls);
	EXPECT_EQ(b.back().host->to_guest.spurious, spurious + 100);
}

// NB-52: a packet larger than the burst passes when the bucket is full.
TEST_F(Limits, LargePacketsDoNotWedge)
{
	limit(b, NETBACK_LIMIT_TO_BYTES, "1000,100000");
	limit(b, NETBACK_LIMIT_TO_PACKETS, "1");
	u32 got = 0;
	for (int i = 0; i < 70; i++)
		a.send(make_frame(65000, 1), {{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448}), step();
	for (u32 t = 0; t < 600; t++) {
		host->micros += 999000;
		step();
		got += static_cast<u32>(b.receive().size());
	}
	EXPECT_GT(got, 3u);
}

// A change counts at once, at the latest when the timer that was set runs out.
TEST_F(Limits, TakenAwayTheBacklogDrains)
{
	limit(b, NETBACK_LIMIT_TO_PACKETS, "10");
	run(20);
	EXPECT_GT(b.back().backlog_packets, 100u);
	limit(b, NETBACK_LIMIT_TO_PACKETS, "0");
	host->micros += 1000000;
	for (u32 t = 0; t < 40; t++) {
		step();
		collect();
	}
	EXPECT_EQ(b.back().backlog_packets, 0u);
	EXPECT_FALSE(b.back().throttled);
	EXPECT_FALSE(has_limit(b));
	const u64 direct = receiver().direct;
	run(10);
	EXPECT_GT(receiver().direct, direct); // and the direct way is open again
}

// A guest that is made to wait for long is no guest that stalls.
TEST_F(Limits, WaitingIsNoStall)
{
	host_params.stall_msecs = 5000;
	b.dev.frontend.rx_notify = true;
	limit(b, NETBACK_LIMIT_TO_PACKETS, "1");
	for (u32 t = 0; t < 20; t++) {
		host->micros += 999000;
		host->jiffies += 999;
		run(1);
	}
	EXPECT_EQ(b.dev.stall_lines, 0u);
	EXPECT_TRUE(b.dev.carrier);
}

TEST_F(Limits, DisconnectWhileItWaits)
{
	limit(b, NETBACK_LIMIT_TO_PACKETS, "1");
	run(10);
	ASSERT_NE(b.back().host->to_guest.timer, 0u);
	b.frontend_state(XenbusState::closing);
	host->micros += 10000000;
	host->settle();
	run(2);
}

// All queues of a vif share its limit.
TEST_F(Limits, QueuesShare)
{
	Guest c{3, 4};
	c.connect();
	limit(c, NETBACK_LIMIT_TO_PACKETS, "1000");
	for (u32 q = 0; q < 4; q++)
		c.post_buffers(250, q);
	u32 got = 0;
	for (u32 t = 0; t < 200; t++) {
		for (u32 q = 0; q < 4; q++) {
			sk_buff *skb = make_skb(make_frame(100, 7));
			if (netback_xmit(c.dev.vif, skb, q))
				free_skb(skb);
		}
		step();
		for (u32 q = 0; q < 4; q++)
			got += static_cast<u32>(c.receive(q).size());
	}
	EXPECT_NEAR(got, 64 + 200, 15);
}

// NB-51: what does not parse is no limit, and is said to be wrong.
TEST_F(Limits, NonsenseIsNoLimit)
{
	for (u32 which = 0; which < NETBACK_LIMITS; which++) {
		const bool rate = which == NETBACK_LIMIT_FROM_BYTES || which == NETBACK_LIMIT_TO_BYTES;
		limit(a, which, rate ? "1000,1000" : "1000");
		EXPECT_TRUE(has_limit(a));
		EXPECT_LT(netback_set_limit(a.dev.vif, which, rate ? "1000" : "1000,1000"), 0);
		EXPECT_FALSE(has_limit(a));
		limit(a, which, rate ? "1000,1000" : "1000");
		limit(a, which, nullptr);
		EXPECT_FALSE(has_limit(a));
	}
}
} // namespace
