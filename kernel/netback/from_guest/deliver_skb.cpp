// SPDX-License-Identifier: GPL-2.0-only
//
// deliver, as skbs: to Linux's stack, or to where the switch's verdict says: an uplink, dom0 itself,
// all ports, or a vif that cannot take the packet directly right now.
//
// The skb is made of the staged bytes, so nothing is read a second time. What was left in a mapped buffer
// goes from there into the skb, once. Of other packets larger than a page the rest is fetched, by a hypercall
// for each of them, into pages of our own: a copy of 4 kB costs less than mapping and unmapping the guest's
// page, and leaves nothing pinned that a stuck socket in dom0 could hold against the guest.
//
// What the switch makes several packets of is paid for by the sender's turn: floods that only it knows how to
// make, and segments where the receiver's device makes none.
#include "netback/from_guest/copies.hpp"
#include "netback/from_guest/deliver.hpp"
#include "netback/from_guest/turn.hpp"
#include "netback/life/switch.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kTailPages = 17; // (65535 - 256) / 4096, rounded up, and one in reserve

// Linear skbs hold small frames whole; beyond this a page carries what follows the headers.
inline constexpr u32 kLinearBytes = 2048;

// What was not staged of a packet, in pages of ours.
struct Tail {
	void *page[kTailPages];
	u32 count;
};

// Fetches it into fresh pages. False: no memory, or the copy was refused.
bool fetch_tail(Lane &lane, Queue &queue, Packet &packet, Tail &tail)
{
	tail.count = 0;
	u32 left = packet.len - packet.staged;
	u32 skip = packet.staged;
	const TxSlot *slot = &lane.batch.slots[packet.first_slot];
	CopyPlace to{0, DOMID_SELF, 0, false};
	u32 room = 0;
	bool failed = false;
	MappedBuffers *buffers = queue.buffers.load(std::memory_order_acquire);
	while (left) {
		if (skip >= slot->size) {
			skip -= slot->size;
			slot++;
			continue;
		}
		if (!room) {
			u64 frame;
			void *page = host_page_alloc(&frame);
			if (!page) {
				lane.copies.clear();
				packet.fate = Fate::no_memory;
				return false;
			}
			tail.page[tail.count++] = page; // INVARIANT: left <= 65535 - 256, so 16 pages do
			to.frame = frame;
			to.offset = 0;
			room = kPageSize;
		}
		u32 n = slot->size - skip;
		n = n < left ? n : left;
		n = n < room ? n : room;
		const u8 *bytes = RINGWAY_UNLIKELY(buffers != nullptr)
					  ? buffers->readable(slot->gref, slot->id)
					  : nullptr;
		if (bytes)
			shared::copy_in(static_cast<u8 *>(tail.page[tail.count - 1]) + to.offset,
					bytes + slot->offset + skip, n);
		else
			lane.copies.add(
				{slot->gref, queue.vif->domain, static_cast<u16>(slot->offset + skip), true},
				to, static_cast<u16>(n), 0);
		to.offset = static_cast<u16>(to.offset + n);
		room -= n;
		left -= n;
		skip += n;
	}
	run_copies(lane, queue, [&failed](u16) { failed = true; });
	if (failed)
		packet.fate = Fate::copy_failed;
	return !failed;
}

// Bytes of a packet of at most a page, from `begin` to `end`: those that were staged, and those that were not
// and lie in the sender's buffer (Staged::rest).
void copy_bytes(const Lane &lane, const Packet &packet, u32 begin, u32 end, void *to)
{
	const u32 staged = packet.staged, own = end < staged ? end : staged;
	auto *bytes = static_cast<u8 *>(to);
	if (begin < own) {
		__builtin_memcpy(bytes, packet.head + begin, own - begin);
		bytes += own - begin;
		begin = own;
	}
	if (RINGWAY_UNLIKELY(begin < end))
		shared::copy_in(bytes, lane.staged.rest[&packet - lane.batch.packets] + (begin - staged),
				end - begin);
}

