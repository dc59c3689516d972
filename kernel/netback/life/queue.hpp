// SPDX-License-Identifier: GPL-2.0-only
//
// Queue: one pair of rings of a vif, with what each direction keeps from one poll to the next.
//
// The ring from the guest belongs to the queue's own from-guest poll alone. The ring to the guest is filled
// by the to-guest poll and by the from-guest polls of other vifs, so it has a lock, held for one batch:
// whoever holds `host` (clang checks it) may touch what is guarded by it.
#pragma once
#include "core/mapped_buffers.hpp"
#include "core/relaxed.hpp"
#include "core/ring.hpp"
#include "netback/entry.h"
#include "netback/life/counters.hpp"
#include "netback/life/locks.hpp"
#include <atomic>

namespace ringway::netback
{
struct Vif;
struct Lane;
struct Delivered;

// Bytes of dom0 memory that a queue may hold for a guest which posts no buffers (XSA-392), and as many in
// skbs of what the guest sends. Less where there are very many queues.
RINGWAY_ALWAYS_INLINE u32 most_bytes()
{
	return load_relaxed(host_params.queue_bytes);
}

// A receiver that took no packet for longer than this is not worth waiting for.
inline constexpr u32 kProgressMsecs = 30;

// What has become of a backlog: it wants to be looked at again; the guest posts no buffers.
struct Aged {
	bool again, stalled;
};

// What one CPU writes while another one reads what is beside it costs both a miss of their caches, for each
// batch. So what others read of a queue, what its own poll writes, and what senders write are apart.
inline constexpr u32 kLine = 64;

struct Queue {
	// --- Read by whoever sends to the guest, written at connect.
	Vif *vif;
	queue_host *host;
	u16 index;

	// --- Buffers of the guest's that stay mapped: asked/mappings.cpp replaces all of this at once.
	// What polls look into, or null. INVARIANT: read once per batch, and nothing found there is kept for
	// longer.
	std::atomic<MappedBuffers *> buffers;
	host_mapping *mapping; // CONTEXT: the control lock, until the queue is taken apart
	u32 mapping_count;

	// --- From the guest. CONTEXT: from-guest poll.
	alignas(kLine) TxBackRing from_guest_ring;
	u32 overdrawn;                        // bytes the last poll took beyond its share, while more waited
	bool waits;                           // for a receiver (wait.cpp)
	u32 take_most;                        // packets of the next batch; 0: a whole one
	bool gave_up;                         // and not again before a while after wait_ended
	unsigned long wait_began, wait_ended; // jiffies
	const void *waits_for;                // the receiver, only to be compared
	u32 answered_before;                  // slots that it had answered when the wait began
	u32 pause_micros;                     // the first pause of a wait
	u32 pauses;                           // of this wait so far
	bool others_wait;                     // the batch that began it had packets for others, too
	u32 others_rested;                    // microseconds, for waits like that, in the period that
	unsigned long period_began;           // began then (jiffies)
	bool backs_up;           // takes nothing until fewer of its skbs are under way (hold.cpp)
	bool sheds;              // drops instead what would be one more skb
	u32 least_under_way;     // bytes that were seen since it backs up
	unsigned long went_down; // jiffies, when that was
	u32 look_micros;         // until the next look
	FromGuestStats from_guest_stats;

	// --- To the guest.
	alignas(kLine) RxBackRing to_guest_ring RINGWAY_GUARDED_BY(host);
	// Slots pushed since the guest asked to be woken, while its event is held back.
	u32 held RINGWAY_GUARDED_BY(host);
	u32 backlog_bytes RINGWAY_GUARDED_BY(host); // of dom0 memory
	u32 backlog_packets RINGWAY_GUARDED_BY(host);
	u32 most_slots RINGWAY_GUARDED_BY(host); // the most buffers a batch ever found here
	bool stopped RINGWAY_GUARDED_BY(host);   // the device's transmit queue, until the backlog shrinks
	bool throttled RINGWAY_GUARDED_BY(host); // the backlog waits for the vif's limit, a timer is set
	bool stalled RINGWAY_GUARDED_BY(host);   // no buffers for longer than the stall time-out
	// Jiffies: when a packet was last placed; when the backlog last began to wait for the guest alone.
	unsigned long last_rx RINGWAY_GUARDED_BY(host), waits_from RINGWAY_GUARDED_BY(host);
	ToGuestStats to_guest_stats RINGWAY_GUARDED_BY(host);

	alignas(kLine) WorkStats work; // atomic: both polls', and interrupts'

