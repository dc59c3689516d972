// SPDX-License-Identifier: GPL-2.0-only
//
// What is not a plain packet, on its way through the receiver's door: of several slots, with extra info, for
// a guest with a filter or with wishes of its own, or with offloads that need a closer look.
#include "netback/to_guest/place_other.hpp"
#include "core/place_chain.hpp"
#include "core/place_mapped.hpp"
#include "netback/life/vif.hpp"
#include "netback/life/whole.hpp"
#include "netback/to_guest/fits.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// Data slots that any frontend takes: Linux' makes a frag of each, and drops a packet of more than
// MAX_SKB_FRAGS.
inline constexpr u32 kMostFrags = 17;

// Too long for the receiver? The switch has looked at unicasts; for floods it is up to us.
RINGWAY_ALWAYS_INLINE bool fits(const Packet &packet, u32 longest)
{
	return RINGWAY_LIKELY(packet.len <= longest) || packet.gso();
}

// What of the packet still lies in the sender's slots, behind what was staged: add(slot, bytes passed over).
// False as soon as add() says so.
template <typename Add>
RINGWAY_ALWAYS_INLINE bool each_rest(const Lane &lane, const Packet &packet, Add &&add)
{
	u32 skip = packet.staged;
	const TxSlot *slot = &lane.batch.slots[packet.first_slot];
	for (u32 s = 0; s < packet.slot_count; s++, slot++) {
		if (skip >= slot->size) {
			skip -= slot->size;
			continue;
		}
		if (RINGWAY_UNLIKELY(!add(*slot, skip)))
			return false;
		skip = 0;
	}
	return true;
}

// The packet as pieces: what was staged, then what still lies in the sender's pages.
u32 list_pieces(Lane &lane, const Queue &from, u32 i)
{
	const Packet &packet = lane.batch.packets[i];
	lane.pieces[0] = {{packet.at.frame, DOMID_SELF, packet.at.offset, false}, packet.staged};
	u32 n = 1;
	each_rest(lane, packet, [&](const TxSlot &slot, u32 skip) {
		lane.pieces[n++] = {{slot.gref, from.vif->domain, static_cast<u16>(slot.offset + skip), true},
				    static_cast<u16>(slot.size - skip)};
		return true;
	});
	return n;
}

// The same where the sender keeps its buffers mapped. Returns the slots that they take whole; 0: one of the
// buffers is not mapped.
u32 list_mapped(Lane &lane, MappedBuffers &buffers, u32 i)
{
	const Packet &packet = lane.batch.packets[i];
	MappedPiece *next = lane.mapped_pieces;
	RxWholeSlots whole;
	*next++ = {packet.head, packet.staged};
	whole.add(packet.staged);
	const bool all = each_rest(lane, packet, [&](const TxSlot &slot, u32 skip) {
		const u8 *bytes = buffers.readable(slot.gref, slot.id);
		if (RINGWAY_UNLIKELY(!bytes))
			return false;
		const u32 len = slot.size - skip;
		*next++ = {bytes + slot.offset + skip, len};
		whole.add(len);
		return true;
	});
	return all ? whole.count : 0;
}

// How many data slots, and whether each ends where a piece ends. Two slots more than needed is what saving
// the split copies is worth.
u32 data_slots(RxMeta &meta, u32 whole, u32 free)
{
	const u32 data = rx_slots_needed(meta) - meta.extras();
	meta.keep_pieces =
		!meta.headroom && whole <= data + 2 && whole <= kMostFrags && whole + meta.extras() <= free;
	return meta.keep_pieces ? whole : data;
}

// Both ends keep their buffers mapped. Returns the slots it took, 0 where all is as before: not all of the
// buffers are mapped after all, or there are not enough.
u32 place_mapped_chain(Lane &lane, MappedBuffers &from, Queue &to, MappedBuffers &buffers, u32 i, u32 free,
		       RxMeta meta) RINGWAY_REQUIRES(to.host)
{
	const u32 whole = list_mapped(lane, from, i);
	if (!whole)
		return 0;
	const u32 slots = data_slots(meta, whole, free);
	if (slots + meta.extras() > free ||
	    !place_chain(to.to_guest_ring, buffers, meta, lane.mapped_pieces, slots, lane.pending))
		return 0;
	to.to_guest_stats.mapped++;
	return slots + meta.extras();
}

