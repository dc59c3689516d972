// SPDX-License-Identifier: GPL-2.0-only
//
// stage: brings what a decision needs into dom0's memory, in one hypercall for the batch.
//
// Packets of up to a page come whole, however many slots they have: one acquire of the guest's side per
// slot, and none of ours, because neighbours are packed into the same staging page. Of larger packets
// the first 256 bytes come: the span protocol headers must lie in.
//
// Each packet's bytes become the frame that the switch is asked about.
//
// What lies in the staging pages is out of the guest's reach: what the switch decided on is what is
// delivered (XSA-155's class of bugs ends here).
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
void run_copies(Lane &lane, Queue &queue)
{
	lane.copies.run([&queue](void *ops, u32 n) { grant_copy(queue.from_guest_stats, ops, n); },
			[&lane](u16 packet) {
				lane.batch.packets[packet].fate = Fate::copy;
				lane.gaps = true;
			});
}

RINGWAY_ALWAYS_INLINE u16 blank_flag(const Packet &packet)
{
	return packet.flags & NETTXF_csum_blank ? BRLITE_FRAME_CSUM_BLANK : 0;
}

u16 frame_flags(const Packet &packet)
{
	return static_cast<u16>((packet.gso() ? BRLITE_FRAME_GSO : 0) | blank_flag(packet));
}

// Where packet i's first `want` bytes go. False: no memory for them.
RINGWAY_ALWAYS_INLINE bool reserve(Lane &lane, StageCursor &cursor, Packet &packet, u32 i, u32 want,
				   u16 flags)
{
	if (RINGWAY_UNLIKELY(!cursor.reserve(want))) {
		packet.fate = Fate::no_memory;
		lane.gaps = true;
		return false;
	}
	const StagePage &page = lane.stage[cursor.page];
	packet.head = page.bytes + cursor.offset;
	packet.staged = static_cast<u16>(want);
	lane.frames[i] = {packet.head, packet.len, packet.staged, flags};
	packet.at = {page.frame, static_cast<u16>(cursor.offset)};
	cursor.offset = (cursor.offset + want + 7) & ~7u;
	return true;
}

// A packet whose first slot does not hold all that is wanted of it, or that is larger than a page.
__attribute__((noinline)) void stage_large(Lane &lane, StageCursor &cursor, u16 domain, u32 i)
{
	Packet &packet = lane.batch.packets[i];
	const u32 want = packet.len <= kPageSize ? packet.len : kHeaderBytes;
	if (!reserve(lane, cursor, packet, i, want, frame_flags(packet)))
		return;
	CopyPlace to{packet.at.frame, DOMID_SELF, packet.at.offset, false};
	const TxSlot *slot = &lane.batch.slots[packet.first_slot];
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

void ringway::netback::stage(Lane &lane, Queue &queue)
{
	Batch &batch = lane.batch;
	StageCursor cursor{lane};
	const u16 domain = queue.vif->domain;
	lane.gaps = false;
	u32 op = 0; // INVARIANT: room for each packet's one operation, also behind stage_large()
	for (u32 i = 0; i < batch.packet_count; i++) {
		Packet &packet = batch.packets[i];
		const TxSlot &slot = batch.slots[packet.first_slot];
		if (RINGWAY_LIKELY(packet.plain() && slot.size == packet.len)) {
			if (reserve(lane, cursor, packet, i, slot.size, blank_flag(packet)))
				lane.copies.fill_in(op++, domain, slot.gref, slot.offset, packet.at,
						    slot.size, static_cast<u16>(i));
			continue;
		}
		if (packet.fate != Fate::pending) {
			lane.gaps = true;
			continue;
		}
		lane.copies.grown(op - lane.copies.count());
		// A packet of n slots needs at most n operations here.
		if (RINGWAY_UNLIKELY(lane.copies.room() < packet.slot_count + kBatchPackets))
			run_copies(lane, queue);
		StageCursor shared = cursor; // so that the loop's own stays in registers
		stage_large(lane, shared, domain, i);
		cursor.page = shared.page;
		cursor.offset = shared.offset;
		op = lane.copies.count();
	}
	lane.copies.grown(op - lane.copies.count());
	run_copies(lane, queue);
}
