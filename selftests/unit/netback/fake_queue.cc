// SPDX-License-Identifier: GPL-2.0-only
// A queue: taken and given back, its locks, polls, timers and backlog.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

void host_to_guest_lock(queue_host *q)
{
	take_spinlock(q->locked, "the to-guest lock");
}
void host_to_guest_unlock(queue_host *q)
{
	release_spinlock(q->locked, "the to-guest lock");
}
bool host_to_guest_lock_to_send(queue_host *q)
{
	if (q->irqs_off && q->locked)
		return false;
	host_to_guest_lock(q);
	return true;
}
void host_softirq_off(void)
{
	this_task().reading++;
}
void host_softirq_on(void)
{
	if (!--this_task().reading)
		this_task().sections++;
}
void host_schedule(queue_host *q, guest_side side)
{
	q->side(side).schedule();
}
void host_schedule_later(queue_host *q, guest_side side, u64 microseconds)
{
	EXPECT_GT(microseconds, 0u);
	q->side(side).timer = host->micros + microseconds;
}
void host_hold(queue_host *q, guest_side side, u32 microseconds)
{
	if (side == TO_GUEST)
		EXPECT_TRUE(q->locked);
	EXPECT_GT(microseconds, 0u);
	q->side(side).hold = host->micros + microseconds;
}
bool host_complete(queue_host *q, guest_side which, int)
{
	queue_host::Side &side = q->side(which);
	EXPECT_TRUE(side.poll) << "completed outside of a poll";
	if (!side.poll)
		return true;
	EXPECT_FALSE(side.poll->completed) << "completed twice";
	side.poll->completed = side.completed = true;
	side.scheduled = side.missed && !side.off;
	// Whose it is when it is to run once more on this CPU.
	if (!side.scheduled)
		side.poll = nullptr;
	return !side.scheduled;
}
void host_eoi(queue_host *q, guest_side side)
{
	q->side(side).owed = false;
}
void host_notify(queue_host *q, guest_side side)
{
	EXPECT_TRUE(q->side(side).bound);
	q->side(side).notified++;
}

sk_buff *host_backlog_peek(queue_host *q)
{
	EXPECT_TRUE(q->locked);
	return q->backlog.empty() ? nullptr : q->backlog.front();
}
sk_buff *host_backlog_pop(queue_host *q)
{
	sk_buff *skb = host_backlog_peek(q);
	q->backlog.pop_front();
	return skb;
}
void host_backlog_push(queue_host *q, sk_buff *skb, unsigned long expires)
{
	EXPECT_TRUE(q->locked);
	skb->expires = expires;
	orphan(skb);
	q->backlog.push_back(skb);
}
unsigned long host_skb_expires(const sk_buff *skb)
{
	return skb->expires;
}
void host_txq_stop(queue_host *q)
{
	q->stopped = true;
}
void host_txq_wake(queue_host *q)
{
	q->stopped = false;
}
bool host_txq_stopped(const queue_host *q)
{
	return q->stopped;
}
bool host_txq_idle(queue_host *q)
{
	return !q->stopped && !q->dev->shaped && q->dev->carrier; // without, its discipline is noop
}

queue_host *host_queue_create(vif_host *dev, u32 index, u32, netback_queue *queue, void **from_guest_ring,
			      void **to_guest_ring, int *error)
{
	*error = -EINVAL;
	auto *q = new queue_host;
	host->live_queues++;
	q->dev = dev;
	q->queue = queue;
	q->index = index;
	host->queues.insert(q);
	q->account = new Account;
	host->live_accounts++;
	// The nodes, then each ring.
	for (void **ring : {static_cast<void **>(nullptr), &q->from_guest.ring, &q->to_guest.ring}) {
		if (host->step_fails() || index >= dev->guest->queue.size()) {
			host_report_error(dev, -EINVAL, "creating a queue");
			host_queue_destroy(q);
			return nullptr;
		}
		if (ring) {
			auto &front = dev->guest->queue[index];
			*ring = ring == &q->from_guest.ring ? front.tx_page : front.rx_page;
			host->live_rings++;
		}
	}
	*from_guest_ring = q->from_guest.ring;
	*to_guest_ring = q->to_guest.ring;
	*error = 0;
	return q;
}

