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
	nb_queue_view look(const Guest &guest, u32 q = 0)
	{
		nb_queue_view view{};
		EXPECT_EQ(nb_vif_view_queue(guest.kvif.vif, q, &view), 0);
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
	const auto tx = look(a).tx, rx = look(b).rx;
	EXPECT_EQ(tx.size, 256u);
	EXPECT_EQ(tx.req_prod, a.queue[0].tx.req_prod());
	EXPECT_EQ(tx.req_cons, tx.req_prod - 2);
	EXPECT_EQ(tx.req_event, tx.req_cons + 1);
	EXPECT_EQ(tx.rsp_prod, tx.req_cons);
	EXPECT_EQ(tx.rsp_private, tx.rsp_prod);
	EXPECT_EQ(rx.req_prod, b.queue[0].rx.req_prod());
	EXPECT_EQ(rx.req_cons, rx.req_prod - 19);
	EXPECT_EQ(look(a).kq, a.back().kq);
	EXPECT_FALSE(b.back().kq->locked);
	// HOSTILE: what the guest makes of its side is shown as it is.
	reinterpret_cast<SharedRingHeader *>(a.queue[0].tx_page)->req_prod = 0xdeadbeef;
	EXPECT_EQ(look(a).tx.req_prod, 0xdeadbeefu);
	reinterpret_cast<SharedRingHeader *>(a.queue[0].tx_page)->req_prod = tx.req_prod;
	nb_vif_kick_queue(a.kvif.vif, 0);
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
	host->stall_msecs = 10;
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
	EXPECT_EQ(nb_vif_kick_queue(a.kvif.vif, 0), 0);
	host->settle();
	expect_answers(a, 1);
	// The same of the other direction: buffers, and no event for them.
	a.send(make_frame(9000));
	host->settle();
	EXPECT_EQ(look(b).backlog_packets, 1u);
	b.post_buffers(8);
	b.back().kq->rx.pending = false; // the event is lost
	host->settle();
	EXPECT_EQ(look(b).backlog_packets, 1u);
	EXPECT_EQ(nb_vif_kick_queue(b.kvif.vif, 0), 0);
	host->settle();
	EXPECT_EQ(look(b).backlog_packets, 0u);
	EXPECT_EQ(b.receive().size(), 2u);
	// Kicks without work are nothing.
	const u32 notified = a.back().kq->tx.notified;
	for (u32 i = 0; i < 10; i++) {
		EXPECT_EQ(nb_vif_kick_queue(a.kvif.vif, 0), 0);
		host->settle();
	}
	EXPECT_EQ(a.back().kq->tx.notified, notified);
	EXPECT_EQ(a.back().kq->tx.spurious, 0u); // no end of interrupt was owed, none was paid
	a.responses();
}

// NB-42: from a reader's side: a vif that is not connected has no queue to look at, one that connects again
// has.
TEST_F(View, NotConnected)
{
	nb_queue_view view{};
	EXPECT_EQ(nb_vif_view_queue(a.kvif.vif, 1, &view), -1);
	EXPECT_EQ(nb_vif_kick_queue(a.kvif.vif, 1), -1);
	EXPECT_EQ(nb_vif_view_queue(a.kvif.vif, ~0u, &view), -1);
	a.frontend_state(XenbusState::closing);
	a.frontend_state(XenbusState::closed);
	EXPECT_EQ(nb_vif_view_queue(a.kvif.vif, 0, &view), -1);
	EXPECT_EQ(nb_vif_kick_queue(a.kvif.vif, 0), -1);
	a.reset_rings();
	a.connect();
	EXPECT_EQ(nb_vif_view_queue(a.kvif.vif, 0, &view), 0);
}

TEST_F(View, Limits)
{
	nb_limits_view limits{};
	nb_vif_view_limits(a.kvif.vif, &limits);
	EXPECT_EQ(limits.from_bytes.interval | limits.to_packets.interval, 0u);
	EXPECT_EQ(nb_vif_set_limit(a.kvif.vif, NB_LIMIT_RATE, "1000000,50000"), 0);
	EXPECT_EQ(nb_vif_set_limit(a.kvif.vif, NB_LIMIT_RX_PPS, "7000"), 0);
	a.send(make_frame(1000));
	host->settle();
	nb_vif_view_limits(a.kvif.vif, &limits);
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
