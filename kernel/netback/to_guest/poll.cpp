// SPDX-License-Identifier: GPL-2.0-only
//
// The way of an skb into a guest.
//
// The device's transmit function appends it to the queue's backlog and schedules the to-guest poll, which
// runs as soon as the softirq that produced the packet is through: what a NIC or another vif sends in one go
// arrives here as a batch, without a thread to wake. The poll takes skbs off the backlog while the guest
// has buffers, copies them all with one hypercall, pushes the responses once and wakes the guest once. Into
// buffers that stay mapped their bytes go at once, out of the skb and without a hypercall.
//
// Back-pressure: the backlog is capped in bytes of dom0 memory, overhead included; at the cap the device's
// transmit queue stops, and a packet that comes nevertheless is dropped and counted. A packet that waits
// longer than the drain time-out is dropped, a guest that posts no buffers for longer than the stall time-out
// loses its carrier until it does (XSA-392: both tests use the slots that the packet at the head needs).
#include "core/mapped_buffers.hpp"
#include "netback/life/lane.hpp"
#include "netback/life/stage_cursor.hpp"
#include "netback/to_guest/describe.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// One run of the poll.
struct Run {
	Lane &lane;
	const u32 most; // skbs
	const bool limited;
	StageCursor cursor{lane};
	MappedBuffers *buffers = nullptr; // that the guest keeps mapped
	u32 free = 0;                     // buffers
	u32 count = 0;                    // skbs placed
	bool short_of_buffers = false;    // for the one at the head of the backlog
	u64 wait = 0;                     // microseconds, until the vif's limit lets that one pass
	sk_buff *placed[kBatchPackets];

	Run(Lane &l, u32 n, bool is_limited) : lane(l), most(n), limited(is_limited) {}
};

// The skb at the head of the backlog, and what it needs.
struct Head {
	sk_buff *skb;
	RxMeta meta;
	u32 slots;
};

Head describe_head(const Queue &queue) RINGWAY_REQUIRES(queue.host)
{
	sk_buff *skb = host_backlog_peek(queue.host);
	skb_view info;
	host_skb_describe(skb, &info);
	const RxMeta meta = describe(info, skb, *queue.vif);
	return {skb, meta, rx_slots_needed(meta)};
}

// Asks to be woken when there are buffers for the head, and looks once more: did they come meanwhile?
bool buffers_came(Queue &queue, Run &run, const Head &head) RINGWAY_REQUIRES(queue.host)
{
	if (!queue.to_guest_ring.ask_request_event(head.slots))
		return false;
	run.free = queue.posted_buffers();
	return head.slots <= run.free;
}

// May the head of the backlog go now? If not, `run` says what it waits for.
bool may_go(Queue &queue, Run &run, const Head &head) RINGWAY_REQUIRES(queue.host)
{
	if (head.slots > run.free && !buffers_came(queue, run, head)) {
		run.short_of_buffers = true;
		return false;
	}
	if (RINGWAY_UNLIKELY(run.limited))
		run.wait = queue.pay(head.meta.len);
	return !run.wait;
}

u32 list_pieces(Lane &lane, const sk_buff *skb)
{
	const skb_piece *piece = lane.skb_pieces;
	const u32 n = host_skb_pieces(skb, lane.skb_pieces);
	for (u32 i = 0; i < n; i++)
		lane.pieces[i] = {{piece[i].frame, piece[i].domain, piece[i].offset, piece[i].granted},
				  piece[i].len};
	return n;
}

// Up to here an skb's bytes are gathered in a page of the lane: neighbours share it, and the hypervisor
// acquires it once for all of them, where it would acquire each skb's own page, or both of two.
inline constexpr u32 kGatherBytes = 2048;

// False: no memory to gather it in.
bool place_gathered(Queue &queue, Run &run, const Head &head) RINGWAY_REQUIRES(queue.host)
{
	OwnPlace at;
	u8 *bytes = run.cursor.take(head.meta.len, at);
	if (RINGWAY_UNLIKELY(!bytes))
		return false;
	host_skb_copy(head.skb, bytes, head.meta.len);
	place_one_slot(queue.to_guest_ring, queue.vif->domain, at, static_cast<u16>(head.meta.len),
		       head.meta.flags, run.lane.copies, run.lane.pending);
	return true;
}

