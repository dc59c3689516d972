// SPDX-License-Identifier: GPL-2.0-only
// A vif of one queue that is up and linked, and a backend at its other end.
#pragma once
#include "host.hpp"
#include <gtest/gtest.h>

namespace ringway::test
{
using namespace ringway::netfront;

class TxTest : public testing::Test
{
protected:
	Kernel k;
	netfront_vif *vif = nullptr;
	Backend b{k};
	queue_host &q = k.host.queue[0];

	void SetUp() override
	{
		k.backend = {{"online", 1}, {"state", 2}, {"feature-rx-copy", 1}, {"feature-sg", 1}};
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
		netfront_stop(vif);
		k.backend["state"] = 0;
		netfront_remove(vif);
		netfront_destroy(vif);
		EXPECT_EQ(k.granted(), 0u);
		EXPECT_EQ(k.reserved(), 0u);
		EXPECT_EQ(k.pages.size(), 0u);
		EXPECT_EQ(k.skbs.size(), 0u);
	}
	int poll(int budget = 64)
	{
		q.scheduled = false;
		return netfront_poll(q.queue, budget);
	}
	int send(sk_buff *skb)
	{
		q.tx_locked = true;
		const int result = netfront_transmit(q.queue, skb);
		q.tx_locked = false;
		return result;
	}
	sk_buff *frags(u32 head, std::initializer_list<std::pair<u32, u32>> offsets_and_lengths)
	{
		sk_buff *skb = k.new_skb(pattern(head));
		u32 seed = 2;
		for (const auto &[offset, length] : offsets_and_lengths)
			k.add_frag(skb, pattern(length, seed++), offset);
		return skb;
	}
	void expect_broken()
	{
		poll();
		EXPECT_NE(k.complaint, "");
		EXPECT_EQ(k.later, 0);
		const int eoi = q.tx_eoi;
		netfront_both_event(q.queue);
		poll();
		EXPECT_EQ(q.tx_eoi, eoi) << "the event channel stays masked";
		netfront_later(vif);
		EXPECT_EQ(k.fatal, k.complaint);
		EXPECT_FALSE(k.carrier);
	}
};
} // namespace ringway::test
