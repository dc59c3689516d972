// SPDX-License-Identifier: GPL-2.0-only
//
// Limits on what a guest receives. (What it sends is limited by leaving it in its ring: poll.cpp.)
//
// The direct way places no more than there is credit for; the rest of the batch becomes skbs and waits in
// the backlog, behind which everything else for that queue waits as well. The RX poll takes from there what
// the credit covers and sets a timer for the next packet. So the limit holds whichever way a packet comes,
// order is kept, and what is too much fills the backlog, then the device's queueing discipline, and is
// dropped.
//
// The buckets are the vif's, for all its queues. Lock order: a queue's RX lock, then the rate lock.
#include "netback/life/vif.hpp"
#include "core/limit_text.hpp"

using namespace ringway;

// How many of the list the receiver may get now: returns the first packet it may not, and takes the credit
// for those before it. CONTEXT: to's rx lock
u32 ringway::reserve_credit(const Batch &batch, Queue &to, u32 first, Credit &credit)
{
	Vif &vif = *to.vif;
	u32 i = first;
	nb_rate_lock(vif.kvif);
	vif.to_guest_limit.refresh(nb_micros());
	for (; i < kBatchPackets && vif.to_guest_limit.allows(batch.packets[i].len);
	     i = batch.packets[i].next) {
		vif.to_guest_limit.spend(batch.packets[i].len);
		credit.bytes += batch.packets[i].len;
		credit.packets++;
	}
	nb_rate_unlock(vif.kvif);
	return i;
}

// What was taken for packets that were not placed after all.
void ringway::return_credit(Queue &to, const Credit &credit)
{
	if (!credit.packets)
		return;
	nb_rate_lock(to.vif->kvif);
	to.vif->to_guest_limit.give_back(credit.bytes, credit.packets);
	nb_rate_unlock(to.vif->kvif);
}

// One packet of `len` bytes out of the backlog: 0 when it may go, and is paid for, or the microseconds to
// wait. CONTEXT: rx lock
u64 Queue::pay(u32 len)
{
	Limiter &limit = vif->to_guest_limit;
	u64 wait = 0;
	nb_rate_lock(vif->kvif);
	limit.refresh(nb_micros());
	if (limit.allows(len))
		limit.spend(len);
	else
		wait = limit.wait(len);
	nb_rate_unlock(vif->kvif);
	throttled = wait != 0;
	if (throttled) {
		rx_stats.throttled++;
		last_rx = nb_jiffies(); // it is us who stall, not the guest
	}
	return wait;
}

namespace
{
int set(Vif &vif, unsigned int which, RateText rate, u64 packets)
{
	Limiter &limit =
		which == NB_LIMIT_RATE || which == NB_LIMIT_PPS ? vif.from_guest_limit : vif.to_guest_limit;
	nb_softirq_off();
	nb_rate_lock(vif.kvif);
	if (which == NB_LIMIT_RATE || which == NB_LIMIT_RX_RATE)
		limit.set_bytes(rate.bytes, rate.micros, nb_micros());
	else
		limit.set_packets(packets, nb_micros());
	nb_rate_unlock(vif.kvif);
	nb_softirq_on();
	return 0;
}
} // namespace

// What does not parse means unlimited, and is said to be wrong.
int nb_vif_set_limit(void *opaque, unsigned int which, const char *text)
{
	auto &vif = *static_cast<Vif *>(opaque);
	if (!text)
		return set(vif, which, {}, 0);
	if (which == NB_LIMIT_RATE || which == NB_LIMIT_RX_RATE) {
		const auto rate = parse_rate(text);
		set(vif, which, rate.value_or({}), 0);
		return rate.ok() ? 0 : error_errno(rate.error());
	}
	const auto packets = parse_packets(text);
	set(vif, which, {}, packets.value_or(0));
	return packets.ok() ? 0 : error_errno(packets.error());
}
