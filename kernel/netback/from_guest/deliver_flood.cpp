// SPDX-License-Identifier: GPL-2.0-only
//
// deliver, to all: broadcasts, multicasts and frames whose destination the switch has not learned.
//
// The batch's flooded packets are staged once; each port that is a vif gets all of them with one
// hypercall, straight from the staging pages. Those for one multicast group's members go to other ports than
// the rest: what has the same verdict.list goes together. Ports that are no vifs, vifs that cannot take them
// directly right now, and dom0's own stack get skbs. Cost: one acquire and one response per packet and port,
// which is why the sender's turn pays for each of them: else one that floods many ports would take a multiple
// of its share.
#include "netback/from_guest/deliver.hpp"
#include "netback/from_guest/spread.hpp"
#include "netback/from_guest/turn.hpp"
#include "netback/life/whole.hpp"
#include "netback/life/switch.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kPortsAtOnce = 16;

// Packets that go to the same ports as a list linked by Packet::next, and the shortest of them: the switch
// leaves out ports that are too small for the frame it is asked about, so it is asked about that one.
struct FloodList {
	u32 first = kBatchPackets, last = kBatchPackets, shortest = kBatchPackets, count = 0;
	u16 ports = 0;            // brlite_verdict.list
	u32 next = kBatchPackets; // the first packet that is for other ports and in no list yet
	bool local = false;
};

u16 ports_of(const Lane &lane, const Packet &packet)
{
	return lane.judged.verdicts[packet.verdict].list;
}

// The flooded packets that go where the packet `first` goes, which is the first of them. Those of earlier
// lists have met their fate.
FloodList collect(Lane &lane, u32 first)
{
	FloodList list;
	Batch &batch = lane.batch;
	list.ports = ports_of(lane, batch.packets[first]);
	for (u32 i = first; i < batch.packet_count; i++) {
		Packet &packet = batch.packets[i];
		if (packet.path != Path::flood)
			continue;
		if (RINGWAY_UNLIKELY(ports_of(lane, packet) != list.ports)) {
			if (list.next == kBatchPackets && packet.fate == Fate::pending)
				list.next = i;
			continue;
		}
		list.count++;
		make_whole(lane, i); // so that all get the same bytes
		packet.next = kBatchPackets;
		if (list.first == kBatchPackets)
			list.first = i;
		else
			batch.packets[list.last].next = static_cast<u16>(i);
		list.last = i;
		if (list.shortest == kBatchPackets || packet.len < batch.packets[list.shortest].len)
			list.shortest = i;
		list.local |= lane.judged.verdicts[packet.verdict].flags & BRLITE_AND_LOCAL;
	}
	return list;
}

u32 longest_frame(brlite_port *to)
{
	return host_longest_frame(the_switch().port_dev(to));
}

// Returns the packets that were made for the port.
u32 flood_port(Lane &lane, Queue &queue, const FloodList &list, brlite_port *in, brlite_port *to)
{
	Batch &batch = lane.batch;
	const u32 longest = longest_frame(to);
	const brlite_verdict only{BRLITE_PORT, BRLITE_FORWARDED, 0, 0, nullptr, to};
	u32 direct = 0, out = 0;
	const auto settle = [&](const Placed &placed) {
		direct += placed.packets;
		// What is too long for the port is dropped by the switch, or by the port's device.
		for (u32 i = placed.next; i < kBatchPackets; i = batch.packets[i].next) {
			count_why(queue, placed.why, 1);
			if (batch.packets[i].gso() || batch.packets[i].len <= longest)
				if (sk_buff *skb = build_skb(lane, queue, batch.packets[i]))
					lane.outgoing[out++] = {skb, &only};
		}
	};
	lane.spread.queues.count = 0;
	if (void *owner = the_switch().port_owner(to))
		place_spread(lane, queue, owner, list.first, longest, settle);
	else
		settle(none_placed(list.first, Why::none));
	if (RINGWAY_UNLIKELY(lane.spread.queues.count))
		collect(lane, list.first); // the list was taken apart: the next port gets it whole again
	queue.from_guest_stats.path_skb += out;
	return direct + (out ? the_switch().forward(in, lane.outgoing, out) : 0);
}

// Returns the packets that dom0's own stack got.
u32 flood_local(Lane &lane, Queue &queue, const FloodList &list, brlite_port *in)
{
	u32 copies = 0;
	for (u32 i = list.first; i < kBatchPackets; i = lane.batch.packets[i].next) {
		Packet &packet = lane.batch.packets[i];
		if (!(lane.judged.verdicts[packet.verdict].flags & BRLITE_AND_LOCAL))
			continue;
		if (sk_buff *skb = build_skb(lane, queue, packet)) {
			the_switch().forward_local(in, skb);
			copies++;
		}
	}
	return copies;
}

// Where the list goes, and what becomes of its packets.
void flood_list(Lane &lane, Queue &queue, const FloodList &list, brlite_port *in)
{
	if (RINGWAY_LIKELY(in != nullptr)) {
		const brlite_frame &frame = lane.staged.frames[lane.batch.packets[list.shortest].verdict];
		brlite_port *ports[kPortsAtOnce];
		u32 cursor = 0, copies = 0;
		while (const u32 n =
			       the_switch().flood_ports(in, &frame, list.ports, ports, kPortsAtOnce, &cursor))
			for (u32 p = 0; p < n; p++)
				copies += flood_port(lane, queue, list, in, ports[p]);
		if (list.local)
			copies += flood_local(lane, queue, list, in);
		charge_copies(lane.batch, copies, list.count);
	}
	for (u32 i = list.first; i < kBatchPackets; i = lane.batch.packets[i].next) {
		Packet &packet = lane.batch.packets[i];
		if (packet.fate == Fate::pending)
			packet.fate = Fate::done; // nobody wanted it
		queue.from_guest_stats.packets++;
		queue.from_guest_stats.bytes += packet.len;
		queue.from_guest_stats.path_flood++;
	}
}
} // namespace

void ringway::netback::deliver_flood(Lane &lane, Queue &queue)
{
	brlite_port *in = queue.vif->port.load(std::memory_order_acquire);
	u32 first = 0;
	while (first < lane.batch.packet_count && lane.batch.packets[first].path != Path::flood)
		first++;
	if (RINGWAY_UNLIKELY(first == lane.batch.packet_count))
		return;
	do {
		const FloodList list = collect(lane, first);
		flood_list(lane, queue, list, in);
		first = list.next;
	} while (RINGWAY_UNLIKELY(first < kBatchPackets));
}
