// SPDX-License-Identifier: GPL-2.0-only
//
// How an RX queue gets its ring, grant references and page pool when we connect, and gives everything back.
//
// The first refill (refill.cpp) fills the ring with buffers.
#include "netfront/queue.hpp"

namespace ringway::netfront
{
Result<void> RxQueue::connect(vif_host *vif, queue_host *host, Shared *shared)
{
	host_ = host;
	shared_ = shared;
	if (!host_pool_create(host))
		return Error::no_memory;
	if (!ring_page_.begin(vif) || !refs_.fill(kSize)) {
		ring_page_.end();
		host_pool_destroy(host);
		return Error::no_memory;
	}
	for (Buffer &buffer : buffer_)
		buffer = {nullptr, nullptr, refs_.take()};
	kept_.store(false, std::memory_order_relaxed);
	ring_.init(ring_page_.page());
	return {};
}

// INVARIANT: make_all() said yes, and buffers have been kept since.
void RxQueue::list_buffers(MapEntry *list) const
{
	for (u32 i = 0; i < kSize; i++)
		list[i] = {buffer_[i].ref, 0, 0};
}

// CONTEXT: process; NAPI is off, events are unbound. HOSTILE: see TxQueue::give_back().
void RxQueue::disconnect()
{
	if (!ring_.attached())
		return;
	ring_.detach();
	for (Buffer &buffer : buffer_) {
		if (buffer.data) {
			host_grant_end(buffer.ref);
			host_pool_give(host_, buffer.page_);
			buffer.data = nullptr;
			buffer.page_ = nullptr;
		} else {
			host_ref_free(buffer.ref);
		}
	}
	if (spare_)
		host_pool_give(host_, spare_);
	spare_ = nullptr;
	refs_.empty();
	ring_page_.end();
	host_pool_destroy(host_);
}
} // namespace ringway::netfront
