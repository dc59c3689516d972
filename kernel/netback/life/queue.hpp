// SPDX-License-Identifier: GPL-2.0-only
//
// Queue: one pair of rings of a vif, and its counters.
//
// The TX side (guest to us) belongs to the queue's from-guest poll alone. The RX side (us to guest) is fed by
// its own to-guest poll and by the TX polls of other vifs, so it has a lock, held for one batch.
#pragma once
#include "core/hash.hpp"
#include "netback/entry.h"
#include "netback/life/lane.hpp"

namespace ringway::netback
{
struct Vif;

// Why a packet went as an skb. Counted where it is decided, never for what goes directly.
enum class Why : u8 {
	no_port,      // the vif is no port of a brlite bridge
	watched,      // someone looks at the sender's device
	uplink,       // the destination is no vif
	local,        // it is dom0's own stack
	copy,         // it is a vif, but dom0 listens to everything and wants a copy
	policy,       // a port's policy asks for what only the switch can do
	peer_down,    // the receiver is not connected
	peer_watched, // someone looks at the receiver's device
	peer_backlog, // packets wait for the receiver's buffers
	peer_queue,   // its transmit queue is stopped, shaped or not empty
	peer_offload, // it cannot take the packet's offloads, or the headers are not what the flags claim
	peer_buffers, // it posted too few buffers
	peer_limit,   // it may not receive more for now
	peer_hash,    // it wants packets hashed: which of its queues is decided for each one
	none,
};
inline constexpr u32 kWhys = static_cast<u32>(Why::none);

// Counters; stats.cpp names them. Each has one writer at a time: the from-guest poll, or the holder of the
// to-guest lock.
struct FromGuestStats {
	u64 packets, bytes;
	u64 bad, copy_failed, no_memory, csum_failed, filtered;
	u64 gso_checksum_fixup;
	u64 path_direct, path_flood, path_skb, path_up;
	u64 why[kWhys];
	u64 batches, throttled, turns_passed, held, waited;
	u64 copies, hypercalls, notifications;
};
struct ToGuestStats {
	u64 packets, bytes;
	u64 direct, switched;
	u64 dropped_full, dropped_expired, dropped_down, dropped_shape, dropped_oversize, copy_failed;
	u64 dropped_multicast;
	u64 batches, notifications, held;
	u64 copies, hypercalls, throttled;
};

// The time of polls and the interrupts (poll_entry.cpp). A poll that has completed may still be on its way
// out while the next one begins on another CPU, so these are added to atomically, once a poll or interrupt.
struct WorkStats {
	u64 from_guest_cycles, to_guest_cycles; // of the time-stamp counter
	u64 from_guest_events, to_guest_events, spurious_events;

	static void add(u64 &to, u64 n) { __atomic_fetch_add(&to, n, __ATOMIC_RELAXED); }
	// A clock that jumped, because two CPUs' differ, counts nothing; nor does what no poll can last.
	static void spent(u64 &to, u64 cycles)
	{
		if (RINGWAY_LIKELY(!(cycles >> 40)))
			add(to, cycles);
	}
};

// All that is counted of a queue. INVARIANT: nothing but u64 in each part, stats.cpp adds them as arrays.
struct QueueStats {
	FromGuestStats from_guest;
	ToGuestStats to_guest;
	WorkStats work;
};

// What has become of a backlog: it wants to be looked at again; the guest posts no buffers.
struct Aged {
	bool again, stalled;
};

struct Queue {
	Vif *vif;
	queue_host *host;
	u16 index;

	TxBackRing from_guest_ring;           // CONTEXT: from-guest poll
	u32 owed;                             // bytes the last poll took beyond its share, while more waited
	bool waits;                           // for a receiver: the next poll only looks how it is (wait.cpp)
	bool gave_up;                         // and not again before a while after wait_ended
	unsigned long wait_began, wait_ended; // jiffies
	u32 rest_micros;                      // the first rest of a wait
	u32 looks;                            // rests of this wait so far
	FromGuestStats from_guest_stats;

	// CONTEXT: to-guest lock
	RxBackRing to_guest_ring;
	u32 held;          // slots pushed since the guest asked to be woken, while its event is held back
	u32 backlog_bytes; // of dom0 memory
	u32 backlog_packets;
	u32 most_slots;        // the most buffers a batch ever found here
	bool stopped;          // the device's transmit queue is stopped until the backlog shrinks
	bool throttled;        // the backlog waits for the vif's limit, a timer is set
	bool stalled;          // no buffers for longer than the stall time-out
	unsigned long last_rx; // jiffies when a packet was last placed or the backlog last was empty
	ToGuestStats to_guest_stats;
	WorkStats work;

