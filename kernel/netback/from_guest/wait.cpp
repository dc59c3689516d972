// SPDX-License-Identifier: GPL-2.0-only
//
// Waiting for a receiver that falls behind: the sender's own ring is the queue.
//
// A packet that finds no buffer posted goes as an skb into the receiver's backlog, which costs dom0 twice as
// much. On a busy host that takes from the receiver the very time it needs to post buffers, and so it stays.
// Hence a poll that leaves fewer buffers than two more batches would take, or found too few, is not repeated
// at once but after a rest; meanwhile the sender's ring fills, and then the sender waits. The next poll takes
// one packet to see how things are (what is left of the buffers is for these), and when it finds enough for
// two batches, they follow at once.
//
// How long a rest: each look costs dom0 a wake-up, each microsecond too many may leave the receiver idle. So
// the first rest of a wait follows what earlier waits took: longer after a look in vain, shorter after a
// first look that found buffers. After a look in vain half of it follows.
//
// A receiver may not hold a sender up by this: nothing is waited for that has not taken a packet within
// kProgressMsecs, waiting ends after kWaitMsecs and does not begin again for as long, and a batch that went
// mostly elsewhere never waits. Then the backlog takes what comes, and drops what is too much.
//
// Cost when no receiver falls behind: one comparison per destination and batch, one branch per poll.
// CONTEXT: from-guest poll
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kWaitMsecs = 30; // a receiver may have to wait for a CPU itself
inline constexpr u32 kRestBegin = 200, kRestLeast = 50, kRestMost = 4000; // microseconds

u32 longer(u32 rest)
{
	const u32 next = rest + rest / 4;
	return next < kRestMost ? next : kRestMost;
}

u32 shorter(u32 rest)
{
	const u32 next = rest - rest / 8;
	return next > kRestLeast ? next : kRestLeast;
}
} // namespace

bool Queue::may_wait()
{
	const unsigned long now = host_jiffies(), most = host_msecs(kWaitMsecs);
	if (!waits) {
		if (gave_up && now - wait_ended < most)
			return false;
		gave_up = false;
		waits = true;
		looks = 0;
		wait_began = now;
	} else if (now - wait_began > most) {
		waits = false;
		gave_up = true;
		wait_ended = now;
		return false;
	}
	return true;
}

// A look found buffers, or nothing to send.
void Queue::wait_over()
{
	waits = false;
	if (looks == 1)
		rest_micros = shorter(rest_micros);
}

// INVARIANT: a poll that gave NAPI back says less than its budget.
int Queue::wait_for_peer(int done, int budget)
{
	const int said = done < budget ? done : budget - 1;
	owed = 0;
	from_guest_stats.waited++;
	if (!rest_micros)
		rest_micros = kRestBegin;
	const u32 micros = looks ? rest_micros / 2 : rest_micros;
	if (looks++)
		rest_micros = longer(rest_micros);
	if (host_complete(host, FROM_GUEST, said))
		host_hold(host, FROM_GUEST,
			  micros); // the end of interrupt is owed until then: no event comes in between
	return said;
}
