// SPDX-License-Identifier: GPL-2.0-only
//
// StageCursor: where the next packet's bytes go in the lane's pages. Neighbours share a page.
//
// What it says about the page it is in is its own, so that a loop keeps all of it in registers: the lane is
// only asked for the next page.
#pragma once
#include "netback/life/lane.hpp"

namespace ringway::netback
{
class StageCursor
{
	static constexpr u32 kNoPage = kPageSize + 1; // no packet fits behind it, however short

	Lane *lane_;
	u32 pages_ = 0;        // begun so far
	u32 offset_ = kNoPage; // of the next byte
	StagePage here_ = {};

	// Null: no memory. INVARIANT: at most one page per packet, and the lane has as many.
	__attribute__((noinline)) static const StagePage *page(Lane &lane, u32 index)
	{
		StagePage &page = lane.pages[index];
		if (RINGWAY_UNLIKELY(!page.bytes))
			page.bytes = static_cast<u8 *>(host_page_alloc(&page.frame));
		return page.bytes ? &page : nullptr;
	}

public:
	explicit StageCursor(Lane &lane) : lane_(&lane) {}

	// Begins anew: nothing in the pages is needed any more.
	void rewind()
	{
		pages_ = 0;
		offset_ = kNoPage;
	}

	// Room for `len` bytes, of at most a page, behind what was taken last? If not, another page has it.
	RINGWAY_ALWAYS_INLINE bool has_room(u32 len) const { return offset_ + len <= kPageSize; }
	// False: no memory.
	RINGWAY_ALWAYS_INLINE bool turn_page()
	{
		const StagePage *next = page(*lane_, pages_);
		if (RINGWAY_UNLIKELY(!next))
			return false;
		here_ = *next;
		pages_++;
		offset_ = 0;
		return true;
	}
	// Room for `len` bytes, in this page or another one. False: no memory.
	RINGWAY_ALWAYS_INLINE bool make_room(u32 len) { return RINGWAY_LIKELY(has_room(len)) || turn_page(); }
	// INVARIANT: make_room(len) was true.
	RINGWAY_ALWAYS_INLINE u8 *put(u32 len, OwnPlace &at)
	{
		u8 *bytes = here_.bytes + offset_;
		at = {here_.frame, static_cast<u16>(offset_)};
		offset_ = (offset_ + len + 7) & ~7u;
		return bytes;
	}

	// Room for `len` bytes within one page; null when there is no memory for another page.
	RINGWAY_ALWAYS_INLINE u8 *take(u32 len, OwnPlace &at)
	{
		return RINGWAY_LIKELY(make_room(len)) ? put(len, at) : nullptr;
	}
};
} // namespace ringway::netback
