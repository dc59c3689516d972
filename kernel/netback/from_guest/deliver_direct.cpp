// SPDX-License-Identifier: GPL-2.0-only
//
// deliver, direct: from the lane's pages (and for large packets from the sender's own pages) straight into
// the buffers that the receivers posted. No skb, no queue, no thread.
//
// classify has grouped the packets by receiver, spread says to which of its queues they go; the door of each
// (to_guest/door.hpp) is gone through once a batch. What it does not take becomes skbs, in order, unless it
// is left in the sender's ring (leave.cpp).
#include "netback/from_guest/deliver.hpp"
#include "netback/from_guest/spread.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// What is left of a list goes as skbs; but for the end of a batch, which may have a better place.
__attribute__((noinline)) u32 settle_rest(Lane &lane, Queue &queue, const Placed &placed)
{
	Batch &batch = lane.batch;
	u32 left = 0;
	for (u32 i = placed.next; i < kBatchPackets; i = batch.packets[i].next, left++)
		batch.packets[i].path = Path::forward;
	lane.judged.paths |= path_bit(Path::forward);
	// INVARIANT: lists go upwards, so that so many are all there are.
	if (placed.short_of && placed.next + left == batch.packet_count) {
		lane.delivered.tail = placed.next;
		lane.delivered.tail_why = placed.why;
	} else {
		count_why(queue, placed.why, left);
	}
	return left;
}

// Counts what became of a list. Returns how many packets it had.
u32 settle(Lane &lane, Queue &queue, const Placed &placed)
{
	queue.from_guest_stats.packets += placed.packets;
	queue.from_guest_stats.bytes += placed.bytes;
	queue.from_guest_stats.path_direct += placed.packets;
	lane.delivered.packets += placed.packets;
	if (RINGWAY_LIKELY(placed.next == kBatchPackets))
		return placed.packets;
	return placed.packets + settle_rest(lane, queue, placed);
}

// Some receiver was short of buffers.
void wait_or_not(Lane &lane, Queue &queue)
{
	Delivered &delivered = lane.delivered;
	if (delivered.short_of)
		delivered.waits = queue.may_wait(delivered);
	if (delivered.tail == kBatchPackets)
		return;
	if (delivered.waits)
		leave_in_ring(lane, queue);
	else
		count_why(queue, delivered.tail_why, lane.batch.packet_count - delivered.tail);
}
} // namespace

void ringway::netback::deliver_direct(Lane &lane, Queue &queue)
{
	Delivered &delivered = lane.delivered;
	bool any_short = false;
	for (u32 g = 0; g < lane.judged.groups.count; g++) {
		const Group &group = lane.judged.groups.group[g];
		u32 held_up = 0; // packets for queues that are short of buffers
		const Queue *short_of = nullptr;
		u32 answered = 0;
		place_spread(lane, queue, group.owner, group.first, kAnyLength, [&](const Placed &placed) {
			const u32 all = settle(lane, queue, placed);
			delivered.left = placed.left;
			if (RINGWAY_LIKELY(!placed.short_of))
				return;
			held_up += all;
			short_of = placed.short_of;
			answered = placed.answered;
		});
		any_short |= held_up != 0;
		if (RINGWAY_UNLIKELY(held_up && held_up * 2 >= lane.batch.packet_count)) {
			delivered.short_of = short_of;
			delivered.answered = answered;
			delivered.others_behind = held_up < lane.batch.packet_count;
		}
	}
	if (RINGWAY_UNLIKELY(any_short))
		wait_or_not(lane, queue);
}
