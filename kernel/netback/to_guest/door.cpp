// SPDX-License-Identifier: GPL-2.0-only
// See door.hpp: the protocol, the cost, and who holds which lock.
#include "netback/to_guest/door.hpp"
#include "netback/life/vif.hpp"
#include "netback/to_guest/credit.hpp"
#include "netback/to_guest/fits.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// Buffers for two batches: with fewer left, a sender waits; one that waited goes on when these, or all that
// the receiver ever posts, are there.
inline constexpr u32 kEnoughSlots = 2 * kBatchPackets;
// Data slots that any frontend takes: Linux' makes a frag of each, and drops a packet of more than
// MAX_SKB_FRAGS.
inline constexpr u32 kMostFrags = 17;

// May packets for `to` pass it by its device?
bool open_for_direct(const Queue &to) RINGWAY_REQUIRES(to.host)
{
	return !to.backlog_packets && to.to_guest_ring.attached() && !host_device_watched(to.vif->host) &&
	       host_txq_idle(to.host);
}

// Why not?
Why why_closed(const Queue &to) RINGWAY_REQUIRES(to.host)
{
	if (!to.to_guest_ring.attached())
		return Why::peer_down;
	if (to.backlog_packets)
		return to.throttled ? Why::peer_limit : Why::peer_backlog;
	return host_device_watched(to.vif->host) ? Why::peer_watched : Why::peer_queue;
}

// Too few buffers to go on with whole batches? `before` were there, `free` are left.
RINGWAY_ALWAYS_INLINE bool few_left(const Queue &from, const Queue &to, u32 before, u32 free)
	RINGWAY_REQUIRES(to.host)
{
	if (RINGWAY_UNLIKELY(from.waits))
		return before < kEnoughSlots && before < to.most_slots;
	const u32 used = before - free;
	return free < (used < kBatchPackets ? 2 * used : kEnoughSlots);
}

// Worth waiting for its buffers? Only while it still takes packets.
bool worth_waiting_for(const Queue &to, Why why) RINGWAY_REQUIRES(to.host)
{
	return (why == Why::none || why == Why::peer_buffers || why == Why::peer_backlog) &&
	       to.takes_packets();
}

// Too long for the receiver? The switch has looked at unicasts; for floods it is up to us.
RINGWAY_ALWAYS_INLINE bool fits(const Packet &packet, u32 longest)
{
	return RINGWAY_LIKELY(packet.len <= longest) || packet.gso();
}
// The packet as pieces: what was staged, then what still lies in the sender's pages.
u32 list_pieces(Lane &lane, const Queue &from, u32 i)
{
	const Packet &packet = lane.batch.packets[i];
	lane.pieces[0] = {{packet.at.frame, DOMID_SELF, packet.at.offset, false}, packet.staged};
	u32 n = 1, skip = packet.staged;
	const TxSlot *slot = &lane.batch.slots[packet.first_slot];
	for (u32 s = 0; s < packet.slot_count; s++, slot++) {
		if (skip >= slot->size) {
			skip -= slot->size;
			continue;
		}
		lane.pieces[n++] = {
			{slot->gref, from.vif->domain, static_cast<u16>(slot->offset + skip), true},
			static_cast<u16>(slot->size - skip)};
		skip = 0;
	}
	return n;
}

// A packet of several slots, or with extra info. Returns the slots it took, 0 when there are not enough.
__attribute__((noinline)) u32 place_large(Lane &lane, Queue &from, Queue &to, u32 i, u32 free, RxMeta &meta)
	RINGWAY_REQUIRES(to.host)
{
	u32 slots = rx_slots_needed(meta);
	const u32 pieces = list_pieces(lane, from, i);
	// Two slots more than needed is what saving the split copies is worth.
	const u32 data = slots - meta.extras(), whole = rx_whole_slots(lane.pieces, pieces);
	if (!meta.headroom && whole <= data + 2 && whole <= kMostFrags && whole - data + slots <= free) {
		meta.keep_pieces = true;
		slots += whole - data;
	}
	if (slots > free)
		return 0;
	if (lane.copies.room() < rx_copy_ops_bound(pieces, slots) + kBatchPackets)
		to.flush_to_guest(lane); // INVARIANT: room for the rest of the batch's small packets is kept
	place_packet(to.to_guest_ring, to.vif->domain, meta, lane.pieces, lane.copies, lane.pending);
	return slots;
}

// What a packet that is not a plain one comes to.
struct Other {
	u32 slots; // it took; 0: none
	Why why;   // it has to go as an skb; none: it is done with
};

// Places packet i, which may be of any kind.
__attribute__((noinline)) Other place_other(Lane &lane, Queue &from, Queue &to, u32 i, u32 free, u32 longest,
					    const PacketHash *hashes) RINGWAY_REQUIRES(to.host)
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
	if (packet.whole() && !packet.gso() && !meta.special())
		place_one_slot(to.to_guest_ring, to.vif->domain, packet.at, packet.staged, meta.flags,
			       lane.copies, lane.pending);
	else
		slots = place_large(lane, from, to, i, free, meta);
	return {slots, slots ? Why::none : Why::peer_buffers};
}

// Bytes up to which a packet for `to` needs no closer look at its length, its destination and its slots. Up
// to a page it was staged whole.
u32 plain_length(const Queue &to, u32 longest, u32 free, const PacketHash *hashes)
{
	if (RINGWAY_UNLIKELY(!free || hashes || to.vif->multicast.wanted() ||
			     to.vif->headroom.load(std::memory_order_relaxed)))
		return 0;
	return longest < kPageSize ? longest : kPageSize;
}

