// SPDX-License-Identifier: GPL-2.0-only
//
// Where polls and interrupts come in, and the bill: what a queue costs dom0. Each is charged to its queue:
// the time of polls, by the CPU's time-stamp counter read at their two ends, and the events received. Copies,
// hypercalls and notifications are counted where they are made.
//
// Who pays: the time of delivering straight into another guest's ring is the sender's, that of the skb way
// into a guest is the receiver's. Interrupts of dom0 and its losing the physical CPU during a poll are in the
// time; what happens to an skb after netback gave it away is not, except for what the switch does at once.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

int netback_poll_from_guest(netback_queue *queue, int budget)
{
	const u64 start = host_cycles();
	const int done = queue->poll_from_guest(budget);
	WorkStats::spent(queue->work.from_guest_cycles, host_cycles() - start);
	return done;
}

int netback_poll_to_guest(netback_queue *queue, int budget)
{
	const u64 start = host_cycles();
	const int done = queue->poll_to_guest(budget);
	WorkStats::spent(queue->work.to_guest_cycles, host_cycles() - start);
	return done;
}

// An interrupt came, counted in `events`. Returns whether it found work.
bool Queue::event(u64 &events, bool any)
{
	WorkStats::add(events, 1);
	if (!any)
		WorkStats::add(work.spurious_events, 1);
	return any;
}

u32 netback_event_from_guest(netback_queue *queue)
{
	return queue->event(queue->work.from_guest_events, queue->work_from_guest()) ? NETBACK_WORK_FROM_GUEST
										     : 0;
}

u32 netback_event_to_guest(netback_queue *queue)
{
	return queue->event(queue->work.to_guest_events, queue->work_to_guest()) ? NETBACK_WORK_TO_GUEST : 0;
}

u32 netback_work(netback_queue *queue)
{
	return (queue->work_from_guest() ? NETBACK_WORK_FROM_GUEST : 0) |
	       (queue->work_to_guest() ? NETBACK_WORK_TO_GUEST : 0);
}

// One event channel for both directions: its events are counted as the guest's sending.
u32 netback_event_both(netback_queue *queue)
{
	const u32 work = netback_work(queue);
	queue->event(queue->work.from_guest_events, work != 0);
	return work;
}
