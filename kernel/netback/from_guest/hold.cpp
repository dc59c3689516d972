// SPDX-License-Identifier: GPL-2.0-only
//
// Holding a sender back by what it has under way.
//
// A packet that leaves netback as an skb is a copy, and the guest is answered at once. So where a wire is
// slow, a guest that never looks up could fill dom0's memory with what waits for that wire, and keep a CPU
// busy with packets that are dropped there. Therefore each skb is charged to the queue whose packet it holds,
// until Linux frees or orphans it, and a queue that has as much under way as it may (host_params.queue_bytes)
// takes nothing more out of its ring. The ring fills up, and then the guest waits, and its sockets with it.
//
// The poll looks again after a pause, and goes on when half of it is through. A pause ends about when the
// queue can go on: it is doubled while more than three quarters are there yet, and halved where less than a
// quarter is left. That keeps the wire busy, because half a share is still in front of it when the queue goes
// on, without a call from wherever an skb is freed into code that may be gone by then.
//
// What is stuck must not stop a guest's packets for others. If nothing at all came through for kStuckMsecs,
// the queue goes on, but sheds: what goes directly goes, and what would become one more skb while there are
// too many is dropped. So memory stays bounded. Shedding ends when half of it is through.
//
// A flood makes an skb for each port that is no vif; kTurnMost bounds what one turn can make of it.
//
// Cost on the direct path: two branches per poll. CONTEXT: from-guest poll
#include "netback/from_guest/turn.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kStuckMsecs = 3000; // a receiver may stand still for a while: it loses nothing by it
inline constexpr u32 kLookBegin = 200, kLookLeast = 50, kLookMost = 4000; // microseconds
// What a turn's packets come to as skbs: bytes, and what Linux keeps beside them.
inline constexpr u32 kTurnMost = 2 * kPollShare;
} // namespace

bool Queue::too_much_under_way()
{
	const u32 bytes = host_under_way(host), most = most_bytes();
	if (RINGWAY_UNLIKELY(sheds)) {
		sheds = bytes > most / 2;
		return false;
	}
	if (RINGWAY_LIKELY(bytes < most))
		return false;
	backs_up = true;
	least_under_way = bytes;
	went_down = host_jiffies();
	from_guest_stats.backed_up++;
	return true;
}

bool Queue::still_backs_up()
{
	const u32 bytes = host_under_way(host), most = most_bytes();
	if (bytes <= most / 2) {
		if (bytes < most / 4 && look_micros / 2 >= kLookLeast)
			look_micros /= 2;
		backs_up = false;
		return false;
	}
	if (bytes < least_under_way) {
		least_under_way = bytes;
		went_down = host_jiffies();
	} else if (host_jiffies() - went_down > host_msecs(kStuckMsecs)) {
		backs_up = false;
		sheds = true;
		return false;
	}
	if (bytes > most - most / 4 && look_micros * 2 <= kLookMost)
		look_micros *= 2;
	return true;
}

// INVARIANT: a poll that gave NAPI back says less than its budget.
int Queue::hold_back(int done, int budget)
{
	const int said = done < budget ? done : budget - 1;
	if (!done) // a pause more is a turn that others had
		overdrawn -= overdrawn < kPollShare ? overdrawn : kPollShare;
	if (!look_micros)
		look_micros = kLookBegin;
	// The end of interrupt is given by the poll after the pause: no event comes before it.
	if (host_complete(host, FROM_GUEST, said))
		host_hold(host, FROM_GUEST, look_micros);
	return said;
}

bool Queue::may_make_skb()
{
	const u32 bytes = host_under_way(host), most = most_bytes();
	if (RINGWAY_LIKELY(bytes < most || (!sheds && bytes < most + kTurnMost)))
		return true;
	from_guest_stats.shed++;
	return false;
}
