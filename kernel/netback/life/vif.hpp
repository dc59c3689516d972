// SPDX-License-Identifier: GPL-2.0-only
//
// Vif: one virtual interface, from XenStore node to rings.
//
// Life: created at probe, connected and disconnected as often as the frontend likes, destroyed at
// remove. Readers (polls of other vifs, the device's transmit function, statistics) find the queues
// through `queue_count`: zero is published first, a grace period waited for, and only then are queues
// taken apart (disconnect()).
#pragma once
#include "core/limiter.hpp"
#include "core/multicast.hpp"
#include "netback/asked/control.hpp"
#include "netback/life/life_cycle.hpp"
#include "netback/life/locks.hpp"
#include "netback/life/queue.hpp"
#include <atomic>

namespace ringway::netback
{
// How long events may wait so that fewer are needed (coalesce.cpp). Set by the administrator at any time.
struct Coalesce {
	std::atomic<u32> micros; // 0: off
	std::atomic<u32> slots;  // no longer than until so many ring slots wait
	bool on() const { return micros.load(std::memory_order_relaxed) != 0; }
};

struct Vif {
	vif_host *host; // its life mutex guards what happens in the order of the frontend's states
	u16 domain;
	// Of the connected frontend, or of the latest. Written with the life mutex and RTNL held, and before
	// queue_count: so holders of either see one frontend's, and so do packets.
	frontend_features frontend;
	// What may go to it as it is, NETBACK_OFFLOAD_*: what its device says, so also what was switched off
	// there. Changed under RTNL, read without: it holds from the next batch on.
	u32 gets;

	// INVARIANT: read once per use; queues[i] is valid below it until a grace period after it fell to 0.
	std::atomic<u32> queue_count;
	netback_queue *queues;
	u32 allocated; // queues to take apart, owned by connect() and disconnect()

	// Set once a frontend was caught lying; only detach and attach bring the vif back.
	// The reason is there before the fact.
	std::atomic<const char *> disabled_why;
	std::atomic<bool> disabled;
	bool disabled_reported RINGWAY_GUARDED_BY(host);

	std::atomic<bool> running;       // the device is up and connected: polls and direct delivery allowed
	std::atomic<brlite_port *> port; // the switch port this vif is, or null
	std::atomic<u16> headroom;       // bytes its XDP program wants in front of each packet
	Control control;                 // hashing, for guests that ask for it
	MulticastList multicast;         // what the guest wants of it
	// Buffers of all queues that stay mapped, and how fast that may change: asked/mappings.cpp. CONTEXT:
	// the control lock, until the queues are taken apart
	u32 mapped;
	TokenBucket mapping_rate;

	bool up RINGWAY_GUARDED_BY(rtnl);     // the administrator's wish
	bool linked RINGWAY_GUARDED_BY(rtnl); // the rings are there

	BackendState state; // what we want the frontend to see; shown without the lock
	BackendState announced RINGWAY_GUARDED_BY(host);  // what XenStore says
	bool shows_reconfigured RINGWAY_GUARDED_BY(host); // instead of `announced`
	bool waits_for_hotplug RINGWAY_GUARDED_BY(host); // the frontend is connected, the device not wired up
	bool dying RINGWAY_GUARDED_BY(host);             // closed for good

	Coalesce from_guest, to_guest;

	// Of all queues together.
	RateLock rate;
	Limiter from_guest_limit RINGWAY_GUARDED_BY(rate);
	Limiter to_guest_limit RINGWAY_GUARDED_BY(rate);
	// Whether there is one, asked before each batch without the lock: it is one atomic word, and a limit
	// that comes or goes just now holds from the next batch on.
	bool limits_from_guest() const RINGWAY_UNCHECKED { return from_guest_limit.limited(); }
	bool limits_to_guest() const RINGWAY_UNCHECKED { return to_guest_limit.limited(); }

	// Counters of earlier connections. INVARIANT: whoever holds the lock adds each queue's counters
	// exactly once (stats.cpp), and the queues that count stay where they are.
	mutable CountersLock counters;
	u32 counted RINGWAY_GUARDED_BY(counters);         // queues whose counters are not in `gone` yet
	QueueStats *gone RINGWAY_PT_GUARDED_BY(counters); // one for each of most_queues
	u32 most_queues;                                  // that the frontend may ever have

	// True: the frontend is gone for good.
	bool frontend_changed(XenbusState frontend_state) RINGWAY_REQUIRES(host);
	void hotplug_changed() RINGWAY_REQUIRES(host);
	void go(BackendState wanted) RINGWAY_REQUIRES(host);
	void announce() RINGWAY_REQUIRES(host);
	void housekeeping() RINGWAY_REQUIRES(host);
	void report_disabled() RINGWAY_REQUIRES(host);
	void close() RINGWAY_REQUIRES(host);

	Result<void> read_headroom() RINGWAY_REQUIRES(host);
	Result<void> open_control() RINGWAY_REQUIRES(host);
	void close_control() RINGWAY_REQUIRES(host);
	void forget_control() RINGWAY_REQUIRES(host);
	Result<void> connect() RINGWAY_REQUIRES(host);
	Result<void> open_queues(const frontend_features &said) RINGWAY_REQUIRES(host);
	void disconnect() RINGWAY_REQUIRES(host);
	void count_queues(u32 count) RINGWAY_REQUIRES(host);
	void retire_counters() RINGWAY_REQUIRES(host);

	void introduce(const frontend_features &said) RINGWAY_REQUIRES(host) RINGWAY_EXCLUDES(rtnl);
	int link(u32 count) RINGWAY_REQUIRES(host) RINGWAY_EXCLUDES(rtnl);
	void unlink() RINGWAY_REQUIRES(host) RINGWAY_EXCLUDES(rtnl);
	void set_running(bool on) RINGWAY_REQUIRES(rtnl);

	// CONTEXT: any. Latches the vif off and leaves the tearing down to process context.
	void fatal(u32 queue, Error why);

	// Without scatter-gather a packet has to fit one slot; 1500 is what such frontends expect.
	u32 max_mtu() const { return frontend.can_sg ? 65535 - 18 : 1500; }
	u8 gso_mask() const
	{
		return static_cast<u8>((frontend.gso_tcpv4 ? 1u << XEN_NETIF_GSO_TYPE_TCPV4 : 0) |
				       (frontend.gso_tcpv6 ? 1u << XEN_NETIF_GSO_TYPE_TCPV6 : 0));
	}
};
} // namespace ringway::netback

// What C has a pointer to.
struct netback_vif final : ringway::netback::Vif {
};
