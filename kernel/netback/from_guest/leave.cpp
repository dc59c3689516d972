// SPDX-License-Identifier: GPL-2.0-only
//
// leave: what a receiver has no buffers for stays in the sender's ring.
//
// An skb in the receiver's backlog costs dom0 several times what a packet costs that goes directly. It also
// closes the receiver's door to everybody (to_guest/door.hpp) until the backlog is empty, so that one batch
// that came too early makes skbs of the batches behind it. While its sender may wait for the receiver anyway
// (wait.cpp), the packets are better off where they came from: the requests are taken once more when the wait
// is over, and only what has an answer has gone.
//
// That is possible at the end of a batch, for packets that nothing has become of yet. What was done for them
// is undone: the sender's limit gets its credit back, the switch its counts.
//
// HOSTILE: a guest may have written other requests into its ring by then. take() checks them as if they had
// never been seen, and nothing of what was decided about the first ones is kept.
//
// CONTEXT: from-guest poll, between deliver's direct way and skbs
#include "netback/from_guest/deliver.hpp"
#include "netback/life/switch.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

void ringway::netback::leave_in_ring(Lane &lane, Queue &queue)
{
	Batch &batch = lane.batch;
	const u32 first = lane.delivered.tail, packets = batch.packet_count - first;
	u32 slots = 0;
	u64 bytes = 0;
	for (u32 i = first; i < batch.packet_count; i++) {
		slots += batch.packets[i].slots_on_ring();
		bytes += batch.packets[i].len;
	}
	// INVARIANT: all of these were judged, so that their verdicts and frames lie one behind the other.
	const u32 v = batch.packets[first].verdict;
	if (brlite_port *port = queue.vif->port.load(std::memory_order_acquire))
		the_switch().take_back(port, &lane.staged.frames[v], &lane.judged.verdicts[v], packets);
	queue.from_guest_ring.put_back(slots);
	batch.slot_count = batch.packets[first].first_slot;
	batch.packet_count = first;
	queue.from_guest_stats.left += packets;
	if (queue.vif->limits_from_guest()) {
		const Guard lock(queue.vif->rate);
		queue.vif->from_guest_limit.give_back(bytes, packets);
	}
}
