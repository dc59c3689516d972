// SPDX-License-Identifier: GPL-2.0-only
//
// deliver: three ways out of a batch, in this order. Each takes the packets whose Packet::path says so, and
// writes lane.delivered. A packet that its way cannot take becomes one for the skb way (Path::forward), which
// is last.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
void deliver_flood(Lane &lane, Queue &queue);
void deliver_direct(Lane &lane, Queue &queue);
void deliver_skbs(Lane &lane, Queue &queue);

inline void count_why(Queue &queue, Why why, u64 packets)
{
	if (why != Why::none)
		queue.from_guest_stats.why[static_cast<u32>(why)] += packets;
}

// Packets for a receiver that is worth waiting for go back to where they came from: those at the end of the
// batch. leave.cpp
void leave_in_ring(Lane &lane, Queue &queue);

// Makes an skb of a packet. Null: not possible, the packet's fate says why.
sk_buff *build_skb(Lane &lane, Queue &queue, Packet &packet);

// Lets the skb made of a packet go to the queue that the packet would go to; and Linux know what the guest
// said of its flow. spread.cpp
void mark_flow(const Lane &lane, const Queue &from, Packet &packet, sk_buff *skb);
} // namespace ringway::netback
