// SPDX-License-Identifier: GPL-2.0-only
//
// place: puts packets into the buffers a guest posted on its RX ring.
//
// A packet takes one slot per page of data, and one more per extra info. The first response carries
// the checksum flags and announces the extra info, which sits in the very next slot; the last one has
// no more_data (source: xen/io/netif.h, "Guest receive"). Responses go out in the order of the requests:
// frontends rely on it.
//
// A guest whose XDP program wants headroom in front of a packet gets it in each slot, and an extra info that
// says how much. The response's offset and size describe the data only.
//
// The pieces of the source are put into the slots end to end. The operations of one slot then name the same
// destination grant, which the hypervisor acquires only once. For a large packet whose pieces are nearly
// full pages it is better to end slots where pieces end: one operation per page instead of two, for at most
// two more slots (RxMeta::keep_pieces).
#pragma once
#include "core/grant_copy.hpp"

namespace ringway
{
inline constexpr u32 kRxSlots = RxBackRing::kSize;

// A piece of the packet to place, within one page.
struct SourcePiece {
	CopyPlace place;
	u16 len;
};

struct RxMeta {
	u32 len;                  // bytes
	u16 flags;                // NETRXF_csum_blank, NETRXF_data_validated
	u8 gso_type;              // XEN_NETIF_GSO_TYPE_*
	u16 gso_size;             // bytes
	bool keep_pieces = false; // do not split a piece over two slots; excludes headroom
	u16 headroom = 0;         // unused bytes at the start of each slot, at most kMaxHeadroom
	u8 hash_type = 0;         // 0: not hashed; else _XEN_NETIF_CTRL_HASH_TYPE_* + 1
	u32 hash = 0;

	constexpr bool gso() const { return gso_type != XEN_NETIF_GSO_TYPE_NONE; }
	constexpr bool special() const { return headroom | hash_type; }
	constexpr u32 extras() const { return u32{gso()} + (headroom != 0) + (hash_type != 0); }
};

// At least half of each slot is left for data. The largest packet then needs 35 slots, so no headroom that a
// guest may choose makes a packet larger than its ring.
inline constexpr u32 kMaxHeadroom = kPageSize / 2;

constexpr u32 rx_slots_needed(const RxMeta &meta)
{
	if (RINGWAY_LIKELY(!meta.special()))
		return (meta.len + kPageSize - 1) / kPageSize + meta.gso();
	const u32 room = kPageSize - meta.headroom; // INVARIANT: at least kPageSize - kMaxHeadroom
	return (meta.len + room - 1) / room + meta.extras();
}

// Bytes that go into the next slot if pieces are not split: as many whole pieces as fit.
// INVARIANT: no piece is longer than a page.
template <typename Piece>
constexpr u32 rx_whole_fill(const Piece *piece, u32 left)
{
	u32 fill = 0;
	for (; fill < left && fill + piece->len <= kPageSize; piece++)
		fill += piece->len;
	return fill;
}

// Data slots that a packet needs if pieces are not split, one piece after the other.
struct RxWholeSlots {
	u32 count = 0, room = 0;

	RINGWAY_ALWAYS_INLINE constexpr void add(u32 len)
	{
		if (len > room) {
			count++;
			room = kPageSize;
		}
		room -= len;
	}
};
template <typename Piece>
constexpr u32 rx_whole_slots(const Piece *piece, u32 count)
{
	RxWholeSlots slots;
	for (u32 i = 0; i < count; i++)
		slots.add(piece[i].len);
	return slots.count;
}

// Responses that wait for their copies. There are never more than a ring has slots.
struct RxPending {
	u32 count = 0;
	union {
		RxResponse response[kRxSlots];
		ExtraInfo extra[kRxSlots];
	};

