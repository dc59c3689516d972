// SPDX-License-Identifier: GPL-2.0-only
// Linux's packets into a guest: order, back-pressure, time-outs, stalls.
#include "fake.hpp"
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
class Rx : public testing::Test
{
protected:
	Host machine;
	Guest g{1};

	void SetUp() override { g.connect(); }
	// As the device's transmit function: what is not taken is dropped.
	bool xmit(sk_buff *skb, u32 queue = 0)
	{
		if (!netback_xmit(g.dev.vif, skb, queue))
			return true;
		free_skb(skb);
		return false;
	}
	bool xmit(u32 len, u32 seed = 1) { return xmit(make_skb(make_frame(len, seed))); }
	void pass_time(u32 msecs)
	{
		// In steps, so that work which asks for a later run gets it.
		for (u32 step = 0; step < 20; step++) {
			host->jiffies += msecs / 20 + 1;
			host->settle();
		}
	}
	netback_queue &q() { return g.back(); }
};

TEST_F(Rx, EveryLengthArrivesByteForByte)
{
	for (const u32 len : {14u, 60u, 1514u, 4095u, 4096u, 4097u, 8192u, 20000u, 61440u, 65535u}) {
		g.post_buffers(17);
		const Bytes frame = make_frame(len);
		ASSERT_TRUE(xmit(
			make_skb(frame, len > 200 ? std::vector<u32>{60, 100, 101} : std::vector<u32>{})));
		host->settle();
		const auto got = g.receive();
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].bytes, frame);
		EXPECT_EQ(got[0].slots, (len + kPageSize - 1) / kPageSize);
		g.post_buffers(0);
		while (q().to_guest_ring.unconsumed().value()) {
			xmit(60);
			host->settle();
		}
		g.receive();
	}
}

TEST_F(Rx, OffloadsAreDescribed)
{
	struct Case {
		u8 partial, unnecessary, gso;
		u16 size, flags;
	};
	const u16 blank = NETRXF_csum_blank | NETRXF_data_validated;
	for (const Case &c : {Case{0, 0, 0, 0, 0},
			      {0, 1, 0, 0, NETRXF_data_validated},
			      {1, 0, 0, 0, blank},
			      {1, 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448, blank},
			      {1, 0, XEN_NETIF_GSO_TYPE_TCPV6, 1440, blank}}) {
		sk_buff *skb = make_skb(make_frame(3000));
		skb->info.csum_partial = c.partial;
		skb->info.csum_unnecessary = c.unnecessary;
		skb->info.gso_type = c.gso;
		skb->info.gso_size = c.size;
		g.post_buffers(2);
		xmit(skb);
		host->settle();
		const auto got = g.receive();
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].flags, c.flags);
		EXPECT_EQ(got[0].gso_type, c.gso);
		EXPECT_EQ(got[0].gso_size, c.size);
		while (q().to_guest_ring.unconsumed().value()) {
			xmit(60);
			host->settle();
		}
		g.receive();
	}
}

// A guest that never offered GSO is never shown any.
TEST_F(Rx, GsoNobodyAskedForIsNotDescribed)
{
	g.vif().frontend.gso_tcpv4 = 0;
	sk_buff *skb = make_skb(make_frame(3000));
	skb->info.gso_type = 1;
	skb->info.gso_size = 1448;
	g.post_buffers(2);
	xmit(skb);
	host->settle();
	const auto got = g.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].gso_type, 0u);
}

TEST_F(Rx, OneHypercallAndOneEventForABatch)
{
	g.post_buffers(64);
	const auto calls = host->hypercalls;
	for (u32 i = 0; i < 50; i++)
		xmit(100, i);
	host->settle();
	EXPECT_EQ(host->hypercalls - calls, 1u);
	EXPECT_EQ(q().host->to_guest.notified, 1u);
	const auto got = g.receive();
	ASSERT_EQ(got.size(), 50u);
	for (u32 i = 0; i < 50; i++)
		EXPECT_EQ(got[i].bytes, make_frame(100, i));
}

