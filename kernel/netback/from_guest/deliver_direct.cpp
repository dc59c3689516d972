// SPDX-License-Identifier: GPL-2.0-only
//
// deliver, direct: from the lane's pages (and for large packets from the sender's own pages) straight into
// the buffers that the receivers posted. No skb, no queue, no thread.
//
// classify has grouped the packets by receiver, spread says to which of its queues they go; the door of each
// (to_guest/door.hpp) is gone through once a batch. What it does not take becomes skbs, in order.
#include "netback/from_guest/deliver.hpp"
#include "netback/from_guest/spread.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// Counts what became of a list; what is left of it goes as skbs. Returns how many packets the list had.
u32 settle(Lane &lane, Queue &queue, const Placed &placed)
{
	Batch &batch = lane.batch;
	queue.from_guest_stats.packets += placed.packets;
	queue.from_guest_stats.bytes += placed.bytes;
	queue.from_guest_stats.path_direct += placed.packets;
	lane.delivered.packets += placed.packets;
	u32 all = placed.packets;
	for (u32 i = placed.next; i < kBatchPackets; i = batch.packets[i].next, all++) {
		batch.packets[i].path = Path::forward;
		lane.judged.paths |= path_bit(Path::forward);
	}
	return all;
}
} // namespace

void ringway::netback::deliver_direct(Lane &lane, Queue &queue)
{
	for (u32 g = 0; g < lane.judged.groups.count; g++) {
		const Group &group = lane.judged.groups.group[g];
		u32 held_up = 0; // packets for queues that are short of buffers
		place_spread(lane, queue, group.owner, group.first, kAnyLength, [&](const Placed &placed) {
			const u32 all = settle(lane, queue, placed);
			held_up += placed.short_of_buffers ? all : 0;
		});
		if (RINGWAY_UNLIKELY(held_up && held_up * 2 >= lane.batch.packet_count)) {
			lane.delivered.short_of_buffers = true;
			lane.delivered.others_behind = held_up < lane.batch.packet_count;
		}
	}
}
