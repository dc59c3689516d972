// SPDX-License-Identifier: GPL-2.0-only
//
// Transmit: skb → plan → slots → push.
//
// One packet is a chain of requests in the ring:
//
//     first request   [GSO extra info]   request … request
//     size = length                      size = bytes in this slot
//
// Bytes are copied into pages that stay granted, so the common packet (up to tx_copy_limit bytes) costs one
// copy, one 12-byte request and, if the backend sleeps, one event. It needs no grant operation. Frags of
// larger packets are granted page by page, and the skb is kept until they are answered.
//
// When is the skb of a packet that was copied done? At once would do, but then nothing holds its sender back
// except a full ring: every packet would go through the queueing discipline, and no socket would ever wait.
// So it is done at once only while fewer than kDoneAtOnce requests are under way; else it is held until it is
// answered, and counts against its socket's send buffer. Each transmit looks for answers then.
//
// A completion event costs the backend a hypercall and us an interrupt. While nobody waits, one per half ring
// is asked for, which comes before the ring is full; for skbs that are held, one at three quarters of what is
// under way; for pages that are lent, at half.
#include "netfront/queue.hpp"
#include "netfront/skb_bytes.hpp"

namespace ringway::netfront
{
namespace
{
u16 checksum_flags(const tx_view &view)
{
	if (view.checksum_blank)
		return NETTXF_csum_blank | NETTXF_data_validated;
	return view.checksum_good ? NETTXF_data_validated : 0;
}
} // namespace

bool TxQueue::transmit(sk_buff *skb)
{
	tx_view view;
	host_skb_view(skb, &view);
	if (RINGWAY_UNLIKELY(!running_ || shared_->broken() || view.length == 0 || view.length > kMaxPacket))
		return drop(skb);

	const TxPlan plan = plan_tx(view.length, view.head_length, view.frags,
				    shared_->tx_copy_limit.load(std::memory_order_relaxed),
				    copy_all_ || view.head_length == 0, kLegacySlots, [skb](u32 i) {
					    frag_view frag;
					    host_skb_frag(skb, i, &frag);
					    return pages_touched(frag.offset, frag.length);
				    });
	const u32 slots = plan.slots() + (view.gso_size != 0);
	if (RINGWAY_UNLIKELY(outstanding() >= kDoneAtOnce && !look()))
		return drop(skb);
	if (RINGWAY_UNLIKELY(slots > ring_.free_slots()))
		return busy();
	if (RINGWAY_UNLIKELY(!make_buffers(plan.copy_slots) || !make_bare(plan.grant_slots)))
		return drop(skb);

	host_skb_timestamp(skb);
	auto *stats = host_tx_stats_begin(host_);
	stats->packets++;
	stats->bytes += view.length;
	stats->copied += plan.grant_slots == 0;
	stats->linearised += plan.squeezed;
	post(skb, view, plan); // may be the end of skb
	const bool full = ring_.free_slots() < kMaxSlots;
	if (RINGWAY_UNLIKELY(full)) {
		stats->stopped++;
		host_tx_stop(host_);
	}
	host_tx_stats_end(host_);
	if (full || !host_xmit_more())
		push();
	return true;
}

// INVARIANT: the ring has room for the whole plan, and there are slots with buffers and bare ones for it.
void TxQueue::post(sk_buff *skb, const tx_view &view, const TxPlan &plan)
{
	const bool hold = outstanding() >= kDoneAtOnce;
	u32 remaining = plan.slots(), done = 0, last = 0;
	SkbBytes bytes{skb, view};
	for (u32 i = 0; i < plan.copy_slots; i++) {
		const u32 left = plan.copy_bytes - done;
		const u32 length = left < kPageSize ? left : kPageSize;
		const u32 id = slots_.take_buffered(ring_.req_prod());
		TxSlot &slot = slots_[id];
		last = id;
		bytes.read(slot.buffer, length);
		done += length;

		const u16 more = --remaining ? NETTXF_more_data : 0;
		if (i == 0) {
			const u16 extra = view.gso_size ? NETTXF_extra_info : 0;
			ring_.post(TxRequest{slot.ref, 0,
					     static_cast<u16>(checksum_flags(view) | more | extra),
					     static_cast<u16>(id), static_cast<u16>(view.length)});
			if (view.gso_size)
				post_gso(view);
		} else {
			ring_.post(
				TxRequest{slot.ref, 0, more, static_cast<u16>(id), static_cast<u16>(length)});
		}
	}
	if (plan.grant_slots == 0) {
		if (RINGWAY_LIKELY(!hold))
			return host_skb_sent(skb, 0);
		held_++;
		slots_[last].skb = skb;
		return;
	}
	*host_skb_pending(skb) = plan.grant_slots;
	for (u32 i = 0; i < view.frags; i++) {
		frag_view frag;
		host_skb_frag(skb, i, &frag);
		post_frag(skb, frag, remaining);
	}
}

void TxQueue::post_gso(const tx_view &view)
{
	ExtraInfo extra{};
	extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
	extra.u.gso.size = view.gso_size;
	extra.u.gso.type = view.gso_v6 ? XEN_NETIF_GSO_TYPE_TCPV6 : XEN_NETIF_GSO_TYPE_TCPV4;
	// An extra info is 8 bytes and the slot 12: the other 4 must not show what the slot held before.
	struct {
		ExtraInfo extra;
		u32 padding;
	} whole{extra, 0};
	static_assert(sizeof whole == sizeof(TxRequest));
	ring_.post(whole);
	extras_++;
}

void TxQueue::post_frag(sk_buff *skb, const frag_view &frag, u32 &remaining)
{
	page *page = frag.page;
	u32 offset = frag.offset, left = frag.length;
	while (left) {
		const u32 length = left < kPageSize - offset ? left : kPageSize - offset;
		const u32 id = slots_.take_bare(ring_.req_prod());
		TxSlot &slot = slots_[id];
		slot.skb = skb;
		host_grant(slot.ref, shared_->backend, page, true);
		granted_++;
		const u16 more = --remaining ? NETTXF_more_data : 0;
		ring_.post(TxRequest{slot.ref, static_cast<u16>(offset), more, static_cast<u16>(id),
				     static_cast<u16>(length)});
		left -= length;
		offset = 0;
		page = host_page_next(page, 1);
	}
}

// Publishes what was posted; one event for all of it, if the backend sleeps.
void TxQueue::push()
{
	if (ring_.unpublished() == 0)
		return;
	if (ring_.push_requests()) {
		host_tx_stats_begin(host_)->notified++;
		host_tx_stats_end(host_);
		host_tx_notify(host_);
	}
	if (waiting() && !(event_near_ && event_stands()) && ask_event())
		host_napi_schedule(host_);
}

bool TxQueue::ask_event()
{
	const u32 under_way = outstanding();
	event_near_ = waiting();
	const u32 after = granted_ ? under_way / 2 + 1 : held_ ? under_way - under_way / 4 : kSize / 2;
	event_at_ = ring_.rsp_cons() + after;
	return ring_.ask_response_event(after);
}

// Takes what was answered meanwhile. False: the backend is not believed any more.
bool TxQueue::look()
{
	if (!answered() || complete(0).ok())
		return true;
	shared_->break_off();
	return false;
}

// A packet that does not fit although the queue was not stopped: it takes the most slots that are possible,
// and the ring has just fewer. The stack keeps it.
bool TxQueue::busy()
{
	host_tx_stop(host_);
	push();
	if (ask_event())
		host_napi_schedule(host_);
	return false;
}

bool TxQueue::drop(sk_buff *skb)
{
	host_tx_stats_begin(host_)->dropped++;
	host_tx_stats_end(host_);
	host_skb_drop(skb);
	if (running_ && !host_xmit_more())
		push();
	return true;
}

bool TxQueue::give_buffer(page *page)
{
	if (slots_.bare() == 0)
		return false;
	TxSlot &slot = slots_.next_bare();
	slot.buffer_page = page;
	slot.buffer = static_cast<u8 *>(host_page_address(page));
	host_grant(slot.ref, shared_->backend, page, true);
	slots_.next_bare_has_a_buffer();
	return true;
}

// Sees to `count` slots with a page to copy into.
bool TxQueue::make_buffers(u32 count)
{
	while (RINGWAY_UNLIKELY(slots_.buffered() < count)) {
		page *page = host_page_alloc(false);
		if (!page)
			return false;
		give_buffer(page);
	}
	return true;
}

// Sees to `count` slots whose reference grants nothing. INVARIANT: so many are free besides what the packet
// copies, so this takes no buffer that make_buffers() has just made for it.
// HOSTILE: a backend that still has a buffer mapped which it answered is no longer trusted.
bool TxQueue::make_bare(u32 count)
{
	while (RINGWAY_UNLIKELY(slots_.bare() < count)) {
		TxSlot &slot = slots_.next_buffered();
		if (RINGWAY_UNLIKELY(!host_grant_revoke(slot.ref))) {
			(void)shared_->broken_by("TX grant still in use after its response");
			shared_->break_off();
			return false;
		}
		host_page_free(slot.buffer_page);
		slot.buffer = nullptr;
		slot.buffer_page = nullptr;
		slots_.next_buffered_is_bare();
	}
	return true;
}
} // namespace ringway::netfront

extern "C" bool netfront_transmit(netfront_queue *queue, sk_buff *skb)
{
	queue->tx.assert_locked();
	return queue->tx.transmit(skb);
}
