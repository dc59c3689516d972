// SPDX-License-Identifier: GPL-2.0-only
//
// Completing transmits: responses → ids → skbs.
//
// HOSTILE: rsp_prod, and id and status of every response. A response counts only if its id names a request
// that was published and is not answered yet (TxSlots::answered). If the backend answers a request and still
// uses its grant, it is not trusted any more; the page waits for disconnect, where the kernel keeps it until
// it is free.
#include "netfront/queue.hpp"

namespace ringway::netfront
{
Result<u32> TxQueue::complete(int napi_budget)
{
	const Result<u32> answered = ring_.unconsumed();
	if (RINGWAY_UNLIKELY(!answered.ok()))
		return shared_->broken_by("TX response index out of range");
	const u32 count = answered.value();
	if (count == 0)
		return 0u;

	const u32 published = ring_.req_prod() - ring_.unpublished();
	for (u32 i = 0; i < count; i++)
		TRY_VOID(take_response(ring_.response(ring_.rsp_cons() + i), published, napi_budget));
	ring_.consume(count);
	if (RINGWAY_UNLIKELY(host_tx_stopped(host_)) && ring_.free_slots() >= 2 * kMaxSlots)
		host_tx_wake(host_);
	return count;
}

Result<void> TxQueue::take_response(const TxResponse &response, u32 published, int napi_budget)
{
	if (response.status == NETIF_RSP_NULL) { // the slot was an extra info
		if (RINGWAY_UNLIKELY(extras_ == 0))
			return shared_->broken_by("TX null response without an extra info");
		extras_--;
		return {};
	}
	if (RINGWAY_UNLIKELY(!slots_.answered(response.id, published).ok()))
		return shared_->broken_by("TX response for a request that is not in the ring");
	TxSlot &slot = slots_[response.id];
	if (slot.use == TxSlot::Use::granted) {
		if (RINGWAY_UNLIKELY(!host_grant_revoke(slot.ref)))
			return shared_->broken_by("TX grant still in use after its response");
		granted_--;
		sk_buff *skb = slot.skb;
		slot.skb = nullptr;
		if (--*host_skb_pending(skb) == 0)
			host_skb_sent(skb, napi_budget);
	} else if (slot.skb) {
		held_--;
		sk_buff *skb = slot.skb;
		slot.skb = nullptr;
		host_skb_sent(skb, napi_budget);
	}
	slots_.put(response.id);
	if (RINGWAY_UNLIKELY(response.status != NETIF_RSP_OKAY)) {
		host_tx_stats_begin(host_)->backend_error++;
		host_tx_stats_end(host_);
	}
	return {};
}
} // namespace ringway::netfront