// An skb in so many pieces that not each is worth a copy of the hypervisor's: into pages of the lane first.
// What was placed before may have bytes there, and goes to the guest now. False: no memory.
__attribute__((noinline)) bool place_scattered(Queue &queue, Run &run, const Head &head)
	RINGWAY_REQUIRES(queue.host)
{
	Lane &lane = run.lane;
	if (lane.pending.count)
		queue.flush_to_guest(lane);
	run.cursor.rewind();
	u32 pieces = 0;
	for (u32 done = 0; done < head.meta.len; pieces++) {
		const u32 left = head.meta.len - done, n = left < kPageSize ? left : kPageSize;
		OwnPlace at;
		u8 *bytes = run.cursor.take(n, at);
		if (RINGWAY_UNLIKELY(!bytes))
			return false;
		host_skb_copy_part(head.skb, done, bytes, n);
		lane.pieces[pieces] = {{at.frame, DOMID_SELF, at.offset, false}, static_cast<u16>(n)};
		done += n;
	}
	place_packet(queue.to_guest_ring, queue.vif->domain, head.meta, lane.pieces, lane.copies,
		     lane.pending);
	queue.flush_to_guest(lane);
	run.cursor.rewind();
	return true;
}

// A packet of one slot, if that slot's buffer stays mapped.
bool place_mapped(Queue &queue, Run &run, const Head &head) RINGWAY_REQUIRES(queue.host)
{
	RxBackRing &ring = queue.to_guest_ring;
	RxPending &pending = run.lane.pending;
	const RxRequest request = ring.request(ring.req_cons());
	u8 *bytes = run.buffers->writable(request.gref, request.id);
	if (!bytes)
		return false; // HOSTILE: whoever looks again may see another request, and takes it as it is
			      // then
	ring.consume(1);
	host_skb_copy(head.skb, shared::room_in(bytes, head.meta.len), head.meta.len);
	const RxResponse response{request.id, 0, head.meta.flags, static_cast<s16>(head.meta.len)};
	if (pending.count)
		pending.response[pending.count++] = response; // behind those that wait for their copies
	else
		ring.respond(response);
	return true;
}

// Where place_packet() puts an skb's bytes, the buffers of all its slots being mapped.
class SkbCopies
{
	const sk_buff *const skb_;
	const MappedBuffers &buffers_;
	u32 done_ = 0;

public:
	bool failed = false; // the guest has changed a request meanwhile

	SkbCopies(const sk_buff *skb, const MappedBuffers &buffers) : skb_(skb), buffers_(buffers) {}
	void add(const CopyPlace &, const CopyPlace &to, u16 len, u16)
	{
		const GrefEntry *entry = buffers_.map().find(static_cast<u32>(to.frame));
		if (entry && entry->writable)
			host_skb_copy_part(skb_, done_, shared::room_in(entry->bytes + to.offset, len), len);
		else
			failed = true;
		done_ += len;
	}
};

inline constexpr u32 kLongestPiece = 0xffff;

// A packet of any number of slots, if the buffers of all of them stay mapped.
__attribute__((noinline)) bool place_large_mapped(Queue &queue, Run &run, const Head &head)
	RINGWAY_REQUIRES(queue.host)
{
	RxBackRing &ring = queue.to_guest_ring;
	RxPending &pending = run.lane.pending;
	if (RINGWAY_UNLIKELY(head.meta.len > kLongestPiece))
		return false; // two VLAN tags around the largest MTU: piece by piece
	for (u32 i = 0; i < head.slots; i++) {
		const GrefEntry *entry = run.buffers->map().find(ring.request(ring.req_cons() + i).gref);
		if (!entry || !entry->writable)
			return false;
	}
	SkbCopies copies(head.skb, *run.buffers);
	const SourcePiece all{{0, DOMID_SELF, 0, false}, static_cast<u16>(head.meta.len)};
	const u16 first = static_cast<u16>(pending.count);
	place_packet(ring, queue.vif->domain, head.meta, &all, copies, pending);
	if (RINGWAY_UNLIKELY(copies.failed))
		place_failed(pending, first);
	return true;
}

