// SPDX-License-Identifier: GPL-2.0-only
// See door.hpp: the protocol, the cost, and who holds which lock.
#include "netback/to_guest/door.hpp"
#include "core/place_mapped.hpp"
#include "netback/life/vif.hpp"
#include "netback/life/whole.hpp"
#include "netback/to_guest/credit.hpp"
#include "netback/to_guest/fits.hpp"
#include "netback/to_guest/place_other.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// Buffers for two batches: with fewer left, a sender waits; one that waited goes on when these, or all that
// the receiver ever posts, are there.
inline constexpr u32 kEnoughSlots = 2 * kBatchPackets;

// May packets for `to` pass it by its device?
bool open_for_direct(const Queue &to) RINGWAY_REQUIRES(to.host)
{
	return !to.backlog_packets && to.to_guest_ring.attached() && !host_device_watched(to.vif->host) &&
	       host_txq_idle(to.host);
}

// Why not?
Why why_closed(const Queue &to) RINGWAY_REQUIRES(to.host)
{
	if (!to.to_guest_ring.attached())
		return Why::peer_down;
	if (to.backlog_packets)
		return to.throttled ? Why::peer_limit : Why::peer_backlog;
	return host_device_watched(to.vif->host) ? Why::peer_watched : Why::peer_queue;
}

// Too few buffers to go on with whole batches? `before` were there, `free` are left.
RINGWAY_ALWAYS_INLINE bool few_left(const Queue &from, const Queue &to, u32 before, u32 free)
	RINGWAY_REQUIRES(to.host)
{
	if (RINGWAY_UNLIKELY(from.waits))
		return before < kEnoughSlots && before < to.most_slots;
	const u32 used = before - free;
	return free < (used < kBatchPackets ? 2 * used : kEnoughSlots);
}

// Worth waiting for its buffers? Only while it still takes packets.
bool worth_waiting_for(const Queue &to, Why why) RINGWAY_REQUIRES(to.host)
{
	return (why == Why::none || why == Why::peer_buffers || why == Why::peer_backlog) &&
	       to.takes_packets();
}

// Bytes up to which a packet for `to` needs no closer look at its length, its destination and its slots. Up
// to a page it was staged whole.
u32 plain_length(const Queue &to, u32 longest, const PacketHash *hashes)
{
	if (RINGWAY_UNLIKELY(hashes || to.vif->multicast.wanted() ||
			     to.vif->headroom.load(std::memory_order_relaxed)))
		return 0;
	return longest < kPageSize ? longest : kPageSize;
}

// How a run of packets is put into a receiver's ring. place() is false for one that needs a closer look, and
// nothing happened to it; ready(): a run may begin.

// The receiver has nothing mapped: a run of copies for the hypervisor. kFetch: the sender has, and packets
// may not be whole.
template <bool kFetch>
class GrantedRun
{
	Lane &lane_;
	OneSlotRun<RxBackRing, decltype(Lane::copies)> run_;

public:
	static bool ready(const Lane & /*lane*/, const Queue & /*to*/) { return true; }
	RINGWAY_ALWAYS_INLINE GrantedRun(Lane &lane, Queue &to, MappedBuffers * /*none*/)
		RINGWAY_REQUIRES(to.host)
	    : lane_(lane), run_(to.to_guest_ring, to.vif->domain, lane.copies, lane.pending)
	{
	}
	RINGWAY_ALWAYS_INLINE bool place(const Packet &packet, u32 i)
	{
		if constexpr (kFetch)
			make_whole(lane_, i);
		run_.place(packet.at, static_cast<u16>(packet.len), receive_flags(packet));
		return true;
	}
	u32 next_request() const { return run_.next(); }
	RINGWAY_ALWAYS_INLINE void finish(ToGuestStats & /*stats*/, u32 /*packets*/) { run_.finish(); }
};

// The receiver has its buffers mapped.
class MappedRun
{
	Lane &lane_;
	StraightRun<RxBackRing> run_;

public:
	static bool ready(const Lane &lane, const Queue &to) RINGWAY_REQUIRES(to.host)
	{
		return !lane.pending.count && StraightRun<RxBackRing>::fits(to.to_guest_ring);
	}
	RINGWAY_ALWAYS_INLINE MappedRun(Lane &lane, Queue &to, MappedBuffers *buffers)
		RINGWAY_REQUIRES(to.host)
	    : lane_(lane), run_(to.to_guest_ring, *buffers)
	{
	}
	RINGWAY_ALWAYS_INLINE bool place(const Packet &packet, u32 i)
	{
		return run_.place({packet.head, packet.staged, &lane_.staged.rest[i]}, packet.len,
				  receive_flags(packet));
	}
	u32 next_request() const { return run_.next(); }
	RINGWAY_ALWAYS_INLINE void finish(ToGuestStats &stats, u32 packets)
	{
		run_.finish();
		stats.mapped += packets;
	}
};

// What is to be placed: packets from `first` on, and before `end`.
struct RunOf {
	Queue &from;
	MappedBuffers *buffers; // of the receiver
	u32 first, end, longest;
	const PacketHash *hashes;
};

struct PlacedRun {
	u32 next, packets; // next: the first that was not placed
	u64 bytes;
};

