// SPDX-License-Identifier: GPL-2.0-only
//
// What waits too long in the backlog: packets that expire, guests that stall (XSA-392), and the end of a
// connection, which drops all of them.
#include "netback/to_guest/describe.hpp"

using namespace ringway;
using namespace ringway::netback;

// CONTEXT: process (housekeeping), softirqs off through the lock.
Aged Queue::age_backlog(unsigned long now)
{
	bool schedule = false;
	const bool notify = vif->frontend.rx_notify;
	host_softirq_off();
	host_to_guest_lock(host);
	const bool was_stalled = stalled;
	if (backlog_packets) {
		skb_view info;
		const sk_buff *head = host_backlog_peek(host);
		host_skb_describe(head, &info);
		const u32 needed = rx_slots_needed(describe(info, head, *vif));
		const bool ready = posted_buffers() >= needed;
		const unsigned long stall = host_msecs(host_params.stall_msecs);
		schedule = ready;
		if (!stalled && notify && stall && !ready && static_cast<long>(now - last_rx - stall) > 0)
			stalled = true;
		while (!ready && backlog_packets) {
			sk_buff *skb = host_backlog_peek(host);
			if (static_cast<long>(now - host_skb_expires(skb)) < 0)
				break;
			host_backlog_pop(host);
			backlog_packets--;
			backlog_bytes -= host_skb_memory(skb);
			to_guest_stats.dropped_expired++;
			host_skb_drop(skb);
		}
		if (stopped && backlog_bytes < kBacklogBytes) {
			stopped = false;
			host_txq_wake(host);
		}
	}
	if (stalled && posted_buffers() >= 1 && (!backlog_packets || schedule)) {
		stalled = false;
		last_rx = now;
	}
	const bool again = backlog_packets || stalled, is_stalled = stalled;
	host_to_guest_unlock(host);
	if (schedule)
		host_schedule(host, TO_GUEST);
	host_softirq_on();
	// Not under the lock: netconsole may send the line by this very queue.
	if (is_stalled != was_stalled)
		host_log_stall(vif->host, index, is_stalled);
	return {again, is_stalled};
}

void Queue::purge_backlog()
{
	host_softirq_off();
	host_to_guest_lock(host);
	while (backlog_packets) {
		host_skb_drop(host_backlog_pop(host));
		backlog_packets--;
		to_guest_stats.dropped_down++;
	}
	backlog_bytes = 0;
	host_to_guest_unlock(host);
	host_softirq_on();
}
