// SPDX-License-Identifier: GPL-2.0-only
// What is counted of a queue, and why a packet went as an skb. stats.cpp has the names.
#pragma once
#include "core/types.hpp"
#include "netback/linux/host.h"

namespace ringway::netback
{
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
	none,
};
inline constexpr u32 kWhys = static_cast<u32>(Why::none);

// Each counter has one writer at a time: the from-guest poll, or the holder of the
// to-guest lock.
struct FromGuestStats {
	u64 packets, bytes;
	u64 bad, copy_failed, no_memory, csum_failed, filtered;
	u64 gso_checksum_fixup;
	u64 path_direct, path_flood, path_skb, path_up;
	u64 why[kWhys];
	u64 batches, throttled, turns_passed, held, waited, left, backed_up, shed;
	u64 copies, hypercalls, notifications;
	u64 mapped; // packets whose bytes came out of a buffer that stays mapped
};
struct ToGuestStats {
	u64 packets, bytes;
	u64 direct, switched;
	u64 dropped_full, dropped_expired, dropped_down, dropped_shape, dropped_oversize, copy_failed;
	u64 dropped_multicast, stalls;
	u64 batches, notifications, held;
	u64 copies, hypercalls, throttled;
	u64 mapped; // packets that were written into one
};

// The time of polls and the interrupts (poll_entry.cpp). A poll that has completed may still be on its way
// out while the next one begins on another CPU, so these are added to atomically, once a poll or interrupt.
struct WorkStats {
	u64 from_guest_cycles, to_guest_cycles; // of the time-stamp counter
	u64 from_guest_events, to_guest_events, spurious_events;
	u64 mapped_buffers; // now: no counter, and none any more when the connection ends

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

// A hypercall for n copies, on the bill of the side that needs them.
template <typename Stats>
RINGWAY_ALWAYS_INLINE void grant_copy(Stats &stats, void *ops, u32 n)
{
	stats.hypercalls++;
	stats.copies += n;
	host_grant_copy(ops, n);
}
} // namespace ringway::netback