// Puts packets from `first` on, and before `end`, into `to`.
Placed place_run(Lane &lane, Queue &from, Queue &to, u32 first, u32 end, u32 longest,
		 const PacketHash *hashes, u32 &free, Why &why) RINGWAY_REQUIRES(to.host)
{
	Batch &batch = lane.batch;
	const u32 gets = load_relaxed(to.vif->gets);
	u32 i = first, left = free, plain = plain_length(to, longest, left, hashes), packets = 0;
	u64 bytes = 0;
	OneSlotRun run(to.to_guest_ring, to.vif->domain, lane.copies, lane.pending);
	while (i < end) {
		Packet &packet = *computed_once(&batch.packets[i]);
		if (RINGWAY_LIKELY(packet.len <= plain && plainly_fits(gets, packet))) {
			run.place(packet.at, static_cast<u16>(packet.len), receive_flags(packet));
			if (RINGWAY_UNLIKELY(!--left))
				plain = 0;
		} else {
			run.finish();
			const Other other = place_other(lane, from, to, i, left, longest, hashes);
			run.begin();
			if (RINGWAY_UNLIKELY(other.why != Why::none)) {
				why = other.why;
				break;
			}
			left -= other.slots;
			if (!left)
				plain = 0;
			if (RINGWAY_UNLIKELY(!other.slots)) {
				i = packet.next;
				continue;
			}
		}
		packets++;
		bytes += packet.len;
		packet.fate = Fate::done;
		i = packet.next;
	}
	run.finish();
	free = left;
	return {i, packets, bytes, false};
}
// Through the open door: as many as there are buffers and credit for. Returns why the others stay outside.
RINGWAY_ALWAYS_INLINE Why place_open(Lane &lane, Queue &from, Queue &to, u32 longest,
				     const PacketHash *hashes, Placed &placed) RINGWAY_REQUIRES(to.host)
{
	u32 free = to.posted_buffers();
	if (RINGWAY_UNLIKELY(free > to.most_slots))
		to.most_slots = free;
	const u32 before = free;
	Credit credit;
	u32 end = kBatchPackets; // no packet from here on; lists go upwards
	if (RINGWAY_UNLIKELY(to.vif->limits_to_guest()))
		end = reserve_credit(lane.batch, to, placed.next, credit);
	Why why = Why::none;
	placed = place_run(lane, from, to, placed.next, end, longest, hashes, free, why);
	placed.short_of_buffers = few_left(from, to, before, free);
	if (RINGWAY_UNLIKELY(credit.packets))
		return_credit(to, {credit.bytes - placed.bytes, credit.packets - placed.packets});
	if (RINGWAY_UNLIKELY(placed.next < kBatchPackets && why == Why::none))
		why = Why::peer_limit;
	return why;
}

// The last packets' copies, and all that was placed on the books.
RINGWAY_ALWAYS_INLINE void hand_over(Lane &lane, Queue &to, const Placed &placed) RINGWAY_REQUIRES(to.host)
{
	to.flush_to_guest(lane);
	to.to_guest_stats.packets += placed.packets;
	to.to_guest_stats.bytes += placed.bytes;
	to.to_guest_stats.direct += placed.packets;
	to.last_rx = host_jiffies();
}

// The copies into the guest's buffers, on the bill of the side that gets them.
RINGWAY_ALWAYS_INLINE void copy_placed(Lane &lane, ToGuestStats &stats)
{
	RxPending &pending = lane.pending;
	lane.copies.run([&stats](void *ops, u32 n) { grant_copy(stats, ops, n); },
			[&pending, &stats](u16 slot) {
				place_failed(pending, slot);
				stats.copy_failed++;
			});
}
} // namespace

void ringway::netback::count_why(Queue &from, const Batch &batch, u32 first, Why why)
{
	for (u32 i = first; i < kBatchPackets; i = batch.packets[i].next)
		from.from_guest_stats.why[static_cast<u32>(why)]++;
}

Placed ringway::netback::place_list(Lane &lane, Queue &from, Queue &to, u32 first, u32 longest,
				    const PacketHash *hashes)
{
	Placed placed{first, 0, 0, false};
	Why why = Why::none;
	{
		const ToGuestLock lock(to.host);
		const u64 failed = to.to_guest_stats.copy_failed;
		why = RINGWAY_LIKELY(open_for_direct(to))
			      ? place_open(lane, from, to, longest, hashes, placed)
			      : why_closed(to);
		if (placed.packets) {
			hand_over(lane, to, placed);
			lane.delivered.copy_failed |= to.to_guest_stats.copy_failed != failed;
		}
		if (RINGWAY_UNLIKELY(why != Why::none || placed.short_of_buffers))
			placed.short_of_buffers = worth_waiting_for(to, why);
	}
	if (RINGWAY_UNLIKELY(why != Why::none))
		count_why(from, lane.batch, placed.next, why);
	return placed;
}

// HOSTILE: an index beyond the ring counts as no buffers here and is reported by the poll.
u32 Queue::posted_buffers()
{
	return to_guest_ring.unconsumed().value_or(0);
}

void Queue::flush_to_guest(Lane &lane)
{
	RxPending &pending = lane.pending;
	copy_placed(lane, to_guest_stats);
	to_guest_stats.batches++;
	const u32 slots = pending.count;
	place_respond(to_guest_ring, pending);
	const bool asked = to_guest_ring.push_responses();
	if (RINGWAY_UNLIKELY(vif->to_guest.on() || held)) {
		notify_coalesced(slots, asked);
	} else if (asked) {
		to_guest_stats.notifications++;
		host_notify(host, TO_GUEST);
	}
}
