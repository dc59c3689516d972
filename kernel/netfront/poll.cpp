// SPDX-License-Identifier: GPL-2.0-only
//
// One NAPI poll serves both directions of a queue:
//
//     receive → refill → complete transmits → ask for events → sleep, end the interrupts
//
// Late EOI: the event channel is masked from its interrupt until a poll finds nothing more to do, so a busy
// queue takes no interrupts at all. An EOI says whether there was work since the last one; the kernel's event
// code slows down a backend that sends events without work. Work of either direction counts, also work that a
// poll found before its event arrived.
#include "netfront/queue.hpp"

namespace ringway::netfront
{
namespace
{
Result<u32> complete_and_ask(TxQueue &tx, int budget, bool &more)
{
	TxLock lock{tx};
	const Result<u32> completed = tx.complete(budget);
	more |= completed.ok() && tx.ask_event();
	return completed;
}
} // namespace

int Queue::poll(int budget)
{
	if (RINGWAY_UNLIKELY(shared->broken()))
		return break_off();
	if (RINGWAY_UNLIKELY(budget <= 0))
		return poll_completions_only();

	const Result<u32> taken = rx.receive(static_cast<u32>(budget), tx);
	if (RINGWAY_UNLIKELY(!taken.ok()))
		return break_off();
	rx.refill(false);
	const bool full = taken.value() >= static_cast<u32>(budget);

	bool more = full;
	if (tx.answered()) {
		const Result<u32> completed = complete_and_ask(tx, budget, more);
		if (RINGWAY_UNLIKELY(!completed.ok()))
			return break_off();
		events.tx_worked |= completed.value() != 0;
	}
	events.rx_worked |= taken.value() != 0;
	if (full)
		return budget;
	const u32 kinds = events.pending.exchange(0, std::memory_order_acq_rel);
	more |= rx.ask_event();
	// An interrupt after host_napi_done() schedules the next poll and belongs to that one.
	if (!more && host_napi_done(host, static_cast<int>(taken.value()))) {
		end_of_interrupt(kinds);
		return static_cast<int>(taken.value());
	}
	events.pending.fetch_or(kinds, std::memory_order_acq_rel);
	return more ? budget : static_cast<int>(taken.value());
}

// netpoll, budget 0: only completed transmits, and only if nobody is transmitting. The lock is only tried,
// because its holder may be what netpoll interrupted on this CPU. What is taken here may be what the event
// was asked for, so the next one is asked for: nobody else would, and a queue that fills up later would stay
// stopped.
int Queue::poll_completions_only()
{
	if (!tx.try_lock())
		return 0;
	const Result<u32> completed = tx.complete(0);
	const bool more = completed.ok() && tx.ask_event();
	tx.unlock();
	if (RINGWAY_UNLIKELY(!completed.ok()))
		return break_off();
	events.tx_worked |= completed.value() != 0;
	if (more)
		host_napi_schedule(host);
	return 0;
}

// CONTEXT: hard interrupt.
void Queue::event(u32 kind)
{
	if (RINGWAY_UNLIKELY(shared->broken()))
		return; // no EOI: the channel stays masked, which ends any storm
	events.pending.fetch_or(kind, std::memory_order_acq_rel);
	host_napi_schedule(host);
}

void Queue::end_of_interrupt(u32 kinds)
{
	if (RINGWAY_UNLIKELY(kinds && !events.tx_worked && !events.rx_worked)) {
		host_rx_stats_begin(host)->spurious++;
		host_rx_stats_end(host);
	}
	if (kinds & Events::kBoth) {
		const bool worked = events.tx_worked || events.rx_worked;
		events.tx_worked = events.rx_worked = false;
		host_tx_eoi(host, !worked);
	}
	if (kinds & Events::kTx) {
		const bool worked = events.tx_worked;
		events.tx_worked = false;
		host_tx_eoi(host, !worked);
	}
	if (kinds & Events::kRx) {
		const bool worked = events.rx_worked;
		events.rx_worked = false;
		host_rx_eoi(host, !worked);
	}
}

int Queue::break_off()
{
	shared->break_off();
	host_napi_done(host, 0);
	return 0;
}
} // namespace ringway::netfront

using ringway::netfront::Events;

extern "C" int netfront_poll(netfront_queue *queue, int budget)
{
	return queue->poll(budget);
}
extern "C" void netfront_tx_event(netfront_queue *queue)
{
	queue->event(Events::kTx);
}
extern "C" void netfront_rx_event(netfront_queue *queue)
{
	queue->event(Events::kRx);
}
extern "C" void netfront_both_event(netfront_queue *queue)
{
	queue->event(Events::kBoth);
}
