// SPDX-License-Identifier: GPL-2.0-only
//
// complete: every slot taken gets its response, pushed in one go for the batch. A packet's extra infos
// get NULL responses right behind the first slot's: the ring has to come out even.
#include "netback/from_guest/complete.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
s16 status_of(const Packet &packet, FromGuestStats &stats)
{
	switch (packet.fate) {
	case Fate::bad:
		stats.bad++;
		return NETIF_RSP_ERROR;
	case Fate::copy_failed:
		stats.copy_failed++;
		return NETIF_RSP_ERROR;
	case Fate::no_memory:
		stats.no_memory++;
		return NETIF_RSP_ERROR;
	default:
		return NETIF_RSP_OKAY;
	}
}

// Answers packets of any kind and fate.
void answer_each(const Batch &batch, Queue &queue)
{
	for (u32 i = 0; i < batch.packet_count; i++) {
		const Packet &packet = batch.packets[i];
		const s16 status = status_of(packet, queue.from_guest_stats);
		const TxSlot *slot = &batch.slots[packet.first_slot];
		queue.from_guest_ring.respond(TxResponse{slot->id, status});
		for (u32 e = 0; e < packet.extra_count; e++)
			queue.from_guest_ring.respond(TxResponse{0, NETIF_RSP_NULL});
		for (u32 s = 1; s < packet.slot_count; s++)
			queue.from_guest_ring.respond(TxResponse{slot[s].id, status});
	}
}

// Have all packets of the batch gone directly, and is each one slot of the ring?
bool all_direct(const Batch &batch, const Delivered &delivered, const Queue &queue)
{
	const u32 count = batch.packet_count;
	return delivered.packets == count &&
	       queue.from_guest_ring.req_cons() - queue.from_guest_ring.rsp_prod() == count;
}
} // namespace

void ringway::netback::complete(const Batch &batch, const Delivered &delivered, Queue &queue)
{
	if (RINGWAY_LIKELY(all_direct(batch, delivered, queue)))
		queue.from_guest_ring.respond_all(batch.packet_count, [&batch](u32 i) {
			return TxResponse{batch.slots[i].id, NETIF_RSP_OKAY};
		});
	else
		answer_each(batch, queue);
	if (queue.from_guest_ring.push_responses()) {
		queue.from_guest_stats.notifications++;
		host_notify(queue.host, FROM_GUEST);
	}
}
