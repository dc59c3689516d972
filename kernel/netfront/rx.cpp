// SPDX-License-Identifier: GPL-2.0-only
//
// Receive: take responses → packet → skb → up.
//
// A packet of at most rx_copy_limit bytes is copied into an skb. Its buffers stay in the ring, so it costs no
// grant operation and no page. Of a larger packet the first bytes (the headers) are copied and the pages
// become frags of the skb; each page's grant is revoked first, so that nobody can write to it any more.
//
// Where the backend may have the buffers mapped (mapping.cpp), every packet is copied: the headers and what
// is short into the skb, the rest of a large one into pages of its own (spread.cpp).
//
// HOSTILE: buffers that stay granted may change while they are read. They are read once, into the skb, and
// only the skb is looked at.
#include "netfront/queue.hpp"

namespace ringway::netfront
{
// kJudged: an XDP program looks at each packet. Without one, nothing is asked per packet.
template <bool kJudged>
Result<u32> RxQueue::take_packets(u32 budget, [[maybe_unused]] TxQueue &tx)
{
	const Result<u32> answered = ring_.unconsumed();
	if (RINGWAY_UNLIKELY(!answered.ok()))
		return shared_->broken_by("RX response index out of range");
	u32 available = answered.value(), taken = 0;
	while (available && taken < budget) {
		RxPacket packet;
		take_rx_packet(ring_, available, shared_->agreed_headroom, packet);
		if (RINGWAY_LIKELY(packet.fault == RxFault::none))
			TRY_VOID(kJudged ? judge(packet, tx) : pass_up(packet));
		else
			drop(packet.fault);
		ring_.consume(packet.slots);
		available -= packet.slots;
		taken++;
	}
	return taken;
}

Result<u32> RxQueue::receive(u32 budget, TxQueue &tx)
{
	if (RINGWAY_LIKELY(!shared_->xdp.load(std::memory_order_relaxed)))
		return take_packets<false>(budget, tx);
	const Result<u32> taken = take_packets<true>(budget, tx);
	finish_verdicts(tx);
	return taken;
}

Result<void> RxQueue::pass_up(const RxPacket &packet)
{
	sk_buff *skb;
	if (packet.length <= shared_->rx_copy_limit.load(std::memory_order_relaxed))
		skb = copied_skb(packet);
	else if (kept_.load(std::memory_order_relaxed))
		skb = packet.length <= kLinearBytes ? copied_skb(packet) : spread_skb(packet);
	else
		skb = TRY(paged_skb(packet));
	if (RINGWAY_LIKELY(skb != nullptr))
		deliver(packet, skb);
	return {};
}

sk_buff *RxQueue::copied_skb(const RxPacket &packet)
{
	sk_buff *skb = host_rx_skb(host_, packet.length);
	auto *stats = host_rx_stats_begin(host_);
	if (RINGWAY_LIKELY(skb != nullptr)) {
		for (u32 i = 0; i < packet.pieces; i++) {
			const RxPiece &piece = packet.piece[i];
			shared::copy_in(host_skb_put(skb, piece.length),
					buffer(ring_.rsp_cons() + piece.slot).data + piece.offset,
					piece.length);
		}
		stats->copied++;
	} else {
		stats->no_memory++;
	}
	host_rx_stats_end(host_);
	return skb;
}

// nullptr: dropped and counted. An error: a buffer could not be revoked.
Result<sk_buff *> RxQueue::paged_skb(const RxPacket &packet)
{
	const u32 first = packet.piece[0].length;
	const u32 head = first < kHeaderBytes ? first : kHeaderBytes;
	if (RINGWAY_UNLIKELY(packet.pieces - (head == first) > kMaxFrags)) {
		drop(RxFault::slot);
		return nullptr;
	}
	sk_buff *skb = host_rx_skb(host_, kHeaderBytes);
	if (RINGWAY_UNLIKELY(!skb)) {
		host_rx_stats_begin(host_)->no_memory++;
		host_rx_stats_end(host_);
		return nullptr;
	}
	for (u32 i = 0; i < packet.pieces; i++) {
		const RxPiece &piece = packet.piece[i];
		Buffer &from = buffer(ring_.rsp_cons() + piece.slot);
		u32 offset = piece.offset, length = piece.length;
		if (i == 0) {
			shared::copy_in(host_skb_put(skb, head), from.data + offset, head);
			offset += head;
			length -= head;
		}
		if (length == 0)
			continue; // all of it is copied: the buffer stays
		if (RINGWAY_UNLIKELY(!host_grant_revoke(from.ref))) {
			host_skb_drop(skb);
			return shared_->broken_by("RX grant still in use after its response");
		}
		host_skb_add_page(skb, from.page_, offset, length);
		from.data = nullptr;
		from.page_ = nullptr;
	}
	return skb;
}
} // namespace ringway::netfront
