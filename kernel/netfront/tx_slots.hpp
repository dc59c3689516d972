// SPDX-License-Identifier: GPL-2.0-only
//
// Our private record of every request in the TX ring. The backend names requests by id when it answers;
// an id is only ever looked up here, never in the shared page.
//
// INVARIANT: an id is either on the free stack (use == free) or in exactly one request of the ring.
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
		copied,  // the bytes are in our buffer; nothing else to give back
		granted, // a frag's page is granted through page_ref until the backend answers
	};

	u8 *buffer; // our page for copies, made at first use, granted for as long as we are connected
	page *buffer_page;
	sk_buff *skb; // granted: the packet whose frag this is
	u32 buffer_ref;
	u32 page_ref;
	u32 posted_at; // index of the request
	Use use;
};

template <u32 N>
class TxSlots
{
	TxSlot slot_[N];
	u16 free_[N];
	u32 free_count_;

public:
	static constexpr u32 kCount = N;

	// Low ids are taken first, so only as many buffers are made as the ring ever held requests.
	void init()
	{
		for (u32 i = 0; i < N; i++) {
			slot_[i].use = TxSlot::Use::free;
			slot_[i].skb = nullptr;
			free_[i] = static_cast<u16>(N - 1 - i);
		}
		free_count_ = N;
	}

	u32 free_count() const { return free_count_; }
	TxSlot &operator[](u32 id) { return slot_[id]; }

	// The id that take() will return after `ahead` others. INVARIANT: ahead < free_count().
	u32 peek(u32 ahead) const { return free_[free_count_ - 1 - ahead]; }
	// INVARIANT: free_count() > 0.
	u32 take(TxSlot::Use use, u32 posted_at)
	{
		const u32 id = free_[--free_count_];
		slot_[id].use = use;
		slot_[id].posted_at = posted_at;
		return id;
	}

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
		free_[free_count_++] = static_cast<u16>(id);
	}
};
} // namespace ringway::netfront
