// SPDX-License-Identifier: GPL-2.0-only
//
// place, into buffers that stay mapped.
//
// Protocol. Bytes for a mapped buffer are copied at once, and the response goes straight into the ring, as
// long as nothing is pending there: a run of such packets is StraightRun's. A guest may mix both kinds in one
// ring, as it likes. The first buffer that is not mapped gets an operation of the hypervisor's (place_mixed),
// and from then on responses are pending ones, whatever their buffers are: they have to come behind that one,
// which is only true once the batch's copies are made.
//
// Up to 256 bytes of a packet lie in our own memory, where they were judged. What is behind them may still
// lie in the sender's mapped buffer, and is read there once, now. If the receiver's buffer is not mapped, it
// is fetched first (`fetch_rest`), for the hypervisor can name only what is ours.
//
// Cost: for a small packet between mapped buffers 16 instructions for the copy and about as many for the
// rest. INVARIANT: as for place_packet(); the ring is up to date only after finish().
#pragma once
#include "core/mapped_buffers.hpp"
#include "core/place.hpp"

namespace ringway
{
// A packet of at most a page, without extra info.
struct MappedSource {
	const u8 *head; // what was staged
	u32 staged;     // bytes
	const u8 *const
		*rest; // where the bytes behind them begin, in the sender's buffer; none if all was staged
};

namespace detail
{
RINGWAY_ALWAYS_INLINE void copy_whole(u8 *to, const MappedSource &from, u32 len)
{
	shared::copy_out(to, from.head, from.staged);
	if (RINGWAY_UNLIKELY(from.staged < len))
		shared::copy_across(to + from.staged, *from.rest, len - from.staged);
}
RINGWAY_ALWAYS_INLINE RxResponse response_to(u16 id, u32 len, u16 flags)
{
	const u64 word = id | static_cast<u64>(flags) << 32 | static_cast<u64>(len) << 48;
	RxResponse response;
	__builtin_memcpy(&response, &word, sizeof response);
	return response;
}
} // namespace detail

// Packets for a receiver that has buffers mapped, for as long as all of theirs are. Where nothing is pending,
// a request's slot is also its response's: its address is made once.
template <typename Ring>
class StraightRun
{
	Ring &ring_;
	Ring mine_; // the same, where the compiler sees that nobody else changes it
	MappedBuffers &buffers_;
	u32 next_;

public:
	// May one begin? INVARIANT: no response is pending.
	static bool fits(const Ring &ring) { return ring.all_answered(); }
	RINGWAY_ALWAYS_INLINE StraightRun(Ring &ring, MappedBuffers &buffers)
	    : ring_(ring), mine_(ring), buffers_(buffers), next_(ring.req_cons())
	{
	}

	// False: the next buffer is not mapped, and nothing happened.
	RINGWAY_ALWAYS_INLINE bool place(const MappedSource &from, u32 len, u16 flags)
	{
		const RxRequest request = mine_.request(next_);
		u8 *to = buffers_.writable(request.gref, request.id);
		if (RINGWAY_UNLIKELY(!to))
			return false;
		// Made before the copy, so that one register is kept over it, and not three.
		const RxResponse response = detail::response_to(request.id, len, flags);
		detail::copy_whole(to, from, len);
		mine_.answer(next_++, response);
		return true;
	}
	// The request that is next.
	u32 next() const { return next_; }
	RINGWAY_ALWAYS_INLINE void finish()
	{
		const u32 placed = next_ - ring_.req_cons();
		ring_.consume(placed);
		ring_.responded(placed);
	}
};

// One packet for a buffer that is mapped or is not. `buffers`: of the receiver, or null; `at`: of what was
// staged, for the hypervisor. Returns whether it was.
template <typename Ring, typename Copies, typename FetchRest>
bool place_mixed(Ring &ring, MappedBuffers *buffers, u16 domain, Copies &copies, RxPending &pending,
		 const OwnPlace &at, const MappedSource &from, u16 len, u16 flags, FetchRest &&fetch_rest)
{
	const RxRequest request = ring.request(ring.req_cons());
	const RxResponse response = detail::response_to(request.id, len, flags);
	u8 *to = buffers ? buffers->writable(request.gref, request.id) : nullptr;
	ring.consume(1);
	if (to) {
		detail::copy_whole(to, from, len);
		if (!pending.count) {
			ring.respond(response);
			return true;
		}
	} else {
		if (from.staged < len)
			fetch_rest();
		copies.fill_out(copies.count(), at, domain, request.gref, len,
				static_cast<u16>(pending.count));
		copies.grown(1);
	}
	pending.response[pending.count++] = response;
	return to != nullptr;
}

// The copies of a packet of several slots, made at once where both sides are at hand: bytes that were staged,
// or lie in a mapped buffer, for a mapped buffer. All others are the hypervisor's, which needs neither to be
// mapped.
template <typename Copies>
class MixedCopies
{
	Copies &copies_;
	const MappedBuffers *const from_, *const to_;
	const u8 *const own_;
	bool mapped_ = false;

	static u8 *find(const MappedBuffers *buffers, u64 ref, bool write)
	{
		const GrefEntry *entry = buffers ? buffers->map().find(static_cast<u32>(ref)) : nullptr;
		return entry && (entry->writable || !write) ? entry->bytes : nullptr;
	}

public:
	// `own`: the page in which those bytes lie that are ours; `from` and `to`: of both ends, or null.
	MixedCopies(Copies &copies, const MappedBuffers *from, const MappedBuffers *to, const u8 *own)
	    : copies_(copies), from_(from), to_(to), own_(own)
	{
	}

	void add(const CopyPlace &from, const CopyPlace &to, u16 len, u16 tag)
	{
		u8 *out = find(to_, to.frame, true);
		const u8 *in = !out ? nullptr : from.granted ? find(from_, from.frame, false) : own_;
		if (!in)
			return copies_.add(from, to, len, tag);
		mapped_ = true;
		if (from.granted)
			shared::copy_across(out + to.offset, in + from.offset, len);
		else
			shared::copy_out(out + to.offset, in + from.offset, len);
	}
	bool mapped() const { return mapped_; } // was any of them made at once?
};
} // namespace ringway
