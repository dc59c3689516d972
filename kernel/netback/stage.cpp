// SPDX-License-Identifier: GPL-2.0-only
//
// stage: brings what a decision needs into dom0's memory, in one hypercall for the batch.
//
// Packets of up to a page come whole, however many slots they have: one acquire of the guest's side per
// slot, and none of ours, because neighbours are packed into the same staging page. Of larger packets
// the first 256 bytes come: the span protocol headers must lie in.
//
// What lies in the staging pages is out of the guest's reach: what the switch decided on is what is
// delivered (XSA-155's class of bugs ends here).
#include "vif.hpp"

using namespace ringway;

namespace
{
void run_copies(Lane &lane, Queue &queue)
{
	lane.copies.run([&queue](void *ops, u32 n) { grant_copy(queue.tx_stats, ops, n); },
			[&lane](u16 packet) { lane.batch.packets[packet].fate = Fate::copy; });
}

void stage_packet(Lane &lane, StageCursor &cursor, u16 domain, u32 i)
{
	Packet &packet = lane.batch.packets[i];
	const u32 want = packet.len <= kPageSize ? packet.len : kHeaderBytes;
	if (RINGWAY_UNLIKELY(!cursor.reserve(want))) {
		packet.fate = Fate::no_memory;
		return;
	}
	const StagePage &page = lane.stage[cursor.page];
	packet.head = page.bytes + cursor.offset;
	packet.staged = static_cast<u16>(want);
	lane.staged_at[i] = {page.frame, static_cast<u16>(cursor.offset)};

	const TxSlot *slot = &lane.batch.slots[packet.first_slot];
	CopyPlace to{page.frame, DOMID_SELF, static_cast<u16>(cursor.offset), false};
	cursor.offset = (cursor.offset + want + 7) & ~7u;
	if (RINGWAY_LIKELY(slot->size >= want)) {
		lane.copies.add({slot->gref, domain, slot->offset, true}, to, static_cast<u16>(want),
				static_cast<u16>(i));
		return;
	}
	for (u32 left = want; left; slot++) {
		const u16 n = static_cast<u16>(slot->size < left ? slot->size : left);
		if (!n)
			continue; // an empty slot is legal, and answered like any other (XSA-448)
		lane.copies.add({slot->gref, domain, slot->offset, true}, to, n, static_cast<u16>(i));
		to.offset = static_cast<u16>(to.offset + n);
		left -= n;
	}
}
} // namespace

void ringway::stage(Lane &lane, Queue &queue)
{
	Batch &batch = lane.batch;
	StageCursor cursor{lane};
	const u16 domain = queue.vif->domain;
	for (u32 i = 0; i < batch.packet_count; i++) {
		if (RINGWAY_UNLIKELY(batch.packets[i].fate != Fate::pending))
			continue;
		// A packet of n slots needs at most n operations here.
		if (RINGWAY_UNLIKELY(lane.copies.room() < batch.packets[i].slot_count))
			run_copies(lane, queue);
		stage_packet(lane, cursor, domain, i);
	}
	run_copies(lane, queue);
}
