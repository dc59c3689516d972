// SPDX-License-Identifier: GPL-2.0-only
//
// What waits too long in the backlog: packets that expire, guests that stall (XSA-392), and the end of a
// connection or a vif that is set down, which drop all of them.
#include "netback/to_guest/describe.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
bool head_fits(Queue &queue) RINGWAY_REQUIRES(queue.host)
{
	const Result<u32> posted = queue.to_guest_ring.unconsumed();
	if (RINGWAY_UNLIKELY(!posted.ok()))
		return true; // the poll finds that the index is impossible, and ends the vif
	skb_view info;
	const sk_buff *head = host_backlog_peek(queue.host);
	host_skb_describe(head, &info);
	return posted.value() >= rx_slots_needed(describe(info, head, *queue.vif));
}

// Has nothing been placed for so long, though something waits?
bool stands_still(const Queue &queue, unsigned long now, unsigned long most) RINGWAY_REQUIRES(queue.host)
{
	return static_cast<long>(now - queue.last_rx - most) > 0 &&
	       static_cast<long>(now - queue.waits_from - most) > 0;
}

// Drops what waited too long for the guest's buffers, and finds out whether the guest stalls. True: there are
// buffers for the packet at the head after all, or for the one that is there then.
bool look_at_head(Queue &queue, unsigned long now) RINGWAY_REQUIRES(queue.host)
{
	if (head_fits(queue))
		return true;
	const unsigned long stall = host_msecs(host_params.stall_msecs);
	if (!queue.stalled && queue.vif->frontend.rx_notify && stall && stands_still(queue, now, stall)) {
		queue.stalled = true;
		queue.to_guest_stats.stalls++;
	}
	while (queue.backlog_packets &&
	       static_cast<long>(now - host_skb_expires(host_backlog_peek(queue.host))) >= 0) {
		host_skb_drop(queue.pop());
		queue.to_guest_stats.dropped_expired++;
		if (queue.backlog_packets && head_fits(queue))
			return true;
	}
	return false;
}
} // namespace

Aged Queue::age_backlog(unsigned long now)
{
	bool ready = false, was_stalled = false;
	Aged aged{};
	{
		const SoftirqsOff softirqs;
		{
			const ToGuestLock lock(host);
			was_stalled = stalled;
			if (backlog_packets) {
				ready = look_at_head(*this, now);
				restart_device();
			}
			if (stalled && posted_buffers() >= 1 && (!backlog_packets || ready)) {
				stalled = false;
				waits_from = now;
			}
			aged = {backlog_packets || stalled, stalled};
		}
		if (ready)
			host_schedule(host, TO_GUEST);
	}
	// Not under the lock: netconsole may send the line by this very queue.
	if (aged.stalled != was_stalled)
		host_log_stall(vif->host, index, aged.stalled);
	return aged;
}

void Queue::purge_backlog()
{
	const SoftirqsOff softirqs;
	const ToGuestLock lock(host);
	while (backlog_packets) {
		host_skb_drop(pop());
		to_guest_stats.dropped_down++;
	}
	stopped = false; // Linux starts the device's queues when it goes up, and when the rings have come
}
