// SPDX-License-Identifier: GPL-2.0-only
//
// spread: which of a receiver's queues a packet goes to.
//
//	the receiver asks for hashing          by its own hash and table (core/hash.hpp)
//	it has one queue                       there
//	the sender has a multiple of its queues  the sender's queue says it: its driver has spread the flows
//	otherwise                              by flow (core/flow_hash.hpp)
//
// A packet that goes as an skb must reach the same queue, or packets of a flow overtake each other when a
// batch is delivered in part. So mark_flow() gives the skb a hash from which the receiver comes to the same
// result (netback_select_queue()).
//
// Cost: without hashes one comparison, or a division where there are several queues, for each batch and
// receiver. By flow: the hash, once for each packet, and a hypercall, a lock and perhaps an event for each
// queue that gets some of the batch.
//
// When a guest changes its table, or the number of its queues, a flow moves to another queue while packets of
// it may still wait for the old one. Order across that moment is not kept; no hardware does it either.
// CONTEXT: from-guest poll
#pragma once
#include "core/hash.hpp"
#include "netback/life/lane.hpp"
#include "netback/life/vif.hpp"
#include "netback/to_guest/door.hpp"

namespace ringway::netback
{
struct Receiver {
	netback_vif *vif;         // null: not connected
	u32 queues;               // that it has
	const HashConfig *config; // by which it wants packets hashed, or null
};

// The vif `owner` as it is now. INVARIANT: all of it is used within the poll.
RINGWAY_ALWAYS_INLINE Receiver receiver_of(void *owner)
{
	auto *vif = static_cast<netback_vif *>(owner);
	const u32 n = vif->queue_count.load(std::memory_order_acquire);
	if (RINGWAY_UNLIKELY(!n || !vif->running.load(std::memory_order_acquire)))
		return {nullptr, 0, nullptr};
	return {vif, n, vif->control.hash()};
}

// The one queue that takes all that `from` sends, or null: it depends on the packet.
RINGWAY_ALWAYS_INLINE Queue *only_queue(const Receiver &to, const Queue &from)
{
	if (RINGWAY_UNLIKELY(to.config))
		return nullptr;
	if (RINGWAY_LIKELY(to.queues == 1))
		return &to.vif->queues[0];
	return from.vif->frontend.queues % to.queues ? nullptr : &to.vif->queues[from.index % to.queues];
}

// Takes the list that starts at `first` apart, by queue of the receiver: lane.spread has a list for each.
void spread_list(Lane &lane, const Queue &from, const Receiver &to, u32 first);

// Hands a list to its receiver. `settle` is told what became of it: once, or once for each queue.
template <typename Settle>
RINGWAY_ALWAYS_INLINE void place_spread(Lane &lane, Queue &from, void *owner, u32 first, u32 longest,
					Settle &&settle)
{
	const Receiver to = receiver_of(owner);
	if (RINGWAY_UNLIKELY(!to.vif)) {
		settle(none_placed(first, Why::peer_down));
		return;
	}
	if (Queue *only = only_queue(to, from); RINGWAY_LIKELY(only != nullptr)) {
		settle(place_list(lane, from, *only, first, longest, nullptr));
		return;
	}
	spread_list(lane, from, to, first);
	const PacketHash *hashes = to.config ? lane.spread.hash : nullptr;
	for (u32 g = 0; g < lane.spread.queues.count; g++) {
		const Group &group = lane.spread.queues.group[g];
		settle(place_list(lane, from, *static_cast<Queue *>(group.owner), group.first, longest,
				  hashes));
	}
}
} // namespace ringway::netback
