// SPDX-License-Identifier: GPL-2.0-only
//
// The way of an skb into a guest.
//
// The device's transmit function appends it to the queue's backlog and schedules the RX poll, which runs
// as soon as the softirq that produced the packet is through: what a NIC or another vif sends in one go
// arrives here as a batch, without a thread to wake. The poll takes skbs off the backlog while the guest
// has buffers, copies them all with one hypercall, pushes the responses once and wakes the guest once.
//
// Back-pressure: the backlog is capped in bytes of dom0 memory, overhead included; at the cap the device's
// transmit queue stops, and a packet that comes nevertheless is dropped and counted. A packet that waits
// longer than the drain time-out is dropped, a guest that posts no buffers for longer than the stall time-out
// loses its carrier until it does (XSA-392: both tests use the slots that the packet at the head needs).
#include "netback/life/vif.hpp"

using namespace ringway;

namespace
{
RxMeta describe(const nb_skb_info &info, const sk_buff *skb, const Vif &vif)
{
	u16 flags = 0;
	if (info.csum_partial)
		flags = NETRXF_csum_blank | NETRXF_data_validated;
	else if (info.csum_unnecessary)
		flags = NETRXF_data_validated;
	const bool gso = vif.gso_mask() & (1u << info.gso_type);
	RxMeta meta{info.len, flags, static_cast<u8>(gso ? info.gso_type : XEN_NETIF_GSO_TYPE_NONE),
		    info.gso_size};
	meta.headroom = vif.headroom.load(std::memory_order_relaxed);
	if (const HashConfig *config = vif.control.hash(); RINGWAY_UNLIKELY(config)) {
		const PacketHash hash = hash_skb(*config, skb);
		meta.hash_type = hash.type;
		meta.hash = hash.value;
	}
	return meta;
}

u32 list_pieces(Lane &lane, const sk_buff *skb)
{
	nb_piece piece[NB_MAX_PIECES];
	const u32 n = nb_skb_pieces(skb, piece);
	for (u32 i = 0; i < n; i++)
		lane.pieces[i] = {{piece[i].frame, DOMID_SELF, piece[i].offset, false}, piece[i].len};
	return n;
}

// Up to here an skb's bytes are gathered in a staging page: neighbours share it, and the hypervisor acquires
// it once for all of them, where it would acquire each skb's own page, or both of two.
inline constexpr u32 kGatherBytes = 2048;

// False: no memory to gather it in. CONTEXT: rx lock
bool place_gathered(Lane &lane, StageCursor &cursor, Queue &queue, const sk_buff *skb, const RxMeta &meta)
{
	if (RINGWAY_UNLIKELY(!cursor.reserve(meta.len)))
		return false;
	const StagePage &page = lane.stage[cursor.page];
	nb_skb_copy(skb, page.bytes + cursor.offset, meta.len);
	place_one_slot(queue.rx, queue.vif->domain, OwnPlace{page.frame, static_cast<u16>(cursor.offset)},
		       static_cast<u16>(meta.len), meta.flags, lane.copies, lane.pending);
	cursor.offset = (cursor.offset + meta.len + 7) & ~7u;
	return true;
}
} // namespace

// CONTEXT: rx lock
void Queue::append(sk_buff *skb)
{
	if (!backlog_packets)
		last_rx = nb_jiffies(); // a stall is measured from when something began to wait
	nb_backlog_push(kq, skb,
			nb_jiffies() + nb_msecs(vif->frontend.rx_notify ? nb_param_drain_msecs() : 30));
	backlog_bytes += nb_skb_memory(skb);
	backlog_packets++;
	// The device stops with the packet that fills the backlog: were it the next one that finds it full,
	// that one would be lost although there is room in front of the device.
	if (RINGWAY_UNLIKELY(backlog_bytes >= kBacklogBytes)) {
		stopped = true;
		nb_txq_stop(kq);
	}
}

nb_xmit Queue::enqueue(sk_buff *skb)
{
	if (RINGWAY_UNLIKELY(!nb_rx_lock_to_send(kq)))
		return NB_BUSY;
	if (RINGWAY_UNLIKELY(backlog_bytes >= kBacklogBytes)) {
		rx_stats.dropped_full++; // it came all the same
		nb_rx_unlock(kq);
		return NB_REFUSED;
	}
	const bool refused = refuses(skb);
	if (RINGWAY_LIKELY(!refused))
		append(skb);
	nb_rx_unlock(kq);
	if (RINGWAY_UNLIKELY(refused))
		nb_skb_drop(skb);
	else
		nb_schedule_rx(kq);
	return NB_TAKEN;
}

sk_buff *Queue::enqueue_list(sk_buff *skb)
{
	nb_rx_lock(kq);
	// What waits already has a poll coming, or an event of the guest's.
	const bool idle = !backlog_packets;
	while (skb && backlog_bytes < kBacklogBytes) {
		sk_buff *rest = nb_skb_cut(skb);
		if (RINGWAY_UNLIKELY(refuses(skb))) {
			nb_skb_drop(skb);
		} else {
			append(skb);
			rx_stats.switched++;
		}
		skb = rest;
	}
	nb_rx_unlock(kq);
	if (idle)
		nb_schedule_rx(kq);
	return skb;
}

// HOSTILE: an index beyond the ring counts as no buffers here and is reported by the poll.
u32 Queue::rx_slots()
{
	return rx.unconsumed().value_or(0);
}