// More than a poll's budget, more than the copy batch holds.
TEST_F(Rx, LongBacklogIsServedOverSeveralPolls)
{
	u32 sent = 0, got = 0;
	for (; sent < 180; sent++)
		ASSERT_TRUE(xmit(make_skb(make_frame(2000, sent), {100, 500, 900, 1300, 1700})));
	while (got < sent) {
		g.post_buffers(g.queue[0].rx.free_slots());
		host->settle();
		const auto batch = g.receive();
		ASSERT_FALSE(batch.empty());
		for (const Received &r : batch)
			ASSERT_EQ(r.bytes, make_frame(2000, got++));
	}
	EXPECT_EQ(q().backlog_bytes, 0u);
	EXPECT_EQ(q().backlog_packets, 0u);
}

TEST_F(Rx, BuffersOneByOneLoseNoWakeUp)
{
	std::mt19937 random{3};
	u32 sent = 0, got = 0;
	for (int round = 0; round < 500; round++) {
		if (random() % 2) {
			sk_buff *skb = make_skb(make_frame(60 + random() % 9000, sent));
			skb->info.csum_partial = 1;
			skb->info.gso_type = random() % 2;
			skb->info.gso_size = 1448;
			sent += xmit(skb);
		}
		if (random() % 2)
			host->settle();
		if (g.queue[0].rx.free_slots() > 4)
			g.post_buffers(1 + random() % 3);
		host->settle();
		got += static_cast<u32>(g.receive().size());
	}
	for (int i = 0; i < 300 && got < sent; i++) {
		if (g.queue[0].rx.free_slots())
			g.post_buffers(1);
		host->settle(); // no time passes: only events wake the poll
		got += static_cast<u32>(g.receive().size());
	}
	EXPECT_EQ(got, sent);
}

// --- back-pressure
// ------------------------------------------------------------------------------------------

// XSA-392: bytes are capped, whatever the packets look like.
// NB-29
TEST_F(Rx, BacklogIsCapped)
{
	for (const u32 len : {14u, 60u, 1514u, 65535u}) {
		u32 taken = 0;
		while (xmit(len))
			ASSERT_LT(++taken, 20000u);
		EXPECT_GE(q().backlog_bytes, kBacklogBytes);
		EXPECT_LT(q().backlog_bytes, kBacklogBytes + len + kSkbOverhead);
		EXPECT_LE(taken,
			  kBacklogBytes / (len + kSkbOverhead) + 1); // what Linux keeps beside them counts
		EXPECT_TRUE(q().host->stopped);
		EXPECT_FALSE(xmit(len));
		EXPECT_EQ(q().backlog_packets, q().host->backlog.size());
		host->settle();
		// Buffers come: the device's queue is woken, all of it arrives.
		u32 got = 0;
		for (int i = 0; got < taken && i < 20000; i++) {
			g.post_buffers(g.queue[0].rx.free_slots());
			host->settle();
			got += static_cast<u32>(g.receive().size());
		}
		EXPECT_EQ(got, taken);
		EXPECT_FALSE(q().host->stopped);
		while (q().to_guest_ring.unconsumed().value()) {
			xmit(60);
			host->settle();
		}
		g.receive();
	}
	EXPECT_EQ(q().to_guest_stats.dropped_full, 8u);
}

// What a full backlog drops is counted by the queue alone, what nobody could take by the device alone: the
// device's total adds both.
TEST_F(Rx, EachDropIsCountedOnce)
{
	while (xmit(65535))
		;
	sk_buff *skb = make_skb(make_frame(60));
	EXPECT_EQ(netback_xmit(g.dev.vif, skb, 0), NETBACK_FULL);
	EXPECT_EQ(q().to_guest_stats.dropped_full, 2u);
	g.set_up(false);
	EXPECT_EQ(netback_xmit(g.dev.vif, skb, 0), NETBACK_REFUSED);
	EXPECT_EQ(q().to_guest_stats.dropped_full, 2u);
	free_skb(skb);
}