	// --- from_guest/poll.cpp. CONTEXT: softirq
	int poll_from_guest(int budget);
	void end_poll(u64 wait, int done);
	void end_poll_coalesced(); // asked/coalesce.cpp

	// --- from_guest/wait.cpp: waiting for a receiver. CONTEXT: from-guest poll
	bool may_wait(const Delivered &delivered);
	void watch(const Delivered &delivered, unsigned long now);
	bool others_rested_enough(unsigned long now);
	void wait_over(bool looked, u32 left);
	int wait_for_peer(int done, int budget);

	// --- from_guest/hold.cpp: waiting for skbs that are under way. CONTEXT: from-guest poll
	bool too_much_under_way(); // after a batch that made skbs
	bool still_backs_up();
	int hold_back(int done, int budget);
	bool may_make_skb(); // counted if not

	// --- to_guest/enqueue.cpp: into the backlog, and out of it
	// Appends an skb; refused when the byte cap is reached. CONTEXT: softirq; netpoll
	netback_fate enqueue(sk_buff *skb) RINGWAY_EXCLUDES(host);
	// As many of the list as there is room for; returns the rest. CONTEXT: softirq
	sk_buff *enqueue_list(sk_buff *skb) RINGWAY_EXCLUDES(host);
	void append(sk_buff *skb) RINGWAY_REQUIRES(host);
	// Has the backlog stopped the device, and must the packet not wait in front of it? Then it is dropped
	// and counted. CONTEXT: softirq
	bool drop_excess(sk_buff *skb) RINGWAY_EXCLUDES(host);
	// INVARIANT: there is one.
	RINGWAY_ALWAYS_INLINE sk_buff *pop() RINGWAY_REQUIRES(host)
	{
		sk_buff *skb = host_backlog_pop(host);
		backlog_bytes -= host_skb_memory(skb);
		store_relaxed(backlog_packets, backlog_packets - 1);
		return skb;
	}
	// Lets the device transmit again if the backlog has shrunk enough.
	void restart_device() RINGWAY_REQUIRES(host)
	{
		if (stopped && backlog_bytes < most_bytes()) {
			stopped = false;
			host_txq_wake(host);
		}
	}
	bool takes_packets() const RINGWAY_REQUIRES(host)
	{
		return host_jiffies() - last_rx <= host_msecs(kProgressMsecs);
	}
	// Does the guest's multicast filter keep the packet away? Counted. asked/multicast.cpp
	bool refuses(const sk_buff *skb) RINGWAY_REQUIRES(host);

	// --- to_guest/poll.cpp. CONTEXT: softirq
	int poll_to_guest(int budget) RINGWAY_EXCLUDES(host);
	// One packet of `len` bytes out of the backlog: 0 when it may go, and is paid for, or the
	// microseconds to wait. to_guest/credit.cpp
	u64 pay(u32 len) RINGWAY_REQUIRES(host);

	// --- to_guest/age.cpp. CONTEXT: process
	// Drops what waited too long, finds and ends stalls.
	Aged age_backlog(unsigned long now) RINGWAY_EXCLUDES(host);
	void purge_backlog() RINGWAY_EXCLUDES(host);

	// --- to_guest/door.cpp: the ring itself
	// Copies what the lane collected for this ring, answers and wakes the guest.
	void flush_to_guest(Lane &lane) RINGWAY_REQUIRES(host);
	u32 posted_buffers() RINGWAY_REQUIRES(host); // that are free

	// --- asked/coalesce.cpp
	// Wakes the guest for what was pushed when enough of it is there.
	void notify_coalesced(u32 slots, bool asked) RINGWAY_REQUIRES(host);
	void notify_held() RINGWAY_EXCLUDES(host); // the time is up

	// --- poll_entry.cpp. CONTEXT: hard interrupt
	bool work_from_guest() const; // from_guest/poll.cpp
	// A hint only, so it is read without the lock: it decides whether the interrupt schedules the poll,
	// which then looks again. Who puts the first packet into the backlog, or sets a timer for it,
	// schedules the poll too. Both are written by whole words (store_relaxed()), and no earlier value of
	// another one is relied upon.
	bool work_to_guest() const RINGWAY_UNCHECKED
	{
		return load_relaxed(backlog_packets) != 0 && !load_relaxed(throttled);
	}
	// Counts an interrupt that found work or did not; returns whether it did.
	bool event(u64 &events, bool any);
};
} // namespace ringway::netback

// What C has a pointer to.
struct netback_queue final : ringway::netback::Queue {
};
