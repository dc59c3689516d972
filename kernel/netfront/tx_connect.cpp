// SPDX-License-Identifier: GPL-2.0-only
//
// How a TX queue gets its ring and grant references when we connect, and gives everything back.
//
// Pages to copy into are made at first use (tx.cpp), so a queue that never sends much never has many.
#include "netfront/queue.hpp"

namespace ringway::netfront
{
Result<void> TxQueue::connect(vif_host *vif, queue_host *host, Shared *shared)
{
	host_ = host;
	shared_ = shared;
	if (!ring_page_.begin(vif))
		return Error::no_memory;
	if (!refs_.fill(kSize)) {
		ring_page_.end();
		return Error::no_memory;
	}
	slots_.init();
	for (u32 id = 0; id < kSize; id++)
		slots_[id].ref = refs_.take();
	granted_ = held_ = extras_ = 0;
	copy_all_ = shared->bounce;
	event_near_ = waited_ = false;
	silent_ = 0;
	ring_.init(ring_page_.page());
	(void)ask_event();
	return {};
}

// INVARIANT: all_buffers().
void TxQueue::list_buffers(MapEntry *list)
{
	for (u32 id = 0; id < kSize; id++)
		list[id] = {slots_[id].ref, XEN_NETIF_CTRLF_GREF_readonly, 0};
}

// CONTEXT: process; nobody transmits, NAPI is off, events are unbound.
void TxQueue::drop_held()
{
	for (u32 id = 0; held_; id++) {
		TxSlot &slot = slots_[id];
		if (slot.use != TxSlot::Use::copied || !slot.skb)
			continue;
		host_skb_drop(slot.skb);
		slot.skb = nullptr;
		held_--;
	}
}

// CONTEXT: the same.
void TxQueue::disconnect()
{
	if (!ring_.attached())
		return;
	drop_held();
	ring_.detach();
	for (u32 id = 0; id < kSize; id++)
		give_back(slots_[id]);
	granted_ = 0;
	refs_.empty();
	ring_page_.end();
}

// HOSTILE: the backend may still have any of these pages mapped. host_grant_end() keeps such a page (and
// its reference) from being used again, so giving up ours right after is safe.
void TxQueue::give_back(TxSlot &slot)
{
	if (slot.use == TxSlot::Use::granted) {
		host_grant_end(slot.ref);
		if (--*host_skb_pending(slot.skb) == 0)
			host_skb_drop(slot.skb);
		slot.skb = nullptr;
	} else if (slot.buffer) {
		host_grant_end(slot.ref);
		host_page_free(slot.buffer_page);
		slot.buffer = nullptr;
		slot.buffer_page = nullptr;
	} else {
		host_ref_free(slot.ref);
	}
	slot.use = TxSlot::Use::free;
}
} // namespace ringway::netfront