TEST_F(Rx, FullBacklogStopsTheDeviceBeforeItDrops)
{
	for (u32 taken = 0; !q().host->stopped; taken++) {
		ASSERT_LT(taken, 20000u);
		ASSERT_TRUE(xmit(1514));
	}
	EXPECT_GE(q().backlog_bytes, kBacklogBytes);
	EXPECT_EQ(q().to_guest_stats.dropped_full, 0u);
}

// Nobody looks after what waits in a vif that is down: sockets would wait for it, and so would the guest's
// buffers when it is up again.
TEST_F(Rx, WhatWaitsGoesWhenTheVifIsSetDown)
{
	while (!q().host->stopped)
		ASSERT_TRUE(xmit(1000));
	const u32 waiting = q().backlog_packets;
	g.set_up(false);
	EXPECT_EQ(q().backlog_packets, 0u);
	EXPECT_EQ(q().to_guest_stats.dropped_down, waiting);
	g.post_buffers(10);
	pass_time(60000);
	g.set_up(true);
	host->settle();
	EXPECT_EQ(g.receive().size(), 0u) << "what is a minute old";
	ASSERT_TRUE(xmit(1000));
	host->settle();
	EXPECT_EQ(g.receive().size(), 1u);
}

// NB-29
TEST_F(Rx, WaitingPacketsExpire)
{
	for (u32 i = 0; i < 5; i++)
		xmit(100, i);
	host->settle();
	pass_time(host_params.drain_msecs / 2);
	xmit(100, 5);
	host->settle();
	EXPECT_EQ(q().backlog_packets, 6u);
	pass_time(host_params.drain_msecs / 2 + 1100);
	EXPECT_EQ(q().backlog_packets, 1u) << "the first five are too old, the last one is not";
	EXPECT_EQ(q().to_guest_stats.dropped_expired, 5u);
	g.post_buffers(4);
	host->settle();
	const auto got = g.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].bytes, make_frame(100, 5));
}

// Without feature-rx-notify nobody tells when buffers are there: short time-outs, and polling.
// NB-33
TEST_F(Rx, GuestThatDoesNotNotify)
{
	g.vif().frontend.rx_notify = false;
	xmit(100);
	host->settle();
	EXPECT_NE(g.dev.later, 0u);
	g.post_buffers(1);
	q().host->to_guest.pending = false; // it never sends the event
	pass_time(20);
	EXPECT_EQ(g.receive().size(), 1u);
	xmit(100);
	host->settle();
	pass_time(200);
	EXPECT_EQ(q().to_guest_stats.dropped_expired, 1u);
	pass_time(2 * host_params.stall_msecs);
	EXPECT_TRUE(g.dev.carrier) << "stall detection needs feature-rx-notify";
}

// A list from the switch is a reason to look for buffers again, when nobody says that there are some.
TEST_F(Rx, GuestThatDoesNotNotifyIsLookedAtWithEachPacket)
{
	g.vif().frontend.rx_notify = false;
	xmit(100);
	host->settle();
	g.post_buffers(2);
	q().host->to_guest.pending = false;
	EXPECT_EQ(netback_deliver(g.dev.vif, make_skb(make_frame(101))), nullptr);
	host->settle();
	EXPECT_EQ(g.receive().size(), 2u);
}

// Behind a packet that is too old, and too large for the buffers that are there, is one that fits.
TEST_F(Rx, WhatFitsBehindAnExpiredPacketGoesAtOnce)
{
	xmit(60000);
	pass_time(5000);
	xmit(100);
	g.post_buffers(1);
	pass_time(host_params.drain_msecs - 5000 - 900);
	while (!q().to_guest_stats.dropped_expired)
		pass_time(100);
	EXPECT_EQ(g.receive().size(), 1u);
	EXPECT_EQ(q().backlog_packets, 0u);
}

// NB-31: while a packet waits nobody polls, but the look at the backlog finds an impossible index.
TEST_F(Rx, AnImpossibleIndexIsFoundWhileAPacketWaits)
{
	xmit(100);
	host->settle();
	reinterpret_cast<SharedRingHeader *>(g.queue[0].rx_page)->req_prod = g.queue[0].rx.req_prod() + 1000;
	pass_time(3000);
	EXPECT_TRUE(g.vif().disabled.load());
}