	RxPending() : response{} {}
	void clear() { count = 0; }
};

// The most copy operations that one packet can need: each slot boundary may split one piece.
constexpr u32 rx_copy_ops_bound(u32 pieces, u32 slots)
{
	return pieces + slots;
}

// The extra infos behind a packet's first slot, in the order of their types. Each but the last is marked as
// having another one behind it.
template <typename Ring>
__attribute__((noinline)) void place_extras(Ring &ring, const RxMeta &meta, RxPending &pending)
{
	u32 left = meta.extras();
	const auto next = [&](u8 type) -> ExtraInfo & {
		ring.consume(1);
		ExtraInfo &extra = pending.extra[pending.count++];
		extra = {};
		extra.type = type;
		extra.flags = --left ? XEN_NETIF_EXTRA_FLAG_MORE : 0;
		return extra;
	};
	if (meta.gso()) {
		ExtraInfo &extra = next(XEN_NETIF_EXTRA_TYPE_GSO);
		extra.u.gso.size = meta.gso_size;
		extra.u.gso.type = meta.gso_type;
	}
	if (meta.hash_type) {
		ExtraInfo &extra = next(XEN_NETIF_EXTRA_TYPE_HASH);
		extra.u.hash.type = static_cast<u8>(meta.hash_type - 1);
		extra.u.hash.algorithm = XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ;
		__builtin_memcpy(extra.u.hash.value, &meta.hash, sizeof meta.hash);
	}
	if (meta.headroom)
		next(kExtraTypeXdp).u.pad[0] = meta.headroom;
}

namespace detail
{
// kSpecial: with headroom or a hash. Few packets have them, and the others should not pay for them.
template <bool kSpecial, typename Ring, typename Copies>
void place_slots(Ring &ring, u16 domain, const RxMeta &meta, const SourcePiece *piece, Copies &copies,
		 RxPending &pending)
{
	u32 left = meta.len;
	u32 piece_done = 0; // bytes of *piece already placed
	bool first = true;
	const bool extras = kSpecial ? meta.extras() != 0 : meta.gso();
	const u16 headroom = kSpecial ? meta.headroom : 0;
	const u32 room = kPageSize - headroom;

	while (left) {
		const RxRequest request = ring.request(ring.req_cons());
		ring.consume(1);
		const u16 slot = static_cast<u16>(pending.count++);
		const u32 packed = left < room ? left : room;
		const u32 fill = meta.keep_pieces ? rx_whole_fill(piece, left) : packed;
		CopyPlace to{request.gref, domain, 0, true};
		for (u32 done = 0; done < fill;) {
			u32 n = piece->len - piece_done;
			if (n > fill - done)
				n = fill - done;
			CopyPlace from = piece->place;
			from.offset = static_cast<u16>(from.offset + piece_done);
			to.offset = static_cast<u16>(headroom + done);
			copies.add(from, to, static_cast<u16>(n), slot);
			done += n;
			piece_done += n;
			if (piece_done == piece->len) {
				piece++;
				piece_done = 0;
			}
		}
		left -= fill;
		u16 flags = left ? NETRXF_more_data : 0;
		if (first) {
			flags |= meta.flags;
			if (extras)
				flags |= NETRXF_extra_info;
		}
		pending.response[slot] = {request.id, headroom, flags, static_cast<s16>(fill)};
		if (first && extras)
			place_extras(ring, meta, pending);
		first = false;
	}
}
} // namespace detail

// Adds the responses and copies for one packet, whose `meta.len` bytes are in the pieces.
// INVARIANT: there are enough slots and copy operations (rx_slots_needed, rx_copy_ops_bound), and the lengths
// of the pieces add up to meta.len.
// HOSTILE: the request's id and gref; both are only passed on.
template <typename Ring, typename Copies>
RINGWAY_ALWAYS_INLINE void place_packet(Ring &ring, u16 domain, const RxMeta &meta, const SourcePiece *piece,
					Copies &copies, RxPending &pending)
{
	if (RINGWAY_LIKELY(!meta.special()))
		detail::place_slots<false>(ring, domain, meta, piece, copies, pending);
	else
		detail::place_slots<true>(ring, domain, meta, piece, copies, pending);
}

// The common case of place_packet(), for a run of packets that each are one piece of our own memory of at
// most a page, without extra info. Slots and responses are the same; each packet takes one copy operation.
// Ring, copies and pending are only updated by finish(), so nobody else may use them before. INVARIANT: as
// for place_packet().
template <typename Ring, typename Copies>
class OneSlotRun
{
	Ring &ring_;
	Copies &copies_;
	RxPending &pending_;
	const u16 domain_;
	u32 slot_, op_, request_;

public:
	RINGWAY_ALWAYS_INLINE OneSlotRun(Ring &ring, u16 domain, Copies &copies, RxPending &pending)
	    : ring_(ring), copies_(copies), pending_(pending), domain_(domain), slot_(pending.count),
	      op_(copies.count()), request_(ring.req_cons())
	{
	}

	RINGWAY_ALWAYS_INLINE void place(const OwnPlace &from, u16 len, u16 flags)
	{
		const RxRequest request = ring_.request(request_++);
		copies_.fill_out(op_++, from, domain_, request.gref, len, static_cast<u16>(slot_));
		const u64 response = request.id | static_cast<u64>(flags) << 32 | static_cast<u64>(len) << 48;
		static_assert(sizeof(RxResponse) == sizeof response && offsetof(RxResponse, flags) == 4 &&
			      offsetof(RxResponse, status) == 6);
		__builtin_memcpy(&pending_.response[slot_++], &response, sizeof response);
	}

	// The request that is next.
	u32 next() const { return request_; }
	RINGWAY_ALWAYS_INLINE void finish()
	{
		ring_.consume(request_ - ring_.req_cons());
		copies_.grown(op_ - copies_.count());
		pending_.count = slot_;
	}
};

// A run of one packet. INVARIANT: as for place_packet().
template <typename Ring, typename Copies>
RINGWAY_ALWAYS_INLINE void place_one_slot(Ring &ring, u16 domain, const OwnPlace &from, u16 len, u16 flags,
					  Copies &copies, RxPending &pending)
{
	OneSlotRun run(ring, domain, copies, pending);
	run.place(from, len, flags);
	run.finish();
}

// A copy into this slot failed: the guest gets an error for it. INVARIANT: `slot` is a data slot.
inline void place_failed(RxPending &pending, u16 slot)
{
	pending.response[slot].status = NETIF_RSP_ERROR;
}

// Writes all pending responses into the ring; the caller publishes them.
template <typename Ring>
void place_respond(Ring &ring, RxPending &pending)
{
	ring.respond_all(pending.count,
			 [&pending](u32 i) -> const RxResponse & { return pending.response[i]; });
	pending.clear();
}
} // namespace ringway
