// SPDX-License-Identifier: GPL-2.0-only
//
// Posting buffers for what arrives next.
//
// Most buffers still have their page and its grant, because rx.cpp copied the packet, and are posted again as
// they are. The others get a page from the queue's page pool. A new page is zeroed. A page that the pool
// recycled held packets from this same backend, so a trusted backend may see it; for an untrusted one it is
// zeroed again.
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

bool RxQueue::make_all()
{
	for (Buffer &buffer : buffer_)
		if (!buffer.data && !make_buffer(buffer))
			return false;
	return true;
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
} // namespace ringway::netfront
