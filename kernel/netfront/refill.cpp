// SPDX-License-Identifier: GPL-2.0-only
//
// Posting buffers for what arrives next, and how an RX queue begins and ends.
//
// Most buffers that fall due still hold their page and its grant (rx.cpp copied the packet): they are
// posted as they are. The others get a page from the queue's page pool. A page that comes fresh from the
// kernel is zeroed; one that the pool recycles held packets of this very backend, which is good enough
// for a trusted backend and zeroed again for another.
#include "netfront/queue.hpp"

namespace ringway::netfront
{
// CONTEXT: NAPI, or connect while NAPI is off (`all`).
void RxQueue::refill(bool all)
{
	u32 due = ring_.free_slots();
	if (due < kRefillBatch && !all)
		return;
	bool failed = false;
	for (; due; due--) {
		const u32 index = ring_.req_prod();
		Buffer &next = buffer(index);
		if (!next.data && RINGWAY_UNLIKELY(!make_buffer(next))) {
			failed = true;
			break;
		}
		ring_.post(RxRequest{static_cast<u16>(index & (kSize - 1)), 0, next.ref});
	}
	const bool notify = ring_.unpublished() && ring_.push_requests();
	if (notify)
		host_rx_notify(host_);
	if (RINGWAY_UNLIKELY(notify || failed)) {
		auto *stats = host_rx_stats_begin(host_);
		stats->notified += notify;
		stats->refill_failed += failed;
		host_rx_stats_end(host_);
	}
	if (RINGWAY_UNLIKELY(failed && ring_.req_prod() - ring_.rsp_cons() < kLowWater))
		host_retry_refill(host_);
}

bool RxQueue::make_buffer(Buffer &buffer)
{
	page *page = host_pool_take(host_);
	if (!page)
		return false;
	buffer.page_ = page;
	buffer.data = static_cast<u8 *>(host_page_address(page));
	if (shared_->bounce)
		host_page_zero(buffer.data);
	host_grant(buffer.ref, shared_->backend, page, false);
	return true;
}

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
	ring_.init(ring_page_.page());
	return {};
}

// CONTEXT: process; NAPI is off, events are unbound. HOSTILE: see TxQueue::forget().
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
	refs_.empty();
	ring_page_.end();
	host_pool_destroy(host_);
}
} // namespace ringway::netfront