// A packet of several slots, or with extra info. Returns the slots it took, 0 when there are not enough.
__attribute__((noinline)) u32 place_large(Lane &lane, Queue &from, Queue &to, u32 i, u32 free, RxMeta &meta)
	RINGWAY_REQUIRES(to.host)
{
	make_whole(lane, i); // one piece, if it is of at most a page
	const Packet &packet = lane.batch.packets[i];
	MappedBuffers *mapped = to.buffers.load(std::memory_order_acquire);
	MappedBuffers *senders = from.buffers.load(std::memory_order_acquire);
	if (RINGWAY_UNLIKELY(mapped && senders) && !meta.special()) {
		const u32 taken = place_mapped_chain(lane, *senders, to, *mapped, i, free, meta);
		if (taken)
			return taken;
	}
	const u32 pieces = list_pieces(lane, from, i);
	const u32 slots = data_slots(meta, rx_whole_slots(lane.pieces, pieces), free) + meta.extras();
	if (slots > free)
		return 0;
	if (lane.copies.room() < rx_copy_ops_bound(pieces, slots) + kBatchPackets)
		to.flush_to_guest(lane); // INVARIANT: room for the rest of the batch's small packets is kept
	if (RINGWAY_LIKELY(!mapped)) {
		place_packet(to.to_guest_ring, to.vif->domain, meta, lane.pieces, lane.copies, lane.pending);
		return slots;
	}
	MixedCopies copies(lane.copies, senders, mapped, packet.head - packet.at.offset);
	place_packet(to.to_guest_ring, to.vif->domain, meta, lane.pieces, copies, lane.pending);
	to.to_guest_stats.mapped += copies.mapped();
	return slots;
}

// A packet of one slot, of at most a page.
void place_small(Lane &lane, Queue &to, u32 i, u16 flags) RINGWAY_REQUIRES(to.host)
{
	const Packet &packet = lane.batch.packets[i];
	const MappedSource from{packet.head, packet.staged, &lane.staged.rest[i]};
	to.to_guest_stats.mapped +=
		place_mixed(to.to_guest_ring, to.buffers.load(std::memory_order_acquire), to.vif->domain,
			    lane.copies, lane.pending, packet.at, from, static_cast<u16>(packet.len), flags,
			    [&lane, i] { make_whole(lane, i); });
}
} // namespace

__attribute__((noinline)) Other ringway::netback::place_other(Lane &lane, Queue &from, Queue &to, u32 i,
							      u32 free, u32 longest, const PacketHash *hashes)
{
	Packet &packet = lane.batch.packets[i];
	const MulticastList &filter = to.vif->multicast;
	if (RINGWAY_UNLIKELY(!fits(packet, longest))) {
		to.to_guest_stats.dropped_oversize++;
		return {0, Why::none};
	}
	if (filter.wanted() && filter.refuses(mac_load_wide(packet.head))) {
		to.to_guest_stats.dropped_multicast++;
		packet.fate = Fate::done;
		return {0, Why::none};
	}
	if (!offloads_fit(load_relaxed(to.vif->gets), packet) ||
	    (packet.gso() && !host_gso_fits(to.vif->host, packet.len, packet.gso_size,
					    packet.gso_type == XEN_NETIF_GSO_TYPE_TCPV4)))
		return {0, Why::peer_offload};
	if (!free)
		return {0, Why::peer_buffers};
	RxMeta meta{packet.len, receive_flags(packet), packet.gso_type, packet.gso_size};
	meta.headroom = to.vif->headroom.load(std::memory_order_relaxed);
	if (hashes) {
		meta.hash_type = hashes[i].type;
		meta.hash = hashes[i].value;
	}
	u32 slots = 1;
	if (packet.len <= kPageSize && !packet.gso() && !meta.special())
		place_small(lane, to, i, meta.flags);
	else
		slots = place_large(lane, from, to, i, free, meta);
	return {slots, slots ? Why::none : Why::peer_buffers};
}
