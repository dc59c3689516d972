// SPDX-License-Identifier: GPL-2.0-only
//
// take: the first step of the data path. Requests are copied out of a TX ring, each word once, and grouped
// into packets. All checks that peer-controlled values need are made here, on the copy; no later step reads
// the requests in the ring again.
//
// There are two kinds of errors (source: the behaviour of existing backends, on which frontends depend, and
// the advisories XSA-39, XSA-155, XSA-432, XSA-448):
//
//   fatal   No honest frontend does this: an index out of range, a slot that crosses its page, a promised
//           slot that is not there, an unknown extra info, invalid GSO, more slots behind the first than
//           fatal_skb_slots. The caller switches the whole vif off; nothing is answered.
//   drop    Some real frontends have bugs that do this: more than 18 slots behind the first, sizes that
//           wrapped at 64 KiB, runts, segments so short that no TCP makes them. The packet is answered with
//           ERROR and counted; the vif goes on.
//
// Cost: one pass, no allocation; about 60 instructions for a one-slot packet.
#pragma once
#include "core/mac.hpp"
#include "core/packet.hpp"
#include "core/limiter.hpp"

namespace ringway
{
inline constexpr u32 kEthHeader = 14;
inline constexpr u32 kLeastSegment = 8; // bytes; Linux' TCP_MIN_GSO_SIZE. One packet is not 65 000 of them

struct TakeLimits {
	u32 fatal_slots; // more slots behind a packet's first are fatal (module parameter fatal_skb_slots)
	Limiter *rate = nullptr; // null: unlimited. CONTEXT: the caller holds the lock that guards it
	s32 share = 0x7fffffff;  // bytes this pass may take; the last packet may exceed it
};

namespace detail
{
struct Extras {
	u8 count = 0;
	u8 gso_type = XEN_NETIF_GSO_TYPE_NONE;
	u16 gso_size = 0;
	u8 multicast = 0; // XEN_NETIF_EXTRA_TYPE_MCAST_*: the request is not a packet
	u64 address = 0;
	u8 hash_type = 0;
	u32 hash = 0;
};

// Reads the extra infos that start at ring index `at`; at most `room` slots.
// HOSTILE: type, flags and every field. If a type is repeated, the last one counts.
template <typename Ring>
Result<Extras> take_extras(const Ring &ring, u32 at, u32 room)
{
	Extras out;
	for (;;) {
		if (out.count >= room)
			return Error::slot_missing;
		const auto extra = ring.template request_as<ExtraInfo>(at + out.count);
		out.count++;
		switch (extra.type) {
		case XEN_NETIF_EXTRA_TYPE_GSO:
			if (extra.u.gso.size == 0 || (extra.u.gso.type != XEN_NETIF_GSO_TYPE_TCPV4 &&
						      extra.u.gso.type != XEN_NETIF_GSO_TYPE_TCPV6))
				return Error::gso_invalid;
			out.gso_type = extra.u.gso.type;
			out.gso_size = extra.u.gso.size;
			break;
		case XEN_NETIF_EXTRA_TYPE_MCAST_ADD:
		case XEN_NETIF_EXTRA_TYPE_MCAST_DEL:
			if (extra.type == out.multicast || out.multicast != XEN_NETIF_EXTRA_TYPE_MCAST_ADD) {
				out.multicast = extra.type; // if there are both, adding counts
				out.address = mac_load(extra.u.mcast.addr);
			}
			break;
		case XEN_NETIF_EXTRA_TYPE_HASH:
			if (extra.u.hash.type > _XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP)
				break; // not one that we know: as if there were none
			out.hash_type = extra.u.hash.type + 1;
			__builtin_memcpy(&out.hash, extra.u.hash.value, sizeof out.hash);
			break;
		case kExtraTypeXdp:
			break;
		default:
			return Error::extra_unknown;
		}
		if (!(extra.flags & XEN_NETIF_EXTRA_FLAG_MORE))
			return out;
	}
}

// Sets the members of a new packet. `slot`: the index of its first slot in the batch.
RINGWAY_ALWAYS_INLINE void begin_packet(Packet &packet, const TxRequest &first, u32 slot)
{
	packet.len = first.size;
	packet.staged = 0;
	packet.gso_size = 0;
	packet.gso_type = XEN_NETIF_GSO_TYPE_NONE;
	packet.extra_count = 0;
	packet.hash_type = 0;
	packet.fate = Fate::pending;
	packet.first_slot = static_cast<u16>(slot);
	packet.flags = static_cast<u8>(first.flags & (NETTXF_csum_blank | NETTXF_data_validated));
}

// The other slots of a packet that has more than one: extra infos, then data slots. `packet` has begun with
// `first`, which was at ring index `start`. Returns how many ring slots belong to the packet.
template <typename Ring>
RINGWAY_ALWAYS_INLINE Result<u32> take_chain(const Ring &ring, const TxRequest &first, Batch &batch,
					     Packet &packet, TxSlot *slots, u32 start, u32 room,
					     const TakeLimits &limits)
{
	u32 used = 1;
	if (first.flags & NETTXF_extra_info) {
		const auto extras = TRY(take_extras(ring, start + used, room - used));
		used += extras.count;
		packet.extra_count = extras.count;
		packet.gso_type = extras.gso_type;
		packet.gso_size = extras.gso_size;
		packet.hash_type = extras.hash_type;
		packet.hash = extras.hash;
		if (RINGWAY_UNLIKELY(extras.multicast)) {
			// All other fields of such a request are meaningless, more_data included.
			batch.changes[batch.change_count++] = {
				extras.address, static_cast<u16>(&packet - batch.packets),
				extras.multicast == XEN_NETIF_EXTRA_TYPE_MCAST_ADD};
			packet.fate = Fate::done;
			return used;
		}
	}

	u32 own = first.size; // bytes in the first slot itself
	u32 n = 1;
	bool drop = packet.gso_type != XEN_NETIF_GSO_TYPE_NONE && packet.gso_size < kLeastSegment;
	for (bool more = first.flags & NETTXF_more_data; more; n++, used++) {
		if (used >= room)
			return Error::slot_missing;
		if (n > limits.fatal_slots)
			return Error::too_many_slots;
		const TxRequest next = ring.request(start + used);
		if (static_cast<u32>(next.offset) + next.size > kPageSize)
			return Error::slot_cross_page;
		// HOSTILE: the 16-bit total wraps for a frame of 64 KiB or more, and its slots then add up
		// to more than the frame. Real frontends had that bug, so it costs the packet, not the vif.
		if (next.size > own || n > kLegacySlots)
			drop = true;
		else
			own -= next.size;
		slots[n] = next;
		more = next.flags & NETTXF_more_data;
	}
	slots[0].size = static_cast<u16>(own);
	packet.slot_count = static_cast<u8>(n);
	if (drop || own < kEthHeader)
		packet.fate = Fate::bad;
	else if (first.offset + own > kPageSize)
		return Error::slot_cross_page;
	return used;
}

template <bool kLimited, typename Ring>
Result<u32> take_batch(Ring &ring, Batch &batch, u32 most, const TakeLimits &limits)
{
	u32 slot = 0, at = ring.req_cons();
	const u32 room = TRY(ring.unconsumed()), bound = at + room;
	s32 share = limits.share;
	Packet *packet = batch.packets;
	// Each packet takes at least one slot, so `end` is the only bound that packets of one slot need.
	for (Packet *end = packet + (most < room ? most : room); packet != end && share > 0; packet++) {
		const TxRequest &first = batch.slots[slot] = ring.request(at);
		if constexpr (kLimited) {
			if (!limits.rate->allows(first.size)) {
				batch.throttled = limits.rate->wait(first.size);
				break; // the request stays in the ring until there are tokens for it
			}
		}
		begin_packet(*packet, first, slot);
		u32 used = 1;
		packet->slot_count = 1;
		if (RINGWAY_UNLIKELY(first.flags & (NETTXF_more_data | NETTXF_extra_info))) {
			used = TRY(take_chain(ring, first, batch, *packet, &batch.slots[slot], at, bound - at,
					      limits));
			const u32 left = bound - at - used; // slots, so also the most packets that can follow
			if (left < static_cast<u32>(end - packet) - 1)
				end = packet + 1 + left;
		} else if (RINGWAY_UNLIKELY(first.size < kEthHeader)) {
			packet->fate = Fate::bad;
		} else if (RINGWAY_UNLIKELY(first.offset + first.size > kPageSize)) {
			return Error::slot_cross_page;
		}
		if constexpr (kLimited)
			limits.rate->spend(packet->len);
		slot += packet->slot_count;
		share -= static_cast<s32>(packet->len); // first.size is the slot's own size by now
		at += used;
	}
	ring.consume(at - ring.req_cons());
	batch.packet_count = static_cast<u32>(packet - batch.packets);
	batch.slot_count = slot;
	batch.share = share;
	batch.cut = at != bound && share <= 0;
	return batch.packet_count;
}
} // namespace detail

// Takes up to `budget` packets and limits.share bytes. INVARIANT: how much is in the ring is read once, so a
// pass handles at most one ring, however fast the peer posts.
template <typename Ring>
Result<u32> take(Ring &ring, Batch &batch, u32 budget, const TakeLimits &limits)
{
	batch.clear();
	const u32 most = budget < kBatchPackets ? budget : kBatchPackets;
	return RINGWAY_LIKELY(!limits.rate) ? detail::take_batch<false>(ring, batch, most, limits)
					    : detail::take_batch<true>(ring, batch, most, limits);
}
} // namespace ringway
