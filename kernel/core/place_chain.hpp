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
#include "core/place.hpp"
#include "core/place_mapped.hpp"

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

// The pieces of a packet, from the first byte to the last.
class PieceReader
{
	const MappedPiece *piece_;
	u32 done_ = 0; // of that one
	bool own_ = true;

	RINGWAY_ALWAYS_INLINE void copy(u8 *to, u32 n) const
	{
		if (own_)
			shared::copy_out(to, piece_->bytes + done_, n);
		else
			shared::copy_across(to, piece_->bytes + done_, n);
	}

public:
	explicit PieceReader(const MappedPiece *first) : piece_(first) {}
	const MappedPiece *piece() const { return piece_; }
	// Is a page of the sender's next, which fills one of the receiver's?
	RINGWAY_ALWAYS_INLINE bool whole_page() const { return piece_->len == kPageSize && !done_ && !own_; }
	RINGWAY_ALWAYS_INLINE void page(u8 *to) { shared::copy_page_across(to, piece_++->bytes); }
	__attribute__((noinline)) void some(u8 *to, u32 fill)
	{
		while (fill) {
			const u32 of_piece = piece_->len - done_, n = of_piece < fill ? of_piece : fill;
			copy(to, n);
			to += n;
			fill -= n;
			done_ += n;
			if (done_ == piece_->len) {
				piece_++;
				done_ = 0;
				own_ = false;
			}
		}
	}
};

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
	PieceReader from(piece);
	u32 left = meta.len;
	u16 flags = static_cast<u16>(meta.flags | (meta.gso() ? NETRXF_extra_info : 0));
	for (u32 i = 0; i < slots; i++) {
		u32 fill = kPageSize;
		if (RINGWAY_LIKELY(from.whole_page())) {
			from.page(slot[i].to);
		} else {
			const u32 packed = left < kPageSize ? left : kPageSize;
			fill = meta.keep_pieces ? rx_whole_fill(from.piece(), left) : packed;
			from.some(slot[i].to, fill);
		}
		left -= fill;
		flags |= left ? NETRXF_more_data : 0;
		pending.response[pending.count++] = detail::response_to(slot[i].id, fill, flags);
		ring.consume(1);
		if (!i && meta.gso())
			place_extras(ring, meta, pending);
		flags = 0;
	}
	return true;
}
} // namespace ringway
