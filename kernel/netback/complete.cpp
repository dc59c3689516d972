// SPDX-License-Identifier: GPL-2.0-only
//
// complete: every slot taken gets its response, pushed in one go for the batch. A packet's extra infos
// get NULL responses right behind the first slot's: the ring has to come out even.
#include "vif.hpp"

using namespace ringway;

namespace
{
s16 status_of(const Packet &packet, TxStats &stats)
{
	switch (packet.fate) {
	case Fate::bad:
		stats.bad++;
		return NETIF_RSP_ERROR;
	case Fate::copy:
		stats.copy_failed++;
		return NETIF_RSP_ERROR;
	case Fate::no_memory:
		stats.no_memory++;
		return NETIF_RSP_ERROR;
	default:
		return NETIF_RSP_OKAY;
	}
}
} // namespace

void ringway::complete(Lane &lane, Queue &queue)
{
	const Batch &batch = lane.batch;
	for (u32 i = 0; i < batch.packet_count; i++) {
		const Packet &packet = batch.packets[i];
		if (RINGWAY_LIKELY(packet.fate == Fate::done && packet.slots_on_ring() == 1)) {
			queue.tx.respond(TxResponse{batch.slots[packet.first_slot].id, NETIF_RSP_OKAY});
			continue;
		}
		const s16 status = status_of(packet, queue.tx_stats);
		const TxSlot *slot = &batch.slots[packet.first_slot];
		queue.tx.respond(TxResponse{slot->id, status});
		for (u32 e = 0; e < packet.extra_count; e++)
			queue.tx.respond(TxResponse{0, NETIF_RSP_NULL});
		for (u32 s = 1; s < packet.slot_count; s++)
			queue.tx.respond(TxResponse{slot[s].id, status});
	}
	if (queue.tx.push_responses()) {
		queue.tx_stats.notifications++;
		nb_notify_tx(queue.kq);
	}
}
