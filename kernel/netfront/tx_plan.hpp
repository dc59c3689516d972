// SPDX-License-Identifier: GPL-2.0-only
//
// How one skb becomes slots of the TX ring.
//
// The linear part is always copied, into pages of ours that stay granted: it is slab memory, so granting its
// page would show other objects to the backend, and a copy costs less than granting and revoking a page. The
// pages of frags are granted as they are. A packet of at most `copy_limit` bytes is copied whole, so that it
// takes a single slot: each further slot makes the backend access another foreign page.
#pragma once
#include "core/types.hpp"

namespace ringway::netfront
{
// The most bytes a packet may have: its length travels in 16 bits.
inline constexpr u32 kMaxPacket = 65535;

constexpr u32 pages_for(u32 length)
{
	return (length + kPageSize - 1) / kPageSize;
}

// Pages that `length` bytes touch when they start `offset` bytes into one. No bytes touch none, wherever they
// start.
constexpr u32 pages_touched(u32 offset, u32 length)
{
	return length == 0 ? 0 : pages_for((offset & (kPageSize - 1)) + length);
}

struct TxPlan {
	u32 copy_bytes;  // from the packet's start, through our own pages
	u32 copy_slots;  // pages those take
	u32 grant_slots; // slots for the frags' pages
	bool squeezed;   // copied whole only because it would have had too many slots

	constexpr u32 slots() const { return copy_slots + grant_slots; }
};

// `touched(i)`: how many pages frag i touches.
template <typename Touched>
constexpr TxPlan plan_tx(u32 length, u32 head_length, u32 frags, u32 copy_limit, bool copy_all, u32 max_slots,
			 Touched touched)
{
	if (RINGWAY_LIKELY(length <= copy_limit || frags == 0 || copy_all))
		return {length, pages_for(length), 0, false};
	TxPlan plan{head_length, pages_for(head_length), 0, false};
	for (u32 i = 0; i < frags; i++)
		plan.grant_slots += touched(i);
	if (RINGWAY_LIKELY(plan.slots() <= max_slots))
		return plan;
	return {length, pages_for(length), 0, true};
}
} // namespace ringway::netfront
