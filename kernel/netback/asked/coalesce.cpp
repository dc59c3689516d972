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

// CONTEXT: TX poll, completed. A request too many is no harm: the timer's poll takes what waits.
void Queue::rest_coalesced()
{
	tx_stats.held++;
	if (tx.ask_request_event(vif->from_guest.slots.load(std::memory_order_relaxed))) {
		nb_schedule_tx(kq);
		return;
	}
	nb_hold_tx(kq, vif->from_guest.micros.load(std::memory_order_relaxed));
	nb_eoi_tx(kq);
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
		rx_stats.notifications++;
		nb_notify_rx(kq);
	} else if (first) {
		rx_stats.held++;
		nb_hold_rx(kq, micros);
	}
}

void Queue::notify_held()
{
	nb_rx_lock(kq);
	if (held) {
		held = 0;
		rx_stats.notifications++;
		nb_notify_rx(kq);
	}
	nb_rx_unlock(kq);
}

void nb_queue_rx_held(void *queue)
{
	static_cast<Queue *>(queue)->notify_held();
}

namespace
{
void set(Coalesce &to, u32 micros, u32 slots)
{
	to.slots.store(slots, std::memory_order_relaxed);
	to.micros.store(micros, std::memory_order_relaxed);
}
} // namespace

void nb_vif_set_coalesce(void *opaque, const nb_coalesce *wanted)
{
	auto *vif = static_cast<Vif *>(opaque);
	set(vif->from_guest, wanted->rx_micros, wanted->rx_slots);
	set(vif->to_guest, wanted->tx_micros, wanted->tx_slots);
}

void nb_vif_get_coalesce(void *opaque, nb_coalesce *out)
{
	const auto *vif = static_cast<Vif *>(opaque);
	*out = {vif->from_guest.micros.load(), vif->from_guest.slots.load(), vif->to_guest.micros.load(),
		vif->to_guest.slots.load()};
}
