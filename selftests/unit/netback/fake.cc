// SPDX-License-Identifier: GPL-2.0-only
// The machine: how interrupts, polls and deferred work come about, and what is left at the end.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

Host *ringway::test::host;
struct host_params host_params;

namespace
{
void interrupt(queue_host &q, queue_host::Side &side, u32 (*work)(netback_queue *))
{
	if (!side.bound || !q.enabled || side.owed || !side.pending)
		return;
	side.pending = false;
	side.owed = true;
	side.interrupts++;
	if (work(q.queue)) {
		side.scheduled = true;
	} else {
		side.owed = false;
		side.spurious++;
	}
}

} // namespace

Host::Host()
{
	EXPECT_EQ(host, nullptr);
	host = this;
	host_params = {20, 10000, 60000, 512, 16384, kBacklogBytes};
	shared::before_copy = check_copy;
	EXPECT_EQ(netback_lanes_create(), 0);
}

Host::~Host()
{
	netback_lanes_destroy();
	shared::before_copy = nullptr;
	EXPECT_EQ(leaks(), "");
	host = nullptr;
}

// A softirq. Once it has completed another CPU may poll, so what is looked at afterwards is its own.
void Host::poll(queue_host &q, guest_side which)
{
	constexpr int budget = 64;
	const ReadSide softirq;
	queue_host::Side &side = q.side(which);
	queue_host::Side::Poll mine;
	EXPECT_EQ(side.poll, nullptr) << "polled twice at a time";
	side.poll = &mine;
	side.completed = side.missed = false;
	const int done =
		(which == FROM_GUEST ? netback_poll_from_guest : netback_poll_to_guest)(q.queue, budget);
	if (side.poll == &mine)
		side.poll = nullptr;
	EXPECT_GE(done, 0);
	EXPECT_LE(done, budget);
	if (mine.completed)
		EXPECT_LT(done, budget) << "completed a poll that used up its budget";
	else
		EXPECT_EQ(done, budget) << "a poll that is not through must say so";
	EXPECT_EQ(this_task().spins, 0u) << "a spinlock outlived a poll";
	if (!cpus)
		EXPECT_TRUE(q.receive.empty()) << "skbs were not flushed";
}

void Host::poll_tx(queue_host &q)
{
	q.from_guest.scheduled = false;
	poll(q, FROM_GUEST);
}

void Host::poll_rx(queue_host &q)
{
	q.to_guest.scheduled = false;
	poll(q, TO_GUEST);
}

std::string Host::leaks() const
{
	std::string out;
	const auto say = [&](const char *what, s64 n) {
		if (n)
			out += std::to_string(n) + " " + what + "; ";
	};
	say("allocations", live_memory);
	say("pages", live_pages);
	say("skbs", live_skbs);
	say("queues", live_queues);
	say("accounts", live_accounts);
	say("mapped rings", live_rings);
	say("bound channels", live_channels);
	say("mapped buffers", static_cast<s64>(mappings.size()));
	say("addresses for them", live_addresses);
	return out;
}

// Lets the time pass that a poll waits for a receiver.
bool Host::pass_wait()
{
	u64 due = 0;
	for (const queue_host *q : queues)
		if (q->enabled && q->queue->waits && q->from_guest.hold && (!due || q->from_guest.hold < due))
			due = q->from_guest.hold;
	if (due > micros) {
		jiffies += due / 1000 - micros / 1000;
		micros = due;
	}
	return due != 0;
}

void Host::settle()
{
	for (int round = 0; round < 10000; round++) {
		bool idle = true;
		const auto all = queues; // housekeeping takes queues away
		for (queue_host *q : all) {
			if (!queues.contains(q) || !q->enabled)
				continue;
			if (q->from_guest.timer && q->from_guest.timer <= micros) {
				q->from_guest.timer = 0;
				q->from_guest.schedule();
			}
			if (q->to_guest.timer && q->to_guest.timer <= micros) {
				q->to_guest.timer = 0;
				q->to_guest.schedule();
			}
			if (q->from_guest.hold && q->from_guest.hold <= micros) {
				q->from_guest.hold = 0;
				q->from_guest.schedule();
			}
			if (q->to_guest.hold && q->to_guest.hold <= micros) {
				q->to_guest.hold = 0;
				netback_to_guest_held(q->queue);
			}
			interrupt(*q, q->from_guest, netback_event_from_guest);
			interrupt(*q, q->to_guest, netback_event_to_guest);
			if (q->from_guest.scheduled) {
				idle = false;
				poll(*q, FROM_GUEST);
			}
			if (q->to_guest.scheduled) {
				idle = false;
				poll(*q, TO_GUEST);
			}
		}
		for (vif_host *dev : vifs)
			if (dev->kicked || (dev->later && dev->later <= jiffies)) {
				idle = dev->kicked = false;
				dev->later = 0;
				netback_housekeeping(dev->vif);
			}
		if (idle && !pass_wait())
			return;
	}
	FAIL() << "never comes to rest";
}
