// SPDX-License-Identifier: GPL-2.0-only
//
// The bill: what a queue costs dom0. Every poll and interrupt comes in through here and is charged to its
// queue: the time of polls, by the CPU's time-stamp counter read at their two ends, and the events received.
// Copies, hypercalls and notifications are counted where they are made.
//
// Who pays: the time of delivering straight into another guest's ring is the sender's, that of the skb way
// into a guest is the receiver's. Interrupts of dom0 and its losing the physical CPU during a poll are in the
// time; what happens to an skb after netback gave it away is not, except for what the switch does at once.
#include "netback/life/vif.hpp"

using namespace ringway;

int nb_queue_tx_poll(void *opaque, int budget)
{
	auto &queue = *static_cast<Queue *>(opaque);
	const u64 start = nb_cycles();
	const int done = queue.tx_poll(budget);
	WorkStats::spent(queue.work.tx_cycles, nb_cycles() - start);
	return done;
}

int nb_queue_rx_poll(void *opaque, int budget)
{
	auto &queue = *static_cast<Queue *>(opaque);
	const u64 start = nb_cycles();
	const int done = queue.rx_poll(budget);
	WorkStats::spent(queue.work.rx_cycles, nb_cycles() - start);
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

int nb_queue_tx_event(void *opaque)
{
	auto &queue = *static_cast<Queue *>(opaque);
	return queue.event(queue.work.tx_events, queue.tx_work()) ? NB_WORK_TX : 0;
}

int nb_queue_rx_event(void *opaque)
{
	auto &queue = *static_cast<Queue *>(opaque);
	return queue.event(queue.work.rx_events, queue.rx_work()) ? NB_WORK_RX : 0;
}

// One event channel for both directions: its events are counted as the guest's sending.
int nb_queue_event(void *opaque)
{
	auto &queue = *static_cast<Queue *>(opaque);
	const int work = (queue.tx_work() ? NB_WORK_TX : 0) | (queue.rx_work() ? NB_WORK_RX : 0);
	queue.event(queue.work.tx_events, work != 0);
	return work;
}