// The lines in the log are written when no lock is held that a netconsole on this vif would want.
// NB-29, NB-53
TEST_F(Rx, StallTakesTheCarrierAndBuffersBringItBack)
{
	const auto keep_sending = [&](u32 msecs) {
		for (u32 t = 0; t < msecs; t += 1000) {
			xmit(100);
			pass_time(1000);
		}
	};
	keep_sending(host_params.stall_msecs - 5000);
	EXPECT_TRUE(g.dev.carrier);
	EXPECT_EQ(q().to_guest_stats.stalls, 0u);
	keep_sending(10000);
	EXPECT_FALSE(g.dev.carrier);
	EXPECT_EQ(g.dev.stall_lines, 1u);
	EXPECT_EQ(q().to_guest_stats.stalls, 1u);
	g.post_buffers(32);
	pass_time(3000);
	EXPECT_TRUE(g.dev.carrier);
	EXPECT_EQ(g.dev.stall_lines, 2u);
	EXPECT_GT(g.receive().size(), 0u);
	// And it works as before.
	xmit(100);
	host->settle();
	EXPECT_EQ(g.receive().size(), 1u);
}

// The device goes down and up while the carrier is off and nothing waits any more: nobody sends to a device
// without carrier, so only housekeeping can find out that the guest is back.
TEST_F(Rx, StallEndsAlsoAfterDownAndUp)
{
	for (u32 t = 0; t < host_params.stall_msecs + 5000; t += 1000) {
		xmit(100);
		pass_time(1000);
	}
	ASSERT_FALSE(g.dev.carrier);
	pass_time(host_params.drain_msecs + 5000);
	ASSERT_EQ(q().backlog_packets, 0u);
	g.set_up(false);
	pass_time(3000);
	g.set_up(true);
	host->settle();
	g.post_buffers(200);
	pass_time(3000);
	EXPECT_TRUE(g.dev.carrier);
	xmit(100);
	host->settle();
	EXPECT_EQ(g.receive().size(), 1u);
}

// XSA-392's other half: a single free buffer, a head that needs two.
// NB-30
TEST_F(Rx, OneBufferTooFewIsAStall)
{
	g.post_buffers(1);
	for (u32 t = 0; t < host_params.stall_msecs + 5000; t += 1000) {
		xmit(5000);
		pass_time(1000);
	}
	EXPECT_FALSE(g.dev.carrier);
	EXPECT_EQ(g.receive().size(), 0u);
	EXPECT_GT(q().to_guest_stats.dropped_expired, 10u);
}

TEST_F(Rx, IdleGuestWithoutBuffersIsNotStalled)
{
	pass_time(5 * host_params.stall_msecs);
	EXPECT_TRUE(g.dev.carrier);
	g.post_buffers(1);
	xmit(100);
	host->settle();
	EXPECT_EQ(g.receive().size(), 1u);
	pass_time(5 * host_params.stall_msecs);
	xmit(100); // the first packet after a long silence finds no buffer: that is no stall yet
	host->settle();
	pass_time(2000);
	EXPECT_TRUE(g.dev.carrier);
}

TEST_F(Rx, StallDetectionCanBeOff)
{
	host_params.stall_msecs = 0;
	for (u32 t = 0; t < 100000; t += 1000) {
		xmit(100);
		pass_time(1000);
	}
	EXPECT_TRUE(g.dev.carrier);
}

// --- shapes and failures
// ----------------------------------------------------------------------------------------

// What a NIC has merged into a list of hundreds: more pieces than are copied one by one.
class Scattered : public Rx
{
protected:
	Bytes odd = make_frame(65000, 9);
	void xmit_odd(u32 piece)
	{
		std::vector<u32> cuts;
		for (u32 at = piece; at < odd.size(); at += piece)
			cuts.push_back(at);
		xmit(make_skb(odd, cuts));
	}
};

