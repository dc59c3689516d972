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
#include "netback/from_guest/stage.hpp"
#include "netback/from_guest/copies.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
void copy_staged(Lane &lane, Queue &queue)
{
	run_copies(lane, queue, [&lane](u16 packet) {
		lane.batch.packets[packet].fate = Fate::copy_failed;
		lane.staged.gaps = true;
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
	OwnPlace at;
	u8 *head = cursor.take(want, at);
	if (RINGWAY_UNLIKELY(!head)) {
		packet.fate = Fate::no_memory;
		lane.staged.gaps = true;
		return false;
	}
	packet.head = head;
	packet.staged = static_cast<u16>(want);
	lane.staged.frames[i] = {head, packet.len, packet.staged, flags};
	packet.at = at;
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
	lane.staged.gaps = false;
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
			lane.staged.gaps = true;
			continue;
		}
		lane.copies.grown(op - lane.copies.count());
		// A packet of n slots needs at most n operations here.
		if (RINGWAY_UNLIKELY(lane.copies.room() < packet.slot_count + kBatchPackets))
			copy_staged(lane, queue);
		StageCursor shared = cursor; // so that the loop's own stays in registers
		stage_large(lane, shared, domain, i);
		cursor.page = shared.page;
		cursor.offset = shared.offset;
		op = lane.copies.count();
	}
	lane.copies.grown(op - lane.copies.count());
	copy_staged(lane, queue);
}