// As many as come one after the other and need no closer look. plain: bytes up to which they do not; free:
// buffers. Nothing else happens in here, so that all of it stays in registers.
template <typename Way>
__attribute__((noinline)) PlacedRun place_plain(Lane &lane, Queue &to, const RunOf &of, u32 first, u32 plain,
						u32 free) RINGWAY_REQUIRES(to.host)
{
	const u32 gets = load_relaxed(to.vif->gets), end = of.end;
	PlacedRun run{first, 0, 0};
	Way way(lane, to, of.buffers);
	const u32 first_request = way.next_request(), none_left = first_request + free;
	while (run.next < end && way.next_request() != none_left) {
		Packet &packet = *computed_once(&lane.batch.packets[run.next]);
		if (RINGWAY_UNLIKELY(packet.len > plain || !plainly_fits(gets, packet) ||
				     !way.place(packet, run.next)))
			break;
		run.bytes += packet.len;
		packet.fate = Fate::done;
		run.next = packet.next;
	}
	run.packets = way.next_request() - first_request;
	way.finish(to.to_guest_stats, run.packets);
	return run;
}

// All of them, until one may not or can not be placed. free: buffers, counted down; why: it was not.
template <typename Way>
Placed place_all(Lane &lane, Queue &to, const RunOf &of, u32 &free, Why &why) RINGWAY_REQUIRES(to.host)
{
	const u32 plain = plain_length(to, of.longest, of.hashes);
	Placed placed = none_placed(of.first, Why::none);
	for (;;) {
		if (RINGWAY_LIKELY(plain && free && Way::ready(lane, to))) {
			const PlacedRun run = place_plain<Way>(lane, to, of, placed.next, plain, free);
			placed.next = run.next;
			placed.packets += run.packets;
			placed.bytes += run.bytes;
			free -= run.packets;
		}
		if (placed.next >= of.end)
			break;
		Packet &packet = lane.batch.packets[placed.next];
		const Other other = place_other(lane, of.from, to, placed.next, free, of.longest, of.hashes);
		if (RINGWAY_UNLIKELY(other.why != Why::none)) {
			why = other.why;
			break;
		}
		free -= other.slots;
		placed.next = packet.next;
		if (RINGWAY_UNLIKELY(!other.slots))
			continue;
		placed.packets++;
		placed.bytes += packet.len;
		packet.fate = Fate::done;
	}
	return placed;
}

// Through the open door: as many as there are buffers and credit for.
RINGWAY_ALWAYS_INLINE void place_open(Lane &lane, Queue &from, Queue &to, u32 longest,
				      const PacketHash *hashes, Placed &placed) RINGWAY_REQUIRES(to.host)
{
	u32 free = to.posted_buffers();
	if (RINGWAY_UNLIKELY(free > to.most_slots))
		to.most_slots = free;
	const u32 before = free;
	Credit credit;
	u32 end = kBatchPackets; // no packet from here on; lists go upwards
	if (RINGWAY_UNLIKELY(to.vif->limits_to_guest()))
		end = reserve_credit(lane.batch, to, placed.next, credit);
	Why why = Why::none;
	MappedBuffers *const buffers = to.buffers.load(std::memory_order_acquire);
	const RunOf of{from, buffers, placed.next, end, longest, hashes};
	if (RINGWAY_UNLIKELY(buffers != nullptr))
		placed = place_all<MappedRun>(lane, to, of, free, why);
	else if (RINGWAY_LIKELY(!lane.staged.rests))
		placed = place_all<GrantedRun<false>>(lane, to, of, free, why);
	else
		placed = place_all<GrantedRun<true>>(lane, to, of, free, why);
	placed.short_of = few_left(from, to, before, free) ? &to : nullptr;
	placed.left = free;
	if (RINGWAY_UNLIKELY(credit.packets))
		return_credit(to, {credit.bytes - placed.bytes, credit.packets - placed.packets});
	if (RINGWAY_UNLIKELY(placed.next < kBatchPackets && why == Why::none))
		why = Why::peer_limit;
	placed.why = why;
}

// The last packets' copies, and all that was placed on the books.
RINGWAY_ALWAYS_INLINE void hand_over(Lane &lane, Queue &to, const Placed &placed) RINGWAY_REQUIRES(to.host)
{
	to.flush_to_guest(lane);
	to.to_guest_stats.packets += placed.packets;
	to.to_guest_stats.bytes += placed.bytes;
	to.to_guest_stats.direct += placed.packets;
	to.last_rx = host_jiffies();
}
} // namespace

Placed ringway::netback::place_list(Lane &lane, Queue &from, Queue &to, u32 first, u32 longest,
				    const PacketHash *hashes)
{
	Placed placed = none_placed(first, Why::none);
	const ToGuestLock lock(to.host);
	const u64 failed = to.to_guest_stats.copy_failed;
	if (RINGWAY_LIKELY(open_for_direct(to)))
		place_open(lane, from, to, longest, hashes, placed);
	else
		placed.why = why_closed(to);
	if (placed.packets) {
		hand_over(lane, to, placed);
		lane.delivered.copy_failed |= to.to_guest_stats.copy_failed != failed;
	}
	if (RINGWAY_UNLIKELY(placed.why != Why::none || placed.short_of)) {
		placed.short_of = worth_waiting_for(to, placed.why) ? &to : nullptr;
		placed.answered = to.to_guest_ring.rsp_prod();
	}
	return placed;
}

// HOSTILE: an index beyond the ring counts as no buffers here and is reported by the poll.
u32 Queue::posted_buffers()
{
	return to_guest_ring.unconsumed().value_or(0);
}