void host_queue_destroy(queue_host *q)
{
	EXPECT_FALSE(q->enabled);
	EXPECT_FALSE(q->from_guest.bound || q->to_guest.bound);
	EXPECT_TRUE(q->backlog.empty());
	EXPECT_FALSE(q->locked);
	EXPECT_TRUE(q->from_guest.off && q->to_guest.off) << "freed with NAPI enabled";
	EXPECT_FALSE(q->from_guest.poll || q->to_guest.poll) << "freed while it is polled";
	EXPECT_FALSE(q->listed) << "freed with its polls on the device's list";
	EXPECT_TRUE(q->unread || !q->was_listed) << "freed under readers of the device's list";
	EXPECT_FALSE(q->from_guest.held || q->to_guest.held) << "freed while a timer runs";
	for (queue_host::Side *side : {&q->from_guest, &q->to_guest})
		EXPECT_FALSE(side->timer || side->hold) << "freed with a timer armed";
	host->live_rings -= (q->from_guest.ring != nullptr) + (q->to_guest.ring != nullptr);
	host->live_queues--;
	q->account->closed = true;
	drop_account(q->account);
	host->queues.erase(q);
	delete q;
}

void host_queue_add_polls(queue_host *q)
{
	EXPECT_TRUE(host->rtnl_locked);
	EXPECT_FALSE(q->listed);
	q->listed = q->was_listed = true;
}

void host_queue_remove_polls(queue_host *q)
{
	EXPECT_TRUE(host->rtnl_locked);
	EXPECT_TRUE(q->from_guest.off && q->to_guest.off) << "removed with NAPI enabled";
	q->listed = q->unread = false;
}

int host_queue_bind(queue_host *q)
{
	EXPECT_TRUE(q->listed) << "an event would schedule a poll that is none yet";
	for (queue_host::Side *side : {&q->from_guest, &q->to_guest}) {
		if (host->step_fails()) {
			host_report_error(q->dev, -EINVAL, "binding an event channel");
			return -EINVAL;
		}
		EXPECT_FALSE(side->bound);
		side->bound = true;
		host->live_channels++;
	}
	return 0;
}

void host_queue_unbind(queue_host *q)
{
	EXPECT_FALSE(q->enabled) << "unbound while polls may run";
	for (queue_host::Side *side : {&q->from_guest, &q->to_guest}) {
		host->live_channels -= side->bound;
		side->bound = false;
	}
}

void host_queue_enable(queue_host *q)
{
	EXPECT_TRUE(host->rtnl_locked);
	q->enabled = true;
	q->from_guest.off = q->to_guest.off = false;
}

namespace
{
// What was scheduled before still runs, on whatever CPU it was; if it does not complete, the core does.
void disable_napi(queue_host *q, guest_side which)
{
	queue_host::Side &side = q->side(which);
	side.off = true;
	wait_until([&side] { return !side.poll; }, "the end of a poll");
	if (side.scheduled && cpus) {
		const CalledBack softirq;
		host->poll(*q, which);
	}
	side.scheduled = false;
}
} // namespace

void host_queue_disable(queue_host *q)
{
	EXPECT_TRUE(host->rtnl_locked);
	if (!q->enabled)
		return;
	q->enabled = false;
	disable_napi(q, FROM_GUEST);
	disable_napi(q, TO_GUEST);
	q->from_guest.timer = q->to_guest.timer = 0;
	q->from_guest.hold = 0;
}
void host_queue_cancel_timers(queue_host *q)
{
	for (queue_host::Side *side : {&q->from_guest, &q->to_guest}) {
		side->timer = side->hold = 0;
		wait_until([side] { return !side->held; }, "a timer that runs");
		side->hold = 0;
	}
}
