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
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

// How many of the list the receiver may get now: returns the first packet it may not, and takes the credit
// for those before it. CONTEXT: to's to-guest lock
u32 ringway::netback::reserve_credit(const Batch &batch, Queue &to, u32 first, Credit &credit)
{
	Vif &vif = *to.vif;
	u32 i = first;
	host_rate_lock(vif.host);
	vif.to_guest_limit.refresh(host_micros());
	for (; i < kBatchPackets && vif.to_guest_limit.allows(batch.packets[i].len);
	     i = batch.packets[i].next) {
		vif.to_guest_limit.spend(batch.packets[i].len);
		credit.bytes += batch.packets[i].len;
		credit.packets++;
	}
	host_rate_unlock(vif.host);
	return i;
}

// What was taken for packets that were not placed after all.
void ringway::netback::return_credit(Queue &to, const Credit &credit)
{
	if (!credit.packets)
		return;
	host_rate_lock(to.vif->host);
	to.vif->to_guest_limit.give_back(credit.bytes, credit.packets);
	host_rate_unlock(to.vif->host);
}

// One packet of `len` bytes out of the backlog: 0 when it may go, and is paid for, or the microseconds to
// wait. CONTEXT: to-guest lock
u64 Queue::pay(u32 len)
{
	Limiter &limit = vif->to_guest_limit;
	u64 wait = 0;
	host_rate_lock(vif->host);
	limit.refresh(host_micros());
	if (limit.allows(len))
		limit.spend(len);
	else
		wait = limit.wait(len);
	host_rate_unlock(vif->host);
	throttled = wait != 0;
	if (throttled) {
		to_guest_stats.throttled++;
		last_rx = host_jiffies(); // it is us who stall, not the guest
	}
	return wait;
}
