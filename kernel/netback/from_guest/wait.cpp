// SPDX-License-Identifier: GPL-2.0-only
//
// Waiting for a receiver that falls behind: the sender's own ring is the queue.
//
// A packet that finds no buffer posted goes as an skb into the receiver's backlog, which costs dom0 several
// times as much. On a busy host that takes CPU time from the very receiver that needs it to post buffers, and
// so it stays. Therefore a poll that found too few buffers, or leaves fewer than two more batches would take,
// is not repeated at once but after a pause. What found none goes back into the sender's ring (leave.cpp).
// Meanwhile the ring fills up, and then the sender waits.
//
// The first poll after a pause takes a single packet, to see how the receiver is doing; the buffers that were
// left are for these packets. If it finds enough buffers for two batches, whole batches follow at once. The
// first of them is no larger than the buffers that were seen: what has to be put back was staged in vain, and
// a receiver that posts one buffer at a time must not have dom0 do that for 63 other packets each time.
//
// How long is a pause? Each poll in vain costs dom0 a wake-up, and each microsecond too many may leave the
// receiver idle. So the first pause of a wait is as long as earlier waits needed: the next wait begins with a
// longer one if the receiver still had no buffers after the pause, and with a shorter one if it had. The
// further pauses of a wait last half as long as the first.
//
// A receiver must not be able to hold up its senders in this way. There is no waiting for a receiver that has
// not taken a packet within the last 30 ms (kProgressMsecs). A wait lasts while the receiver takes two rings
// of slots every kWaitMsecs, whoever they are from: that is one which works, and has too many senders. Else
// it ends, and the next one does not begin for as long. A batch whose packets went mostly to others never
// waits. Where others have the rest of the batch, which may be half of it, pauses make up a quarter of the
// time at most (kPeriodMsecs). Whatever arrives while there is no waiting goes into the backlog, which drops
// what is too much.
//
// Cost when no receiver falls behind: one comparison per destination and batch, one branch per poll.
// CONTEXT: from-guest poll
#include "netback/life/lane.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kWaitMsecs = 30; // a receiver may have to wait for a CPU itself
inline constexpr u32 kPeriodMsecs = 4 * kWaitMsecs;
inline constexpr u32 kManySlots = 2 * RxBackRing::kSize; // that a busy receiver answers meanwhile
inline constexpr u32 kPauseBegin = 200, kPauseLeast = 50, kPauseMost = 4000; // microseconds

u32 longer(u32 pause)
{
	const u32 next = pause + pause / 4;
	return next < kPauseMost ? next : kPauseMost;
}

u32 shorter(u32 pause)
{
	const u32 next = pause - pause / 8;
	return next > kPauseLeast ? next : kPauseLeast;
}
} // namespace

bool Queue::others_rested_enough(unsigned long now)
{
	if (now - period_began >= host_msecs(kPeriodMsecs)) {
		period_began = now;
		others_rested = 0;
	}
	return others_rested >= kWaitMsecs * 1000;
}

// Looks from now on how many packets the receiver takes.
void Queue::watch(const Delivered &delivered, unsigned long now)
{
	wait_began = now;
	waits_for = delivered.short_of;
	answered_before = delivered.answered;
}

bool Queue::may_wait(const Delivered &delivered)
{
	const unsigned long now = host_jiffies(), most = host_msecs(kWaitMsecs);
	if (!waits) {
		if (gave_up && now - wait_ended < most)
			return false;
		gave_up = false;
		waits = true;
		others_wait = delivered.others_behind;
		pauses = 0;
		watch(delivered, now);
	} else if (now - wait_began > most) {
		if (waits_for == delivered.short_of && delivered.answered - answered_before >= kManySlots) {
			watch(delivered, now);
		} else {
			waits = false;
			gave_up = true;
			wait_ended = now;
			return false;
		}
	}
	if (others_wait && others_rested_enough(now))
		waits = false;
	take_most = waits;
	return waits;
}

// The poll after a pause found enough buffers, and left so many; or it had nothing to send.
void Queue::wait_over(bool looked, u32 left)
{
	waits = false;
	if (looked)
		take_most = left ? left : 1;
	if (pauses == 1)
		pause_micros = shorter(pause_micros);
}

// INVARIANT: a poll that gave NAPI back says less than its budget.
int Queue::wait_for_peer(int done, int budget)
{
	const int said = done < budget ? done : budget - 1;
	from_guest_stats.waited++;
	if (!pause_micros)
		pause_micros = kPauseBegin;
	const u32 micros = pauses ? pause_micros / 2 : pause_micros;
	if (pauses++)
		pause_micros = longer(pause_micros);
	if (others_wait)
		others_rested += micros;
	// The end of interrupt is given by the poll after the pause: no event comes before it.
	if (host_complete(host, FROM_GUEST, said))
		host_hold(host, FROM_GUEST, micros);
	return said;
}