TEST_F(Scattered, IsGatheredAndTheRestArrivesAroundIt)
{
	for (const u32 piece : {100u, 300u, 507u, 508u, 1448u}) { // 507: one more than fits
		SCOPED_TRACE(piece);
		g.post_buffers(60);
		xmit(100, 1);
		xmit_odd(piece);
		xmit_odd(piece);
		xmit(1500, 2);
		xmit_odd(piece);
		host->settle();
		const auto got = g.receive();
		ASSERT_EQ(got.size(), 5u);
		EXPECT_EQ(got[0].bytes, make_frame(100, 1));
		EXPECT_EQ(got[1].bytes, odd);
		EXPECT_EQ(got[2].bytes, odd);
		EXPECT_EQ(got[3].bytes, make_frame(1500, 2));
		EXPECT_EQ(got[4].bytes, odd);
		EXPECT_EQ(got[4].slots, 16u);
		while (q().to_guest_ring.unconsumed().value()) {
			xmit(60, 3);
			host->settle();
		}
		g.receive();
	}
	EXPECT_EQ(q().to_guest_stats.dropped_shape, 0u);
	EXPECT_EQ(q().to_guest_stats.copy_failed, 0u);
}

TEST_F(Scattered, WithoutMemoryItIsDroppedAndTheRestArrives)
{
	g.post_buffers(40);
	host->pages_left = 0;
	xmit(100, 1);
	xmit_odd(100);
	xmit(100, 2);
	host->settle();
	host->pages_left = ~0ull;
	EXPECT_EQ(g.receive().size(), 2u);
	EXPECT_EQ(q().to_guest_stats.dropped_shape, 1u);
	EXPECT_EQ(q().backlog_bytes, 0u);
}

// As many fragments as a kernel may be built for, each across the end of a page.
TEST_F(Rx, AsManyPiecesAsAnyKernelHas)
{
	std::vector<u32> cuts;
	for (u32 i = 1; i < HOST_MAX_PIECES; i++)
		cuts.push_back(i * 600);
	g.post_buffers(40);
	const Bytes frame = make_frame(HOST_MAX_PIECES * 600);
	xmit(make_skb(frame, cuts));
	host->settle();
	const auto got = g.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].bytes, frame);
	EXPECT_GE(HOST_MAX_PIECES, 2 * 46 + 16);
}

TEST_F(Rx, ManySmallPieces)
{
	std::vector<u32> cuts;
	for (u32 i = 1; i < 60; i++)
		cuts.push_back(i * 10);
	g.post_buffers(40);
	for (u32 i = 0; i < 20; i++)
		xmit(make_skb(make_frame(700, i), cuts)); // 20 times 60 operations, more than one hypercall's
	host->settle();
	const auto got = g.receive();
	ASSERT_EQ(got.size(), 20u);
	for (u32 i = 0; i < 20; i++)
		EXPECT_EQ(got[i].bytes, make_frame(700, i));
}

// NB-31
TEST_F(Rx, RefusedCopiesAreErrorsInTheirSlot)
{
	for (u32 bad = 0; bad < 6; bad++) {
		const u64 before = host->operations;
		host->refuse = [&](u64 nth, const gnttab_copy &) -> s16 {
			return nth - before == bad ? GNTST_permission_denied : GNTST_okay;
		};
		g.post_buffers(6);
		xmit(100, 0);
		xmit(9000, 1); // three operations
		xmit(100, 2);
		xmit(100, 3);
		host->settle();
		const auto got = g.receive();
		ASSERT_EQ(got.size(), 4u);
		const u32 hit = bad == 0 ? 0 : bad <= 3 ? 1 : bad - 2;
		for (u32 i = 0; i < 4; i++) {
			EXPECT_EQ(got[i].error, i == hit) << "operation " << bad;
			if (i != hit)
				EXPECT_EQ(got[i].bytes, make_frame(i == 1 ? 9000 : 100, i));
		}
	}
	host->refuse = {};
}

