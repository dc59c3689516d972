// SPDX-License-Identifier: GPL-2.0-only
// What debugfs shows of a queue, and its "kick".
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class View : public TwoGuests
{
protected:
	netback_queue_view look(const Guest &guest, u32 q = 0)
	{
		netback_queue_view view{};
		EXPECT_TRUE(netback_view_queue(guest.dev.vif, q, &view));
		return view;
	}
};

TEST_F(View, IndicesOfBothRings)
{
	b.post_buffers(20);
	a.send(make_frame(100, 1));
	host->settle();
	a.post(make_frame(100, 2));
	a.post(make_frame(100, 3));
	(void)a.queue[0].tx.push_requests(); // and nobody is told
	const auto tx = look(a).from_guest, rx = look(b).to_guest;
	EXPECT_EQ(tx.size, 256u);
	EXPECT_EQ(tx.req_prod, a.queue[0].tx.req_prod());
	EXPECT_EQ(tx.req_cons, tx.req_prod - 2);
	EXPECT_EQ(tx.req_event, tx.req_cons + 1);
	EXPECT_EQ(tx.rsp_prod, tx.req_cons);
	EXPECT_EQ(tx.rsp_private, tx.rsp_prod);
	EXPECT_EQ(rx.req_prod, b.queue[0].rx.req_prod());
	EXPECT_EQ(rx.req_cons, rx.req_prod - 19);
	EXPECT_EQ(look(a).host, a.back().host);
	EXPECT_FALSE(b.back().host->locked);
	// HOSTILE: what the guest makes of its side is shown as it is.
	reinterpret_cast<SharedRingHeader *>(a.queue[0].tx_page)->req_prod = 0xdeadbeef;
	EXPECT_EQ(look(a).from_guest.req_prod, 0xdeadbeefu);
	reinterpret_cast<SharedRingHeader *>(a.queue[0].tx_page)->req_prod = tx.req_prod;
	netback_kick_queue(a.dev.vif, 0);
	host->settle();
	a.responses();
}

TEST_F(View, WhatWaits)
{
	a.send(make_frame(100));
	host->settle();
	const auto view = look(b);
	EXPECT_EQ(view.backlog_packets, 1u);
	EXPECT_GE(view.backlog_bytes, 100u);
	EXPECT_FALSE(view.stopped || view.throttled || view.stalled);
	host_params.stall_msecs = 10;
	host->jiffies += 100;
	b.vif().housekeeping();
	EXPECT_TRUE(look(b).stalled);
}

// An event that was lost: nothing happens by itself, and a kick makes up for it.
TEST_F(View, KickPollsBothRings)
{
	b.post_buffers(2);
	a.post(make_frame(100));
	(void)a.queue[0].tx.push_requests();
	host->settle();
	EXPECT_EQ(a.responses().size(), 0u);
	EXPECT_TRUE(netback_kick_queue(a.dev.vif, 0));
	host->settle();
	expect_answers(a, 1);
	// The same of the other direction: buffers, and no event for them.
	a.send(make_frame(9000));
	host->settle();
	EXPECT_EQ(look(b).backlog_packets, 1u);
	b.post_buffers(8);
	b.back().host->to_guest.pending = false; // the event is lost
	host->settle();
	EXPECT_EQ(look(b).backlog_packets, 1u);
	EXPECT_TRUE(netback_kick_queue(b.dev.vif, 0));
	host->settle();
	EXPECT_EQ(look(b).backlog_packets, 0u);
	EXPECT_EQ(b.receive().size(), 2u);
	// Kicks without work are nothing.
	const u32 notified = a.back().host->from_guest.notified;
	for (u32 i = 0; i < 10; i++) {
		EXPECT_TRUE(netback_kick_queue(a.dev.vif, 0));
		host->settle();
	}
	EXPECT_EQ(a.back().host->from_guest.notified, notified);
	EXPECT_EQ(a.back().host->from_guest.spurious, 0u); // no end of interrupt was owed, none was paid
	a.responses();
}

// NB-42: from a reader's side: a vif that is not connected has no queue to look at, one that connects again
// has.
TEST_F(View, NotConnected)
{
	netback_queue_view view{};
	EXPECT_FALSE(netback_view_queue(a.dev.vif, 1, &view));
	EXPECT_FALSE(netback_kick_queue(a.dev.vif, 1));
	EXPECT_FALSE(netback_view_queue(a.dev.vif, ~0u, &view));
	a.frontend_state(XenbusState::closing);
	a.frontend_state(XenbusState::closed);
	EXPECT_FALSE(netback_view_queue(a.dev.vif, 0, &view));
	EXPECT_FALSE(netback_kick_queue(a.dev.vif, 0));
	a.reset_rings();
	a.connect();
	EXPECT_TRUE(netback_view_queue(a.dev.vif, 0, &view));
}

TEST_F(View, Limits)
{
	netback_limits_view limits{};
	netback_view_limits(a.dev.vif, &limits);
	EXPECT_EQ(limits.from_bytes.interval | limits.to_packets.interval, 0u);
	EXPECT_EQ(netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "1000000,50000"), 0);
	EXPECT_EQ(netback_set_limit(a.dev.vif, NETBACK_LIMIT_TO_PACKETS, "7000"), 0);
	a.send(make_frame(1000));
	host->settle();
	netback_view_limits(a.dev.vif, &limits);
	EXPECT_EQ(limits.from_bytes.amount, 1000000u);
	EXPECT_EQ(limits.from_bytes.interval, 50000u);
	EXPECT_LE(limits.from_bytes.left, 1000000);
	EXPECT_EQ(limits.to_packets.amount, 7000u);
	EXPECT_EQ(limits.to_packets.interval, Limiter::kSecond);
	EXPECT_EQ(limits.to_packets.left, 350);
	EXPECT_EQ(limits.from_packets.interval | limits.to_bytes.interval, 0u);
	a.responses();
}
} // namespace
