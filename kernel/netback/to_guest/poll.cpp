// SPDX-License-Identifier: GPL-2.0-only
//
// The way of an skb into a guest.
//
// The device's transmit function appends it to the queue's backlog and schedules the to-guest poll, which
// runs as soon as the softirq that produced the packet is through: what a NIC or another vif sends in one go
// arrives here as a batch, without a thread to wake. The poll takes skbs off the backlog while the guest
// has buffers, copies them all with one hypercall, pushes the responses once and wakes the guest once.
//
// Back-pressure: the backlog is capped in bytes of dom0 memory, overhead included; at the cap the device's
// transmit queue stops, and a packet that comes nevertheless is dropped and counted. A packet that waits
// longer than the drain time-out is dropped, a guest that posts no buffers for longer than the stall time-out
// loses its carrier until it does (XSA-392: both tests use the slots that the packet at the head needs).
#include "netback/to_guest/describe.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
u32 list_pieces(Lane &lane, const sk_buff *skb)
{
	skb_piece piece[HOST_MAX_PIECES];
	const u32 n = host_skb_pieces(skb, piece);
	for (u32 i = 0; i < n; i++)
		lane.pieces[i] = {{piece[i].frame, DOMID_SELF, piece[i].offset, false}, piece[i].len};
	return n;
}

// Up to here an skb's bytes are gathered in a staging page: neighbours share it, and the hypervisor acquires
// it once for all of them, where it would acquire each skb's own page, or both of two.
inline constexpr u32 kGatherBytes = 2048;

// False: no memory to gather it in. CONTEXT: to-guest lock
bool place_gathered(Lane &lane, StageCursor &cursor, Queue &queue, const sk_buff *skb, const RxMeta &meta)
{
	if (RINGWAY_UNLIKELY(!cursor.reserve(meta.len)))
		return false;
	const StagePage &page = lane.stage[cursor.page];
	host_skb_copy(skb, page.bytes + cursor.offset, meta.len);
	place_one_slot(queue.to_guest_ring, queue.vif->domain,
		       OwnPlace{page.frame, static_cast<u16>(cursor.offset)}, static_cast<u16>(meta.len),
		       meta.flags, lane.copies, lane.pending);
	cursor.offset = (cursor.offset + meta.len + 7) & ~7u;
	return true;
}
} // namespace

int Queue::poll_to_guest(int budget)
{
	// netpoll, perhaps over somebody who has the lock. It wants transmit completions, of which there are
	// none here.
	if (RINGWAY_UNLIKELY(budget <= 0))
		return 0;
	Lane &lane = this_lane();
	sk_buff *done[kBatchPackets];
	u32 count = 0;
	const u32 most = budget < static_cast<int>(kBatchPackets) ? static_cast<u32>(budget) : kBatchPackets;
	bool waits = false; // packets wait for buffers
	u64 wait = 0;       // or for the vif's limit: microseconds
	const bool limited = vif->to_guest_limit.limited();

	host_to_guest_lock(host);
	if (RINGWAY_UNLIKELY(!vif->running.load(std::memory_order_acquire) || !to_guest_ring.attached())) {
		host_to_guest_unlock(host);
		host_complete(host, TO_GUEST, 0);
		return 0;
	}
	const auto room = to_guest_ring.unconsumed();
	if (RINGWAY_UNLIKELY(!room.ok())) {
		host_to_guest_unlock(host);
		vif->fatal(index, room.error());
		host_complete(host, TO_GUEST, 0);
		return 0;
	}
	u32 free = room.value();
	throttled = false;
	StageCursor cursor{lane};
	while (backlog_packets && count < most) {
		sk_buff *skb = host_backlog_peek(host);
		skb_view info;
		host_skb_describe(skb, &info);
		const RxMeta meta = describe(info, skb, *vif);
		const u32 slots = rx_slots_needed(meta);
		if (slots > free) {
			// Ask to be woken when enough are there; look once more if they came meanwhile.
			if (to_guest_ring.ask_request_event(slots)) {
				free = posted_buffers();
				if (slots <= free)
					continue;
			}
			waits = true;
			break;
		}
		if (RINGWAY_UNLIKELY(limited)) {
			wait = pay(info.len);
			if (wait)
				break;
		}
		if (lane.copies.room() < rx_copy_ops_bound(HOST_MAX_PIECES, slots))
			flush_to_guest(lane);
		if (meta.len > kGatherBytes || slots > 1 || !place_gathered(lane, cursor, *this, skb, meta)) {
			const u32 pieces = list_pieces(lane, skb);
			if (RINGWAY_UNLIKELY(!pieces)) { // more fragments than an skb of 64 KiB can have
				host_backlog_pop(host);
				backlog_packets--;
				backlog_bytes -= info.memory;
				to_guest_stats.dropped_shape++;
				host_skb_drop(skb);
				continue;
			}
			place_packet(to_guest_ring, vif->domain, meta, lane.pieces, lane.copies,
				     lane.pending);
		}
		free -= slots;
		host_backlog_pop(host);
		backlog_packets--;
		backlog_bytes -= info.memory;
		to_guest_stats.packets++;
		to_guest_stats.bytes += info.len;
		done[count++] = skb;
	}
	if (count) {
		flush_to_guest(lane);
		last_rx = host_jiffies();
	}
	if (stopped && backlog_bytes < kBacklogBytes) {
		stopped = false;
		host_txq_wake(host);
	}
	host_to_guest_unlock(host);

	for (u32 i = 0; i < count; i++)
		host_skb_done(done[i]);
	if (count == most)
		return budget; // INVARIANT: a poll that used up its budget is not completed
	// INVARIANT: short of its budget, the loop ended for want of packets or of buffers.
	if (host_complete(host, TO_GUEST, static_cast<int>(count))) {
		if (RINGWAY_UNLIKELY(wait))
			host_schedule_later(host, TO_GUEST, wait);
		host_eoi(host, TO_GUEST);
	}
	if (waits)
		host_kick_later(vif->host, host_msecs(vif->frontend.rx_notify ? 1000 : 30));
	return static_cast<int>(count);
}
