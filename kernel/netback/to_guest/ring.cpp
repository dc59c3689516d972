// SPDX-License-Identifier: GPL-2.0-only
// The ring to a guest: how many buffers it has posted, and what was placed in them made known to it.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

// HOSTILE: an index beyond the ring counts as no buffers here and is reported by the poll.
u32 Queue::posted_buffers()
{
	return to_guest_ring.unconsumed().value_or(0);
}

void Queue::flush_to_guest(Lane &lane)
{
	RxPending &pending = lane.pending;
	lane.copies.run([this](void *ops, u32 n) { grant_copy(to_guest_stats, ops, n); },
			[&pending, this](u16 slot) {
				place_failed(pending, slot);
				to_guest_stats.copy_failed++;
			});
	to_guest_stats.batches++;
	const u32 slots = pending.count;
	place_respond(to_guest_ring, pending);
	const bool asked = to_guest_ring.push_responses();
	if (RINGWAY_UNLIKELY(vif->to_guest.on() || held)) {
		notify_coalesced(slots, asked);
	} else if (asked) {
		to_guest_stats.notifications++;
		host_notify(host, TO_GUEST);
	}
}
