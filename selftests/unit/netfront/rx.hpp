// SPDX-License-Identifier: GPL-2.0-only
// A vif of one queue that is up and linked, and a backend at its other end.
#pragma once
#include "host.hpp"
#include <gtest/gtest.h>

namespace ringway::test
{
using namespace ringway::netfront;

class RxTest : public testing::Test
{
protected:
	Kernel k;
	netfront_vif *vif = nullptr;
	Backend b{k};
	queue_host &q = k.host.queue[0];

	void SetUp() override
	{
		k.backend = {{"online", 1},
			     {"state", 2},
			     {"feature-rx-copy", 1},
			     {"feature-split-event-channels", 1}};
		vif = netfront_create(&k.host, 1);
		netfront_open(vif);
		link();
	}
	void link()
	{
		netfront_backend_changed(vif, 2);
		netfront_backend_changed(vif, 4);
		b.connect();
		poll();
	}
	void TearDown() override
	{
		drop_received();
		netfront_stop(vif);
		k.backend["state"] = 0;
		netfront_remove(vif);
		netfront_destroy(vif);
		EXPECT_EQ(k.granted(), 0u);
		EXPECT_EQ(k.reserved(), 0u);
		EXPECT_EQ(k.pages.size(), 0u);
		EXPECT_EQ(k.skbs.size(), 0u);
	}
	void drop_received()
	{
		for (sk_buff *skb : q.received)
			k.free_skb(skb);
		q.received.clear();
	}
	int poll(int budget = 64)
	{
		q.scheduled = false;
		return netfront_poll(q.queue, budget);
	}
	// A response that a well-meaning backend would not write.
	void respond(s16 status, u16 offset = 0, u16 flags = 0)
	{
		ASSERT_GT(b.rx.unconsumed().value(), 0u);
		b.rx.consume(1);
		b.rx.respond(RxResponse{0, offset, flags, status});
	}
	void respond_extra(u8 type, u8 flags = 0, u16 size = 1448, u8 gso_type = 1)
	{
		b.rx.consume(1);
		ExtraInfo extra{};
		extra.type = type;
		extra.flags = flags;
		extra.u.gso.size = size;
		extra.u.gso.type = gso_type;
		b.rx.respond(extra);
	}
	// The ring is still in step: an honest packet arrives whole.
	void expect_in_step()
	{
		drop_received();
		b.send(pattern(777, 9));
		b.rx.push_responses();
		poll();
		ASSERT_EQ(q.received.size(), 1u);
		EXPECT_EQ(q.received[0]->bytes(), pattern(777, 9));
		EXPECT_EQ(k.complaint, "");
	}
	u64 bad() const { return q.rx.bad_slot + q.rx.bad_extra + q.rx.bad_frame; }
};
} // namespace ringway::test