void Queue::rx_flush(Lane &lane)
{
	RxPending &pending = lane.pending;
	lane.copies.run([this](void *ops, u32 n) { grant_copy(rx_stats, ops, n); },
			[&pending, this](u16 slot) {
				place_failed(pending, slot);
				rx_stats.copy_failed++;
			});
	rx_stats.batches++;
	const u32 slots = pending.count;
	place_respond(rx, pending);
	const bool asked = rx.push_responses();
	if (RINGWAY_UNLIKELY(vif->to_guest.on() || held)) {
		notify_coalesced(slots, asked);
	} else if (asked) {
		rx_stats.notifications++;
		nb_notify_rx(kq);
	}
}

int Queue::rx_poll(int budget)
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

	nb_rx_lock(kq);
	if (RINGWAY_UNLIKELY(!vif->running.load(std::memory_order_acquire) || !rx.attached())) {
		nb_rx_unlock(kq);
		nb_complete_rx(kq, 0);
		return 0;
	}
	const auto room = rx.unconsumed();
	if (RINGWAY_UNLIKELY(!room.ok())) {
		nb_rx_unlock(kq);
		vif->fatal(index, room.error());
		nb_complete_rx(kq, 0);
		return 0;
	}
	u32 free = room.value();
	throttled = false;
	StageCursor cursor{lane};
	while (backlog_packets && count < most) {
		sk_buff *skb = nb_backlog_peek(kq);
		nb_skb_info info;
		nb_skb_describe(skb, &info);
		const RxMeta meta = describe(info, skb, *vif);
		const u32 slots = rx_slots_needed(meta);
		if (slots > free) {
			// Ask to be woken when enough are there; look once more if they came meanwhile.
			if (rx.ask_request_event(slots)) {
				free = rx_slots();
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
		if (lane.copies.room() < rx_copy_ops_bound(NB_MAX_PIECES, slots))
			rx_flush(lane);
		if (meta.len > kGatherBytes || slots > 1 || !place_gathered(lane, cursor, *this, skb, meta)) {
			const u32 pieces = list_pieces(lane, skb);
			if (RINGWAY_UNLIKELY(!pieces)) { // more fragments than an skb of 64 KiB can have
				nb_backlog_pop(kq);
				backlog_packets--;
				backlog_bytes -= info.memory;
				rx_stats.dropped_shape++;
				nb_skb_drop(skb);
				continue;
			}
			place_packet(rx, vif->domain, meta, lane.pieces, lane.copies, lane.pending);
		}
		free -= slots;
		nb_backlog_pop(kq);
		backlog_packets--;
		backlog_bytes -= info.memory;
		rx_stats.packets++;
		rx_stats.bytes += info.len;
		done[count++] = skb;
	}
	if (count) {
		rx_flush(lane);
		last_rx = nb_jiffies();
	}
	if (stopped && backlog_bytes < kBacklogBytes) {
		stopped = false;
		nb_txq_wake(kq);
	}
	nb_rx_unlock(kq);

	for (u32 i = 0; i < count; i++)
		nb_skb_done(done[i]);
	if (count == most)
		return budget; // INVARIANT: a poll that used up its budget is not completed
	// INVARIANT: short of its budget, the loop ended for want of packets or of buffers.
	if (nb_complete_rx(kq, static_cast<int>(count))) {
		if (RINGWAY_UNLIKELY(wait))
			nb_schedule_rx_later(kq, wait);
		nb_eoi_rx(kq);
	}
	if (waits)
		nb_vif_kick_later(vif->kvif, nb_msecs(vif->frontend.rx_notify ? 1000 : 30));
	return static_cast<int>(count);
}

// CONTEXT: process (housekeeping), softirqs off through the lock.
bool Queue::rx_age(unsigned long now)
{
	bool schedule = false;
	const bool notify = vif->frontend.rx_notify;
	nb_softirq_off();
	nb_rx_lock(kq);
	const bool was_stalled = stalled;
	if (backlog_packets) {
		nb_skb_info info;
		const sk_buff *head = nb_backlog_peek(kq);
		nb_skb_describe(head, &info);
		const u32 needed = rx_slots_needed(describe(info, head, *vif));
		const bool ready = rx_slots() >= needed;
		const unsigned long stall = nb_msecs(nb_param_stall_msecs());
		schedule = ready;
		if (!stalled && notify && stall && !ready && static_cast<long>(now - last_rx - stall) > 0)
			stalled = true;
		while (!ready && backlog_packets) {
			sk_buff *skb = nb_backlog_peek(kq);
			if (static_cast<long>(now - nb_skb_expires(skb)) < 0)
				break;
			nb_backlog_pop(kq);
			backlog_packets--;
			backlog_bytes -= nb_skb_memory(skb);
			rx_stats.dropped_expired++;
			nb_skb_drop(skb);
		}
		if (stopped && backlog_bytes < kBacklogBytes) {
			stopped = false;
			nb_txq_wake(kq);
		}
	}
	if (stalled && rx_slots() >= 1 && (!backlog_packets || schedule)) {
		stalled = false;
		last_rx = now;
	}
	const bool again = backlog_packets || stalled, is_stalled = stalled;
	nb_rx_unlock(kq);
	if (schedule)
		nb_schedule_rx(kq);
	nb_softirq_on();
	// Not under the lock: netconsole may send the line by this very queue.
	if (is_stalled != was_stalled)
		nb_log_stall(vif->kvif, index, is_stalled);
	return again;
}

void Queue::rx_purge()
{
	nb_softirq_off();
	nb_rx_lock(kq);
	while (backlog_packets) {
		nb_skb_drop(nb_backlog_pop(kq));
		backlog_packets--;
		rx_stats.dropped_down++;
	}
	backlog_bytes = 0;
	nb_rx_unlock(kq);
	nb_softirq_on();
}