TEST_F(Rx, PurgedWhenTheConnectionEnds)
{
	for (u32 i = 0; i < 10; i++)
		xmit(1000);
	g.frontend_state(XenbusState::closing);
	EXPECT_EQ(g.vif().gone[0].to_guest.dropped_down, 10u);
	EXPECT_FALSE(xmit(100)); // nobody there
}

// netpoll sends whatever was interrupted: the holder of the lock may be this very CPU.
// NB-53
TEST_F(Rx, WhoSendsWithInterruptsOffDoesNotWait)
{
	g.post_buffers(4);
	queue_host &half = *q().host;
	half.irqs_off = true;
	sk_buff *skb = make_skb(make_frame(100));
	host_to_guest_lock(&half);
	EXPECT_EQ(netback_xmit(g.dev.vif, skb, 0), NETBACK_BUSY);
	EXPECT_EQ(netback_poll_to_guest(&q(), 0), 0); // then it polls, with no budget
	host_to_guest_unlock(&half);
	EXPECT_EQ(q().backlog_packets, 0u);
	EXPECT_EQ(q().to_guest_stats.dropped_full, 0u);
	EXPECT_EQ(netback_xmit(g.dev.vif, skb, 0), NETBACK_TAKEN); // the same packet, offered again
	host->settle();
	ASSERT_EQ(g.receive().size(), 1u);
}

TEST_F(Rx, QueueNumbersBeyondTheGuestsAreFolded)
{
	Guest two{2, 2};
	two.connect();
	for (u32 q = 0; q < 2; q++)
		two.post_buffers(4, q);
	for (u32 q = 0; q < 6; q++)
		if (netback_xmit(two.dev.vif, make_skb(make_frame(100, q)), q))
			FAIL();
	host->settle();
	EXPECT_EQ(two.receive(0).size(), 3u);
	EXPECT_EQ(two.receive(1).size(), 3u);
}

// HOSTILE: the index jumps while packets wait.
// NB-31
TEST_F(Rx, InsaneIndexDisablesTheVif)
{
	for (const u32 jump : {257u, 0x80000000u, 0xffffffffu}) {
		Guest liar{7};
		liar.connect();
		reinterpret_cast<SharedRingHeader *>(liar.queue[0].rx_page)->req_prod = jump;
		if (netback_xmit(liar.dev.vif, make_skb(make_frame(100)), 0))
			FAIL();
		host->settle();
		EXPECT_TRUE(liar.vif().disabled.load());
		EXPECT_EQ(liar.dev.disconnects, 1u);
		EXPECT_EQ(liar.dev.states.back(), static_cast<int>(BackendState::closing));
	}
}

// The guest's response indices and events are its own affair.
// NB-26
TEST_F(Rx, ScribbledHeaderDoesNotMatter)
{
	g.post_buffers(4);
	auto *header = reinterpret_cast<SharedRingHeader *>(g.queue[0].rx_page);
	header->rsp_prod = 0x12345678;
	header->req_event = 0x9abcdef0;
	xmit(100);
	host->settle();
	EXPECT_EQ(header->rsp_prod, 1u);
	EXPECT_FALSE(g.vif().disabled.load());
}

TEST_F(Rx, TotalsAgreeWithWhatHappened)
{
	g.post_buffers(4);
	for (u32 i = 0; i < 4; i++)
		xmit(100);
	host->settle();
	g.send(make_frame(500));
	host->settle();
	netback_totals totals{};
	netback_vif_totals(g.dev.vif, &totals);
	EXPECT_EQ(totals.to_guest_packets, 4u);
	EXPECT_EQ(totals.to_guest_bytes, 400u);
	EXPECT_EQ(totals.from_guest_packets, 1u);
	EXPECT_EQ(totals.from_guest_bytes, 500u);
	// They outlive the connection.
	g.frontend_state(XenbusState::closing);
	netback_totals after{};
	netback_vif_totals(g.dev.vif, &after);
	EXPECT_EQ(std::memcmp(&totals, &after, sizeof totals), 0);
}

} // namespace
