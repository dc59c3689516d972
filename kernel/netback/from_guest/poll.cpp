// SPDX-License-Identifier: GPL-2.0-only
//
// The way of a packet out of a guest, at a glance. One poll moves one batch of at most 64 packets:
//
//	take      slots out of the TX ring, checked, grouped into packets            core/take.hpp
//	stage     one hypercall: small packets whole, headers of large ones          stage.cpp
//	classify  the switch's verdict on each staged frame                          classify.cpp
//	deliver   into another guest's ring without an skb                           deliver_direct.cpp
//	          or as skbs into Linux or the switch                                deliver_skb.cpp
//	complete  responses, pushed once; the guest is woken if it asked for it      complete.cpp
//
// Cost with batches of 64 small packets between two guests: two grant acquires (about 650 instructions
// each, in the hypervisor) plus the ring work; everything per batch is divided by 64.
//
// Fairness: the kernel runs the polls that have work in turn, and a poll that was not through goes to the end
// of the line. A turn is 64 packets or kPollShare bytes, whichever comes first; what the last packet took
// beyond is paid in the next turn (deficit round robin). So a guest that floods, with small frames or with
// 64 KiB ones, gets the same share of this CPU as any other. A frame for several ports is paid for once a
// port.
// CONTEXT: softirq, on one CPU at a time per queue.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// take, within the vif's rate limit. `wait`: microseconds until the next packet may be taken.
Result<u32> take_limited(Queue &queue, Batch &batch, u32 budget, s32 share, u64 &wait)
{
	Vif &vif = *queue.vif;
	host_rate_lock(vif.host);
	vif.from_guest_limit.refresh(host_micros());
	const auto taken = take(queue.from_guest_ring, batch, budget,
				{host_params.fatal_slots, &vif.from_guest_limit, share});
	wait = batch.throttled;
	host_rate_unlock(vif.host);
	return taken;
}

// Floods first (a frame is flooded until its destination is learned, so what follows it directly must not
// overtake it), then direct packets, then everything that has to be an skb, among it what the direct path
// could not take. Order per destination is kept: once a packet for a destination has to go as an skb, the
// rest of the batch for that destination does too.
void deliver(Lane &lane, Queue &queue)
{
	lane.placed = 0;
	if (RINGWAY_UNLIKELY(lane.paths & path_bit(Path::flood)))
		deliver_flood(lane, queue);
	if (lane.paths & path_bit(Path::direct))
		deliver_direct(lane, queue); // may turn packets into Path::forward
	if (lane.paths & (path_bit(Path::up) | path_bit(Path::forward)))
		deliver_skbs(lane, queue);
	if (RINGWAY_UNLIKELY(lane.suspect))
		blame(lane, queue);
}
} // namespace

int Queue::poll_from_guest(int budget)
{
	if (RINGWAY_UNLIKELY(vif->disabled.load(std::memory_order_relaxed))) {
		host_complete(host, FROM_GUEST, 0);
		return 0; // the end of interrupt is never given: the peer is not heard again
	}
	if (RINGWAY_UNLIKELY(budget <= 0))
		return 0;
	Lane &lane = this_lane();
	u64 wait = 0;
	const u32 most = RINGWAY_LIKELY(!waits) ? static_cast<u32>(budget) : 1;
	lane.tight = false;
	const s32 share = kPollShare - static_cast<s32>(owed);
	const auto taken =
		RINGWAY_LIKELY(!vif->from_guest_limit.limited())
			? take(from_guest_ring, lane.batch, most, {host_params.fatal_slots, nullptr, share})
			: take_limited(*this, lane.batch, most, share, wait);
	if (RINGWAY_UNLIKELY(!taken.ok())) {
		vif->fatal(index, taken.error());
		host_complete(host, FROM_GUEST, 0);
		return 0;
	}
	const int done = static_cast<int>(taken.value());
	if (RINGWAY_LIKELY(done)) {
		from_guest_stats.batches++;
		if (RINGWAY_UNLIKELY(lane.batch.change_count))
			change_multicast(lane.batch, *vif);
		stage(lane, *this);
		classify(lane, *this);
		deliver(lane, *this);
		complete(lane, *this);
	}
	if (RINGWAY_UNLIKELY(lane.tight) && may_wait())
		return wait_for_peer(done, budget);
	if (RINGWAY_UNLIKELY(waits)) {
		wait_over();
		if (done)
			return budget; // the receiver has caught up: on with whole batches
	}
	if (RINGWAY_UNLIKELY(lane.batch.cut)) {
		owed = static_cast<u32>(-lane.batch.share);
		from_guest_stats.turns_passed++;
		return budget; // not completed: the other queues' turn, then ours again
	}
	owed = 0;
	if (done < budget && host_complete(host, FROM_GUEST, done))
		rest(wait, done);
	return done;
}

// The poll has nothing more to do: asks for the next event, or for a timer when the rate limit holds
// packets back (the event channel stays masked until then).
void Queue::rest(u64 wait, int done)
{
	if (RINGWAY_UNLIKELY(wait)) {
		from_guest_stats.throttled++;
		host_schedule_later(host, FROM_GUEST, wait);
	} else if (RINGWAY_UNLIKELY(vif->from_guest.on()) && done) {
		rest_coalesced();
	} else if (from_guest_ring.ask_request_event()) {
		host_schedule(host, FROM_GUEST);
	} else {
		host_eoi(host, FROM_GUEST);
	}
}

// Anything to do for the from-guest poll? CONTEXT: hard interrupt. HOSTILE: only compared, never used.
bool Queue::work_from_guest() const
{
	return from_guest_ring.attached() && from_guest_ring.shared_req_prod() != from_guest_ring.req_cons();
}
