// SPDX-License-Identifier: GPL-2.0-only
//
// place, for a packet of several slots between two guests that both keep their buffers mapped.
//
// The same slots and responses as place_packet(). All buffers are looked up by their ids before the first
// byte is copied: if one of them is not mapped, nothing has happened yet, and place_packet() does it with
// operations of the hypervisor's. Responses are pending ones, like those of any large packet.
//
// Cost, of a TSO packet of 64 KiB: about 120 instructions for each slot, beside the copying itself.
#pragma once
#include "core/mapped_buffers.hpp"
#include "core/place.hpp"

namespace ringway
{
// Bytes of the packet, within one page. The first piece is our own, what was staged; the others lie in the
// sender's buffers.
struct MappedPiece {
	const u8 *bytes;
	u32 len;
};

namespace detail
{
// Where the data slots of a packet go. Request and response share a slot of the ring.
struct ChainSlot {
	u8 *to;
	u16 id;
};
inline constexpr u32 kChainSlots = 20; // more than a packet of 64 KiB needs, or a frontend takes

// HOSTILE: requests; each is read once.
template <typename Ring>
bool find_slots(const Ring &ring, MappedBuffers &buffers, u32 slots, bool extra, ChainSlot *out)
{
	u32 at = ring.req_cons();
	for (u32 i = 0; i < slots; i++, at++) {
		const RxRequest request = ring.request(at);
		out[i] = {buffers.writable(request.gref, request.id), request.id};
		if (RINGWAY_UNLIKELY(!out[i].to))
			return false;
		at += !i && extra; // the extra info's request lies behind the first one
	}
	return true;
}
} // namespace detail

// `slots`: data slots, as rx_slots_needed() or rx_whole_slots() says. False: not all is
// mapped, and nothing happened. INVARIANT: as for place_packet(); neither headroom nor a hash; the first
// piece is our own.
template <typename Ring>
bool place_chain(Ring &ring, MappedBuffers &buffers, const RxMeta &meta, const MappedPiece *piece, u32 slots,
		 RxPending &pending)
{
	detail::ChainSlot slot[detail::kChainSlots];
	if (slots > detail::kChainSlots || !detail::find_slots(ring, buffers, slots, meta.gso(), slot))
		return false;
	u32 left = meta.len, piece_done = 0;
	bool own = true;
	for (u32 i = 0; i < slots; i++) {
		const u32 packed = left < kPageSize ? left : kPageSize;
		const u32 fill = meta.keep_pieces ? rx_whole_fill(piece, left) : packed;
		for (u32 done = 0; done < fill;) {
			const u32 of_piece = piece->len - piece_done;
			const u32 n = of_piece < fill - done ? of_piece : fill - done;
			if (own)
				shared::copy_out(slot[i].to + done, piece->bytes + piece_done, n);
			else
				shared::copy_across(slot[i].to + done, piece->bytes + piece_done, n);
			done += n;
			piece_done += n;
			if (piece_done == piece->len) {
				piece++;
				piece_done = 0;
				own = false;
			}
		}
		left -= fill;
		u16 flags = left ? NETRXF_more_data : 0;
		if (!i)
			flags |= static_cast<u16>(meta.flags | (meta.gso() ? NETRXF_extra_info : 0));
		pending.response[pending.count++] = {slot[i].id, 0, flags, static_cast<s16>(fill)};
		ring.consume(1);
		if (!i && meta.gso())
			place_extras(ring, meta, pending);
	}
	return true;
}
} // namespace ringway
