// SPDX-License-Identifier: GPL-2.0-only
//
// A packet that is copied out of its buffers and too long for one piece of memory: the headers go into the
// skb, the rest into pages of the queue's pool, one after the other.
//
//     buffers   | 4096 | 4096 | 1000 |
//     skb       |128|       pages  | 4096 | 4096 | 872 |
#include "netfront/queue.hpp"

namespace ringway::netfront
{
sk_buff *RxQueue::spread_skb(const RxPacket &packet)
{
	if (RINGWAY_UNLIKELY(packet.length - kHeaderBytes > kMaxFrags * kPageSize)) {
		drop(RxFault::slot);
		return nullptr;
	}
	sk_buff *skb = host_rx_skb(host_, kHeaderBytes);
	const bool spreads = skb && spread(skb, packet, kHeaderBytes);
	auto *stats = host_rx_stats_begin(host_);
	stats->copied += spreads;
	stats->no_memory += !spreads;
	host_rx_stats_end(host_);
	if (RINGWAY_UNLIKELY(skb && !spreads)) {
		host_skb_drop(skb);
		return nullptr;
	}
	return skb;
}

// INVARIANT: 0 < head <= packet.length, and the rest fits into kMaxFrags pages. False: no memory.
bool RxQueue::spread(sk_buff *skb, const RxPacket &packet, u32 head)
{
	u8 *to = static_cast<u8 *>(host_skb_put(skb, head));
	u32 room = head;
	page *into = nullptr;
	for (u32 i = 0; i < packet.pieces; i++) {
		const RxPiece &piece = packet.piece[i];
		const u8 *from = buffer(ring_.rsp_cons() + piece.slot).data + piece.offset;
		for (u32 left = piece.length; left;) {
			if (room == 0) {
				if (into)
					host_skb_add_page(skb, into, 0, kPageSize);
				into = host_pool_take(host_);
				if (RINGWAY_UNLIKELY(!into))
					return false;
				to = static_cast<u8 *>(host_page_address(into));
				room = kPageSize;
			}
			const u32 length = left < room ? left : room;
			shared::copy_in(to, from, length);
			to += length;
			from += length;
			left -= length;
			room -= length;
		}
	}
	if (into)
		host_skb_add_page(skb, into, 0, kPageSize - room);
	return true;
}
} // namespace ringway::netfront
