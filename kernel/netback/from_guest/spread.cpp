// SPDX-License-Identifier: GPL-2.0-only
// See spread.hpp.
#include "netback/from_guest/spread.hpp"
#include "core/flow_hash.hpp"
#include "netback/from_guest/deliver.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// The hash of the packet's flow: the guest's own, if it sent one along, made once otherwise.
// HOSTILE: a guest that gives the packets of one flow different hashes loses their order, and nobody else's.
u32 hash_for_queue(const Queue &from, Packet &packet)
{
	if (!packet.hash_type) {
		packet.hash = flow_hash(packet.head, packet.staged);
		packet.hash_type = kHashedHere;
	}
	return spread_hash(packet.hash & ((1u << kFlowHashBits) - 1), from.index, from.vif->frontend.queues);
}

// May a vif with several queues get the skb?
bool may_be_spread(const Lane &lane, const Queue &from, const Packet &packet)
{
	if (!from.vif->port.load(std::memory_order_relaxed))
		return false; // then all its packets go as skbs, and Linux makes a hash where it needs one
	if (packet.path == Path::up)
		return true; // to the same bridge, past somebody who watches
	const brlite_verdict &verdict = lane.judged.verdicts[packet.verdict];
	if (verdict.action != BRLITE_PORT)
		return verdict.action == BRLITE_FLOOD;
	return verdict.owner && receiver_of(verdict.owner).queues > 1;
}
} // namespace

void ringway::netback::spread_list(Lane &lane, const Queue &from, const Receiver &to, u32 first)
{
	Groups &queues = lane.spread.queues;
	Group *at = nullptr;
	queues.count = 0;
	for (u32 i = first; i < kBatchPackets;) {
		Packet &packet = lane.batch.packets[i];
		const u32 next = packet.next;
		u32 queue;
		if (to.config) {
			const u32 head = packet.staged < kHashHead ? packet.staged : kHashHead;
			lane.spread.hash[i] = hash_frame(*to.config, packet.head, head);
			queue = hash_queue(*to.config, lane.spread.hash[i], to.queues);
		} else {
			queue = hash_for_queue(from, packet) % to.queues;
		}
		queues.append(at, static_cast<Queue *>(&to.vif->queues[queue]), packet, i);
		i = next;
	}
}

void ringway::netback::mark_flow(const Lane &lane, const Queue &from, Packet &packet, sk_buff *skb)
{
	if (may_be_spread(lane, from, packet))
		host_skb_set_hash(skb, hash_for_queue(from, packet), HOST_HASH_QUEUE);
	else if (packet.hash_type && packet.hash_type != kHashedHere)
		host_skb_set_hash(skb, packet.hash,
				  hash_has_ports(packet.hash_type) ? HOST_HASH_PORTS : HOST_HASH_ADDRESSES);
}
