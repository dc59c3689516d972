// SPDX-License-Identifier: GPL-2.0-only
//
// stage: brings what a decision needs into dom0's memory, in one hypercall for the batch.
//
// Packets of up to a page come whole, however many slots they have: one acquire of the guest's side per
// slot, and none of ours, because neighbours are packed into the same staging page. Of larger packets
// the first 256 bytes come: the span protocol headers must lie in.
//
// From a buffer that stays mapped (core/mapped_buffers.hpp) the bytes are copied here and now, and no
// hypercall is needed. Of such a packet in one slot up to 256 bytes come; what is behind them is left where
// it is, and room for it in the staging page: it goes straight on to the receiver, if that has its buffers
// mapped as well, and make_whole() fetches it for all others. Guests that have nothing mapped pay a
// comparison for a batch.
//
// Each packet's bytes become the frame that the switch is asked about.
//
// What lies in the staging pages is out of the guest's reach: what the switch decided on is what is
// delivered (XSA-155's class of bugs ends here).
#include "netback/from_guest/stage.hpp"
#include "netback/from_guest/copies.hpp"
#include "netback/life/stage_cursor.hpp"
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

// Of a packet of `len` bytes `want` are at `head`, or will be.
RINGWAY_ALWAYS_INLINE void note(Packet &packet, brlite_frame &frame, u8 *head, u32 len, u32 want, u16 flags)
{
	packet.head = head;
	packet.staged = static_cast<u16>(want);
	frame = {head, len, static_cast<u16>(want), flags};
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
	note(packet, lane.staged.frames[i], head, packet.len, want, flags);
	packet.at = at;
	return true;
}

// A packet whose first slot does not hold all that is wanted of it, or that is larger than a page. `buffers`:
// that the guest keeps mapped, or null. Returns whether one of them was among its slots.
__attribute__((noinline)) bool stage_large(Lane &lane, StageCursor &cursor, u16 domain, u32 i,
					   MappedBuffers *buffers)
{
	Packet &packet = lane.batch.packets[i];
	const u32 want = packet.len <= kPageSize ? packet.len : kHeaderBytes;
	if (!reserve(lane, cursor, packet, i, want, frame_flags(packet)))
		return false;
	bool mapped = false;
	CopyPlace to{packet.at.frame, DOMID_SELF, packet.at.offset, false};
	const TxSlot *slot = &lane.batch.slots[packet.first_slot];
	for (u32 left = want; left; slot++) {
		const u16 n = static_cast<u16>(slot->size < left ? slot->size : left);
		if (!n)
			continue; // an empty slot is legal, and answered like any other (XSA-448)
		const u8 *bytes = buffers ? buffers->readable(slot->gref, slot->id) : nullptr;
		if (RINGWAY_UNLIKELY(bytes != nullptr))
			shared::copy_in(packet.head + (want - left), bytes + slot->offset, n);
		else
			lane.copies.add({slot->gref, domain, slot->offset, true}, to, n, static_cast<u16>(i));
		mapped |= bytes != nullptr;
		to.offset = static_cast<u16>(to.offset + n);
		left -= n;
	}
	return mapped;
}

// As many packets as come one after the other, from `first` on, each in one slot of a mapped buffer. Nothing
// else happens in here, so that all of it stays in registers. Returns the first that is not one of them, or
// that there was no memory for.
__attribute__((noinline)) u32 stage_run(Lane &lane, StageCursor &outer, MappedBuffers &buffers, u32 first)
{
	StageCursor cursor = outer;
	Packet *packet = &lane.batch.packets[first];
	const Packet *const end = &lane.batch.packets[lane.batch.packet_count];
	brlite_frame *frame = &lane.staged.frames[first];
	for (; packet != end; packet++, frame++) {
		const TxSlot &slot = *computed_once(&lane.batch.slots[packet->first_slot]);
		const u32 len = slot.size;
		if (RINGWAY_UNLIKELY(!packet->plain() || len != packet->len))
			break;
		const u8 *bytes = buffers.readable(slot.gref, slot.id);
		if (RINGWAY_UNLIKELY(!bytes || !cursor.make_room(len)))
			break;
		bytes += slot.offset; // INVARIANT: offset + size is within the page (core/take.hpp)
		u8 *head = cursor.put(len, packet->at);
		if (RINGWAY_LIKELY(len <= kHeaderBytes)) {
			note(*packet, *frame, head, len, len, blank_flag(*packet));
			shared::copy_in(head, bytes, len);
		} else {
			note(*packet, *frame, head, len, kHeaderBytes, blank_flag(*packet));
			shared::copy_in(head, bytes, kHeaderBytes);
			lane.staged.rest[packet - lane.batch.packets] = bytes + kHeaderBytes;
		}
	}
	outer = cursor;
	return static_cast<u32>(packet - lane.batch.packets);
}

// kMapped: the guest has buffers mapped.
template <bool kMapped>
void stage_batch(Lane &lane, Queue &queue, MappedBuffers *buffers)
{
	Batch &batch = lane.batch;
	StageCursor cursor{lane};
	const u16 domain = queue.vif->domain;
	u32 mapped = 0;
	lane.staged.gaps = false;
	lane.staged.rests = kMapped;
	u32 op = 0; // INVARIANT: room for each packet's one operation, also behind stage_large()
	for (u32 i = 0; i < batch.packet_count; i++) {
		if constexpr (kMapped) {
			const u32 next = stage_run(lane, cursor, *buffers, i);
			mapped += next - i;
			i = next;
			if (RINGWAY_LIKELY(i == batch.packet_count))
				break;
		}
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
		mapped += stage_large(lane, shared, domain, i, kMapped ? buffers : nullptr);
		cursor = shared;
		op = lane.copies.count();
	}
	lane.copies.grown(op - lane.copies.count());
	copy_staged(lane, queue);
	if constexpr (kMapped)
		queue.from_guest_stats.mapped += mapped;
}
} // namespace

void ringway::netback::stage(Lane &lane, Queue &queue)
{
	MappedBuffers *buffers = queue.buffers.load(std::memory_order_acquire);
	if (RINGWAY_LIKELY(!buffers))
		stage_batch<false>(lane, queue, nullptr);
	else
		stage_batch<true>(lane, queue, buffers);
}
