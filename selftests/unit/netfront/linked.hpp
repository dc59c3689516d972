// SPDX-License-Identifier: GPL-2.0-only
// A vif of one queue that is up and linked, and a backend at its other end.
#pragma once
#include "host.hpp"
#include <gtest/gtest.h>

namespace ringway::test
{
using namespace ringway::netfront;

class LinkedVif : public testing::Test
{
protected:
	Kernel k;
	netfront_vif *vif = nullptr;
	Backend b{k};
	queue_host &q = k.host.queue[0];

	explicit LinkedVif(const char *feature)
	{
		k.backend = {{"online", 1}, {"state", 2}, {"feature-rx-copy", 1}, {feature, 1}};
	}
	void SetUp() override
	{
		vif = netfront_create(&k.host, 1);
		k.open(vif);
		link();
	}
	void link()
	{
		netfront_backend_changed(vif, 2);
		netfront_backend_changed(vif, 4);
		b.connect();
		poll();
	}
	// The backend waits for new rings, and gets them.
	void restart()
	{
		k.backend["state"] = 2;
		netfront_backend_changed(vif, 2);
		netfront_later(vif);
		link();
	}
	void TearDown() override { take_down(0); }
	// With a backend that shows this state. Nothing may be left.
	void take_down(u32 backend_state)
	{
		drop_received();
		k.stop(vif);
		k.backend["state"] = backend_state;
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
};
} // namespace ringway::test
