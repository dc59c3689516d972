// SPDX-License-Identifier: GPL-2.0-only
//
// Our private record of every request in the TX ring. The backend names requests by id when it answers;
// an id is only ever looked up here, never in the shared page.
//
// A slot has one grant reference. It grants either a buffer of ours, for as long as the slot has one, or a
// frag's page until the backend answers. So that neither use has to undo the other, free slots lie on two
// stacks: those with a buffer, and bare ones. A slot changes over only when its own stack has run out.
//
// INVARIANT: an id is either on one of the free stacks (use == free) or in exactly one request of the ring.
#pragma once
#include "core/types.hpp"
#include "core/result.hpp"

struct sk_buff;
struct page;

namespace ringway::netfront
{
struct TxSlot {
	enum class Use : u8 {
		free,
		copied,  // the bytes are in our buffer
		granted, // a frag's page is granted until the backend answers
	};

	u8 *buffer; // our page for copies, granted as long as it is here; nullptr: the slot is bare
	page *buffer_page;
	sk_buff *skb;  // granted: the packet whose frag this is; copied: the packet, if it is held
	u32 ref;       // grants the buffer, or the frag's page
	u32 posted_at; // index of the request
	Use use;
};

template <u32 N>
class TxSlots
{
	TxSlot slot_[N];
	// Two stacks that grow towards each other: ids with a buffer from the front, bare ones from the end.
	u16 free_[N];
	u32 buffered_, bare_;

	u32 mark(u32 id, TxSlot::Use use, u32 posted_at)
	{
		slot_[id].use = use;
		slot_[id].posted_at = posted_at;
		return id;
	}
	void push_bare(u32 id) { free_[N - ++bare_] = static_cast<u16>(id); }
	void push_buffered(u32 id) { free_[buffered_++] = static_cast<u16>(id); }

public:
	static constexpr u32 kCount = N;

	// All slots are bare. The last used comes first again, so only as many buffers are made as the ring
	// ever held copies.
	void init()
	{
		buffered_ = 0;
		bare_ = N;
		for (u32 i = 0; i < N; i++) {
			slot_[i] = {nullptr, nullptr, nullptr, 0, 0, TxSlot::Use::free};
			free_[i] = static_cast<u16>(i);
		}
	}

	u32 buffered() const { return buffered_; }
	u32 bare() const { return bare_; }
	TxSlot &operator[](u32 id) { return slot_[id]; }

	// INVARIANT of each: its stack is not empty.
	u32 take_buffered(u32 posted_at) { return mark(free_[--buffered_], TxSlot::Use::copied, posted_at); }
	u32 take_bare(u32 posted_at) { return mark(free_[N - bare_--], TxSlot::Use::granted, posted_at); }
	TxSlot &next_buffered() { return slot_[free_[buffered_ - 1]]; }
	TxSlot &next_bare() { return slot_[free_[N - bare_]]; }
	void next_bare_has_a_buffer() { push_buffered(free_[N - bare_--]); }
	void next_buffered_is_bare() { push_bare(free_[--buffered_]); }

	// HOSTILE: id. Only a request that was posted and published, and is not answered yet, passes.
	Result<u32> answered(u32 id, u32 published) const
	{
		if (RINGWAY_UNLIKELY(id >= N || slot_[id].use == TxSlot::Use::free))
			return Error::invalid;
		if (RINGWAY_UNLIKELY(static_cast<s32>(published - slot_[id].posted_at) <= 0))
			return Error::invalid;
		return id;
	}
	void put(u32 id)
	{
		slot_[id].use = TxSlot::Use::free;
		if (slot_[id].buffer)
			push_buffered(id);
		else
			push_bare(id);
	}
};
} // namespace ringway::netfront
