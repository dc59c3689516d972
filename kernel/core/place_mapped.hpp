// SPDX-License-Identifier: GPL-2.0-only
//
// place, into buffers that stay mapped: a run of packets as OneSlotRun's (core/place.hpp), of which each goes
// to a buffer that is mapped or to one that is not, as the guest likes.
//
// Protocol. Bytes for a mapped buffer are copied at once, and its response goes straight into the ring, as
// long as nothing is pending there. The first buffer that is not mapped gets an operation of the
// hypervisor's, and from then on responses are pending ones, whatever their buffers are: they have to come
// behind that one, which is only true once the batch's copies are made. So a guest may mix both kinds in one
// ring.
//
// Up to 256 bytes of a packet lie in our own memory, where they were judged. What is behind them may still
// lie in the sender's mapped buffer, and is read there once, now. If the receiver's buffer is not mapped, it
// is fetched first (`fetch_rest`), for the hypervisor can name only what is ours.
//
// Cost: for a small packet between mapped buffers 22 instructions for the copy and about as many for the
// rest. INVARIANT: as for place_packet(); ring, copies and pending are up to date only after finish().
#pragma once
#include "core/mapped_buffers.hpp"
#include "core/place.hpp"

namespace ringway
{
// A packet of at most a page, without extra info.
struct MappedSource {
	OwnPlace at;    // what was staged, for the hypervisor
	const u8 *head; // the same, for us
	u32 staged;     // bytes
	const u8 *rest; // the bytes behind them, in the sender's buffer; none if all was staged
};

template <typename Ring, typename Copies>
class MixedRun
{
	Ring &ring_;
	Copies &copies_;
	RxPending &pending_;
	MappedBuffers *const buffers_;
	const u16 domain_;
	u32 slot_, op_, request_, straight_;
	u32 mapped_ = 0;

public:
	// `buffers`: of the receiver, or null.
	RINGWAY_ALWAYS_INLINE MixedRun(Ring &ring, MappedBuffers *buffers, u16 domain, Copies &copies,
				       RxPending &pending)
	    : ring_(ring), copies_(copies), pending_(pending), buffers_(buffers), domain_(domain)
	{
		begin();
	}

	template <typename FetchRest>
	RINGWAY_ALWAYS_INLINE void place(const MappedSource &from, u16 len, u16 flags, FetchRest &&fetch_rest)
	{
		const RxRequest request = ring_.request(request_++);
		u8 *to = RINGWAY_LIKELY(buffers_ != nullptr) ? buffers_->writable(request.gref, request.id)
							     : nullptr;
		u64 response = request.id | static_cast<u64>(flags) << 32 | static_cast<u64>(len) << 48;
		if (RINGWAY_LIKELY(to != nullptr)) {
			shared::copy_out(to, from.head, from.staged);
			if (RINGWAY_UNLIKELY(from.staged < len))
				shared::copy_across(to + from.staged, from.rest, len - from.staged);
			mapped_++;
			if (RINGWAY_LIKELY(!slot_)) {
				RxResponse now;
				__builtin_memcpy(&now, &response, sizeof now);
				ring_.respond_behind(straight_++, now);
				return;
			}
		} else {
			if (from.staged < len)
				fetch_rest();
			copies_.fill_out(op_++, from.at, domain_, request.gref, len, static_cast<u16>(slot_));
		}
		__builtin_memcpy(&pending_.response[slot_++], &response, sizeof response);
	}

	RINGWAY_ALWAYS_INLINE void finish()
	{
		ring_.consume(request_ - ring_.req_cons());
		ring_.responded(straight_);
		copies_.grown(op_ - copies_.count());
		pending_.count = slot_;
	}
	RINGWAY_ALWAYS_INLINE void begin()
	{
		request_ = ring_.req_cons();
		straight_ = 0;
		op_ = copies_.count();
		slot_ = pending_.count;
	}
	u32 mapped() const { return mapped_; } // packets that went to mapped buffers
};

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
