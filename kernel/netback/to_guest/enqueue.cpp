// SPDX-License-Identifier: GPL-2.0-only
//
// Into the backlog: the packets that Linux has for a guest, one by one from the device's transmit function,
// or as lists from the switch, past the device's queueing discipline. poll.cpp says what becomes of them.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

void Queue::append(sk_buff *skb)
{
	if (!backlog_packets)
		waits_from = host_jiffies();
	host_backlog_push(host, skb,
			  host_jiffies() +
				  host_msecs(vif->frontend.rx_notify ? host_params.drain_msecs : 30));
	backlog_bytes += host_skb_memory(skb);
	store_relaxed(backlog_packets, backlog_packets + 1);
	// The device stops with the packet that fills the backlog: were it the next one that finds it full,
	// that one would be lost although there is room in front of the device.
	if (RINGWAY_UNLIKELY(backlog_bytes >= most_bytes())) {
		stopped = true;
		host_txq_stop(host);
	}
}

netback_fate Queue::enqueue(sk_buff *skb)
{
	bool refused = false;
	if (RINGWAY_UNLIKELY(!host_to_guest_lock_to_send(host)))
		return NETBACK_BUSY;
	{
		const ToGuestLock lock(host, ToGuestLock::Locked{});
		if (RINGWAY_UNLIKELY(backlog_bytes >= most_bytes())) {
			to_guest_stats.dropped_full++; // it came all the same
			return NETBACK_FULL;
		}
		refused = refuses(skb);
		if (RINGWAY_LIKELY(!refused))
			append(skb);
	}
	if (RINGWAY_UNLIKELY(refused))
		host_skb_drop(skb);
	else
		host_schedule(host, TO_GUEST);
	return NETBACK_TAKEN;
}

sk_buff *Queue::enqueue_list(sk_buff *skb)
{
	bool idle = false;
	{
		const ToGuestLock lock(host);
		// What waits already has a poll coming, or an event of the guest's, if it sends any.
		idle = !backlog_packets || !vif->frontend.rx_notify;
		// INVARIANT: nothing comes behind the purge of a vif that is set down meanwhile.
		const bool running = vif->running.load(std::memory_order_relaxed);
		while (skb && running && backlog_bytes < most_bytes()) {
			sk_buff *behind = host_skb_cut(skb);
			if (RINGWAY_UNLIKELY(refuses(skb))) {
				host_skb_drop(skb);
			} else {
				append(skb);
				to_guest_stats.switched++;
			}
			skb = behind;
		}
	}
	if (idle)
		host_schedule(host, TO_GUEST);
	return skb;
}

namespace
{
// May it wait in the queueing discipline, in front of a device that a full backlog has stopped? Only what
// somebody answers for, so that it is bounded: a socket of dom0's by its buffer, a sending guest by what it
// has under way, which is twice its share at most (from_guest/hold.cpp). So a receiver that stands still for
// less than a sender's patience loses nothing of what it sends.
bool may_wait_outside(const sk_buff *skb)
{
	u32 under_way = 0;
	switch (host_skb_owner(skb, &under_way)) {
	case SKB_OF_SOCKET:
		return true;
	case SKB_OF_GUEST:
		return under_way <= 2 * most_bytes();
	default:
		return false;
	}
}
} // namespace

bool Queue::drop_excess(sk_buff *skb)
{
	{
		const ToGuestLock lock(host);
		if (!stopped || may_wait_outside(skb))
			return false;
		to_guest_stats.dropped_full++;
	}
	host_skb_drop(skb);
	return true;
}

// CONTEXT: softirq or BH off, RCU read side (the device's transmit function); netpoll: interrupts off.
netback_fate netback_xmit(netback_vif *vif, sk_buff *skb, u32 queue)
{
	const u32 count = vif->queue_count.load(std::memory_order_acquire);
	if (RINGWAY_UNLIKELY(!count || !vif->running.load(std::memory_order_acquire)))
		return NETBACK_REFUSED;
	return vif->queues[queue < count ? queue : queue % count].enqueue(skb);
}

namespace
{
// As the device's transmit queue is picked.
u32 pick_queue(netback_vif &vif, sk_buff *skb, u32 count)
{
	const u32 picked = count == 1 ? 0 : netback_select_queue(&vif, skb);
	return picked < count ? picked : 0;
}

// What is in front of the device's queueing discipline, and shall not be there: the excess of a full backlog.
// Returns what is left of the list, in order.
sk_buff *without_excess(netback_vif &vif, sk_buff *skb, u32 count)
{
	sk_buff *kept = nullptr, *last = nullptr;
	while (skb) {
		sk_buff *behind = host_skb_cut(skb);
		Queue &queue = vif.queues[pick_queue(vif, skb, count)];
		if (!host_txq_stopped(queue.host) || !queue.drop_excess(skb)) {
			if (last)
				host_skb_join(last, skb);
			else
				kept = skb;
			last = skb;
		}
		skb = behind;
	}
	return kept;
}

// As much of the list as the backlogs take; returns the rest.
sk_buff *into_backlogs(netback_vif &vif, sk_buff *first, u32 count)
{
	while (first) {
		Queue &queue = vif.queues[pick_queue(vif, first, count)];
		if (RINGWAY_UNLIKELY(!host_txq_idle(queue.host)))
			break;
		sk_buff *behind = host_skb_cut(first);
		if (sk_buff *fit = host_skb_suit(vif.host, first))
			if (sk_buff *left = queue.enqueue_list(fit))
				return host_skb_join(left, behind);
		first = behind;
	}
	return first;
}
} // namespace

// Past the device's queueing discipline, as far as nobody could tell. CONTEXT: as netback_xmit()
sk_buff *netback_deliver(void *owner, sk_buff *first)
{
	auto *vif = static_cast<netback_vif *>(owner);
	const u32 count = vif->queue_count.load(std::memory_order_acquire);
	if (RINGWAY_UNLIKELY(!count || !vif->running.load(std::memory_order_acquire)))
		return first;
	if (RINGWAY_LIKELY(!host_device_watched(vif->host)))
		first = into_backlogs(*vif, first, count);
	return RINGWAY_UNLIKELY(first != nullptr) ? without_excess(*vif, first, count) : nullptr;
}
