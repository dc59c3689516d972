// SPDX-License-Identifier: GPL-2.0-only
//
// A queue, the limits and the hash configuration of a vif as they stand, for a person to read (debugfs.c).
//
// Nothing stops while it is looked at: the TX side belongs to its poll, which may run meanwhile, so its
// numbers can be of two moments. What is read is one aligned word each, and none of it decides anything.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
netback_ring_view view_of(const RingIndices &ring)
{
	return {ring.size,     ring.req_prod,    ring.req_cons, ring.req_event,
		ring.rsp_prod, ring.rsp_private, ring.rsp_event};
}

netback_bucket_view view_of(const TokenBucket &bucket)
{
	return {bucket.amount(), bucket.interval(), bucket.left()};
}

// Valid until the end of the RCU read side; null: not connected.
Queue *find_queue(const Vif &vif, u32 index)
{
	return index < vif.queue_count.load(std::memory_order_acquire) ? &vif.queues[index] : nullptr;
}
} // namespace

bool netback_view_queue(netback_vif *vif, u32 index, netback_queue_view *out)
{
	Queue *queue = find_queue(*vif, index);
	if (!queue)
		return false;
	*out = {};
	out->host = queue->host;
	out->from_guest = view_of(queue->from_guest_ring.indices());
	out->owed = queue->overdrawn;
	out->waits = queue->waits;
	if (const MappedBuffers *buffers = queue->buffers.load(std::memory_order_acquire)) {
		out->mapped_buffers = buffers->map().count();
		out->misses_from_guest = buffers->misses_from_guest();
		out->misses_to_guest = buffers->misses_to_guest();
	}
	host_softirq_off();
	host_to_guest_lock(queue->host);
	out->to_guest = view_of(queue->to_guest_ring.indices());
	out->backlog_packets = queue->backlog_packets;
	out->backlog_bytes = queue->backlog_bytes;
	out->stopped = queue->stopped;
	out->throttled = queue->throttled;
	out->stalled = queue->stalled;
	host_to_guest_unlock(queue->host);
	host_softirq_on();
	return true;
}

// As if the guest had sent an event for either ring: polls find what there is, or nothing. No end of
// interrupt is paid that is not owed, and a vif that is down or disabled stays so.
bool netback_kick_queue(netback_vif *vif, u32 index)
{
	Queue *queue = find_queue(*vif, index);
	if (!queue)
		return false;
	host_softirq_off();
	host_schedule(queue->host, FROM_GUEST);
	host_schedule(queue->host, TO_GUEST);
	host_softirq_on();
	return true;
}

void netback_view_limits(netback_vif *vif, netback_limits_view *out)
{
	SoftirqsOff off;
	Guard lock(vif->rate);
	const u64 now = host_micros();
	vif->from_guest_limit.refresh(now);
	vif->to_guest_limit.refresh(now);
	*out = {view_of(vif->from_guest_limit.bytes()), view_of(vif->from_guest_limit.packets()),
		view_of(vif->to_guest_limit.bytes()), view_of(vif->to_guest_limit.packets())};
}

void netback_view_hash(netback_vif *vif, netback_hash_view *out)
{
	Control &control = vif->control;
	Guard lock(control);
	const HashConfig &config = control.config[control.current];
	static_assert(NETBACK_HASH_KEY == kHashKey && NETBACK_HASH_MAPPING == kHashMapping);
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
