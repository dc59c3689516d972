// SPDX-License-Identifier: GPL-2.0-only
//
// Grant-copy operations collected into one hypercall.
//
// The hypervisor acquires (looks up, pins, maps) both sides of an operation, about 750 instructions a
// side, unless the operation names the same grant or frame as the one just before: so whoever adds
// operations keeps neighbours on the same page. The copy itself is cheap (about 190 for 1.5 kB).
// Source: xen/grant_table.h, GNTTABOP_copy.
//
// An operation carries the index of the packet or slot it serves; after the call every failed one is
// reported back through a callable. HOSTILE: any grant reference may be invalid, revoked or of another
// domain; a failure is that packet's alone.
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

template <u32 Capacity>
class CopyBatch
{
	u32 count_ = 0;
	u16 tag_[Capacity];
	gnttab_copy op_[Capacity];

public:
	static constexpr u32 kCapacity = Capacity;

	u32 count() const { return count_; }
	u32 room() const { return Capacity - count_; }
	void clear() { count_ = 0; }

	// INVARIANT: room() > 0; from and to stay within their pages for len bytes.
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
		op.status = GNTST_general_error; // an operation the hypervisor never reached has failed
		tag_[count_++] = tag;
	}

	// Runs the batch through `hypercall(ops, n)` and calls failed(tag) for each operation that did not
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
