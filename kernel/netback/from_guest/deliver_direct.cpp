// SPDX-License-Identifier: GPL-2.0-only
//
// deliver, direct: from the lane's pages (and for large packets from the sender's own pages) straight into
// the buffers that the receivers posted. No skb, no queue, no thread.
//
// classify has grouped the packets by receiver; each receiver's door (to_guest/door.hpp) is gone through once
// a batch. What it does not take becomes skbs, in order.
#include "netback/from_guest/deliver.hpp"
#include "netback/to_guest/door.hpp"

using namespace ringway;
using namespace ringway::netback;

void ringway::netback::deliver_direct(Lane &lane, Queue &queue)
{
	Batch &batch = lane.batch;
	Delivered &delivered = lane.delivered;
	for (u32 g = 0; g < lane.judged.groups.count; g++) {
		const Group &group = lane.judged.groups.group[g];
		Placed placed{group.first, 0, 0, false};
		// A receiver that is not connected: its device drops what comes, and counts it.
		if (Queue *to = destination_queue(group.owner, queue))
			placed = place_list(lane, queue, *to, placed.next, kAnyLength);
		else
			count_why(queue, batch, placed.next, Why::peer_down);
		queue.from_guest_stats.packets += placed.packets;
		queue.from_guest_stats.bytes += placed.bytes;
		queue.from_guest_stats.path_direct += placed.packets;
		delivered.packets += placed.packets;
		u32 all = placed.packets;
		for (u32 i = placed.next; i < kBatchPackets; i = batch.packets[i].next, all++) {
			batch.packets[i].path = Path::forward;
			lane.judged.paths |= path_bit(Path::forward);
		}
		delivered.short_of_buffers |= placed.short_of_buffers && all * 2 >= batch.packet_count;
	}
}
