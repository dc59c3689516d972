// SPDX-License-Identifier: GPL-2.0-only
//
// Grant-copy operations collected into one hypercall.
//
// For each operation the hypervisor acquires (looks up, pins, maps) both sides: about 650 instructions for a
// granted page and 340 for one of our own. It skips that if the operation just before named the same grant
// or frame, so operations on the same page should be added one after the other. The copy itself is cheap
// (about 190 instructions for 1.5 kB).
// Source: xen/grant_table.h, GNTTABOP_copy. A page that the host has paged out (GNTST_eagain) counts as a
// failure, because nobody can wait for it here.
//
// An operation carries the index of the packet or slot it belongs to; after the call every failed one is
// reported to a callable. HOSTILE: any grant reference may be invalid, revoked or of another domain; a
// failure affects only that packet.
#pragma once
#include "core/netif.hpp"

namespace ringway
{
// One side of a copy: a piece within one page, either granted by a domain or our own.
struct CopyPlace {
	u64 frame;    // grant reference, or our own guest frame number
	u16 domain;   // granting domain; DOMID_SELF for a frame of our own
	u16 offset;   // bytes into the page
	bool granted; // frame is a grant reference
};

// Bytes in a page of ours.
struct OwnPlace {
	u64 frame;
	u16 offset;
};

template <u32 Capacity>
class CopyBatch
{
	u32 count_ = 0;
	u16 tag_[Capacity];
	gnttab_copy op_[Capacity];

	RINGWAY_ALWAYS_INLINE void write(u32 i, u64 source, u16 source_domain, u16 source_offset, u64 dest,
					 u16 dest_domain, u16 dest_offset, u64 flags, u16 len, u16 tag)
	{
		static_assert(sizeof(gnttab_copy) == 40 && offsetof(gnttab_copy, source.domid) == 8 &&
			      offsetof(gnttab_copy, source.offset) == 10 &&
			      offsetof(gnttab_copy, dest) == 16 && offsetof(gnttab_copy, len) == 32 &&
			      offsetof(gnttab_copy, flags) == 34 && offsetof(gnttab_copy, status) == 36);
		auto *op = reinterpret_cast<u8 *>(&op_[i]);
		const auto put = [op](u32 word, u64 value) {
			__builtin_memcpy(op + word * sizeof value, &value, sizeof value);
		};
		const u64 status = static_cast<u16>(GNTST_general_error); // as in add()
		put(0, source);
		put(1, source_domain | static_cast<u64>(source_offset) << 16);
		put(2, dest);
		put(3, dest_domain | static_cast<u64>(dest_offset) << 16);
		put(4, len | flags << 16 | status << 32);
		tag_[i] = tag;
	}

public:
	static constexpr u32 kCapacity = Capacity;

	u32 count() const { return count_; }
	u32 room() const { return Capacity - count_; }
	void clear() { count_ = 0; }

	// INVARIANT: room() > 0; `from` and `to` do not cross their pages within `len` bytes.
	RINGWAY_ALWAYS_INLINE void add(const CopyPlace &from, const CopyPlace &to, u16 len, u16 tag)
	{
		gnttab_copy &op = op_[count_];
		if (from.granted)
			op.source.u.ref = static_cast<grant_ref_t>(from.frame);
		else
			op.source.u.gmfn = from.frame;
		op.source.domid = from.domain;
		op.source.offset = from.offset;
		if (to.granted)
			op.dest.u.ref = static_cast<grant_ref_t>(to.frame);
		else
			op.dest.u.gmfn = to.frame;
		op.dest.domid = to.domain;
		op.dest.offset = to.offset;
		op.len = len;
		op.flags = static_cast<u16>((from.granted ? GNTCOPY_source_gref : 0) |
					    (to.granted ? GNTCOPY_dest_gref : 0));
		op.status = GNTST_general_error; // stays if the hypervisor never gets to this operation
		tag_[count_++] = tag;
	}

	// For callers that add many operations and count them themselves: these write operation i, between a
	// page of ours and a granted one; grown() then adds n to the count. They write whole words, which
	// takes fewer stores than writing members. INVARIANT: as for add(), and i < kCapacity.
	RINGWAY_ALWAYS_INLINE void fill_in(u32 i, u16 domain, u32 ref, u16 offset, const OwnPlace &to,
					   u16 len, u16 tag)
	{
		write(i, ref, domain, offset, to.frame, DOMID_SELF, to.offset, GNTCOPY_source_gref, len, tag);
	}
	RINGWAY_ALWAYS_INLINE void fill_out(u32 i, const OwnPlace &from, u16 domain, u32 ref, u16 len,
					    u16 tag)
	{
		write(i, from.frame, DOMID_SELF, from.offset, ref, domain, 0, GNTCOPY_dest_gref, len, tag);
	}
	void grown(u32 n) { count_ += n; }

	// Hands the batch to `hypercall(ops, n)` and calls `failed(tag)` for each operation that did not
	// succeed. The batch is empty afterwards.
	template <typename Hypercall, typename Failed>
	void run(Hypercall &&hypercall, Failed &&failed)
	{
		const u32 n = count_;
		count_ = 0;
		if (!n)
			return;
		hypercall(op_, n);
		for (u32 i = 0; i < n; i++)
			if (RINGWAY_UNLIKELY(op_[i].status != GNTST_okay))
				failed(tag_[i]);
	}
};
} // namespace ringway