sk_buff *build_small(Lane &lane, Queue &queue, Packet &packet)
{
	const u32 linear = packet.len <= kLinearBytes ? packet.len : kHeaderBytes;
	void *bytes;
	sk_buff *skb = host_skb_new(queue.host, linear, &bytes);
	if (!skb)
		return nullptr;
	copy_bytes(lane, packet, 0, linear, bytes);
	if (linear == packet.len)
		return skb;
	u64 frame;
	void *page = host_page_alloc(&frame);
	if (!page) {
		host_skb_drop(skb);
		return nullptr;
	}
	copy_bytes(lane, packet, linear, packet.len, page);
	host_skb_add_page(skb, page, packet.len - linear);
	return skb;
}

sk_buff *build_large(Lane &lane, Queue &queue, Packet &packet)
{
	Tail tail;
	sk_buff *skb = nullptr;
	void *bytes;
	if (fetch_tail(lane, queue, packet, tail))
		skb = host_skb_new(queue.host, packet.staged, &bytes);
	if (skb)
		__builtin_memcpy(bytes, packet.head, packet.staged);
	u32 left = packet.len - packet.staged;
	for (u32 i = 0; i < tail.count; i++) {
		if (!skb) {
			host_page_free(tail.page[i]);
			continue;
		}
		const u32 n = left < kPageSize ? left : kPageSize;
		host_skb_add_page(skb, tail.page[i], n);
		left -= n;
	}
	return skb;
}
} // namespace

sk_buff *ringway::netback::build_skb(Lane &lane, Queue &queue, Packet &packet)
{
	if (RINGWAY_UNLIKELY(!queue.may_make_skb())) {
		packet.fate = Fate::done; // lost in dom0, as if on the wire
		return nullptr;
	}
	sk_buff *skb =
		packet.len <= kPageSize ? build_small(lane, queue, packet) : build_large(lane, queue, packet);
	if (RINGWAY_UNLIKELY(!skb)) {
		if (packet.fate == Fate::pending || packet.fate == Fate::done)
			packet.fate = Fate::no_memory;
		return nullptr;
	}
	u64 fixups = 0;
	if (RINGWAY_UNLIKELY(!host_skb_finish(queue.host, skb, packet.flags, packet.gso_type, packet.gso_size,
					      &fixups))) {
		host_skb_drop(skb);
		packet.fate = Fate::done; // the copy was fine: the guest is answered OKAY
		queue.from_guest_stats.csum_failed++;
		return nullptr;
	}
	queue.from_guest_stats.gso_checksum_fixup += fixups;
	mark_flow(lane, queue, packet, skb);
	packet.fate = Fate::done;
	return skb;
}

namespace
{
// Why the switch's verdict means an skb. What the direct path gave up on is counted there.
Why why_forward(const brlite_verdict &verdict)
{
	if (verdict.flags & BRLITE_VIA_SKB)
		return Why::policy;
	if (verdict.action == BRLITE_LOCAL)
		return Why::local;
	if (!verdict.owner)
		return Why::uplink;
	return verdict.flags & BRLITE_AND_LOCAL ? Why::copy : Why::none;
}
} // namespace

void ringway::netback::deliver_skbs(Lane &lane, Queue &queue)
{
	Batch &batch = lane.batch;
	brlite_port *port = queue.vif->port.load(std::memory_order_acquire);
	u32 out = 0, up = 0;
	for (u32 i = 0; i < batch.packet_count; i++) {
		Packet &packet = batch.packets[i];
		if ((packet.path != Path::up && packet.path != Path::forward) || packet.fate != Fate::pending)
			continue;
		sk_buff *skb = build_skb(lane, queue, packet);
		if (!skb)
			continue;
		queue.from_guest_stats.packets++;
		queue.from_guest_stats.bytes += packet.len;
		if (packet.path == Path::forward && RINGWAY_LIKELY(port != nullptr)) {
			const brlite_verdict &verdict = lane.judged.verdicts[packet.verdict];
			lane.outgoing[out++] = {skb, &verdict};
			count_why(queue, why_forward(verdict), 1);
		} else {
			host_receive(queue.host, skb);
			up++;
		}
	}
	if (out) {
		queue.from_guest_stats.path_skb += out;
		charge_copies(batch, the_switch().forward(port, lane.outgoing, out), out);
	}
	queue.from_guest_stats.path_up += up;
	count_why(queue, port ? Why::watched : Why::no_port, up);
	host_receive_flush(queue.host);
}
