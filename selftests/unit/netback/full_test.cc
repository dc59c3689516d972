// SPDX-License-Identifier: GPL-2.0-only
// In front of a receiver whose backlog is full: what may wait in the queueing discipline, and what is
// dropped.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{ // ----------------------------------------------------------------------

class Full : public TwoGuests
{
protected:
	void SetUp() override
	{
		TwoGuests::SetUp();
		while (!b.back().host->stopped)
			ASSERT_EQ(netback_xmit(b.dev.vif, make_skb(make_frame(9000)), 0), NETBACK_TAKEN);
	}
	Queue &q() { return b.back(); }
	u64 dropped() { return q().to_guest_stats.dropped_full; }
	// n packets of the switch's, one of guest a's, or one of a socket's; those that may wait in front
	// come back.
	sk_buff *list(u32 n, bool of_socket = false, Account *of_guest = nullptr)
	{
		sk_buff *first = nullptr;
		for (u32 i = 0; i < n; i++) {
			sk_buff *skb = make_skb(make_frame(1000));
			skb->socket = of_socket;
			skb->next = first;
			first = skb;
			if (!of_guest)
				continue;
			skb->owner = of_guest;
			of_guest->bytes += host_skb_memory(skb);
			of_guest->skbs++;
		}
		return first;
	}
	u32 kept(sk_buff *first) { return free_list(netback_deliver(b.dev.vif, first)); }
};

// NB-64
TEST_F(Full, WhatNobodyAnswersForIsDroppedInFront)
{
	EXPECT_EQ(kept(list(1000)), 0u);
	EXPECT_EQ(dropped(), 1000u);
	b.dev.watched = true; // whoever looks sees what the device gets, not what it cannot take
	EXPECT_EQ(kept(list(10)), 0u);
	EXPECT_EQ(dropped(), 1010u);
	b.dev.watched = false;
	// Room again.
	for (int i = 0; i < 10; i++) {
		b.post_buffers(b.queue[0].rx.free_slots());
		host->settle();
		b.receive();
	}
	ASSERT_FALSE(q().host->stopped);
	EXPECT_EQ(kept(list(10)), 0u);
	host->settle();
	EXPECT_EQ(b.receive().size(), 10u);
	EXPECT_EQ(dropped(), 1010u);
}

TEST_F(Full, WhatASocketSentMayWait)
{
	EXPECT_EQ(kept(list(10, true)), 10u);
	EXPECT_EQ(dropped(), 0u);
}

// As much as a sender can have under way; what would be more is dropped.
// NB-64
TEST_F(Full, WhatAGuestSentMayWaitWithinItsBounds)
{
	Account *account = a.back().host->account;
	std::vector<sk_buff *> waiting;
	for (int i = 0; i < 1000; i++)
		if (sk_buff *skb = netback_deliver(b.dev.vif, list(1, false, account)))
			waiting.push_back(skb);
	EXPECT_LE(account->bytes, 2 * kBacklogBytes + 2 * (1000 + static_cast<s64>(kSkbOverhead)));
	EXPECT_EQ(dropped(), 1000 - waiting.size());
	EXPECT_GT(waiting.size(), 100u);
	for (sk_buff *skb : waiting)
		free_skb(skb);
}
} // namespace
