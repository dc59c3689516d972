// SPDX-License-Identifier: GPL-2.0-only
//
// What becomes of a packet: its skb goes up the stack, whoever made it (rx.cpp, spread.cpp, or xdp.cpp of a
// packet that a program let pass), or it is dropped and counted.
#include "netfront/queue.hpp"

namespace ringway::netfront
{
void RxQueue::deliver(const RxPacket &packet, sk_buff *skb)
{
	if (packet.gso_size)
		host_skb_set_gso(skb, packet.gso_size, packet.gso_v6);
	// A backend that is not trusted is not believed when it says that it checked the sums.
	const bool passed =
		host_skb_receive(host_, skb, packet.checksum_blank, packet.checksum_good && !shared_->bounce);
	auto *stats = host_rx_stats_begin(host_);
	if (RINGWAY_LIKELY(passed)) {
		stats->packets++;
		stats->bytes += packet.length;
	} else {
		stats->bad_frame++;
	}
	host_rx_stats_end(host_);
}

// The buffers of a dropped packet stay granted, and the next refill posts them again.
void RxQueue::drop(RxFault why)
{
	auto *stats = host_rx_stats_begin(host_);
	if (why == RxFault::slot)
		stats->bad_slot++;
	else if (why == RxFault::extra)
		stats->bad_extra++;
	else
		stats->bad_frame++;
	host_rx_stats_end(host_);
}
} // namespace ringway::netfront
