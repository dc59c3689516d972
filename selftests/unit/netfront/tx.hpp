// SPDX-License-Identifier: GPL-2.0-only
// Sending through a linked vif.
#pragma once
#include "linked.hpp"

namespace ringway::test
{
class TxTest : public LinkedVif
{
protected:
	TxTest() : LinkedVif("feature-sg") {}

	// False: the stack keeps the skb.
	bool send(sk_buff *skb)
	{
		host_tx_lock(&q);
		const bool taken = netfront_transmit(q.queue, skb);
		host_tx_unlock(&q);
		return taken;
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