// False: no memory for what needs some.
bool place_skb(Queue &queue, Run &run, const Head &head) RINGWAY_REQUIRES(queue.host)
{
	Lane &lane = run.lane;
	if (lane.copies.room() < rx_copy_ops_bound(HOST_MAX_PIECES, head.slots))
		queue.flush_to_guest(lane);
	if (RINGWAY_UNLIKELY(run.buffers != nullptr) &&
	    (head.slots == 1 ? place_mapped(queue, run, head) : place_large_mapped(queue, run, head))) {
		queue.to_guest_stats.mapped++;
		return true;
	}
	if (head.meta.len <= kGatherBytes && head.slots == 1 && place_gathered(queue, run, head))
		return true;
	if (RINGWAY_UNLIKELY(!list_pieces(lane, head.skb)))
		return place_scattered(queue, run, head);
	place_packet(queue.to_guest_ring, queue.vif->domain, head.meta, lane.pieces, lane.copies,
		     lane.pending);
	return true;
}

// Out of the backlog into the ring, as long as there are skbs, buffers and credit.
void move_skbs(Queue &queue, Run &run) RINGWAY_REQUIRES(queue.host)
{
	while (queue.backlog_packets && run.count < run.most) {
		const Head head = describe_head(queue);
		if (!may_go(queue, run, head))
			break;
		const bool placed = place_skb(queue, run, head);
		queue.pop();
		if (RINGWAY_UNLIKELY(!placed)) {
			queue.to_guest_stats.dropped_shape++;
			host_skb_drop(head.skb);
			continue;
		}
		run.free -= head.slots;
		queue.to_guest_stats.packets++;
		queue.to_guest_stats.bytes += head.meta.len;
		run.placed[run.count++] = head.skb;
	}
}

// What is done under the lock. False: the ring is not in use.
Result<bool> fill_ring(Queue &queue, Run &run) RINGWAY_EXCLUDES(queue.host)
{
	const ToGuestLock lock(queue.host);
	if (RINGWAY_UNLIKELY(!queue.vif->running.load(std::memory_order_acquire) ||
			     !queue.to_guest_ring.attached()))
		return false;
	run.free = TRY(queue.to_guest_ring.unconsumed());
	run.buffers = queue.buffers.load(std::memory_order_acquire);
	store_relaxed(queue.throttled, false);
	move_skbs(queue, run);
	if (run.count) {
		queue.flush_to_guest(run.lane);
		queue.last_rx = host_jiffies();
	}
	queue.restart_device();
	return true;
}

// Gives the skbs back to whom they came from, and the CPU if there is no more to do.
int finish_poll(Queue &queue, const Run &run, int budget)
{
	for (u32 i = 0; i < run.count; i++)
		host_skb_done(run.placed[i]);
	if (run.count == run.most)
		return budget; // INVARIANT: a poll that used up its budget is not completed
	// INVARIANT: short of its budget, the loop ended for want of packets, of buffers or of credit.
	if (host_complete(queue.host, TO_GUEST, static_cast<int>(run.count))) {
		if (RINGWAY_UNLIKELY(run.wait))
			host_schedule_later(queue.host, TO_GUEST, run.wait);
		host_eoi(queue.host, TO_GUEST);
	}
	if (run.short_of_buffers)
		host_kick_later(queue.vif->host, host_msecs(queue.vif->frontend.rx_notify ? 1000 : 30));
	return static_cast<int>(run.count);
}
} // namespace

int Queue::poll_to_guest(int budget)
{
	// netpoll, perhaps over somebody who has the lock. It wants transmit completions, of which there are
	// none here.
	if (RINGWAY_UNLIKELY(budget <= 0))
		return 0;
	const u32 most = budget < static_cast<int>(kBatchPackets) ? static_cast<u32>(budget) : kBatchPackets;
	Run run(this_lane(), most, vif->limits_to_guest());
	const auto filled = fill_ring(*this, run);
	if (RINGWAY_LIKELY(filled.value_or(false)))
		return finish_poll(*this, run, budget);
	if (RINGWAY_UNLIKELY(!filled.ok()))
		vif->fatal(index, filled.error());
	host_complete(host, TO_GUEST, 0);
	return 0;
}
