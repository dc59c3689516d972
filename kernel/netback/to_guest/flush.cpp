// SPDX-License-Identifier: GPL-2.0-only
//
// The end of each way into a guest's ring: what was placed is copied, answered and told.
//
// Cost for a batch: one hypercall if anything is to be copied by grant, one push, one notification at most.
#include "netback/life/lane.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// The copies into the guest's buffers, on the bill of the side that gets them.
RINGWAY_ALWAYS_INLINE void copy_placed(Lane &lane, ToGuestStats &stats)
{
	RxPending &pending = lane.pending;
	lane.copies.run([&stats](void *ops, u32 n) { grant_copy(stats, ops, n); },
			[&pending, &stats](u16 slot) {
				place_failed(pending, slot);
				stats.copy_failed++;
			});
}
} // namespace

void Queue::flush_to_guest(Lane &lane)
{
	RxPending &pending = lane.pending;
	copy_placed(lane, to_guest_stats);
	to_guest_stats.batches++;
	place_respond(to_guest_ring, pending);
	const u32 slots = to_guest_ring.unpublished(); // those, and what was written straight into the ring
	const bool asked = to_guest_ring.push_responses();
	if (RINGWAY_UNLIKELY(vif->to_guest.on() || held)) {
		notify_coalesced(slots, asked);
	} else if (asked) {
		to_guest_stats.notifications++;
		host_notify(host, TO_GUEST);
	}
}
