// SPDX-License-Identifier: GPL-2.0-only
//
// Limits on what a guest receives. (What it sends is limited by leaving it in its ring: poll.cpp.)
//
// The direct way places no more than there is credit for; the rest of the batch becomes skbs and waits in
// the backlog, behind which everything else for that queue waits as well. The to-guest poll takes from there
// what the credit covers and sets a timer for the next packet. So the limit holds whichever way a packet
// comes, order is kept, and what is too much fills the backlog, then the device's queueing discipline, and is
// dropped.
//
// The buckets are the vif's, for all its queues. Lock order: a queue's to-guest lock, then the rate lock.
#include "netback/to_guest/credit.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

u32 ringway::netback::reserve_credit(const Batch &batch, Queue &to, u32 first, Credit &credit)
{
	Vif &vif = *to.vif;
	u32 i = first;
	const Guard lock(vif.rate);
	vif.to_guest_limit.refresh(host_micros());
	for (; i < kBatchPackets && vif.to_guest_limit.allows(batch.packets[i].len);
	     i = batch.packets[i].next) {
		vif.to_guest_limit.spend(batch.packets[i].len);
		credit.bytes += batch.packets[i].len;
		credit.packets++;
	}
	return i;
}

void ringway::netback::return_credit(Queue &to, const Credit &credit)
{
	if (!credit.packets)
		return;
	const Guard lock(to.vif->rate);
	to.vif->to_guest_limit.give_back(credit.bytes, credit.packets);
}

// One packet of `len` bytes out of the backlog: 0 when it may go, and is paid for, or the microseconds to
// wait.
u64 Queue::pay(u32 len)
{
	u64 wait = 0;
	{
		const Guard lock(vif->rate);
		Limiter &limit = vif->to_guest_limit;
		limit.refresh(host_micros());
		if (limit.allows(len))
			limit.spend(len);
		else
			wait = limit.wait(len);
	}
	store_relaxed(throttled, wait != 0);
	if (wait) {
		to_guest_stats.throttled++;
		waits_from = host_jiffies(); // it is us who stall, not the guest
	}
	return wait;
}
