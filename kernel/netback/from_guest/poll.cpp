// SPDX-License-Identifier: GPL-2.0-only
//
// The way of a packet out of a guest, at a glance. One poll moves one batch of at most 64 packets:
//
//	take      slots out of the ring, checked, grouped into packets               core/take.hpp
//	stage     one hypercall: small packets whole, headers of large ones          stage.cpp
//	classify  the switch's verdict on each staged frame                          classify.cpp
//	deliver   into other guests' rings without an skb           deliver_direct.cpp, deliver_flood.cpp
//	          or as skbs into Linux or the switch                                deliver_skb.cpp
//	complete  responses, pushed once; the guest is woken if it asked for it      complete.cpp
//
// What a step leaves for those behind it is in the lane (life/lane.hpp), in a part named after the step.
//
// Cost with batches of 64 small packets between two guests: for each packet two grant acquires in the
// hypervisor, about 650 instructions each, and the work on the rings. Everything else is done once a batch,
// so a packet pays a 64th of it.
//
// Fairness: the kernel runs the polls that have work in turn, and a poll that did not finish goes to the end
// of the line. A turn is 64 packets or kPollShare bytes, whichever comes first. What the last packet took
// beyond the share is paid for in the next turn (deficit round robin). So a guest that floods, with small
// frames or with 64 KiB ones, gets the same share of this CPU as any other guest. A frame that goes to
// several ports is paid for once per port. CONTEXT: softirq, on one CPU at a time per queue.
#include "netback/asked/multicast.hpp"
#include "netback/from_guest/bad_grants.hpp"
#include "netback/from_guest/classify.hpp"
#include "netback/from_guest/complete.hpp"
#include "netback/from_guest/deliver.hpp"
#include "netback/from_guest/stage.hpp"
#include "netback/from_guest/turn.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// take, within the vif's rate limit. `wait`: microseconds until the next packet may be taken.
Result<u32> take_limited(Queue &queue, Batch &batch, u32 budget, s32 share, u64 &wait)
{
	Vif &vif = *queue.vif;
	const Guard lock(vif.rate);
	vif.from_guest_limit.refresh(host_micros());
	const auto taken = take(queue.from_guest_ring, batch, budget,
				{host_params.fatal_slots, &vif.from_guest_limit, share});
	wait = batch.throttled;
	return taken;
}

constexpr u32 kMakesSkbs = path_bit(Path::up) | path_bit(Path::forward) | path_bit(Path::flood);

// Floods first (a frame is flooded until its destination is learned, so what follows it directly must not
// overtake it), then direct packets, then everything that has to be an skb, among it what the direct path
// could not take. Order per destination is kept: once a packet for a destination has to go as an skb, the
// rest of the batch for that destination does too.
void deliver(Lane &lane, Queue &queue)
{
	if (RINGWAY_UNLIKELY(lane.judged.paths & path_bit(Path::flood)))
		deliver_flood(lane, queue);
	if (lane.judged.paths & path_bit(Path::direct))
		deliver_direct(lane, queue); // may turn packets into Path::forward
	if (lane.judged.paths & (path_bit(Path::up) | path_bit(Path::forward)))
		deliver_skbs(lane, queue);
	if (RINGWAY_UNLIKELY(lane.judged.paths & kMakesSkbs))
		lane.delivered.under_way = queue.too_much_under_way();
	if (RINGWAY_UNLIKELY(lane.delivered.copy_failed))
		find_bad_grants(lane, queue);
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
	if (RINGWAY_UNLIKELY(backs_up) && still_backs_up())
		return hold_back(0, budget);
	Lane &lane = this_lane();
	u64 wait = 0;
	u32 most = static_cast<u32>(budget);
	if (RINGWAY_UNLIKELY(take_most)) {
		most = take_most < most ? take_most : most;
		take_most = 0;
	}
	lane.delivered.begin();
	const s32 share = kPollShare - static_cast<s32>(overdrawn);
	const auto taken =
		RINGWAY_LIKELY(!vif->limits_from_guest())
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
		classify(lane.batch, lane.staged, lane.judged, *this);
		deliver(lane, *this);
		complete(lane.batch, lane.delivered, *this);
	}
	const bool cut = lane.batch.cut;
	overdrawn = RINGWAY_UNLIKELY(cut) ? static_cast<u32>(-lane.batch.share) : 0;
	if (RINGWAY_UNLIKELY(lane.delivered.under_way))
		return hold_back(done, budget);
	if (RINGWAY_UNLIKELY(lane.delivered.waits))
		return wait_for_peer(done, budget);
	if (RINGWAY_UNLIKELY(waits)) {
		wait_over(done, lane.delivered.left);
		if (done)
			return budget; // the receiver has caught up: on with whole batches
	}
	if (RINGWAY_UNLIKELY(cut)) {
		from_guest_stats.turns_passed++;
		return budget; // not completed: the other queues' turn, then ours again
	}
	if (done < budget && host_complete(host, FROM_GUEST, done))
		end_poll(wait, done);
	return done;
}

// The poll has nothing more to do: asks for the next event, or for a timer when the rate limit holds
// packets back (the event channel stays masked until then).
void Queue::end_poll(u64 wait, int done)
{
	if (RINGWAY_UNLIKELY(wait)) {
		from_guest_stats.throttled++;
		host_schedule_later(host, FROM_GUEST, wait);
	} else if (RINGWAY_UNLIKELY(vif->from_guest.on()) && done) {
		end_poll_coalesced();
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