	// CONTEXT: softirq
	int poll_from_guest(int budget);
	int poll_to_guest(int budget);
	void rest(u64 wait, int done);
	void rest_coalesced();
	bool may_wait();
	void wait_over();
	int wait_for_peer(int done, int budget);
	// Wakes the guest for what was pushed when enough of it is there. CONTEXT: to-guest lock
	void notify_coalesced(u32 slots, bool asked);
	void notify_held(); // the time is up
	bool work_from_guest() const;
	bool work_to_guest() const { return backlog_packets != 0 && !throttled; }
	// Counts an interrupt that found work or did not; returns whether it did. CONTEXT: hard interrupt
	bool event(u64 &events, bool any);

	// Appends an skb to the backlog; refused when the byte cap is reached. CONTEXT: softirq; netpoll
	netback_fate enqueue(sk_buff *skb);
	// Does the guest's multicast filter keep the packet away? Counted. CONTEXT: to-guest lock
	bool refuses(const sk_buff *skb);
	// As many of the list as there is room for; returns the rest. CONTEXT: softirq
	sk_buff *enqueue_list(sk_buff *skb);
	void append(sk_buff *skb);
	// Copies what the lane collected for this ring, answers and wakes the guest. CONTEXT: to-guest lock
	void flush_to_guest(Lane &lane);
	// Free buffers the guest has posted. CONTEXT: to-guest lock
	u32 posted_buffers();
	// Drops what waited too long, finds and ends stalls.
	Aged age_backlog(unsigned long now);
	void purge_backlog();
	u64 pay(u32 len);
};

// A hypercall for n copies, on the bill of the side that needs them.
template <typename Stats>
RINGWAY_ALWAYS_INLINE void grant_copy(Stats &stats, void *ops, u32 n)
{
	stats.hypercalls++;
	stats.copies += n;
	host_grant_copy(ops, n);
}

// Bytes of dom0 memory a queue may hold for a guest that posts no buffers (XSA-392).
inline constexpr u32 kBacklogBytes = RxBackRing::kSize / 2 * kPageSize;

// Bytes of one queue's packets before it is the next one's turn. 64 packets of up to a page's third, or a few
// of 64 KiB, cost dom0 about the same: 150 000 to 220 000 instructions.
inline constexpr s32 kPollShare = 256 * 1024;

// A receiver that took no packet for longer than this is not worth waiting for.
inline constexpr u32 kProgressMsecs = 30;
// Buffers for two batches: with fewer left, a sender waits; one that waited goes on when these, or all that
// the receiver ever posts, are there.
inline constexpr u32 kEnoughSlots = 2 * kBatchPackets;

// The pipeline of the from-guest poll, one file each.
void change_multicast(Batch &batch, Vif &vif);
void stage(Lane &lane, Queue &queue);
void classify(Lane &lane, Queue &queue);
void deliver_direct(Lane &lane, Queue &queue);
void deliver_flood(Lane &lane, Queue &queue);
void deliver_skbs(Lane &lane, Queue &queue);
void blame(Lane &lane, Queue &queue);
void complete(Lane &lane, Queue &queue);

// Shared by the ways of delivering.

// The ring of the vif `owner` that this sender's queue feeds, or null while it is not connected. Always the
// same one, so order is kept; the skb path picks it too, through the recorded receive queue.
Queue *destination_queue(void *owner, const Queue &from);

// Puts the packets of the list that starts at `first` (linked by Packet::next) into `to`, as far as the
// receiver would not see the difference; longer ones than `longest` bytes are dropped and counted. Returns
// the first packet that has to go as an skb (and all behind it do), or kBatchPackets.
inline constexpr u32 kAnyLength = ~0u;
struct Placed {
	u32 next, packets;
	u64 bytes;
	bool tight; // too few buffers for two more batches like this, but the receiver is at it
};
Placed place_list(Lane &lane, Queue &from, Queue &to, u32 first, u32 longest);

// Credit of a receiver that is limited (credit.cpp).
struct Credit {
	u64 bytes = 0;
	u32 packets = 0;
};
u32 reserve_credit(const Batch &batch, Queue &to, u32 first, Credit &credit);
void return_credit(Queue &to, const Credit &credit);

// By what a guest asked for. CONTEXT: softirqs off
PacketHash hash_skb(const HashConfig &config, const sk_buff *skb);

// Makes an skb of packet i. Null: not possible, the packet's fate says why.
sk_buff *build_skb(Lane &lane, Queue &queue, Packet &packet);
} // namespace ringway::netback

// What C has a pointer to.
struct netback_queue final : ringway::netback::Queue {
};
