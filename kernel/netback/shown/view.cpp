// SPDX-License-Identifier: GPL-2.0-only
//
// A queue, the limits and the hash configuration of a vif as they stand, for a person to read (debugfs.c).
//
// Nothing stops while it is looked at: the TX side belongs to its poll, which may run meanwhile, so its
// numbers can be of two moments. What is read is one aligned word each, and none of it decides anything.
#include "netback/life/vif.hpp"

using namespace ringway;

namespace
{
nb_ring_view view_of(const RingIndices &ring)
{
	return {ring.size,     ring.req_prod,    ring.req_cons, ring.req_event,
		ring.rsp_prod, ring.rsp_private, ring.rsp_event};
}

nb_bucket_view view_of(const TokenBucket &bucket)
{
	return {bucket.amount(), bucket.interval(), bucket.left()};
}

// Valid until the end of the RCU read side; null: not connected.
Queue *find_queue(const Vif &vif, u32 index)
{
	return index < vif.queue_count.load(std::memory_order_acquire) ? &vif.queues[index] : nullptr;
}
} // namespace

int nb_vif_view_queue(void *opaque, unsigned int index, nb_queue_view *out)
{
	Queue *queue = find_queue(*static_cast<Vif *>(opaque), index);
	if (!queue)
		return -1;
	*out = {};
	out->kq = queue->kq;
	out->tx = view_of(queue->tx.indices());
	out->owed = queue->owed;
	out->waits = queue->waits;
	nb_softirq_off();
	nb_rx_lock(queue->kq);
	out->rx = view_of(queue->rx.indices());
	out->backlog_packets = queue->backlog_packets;
	out->backlog_bytes = queue->backlog_bytes;
	out->stopped = queue->stopped;
	out->throttled = queue->throttled;
	out->stalled = queue->stalled;
	nb_rx_unlock(queue->kq);
	nb_softirq_on();
	return 0;
}

// As if the guest had sent an event for either ring: polls find what there is, or nothing. No end of
// interrupt is paid that is not owed, and a vif that is down or disabled stays so.
int nb_vif_kick_queue(void *opaque, unsigned int index)
{
	Queue *queue = find_queue(*static_cast<Vif *>(opaque), index);
	if (!queue)
		return -1;
	nb_softirq_off();
	nb_schedule_tx(queue->kq);
	nb_schedule_rx(queue->kq);
	nb_softirq_on();
	return 0;
}

void nb_vif_view_limits(void *opaque, nb_limits_view *out)
{
	auto &vif = *static_cast<Vif *>(opaque);
	nb_softirq_off();
	nb_rate_lock(vif.kvif);
	const u64 now = nb_micros();
	vif.from_guest_limit.refresh(now);
	vif.to_guest_limit.refresh(now);
	*out = {view_of(vif.from_guest_limit.bytes()), view_of(vif.from_guest_limit.packets()),
		view_of(vif.to_guest_limit.bytes()), view_of(vif.to_guest_limit.packets())};
	nb_rate_unlock(vif.kvif);
	nb_softirq_on();
}

void nb_vif_view_hash(void *opaque, nb_hash_view *out)
{
	const Control &control = static_cast<Vif *>(opaque)->control;
	const HashConfig &config = control.config[control.current];
	static_assert(NB_HASH_KEY == kHashKey && NB_HASH_MAPPING == kHashMapping);
	*out = {};
	out->connected = control.ring.attached();
	if (out->connected)
		out->ring = view_of(control.ring.indices());
	out->active = control.hash() != nullptr;
	out->algorithm = config.algorithm;
	out->types = config.types;
	out->size = config.size;
	__builtin_memcpy(out->key, config.key, kHashKey);
	__builtin_memcpy(out->mapping, config.mapping, kHashMapping);
}
