// SPDX-License-Identifier: GPL-2.0-only
//
// XDP: a program judges each packet before there is an skb.
//
//     lay out → run → pass: up the stack │ drop │ send back │ redirect to another device or CPU
//
// The bytes that a program judges are bytes that the backend cannot change any more: the buffer's grant is
// revoked first, or they are a copy (xdp_plan.hpp). What is sent, back to where it came from or for another
// device, is copied into the TX ring's buffers as any short packet is. So no frame waits for the backend.
//
// Without a program nothing here runs: rx.cpp asks once per poll.
#include "netfront/queue.hpp"
#include "netfront/xdp_plan.hpp"

namespace ringway::netfront
{
namespace
{
u8 *bytes_of(const xdp_area &area)
{
	return static_cast<u8 *>(host_page_address(area.page)) + area.offset;
}
} // namespace

// No page: the packet goes to nobody, and is counted.
Result<xdp_area> RxQueue::lay_out(const RxPacket &packet)
{
	const u32 copied = kept_.load(std::memory_order_relaxed)
				   ? kXdpLongest
				   : shared_->rx_copy_limit.load(std::memory_order_relaxed);
	const XdpPlace place = xdp_place(packet, copied);
	if (place == XdpPlace::buffer) {
		const RxPiece &piece = packet.piece[0];
		Buffer &from = buffer(ring_.rsp_cons() + piece.slot);
		if (RINGWAY_UNLIKELY(!host_grant_revoke(from.ref)))
			return shared_->broken_by("RX grant still in use after its response");
		page *page = from.page_;
		from.data = nullptr;
		from.page_ = nullptr;
		return xdp_area{page, piece.offset, piece.length};
	}
	auto *stats = host_rx_stats_begin(host_);
	xdp_area area{nullptr, kXdpHeadroom, 0};
	if (place == XdpPlace::nowhere) {
		stats->xdp_too_long++;
	} else if (page *page = spare_ ? spare_ : host_pool_take(host_)) {
		spare_ = nullptr;
		area.page = page;
		stats->xdp_copied++;
		for (u32 i = 0; i < packet.pieces; i++) {
			const RxPiece &piece = packet.piece[i];
			shared::copy_in(bytes_of(area) + area.length,
					buffer(ring_.rsp_cons() + piece.slot).data + piece.offset,
					piece.length);
			area.length += piece.length;
		}
	} else {
		stats->no_memory++;
	}
	host_rx_stats_end(host_);
	return area;
}

Result<void> RxQueue::judge(RxPacket &packet, TxQueue &tx)
{
	xdp_area area = TRY(lay_out(packet));
	if (RINGWAY_UNLIKELY(!area.page))
		return {};
	const u32 arrived = packet.length;
	const xdp_verdict verdict = host_xdp_run(host_, &area);
	if (verdict == XDP_SAYS_PASS) {
		packet.length = area.length;
		pass_judged(packet, area);
		return {};
	}
	// What is more than one packet on the wire has no way out but the stack.
	const bool one = packet.gso_size == 0;
	const bool sent = verdict == XDP_SAYS_TX && one && send_back(area, packet.checksum_blank, tx);
	const bool redirected = verdict == XDP_SAYS_REDIRECT && one && redirect(area);

	auto *stats = host_rx_stats_begin(host_);
	stats->packets++;
	stats->bytes += arrived;
	stats->xdp_drop += verdict == XDP_SAYS_DROP;
	stats->xdp_tx += sent;
	stats->xdp_redirect += redirected;
	stats->xdp_failed += verdict != XDP_SAYS_DROP && !sent && !redirected;
	host_rx_stats_end(host_);
	if (!redirected)
		keep(area.page);
	return {};
}

void RxQueue::pass_judged(const RxPacket &packet, const xdp_area &area)
{
	const bool whole = area.length <= shared_->rx_copy_limit.load(std::memory_order_relaxed);
	const u32 head = whole || area.length < kHeaderBytes ? area.length : kHeaderBytes;
	sk_buff *skb = host_rx_skb(host_, head);
	if (RINGWAY_UNLIKELY(!skb)) {
		host_rx_stats_begin(host_)->no_memory++;
		host_rx_stats_end(host_);
		return keep(area.page);
	}
	__builtin_memcpy(host_skb_put(skb, head), bytes_of(area), head);
	if (head < area.length)
		host_skb_add_page(skb, area.page, area.offset + head, area.length - head);
	else
		keep(area.page);
	deliver(packet, skb);
}

// `blank`: the packet's checksum is for its receiver to fill in, and still is.
bool RxQueue::send_back(const xdp_area &area, bool blank, TxQueue &tx)
{
	const u16 flags = blank ? NETTXF_csum_blank | NETTXF_data_validated : 0;
	TxLock lock{tx};
	const bool sent = tx.transmit_bytes(bytes_of(area), area.length, flags);
	to_push_ |= sent;
	return sent;
}

// True: the page has gone with the packet.
bool RxQueue::redirect(const xdp_area &)
{
	to_flush_ = true;
	return host_xdp_redirect(host_);
}

// A page that no packet needs any more is the next copy's.
void RxQueue::keep(page *page)
{
	if (spare_)
		host_pool_recycle(host_, page);
	else
		spare_ = page;
}

// What the packets of one poll have left to do.
void RxQueue::finish_verdicts(TxQueue &tx)
{
	if (to_flush_)
		host_xdp_flush();
	if (to_push_) {
		TxLock lock{tx};
		tx.push();
	}
	to_flush_ = to_push_ = false;
}

// One packet of at most a page, copied. It waits for nobody: false means that it was not taken. The stack's
// next packet always finds its room.
bool TxQueue::transmit_bytes(const u8 *bytes, u32 length, u16 flags)
{
	if (RINGWAY_UNLIKELY(!running_ || shared_->broken() || length == 0 || length > kPageSize))
		return false;
	if (RINGWAY_UNLIKELY(ring_.free_slots() <= kMaxSlots)) {
		(void)complete(0); // an error comes again in the poll
		if (ask_event())
			host_napi_schedule(host_);
	}
	auto *stats = host_tx_stats_begin(host_);
	const bool fits = ring_.free_slots() > kMaxSlots && make_buffers(1);
	if (RINGWAY_LIKELY(fits)) {
		const u32 id = slots_.take_buffered(ring_.req_prod());
		shared::copy_out(slots_[id].buffer, bytes, length);
		ring_.post(
			TxRequest{slots_[id].ref, 0, flags, static_cast<u16>(id), static_cast<u16>(length)});
		stats->packets++;
		stats->bytes += length;
		stats->copied++;
		stats->xdp++;
	} else {
		stats->xdp_full++;
	}
	host_tx_stats_end(host_);
	return fits;
}

// Frames of other devices' programs. Those not sent remain the caller's.
u32 TxQueue::transmit_frames(xdp_frame **frames, u32 count, bool flush)
{
	u32 sent = 0;
	for (; sent < count; sent++) {
		u32 length;
		const u8 *bytes = static_cast<const u8 *>(host_xdp_frame_bytes(frames[sent], &length));
		if (!transmit_bytes(bytes, length, 0))
			break;
		host_xdp_frame_sent(frames[sent]);
	}
	if (flush && running_)
		push();
	return sent;
}
} // namespace ringway::netfront

extern "C" ringway::u32 netfront_xdp_xmit(netfront_queue *queue, xdp_frame **frames, ringway::u32 count,
					  bool flush)
{
	ringway::netfront::TxLock lock{queue->tx};
	return queue->tx.transmit_frames(frames, count, flush);
}
