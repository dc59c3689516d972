// SPDX-License-Identifier: GPL-2.0-only
//
// Interrupt mitigation: fewer events for more delay, when the administrator asks for it (ethtool -C).
//
// From the guest: a poll that moved something does not ask for the very next request but for the n-th, and
// sets a timer. A poll that found nothing asks for the very next one again. So the first packet after silence
// is never delayed, and a steady stream costs one wake-up of dom0 per `micros` instead of one per packet.
//
// To the guest: the event a push asks for is held back until n slots were pushed or the time is up.
//
// Off by default: a wake-up saved is latency given, and how much of it is for the administrator to say.
// Cost when off: one load and branch per poll and per flush.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

// CONTEXT: from-guest poll, completed. A request too many is no harm: the timer's poll takes what waits.
void Queue::end_poll_coalesced()
{
	from_guest_stats.held++;
	if (from_guest_ring.ask_request_event(vif->from_guest.slots.load(std::memory_order_relaxed))) {
		host_schedule(host, FROM_GUEST);
		return;
	}
	host_hold(host, FROM_GUEST, vif->from_guest.micros.load(std::memory_order_relaxed));
	host_eoi(host, FROM_GUEST);
}

void Queue::notify_coalesced(u32 slots, bool asked)
{
	const u32 micros = vif->to_guest.micros.load(std::memory_order_relaxed);
	if (!held && !asked)
		return; // the guest is awake and will look
	const bool first = !held;
	held += slots;
	if (!micros || held >= vif->to_guest.slots.load(std::memory_order_relaxed)) {
		held = 0;
		to_guest_stats.notifications++;
		host_notify(host, TO_GUEST);
	} else if (first) {
		to_guest_stats.held++;
		host_hold(host, TO_GUEST, micros);
	}
}

void Queue::notify_held()
{
	host_to_guest_lock(host);
	if (held) {
		held = 0;
		to_guest_stats.notifications++;
		host_notify(host, TO_GUEST);
	}
	host_to_guest_unlock(host);
}

void netback_to_guest_held(netback_queue *queue)
{
	queue->notify_held();
}

namespace
{
void set(Coalesce &to, u32 micros, u32 slots)
{
	to.slots.store(slots, std::memory_order_relaxed);
	to.micros.store(micros, std::memory_order_relaxed);
}
} // namespace

void netback_set_coalesce(netback_vif *vif, const netback_coalesce *wanted)
{
	set(vif->from_guest, wanted->from_guest_micros, wanted->from_guest_slots);
	set(vif->to_guest, wanted->to_guest_micros, wanted->to_guest_slots);
}

void netback_get_coalesce(netback_vif *vif, netback_coalesce *out)
{
	*out = {vif->from_guest.micros.load(), vif->from_guest.slots.load(), vif->to_guest.micros.load(),
		vif->to_guest.slots.load()};
}
