// SPDX-License-Identifier: GPL-2.0-only
//
// Connecting to a frontend's rings and letting go of them.
//
// Every resource has one owner (a Queue, which owns its queue_host), is taken in one order and given back
// in the reverse one by the same function, whether connecting failed half way or a connection ends. So a
// frontend that makes any step of any queue fail leaves nothing behind (the class of the advisories on
// half-built queues), and the next attempt starts clean.
#include "core/place.hpp"
#include "netback/asked/mappings.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kHeadroomAllowed = 0x7fff; // XEN_NETIF_MAX_XDP_HEADROOM of Linux's netif.h

// Nobody else knows the queue any more, once it is unbound: no lock.
RINGWAY_UNCHECKED void close_queue(Queue &queue)
{
	if (!queue.host)
		return;
	host_queue_cancel_timers(queue.host);
	host_queue_unbind(queue.host); // no interrupt and no poll runs from here on
	queue.purge_backlog();
	queue.from_guest_ring.detach();
	queue.to_guest_ring.detach();
	unmap_buffers(queue);
	host_queue_destroy(queue.host); // unmaps the rings
	queue.host = nullptr;
}

// Nor does anybody yet, until it is bound.
RINGWAY_UNCHECKED Result<void> open_queue(Vif &vif, u32 index, u32 count)
{
	netback_queue &queue = vif.queues[index];
	queue.vif = &vif;
	queue.index = static_cast<u16>(index);
	queue.last_rx = host_jiffies();
	void *tx_ring = nullptr, *rx_ring = nullptr;
	int error = 0;
	queue.host = host_queue_create(vif.host, index, count, &queue, &tx_ring, &rx_ring, &error);
	if (!queue.host)
		return Error::missing; // C has reported what exactly
	if (!queue.from_guest_ring.attach(tx_ring).ok() || !queue.to_guest_ring.attach(rx_ring).ok()) {
		host_report_error(vif.host, error_errno(Error::ring_index),
				  "ring indices out of range at connect");
		return Error::ring_index;
	}
	return {};
}
} // namespace

// What a guest asks for beyond what can be given is cut; what no guest may ask for is refused.
// CONTEXT: polls may run: each packet is placed with the value it saw.
Result<void> Vif::read_headroom()
{
	u32 wanted = 0;
	if (host_read_headroom(host, &wanted))
		return Error::invalid; // reported by C
	if (wanted > kHeadroomAllowed) {
		host_report_error(host, error_errno(Error::invalid), "xdp-headroom is more than 32767");
		return Error::invalid;
	}
	headroom.store(static_cast<u16>(wanted < kMaxHeadroom ? wanted : kMaxHeadroom),
		       std::memory_order_relaxed);
	return {};
}

Result<void> Vif::connect()
{
	frontend_features said;
	if (host_read_frontend(host, &said))
		return Error::invalid; // reported by C, with the offending node
	TRY_VOID(read_headroom());
	const u32 count = said.queues;
	queues = static_cast<netback_queue *>(host_alloc(sizeof(netback_queue) * count));
	if (!queues) {
		host_report_error(host, error_errno(Error::no_memory), "allocating queues");
		return Error::no_memory;
	}
	const auto opened = open_queues(said);
	if (!opened.ok()) {
		disconnect();
		return opened.error();
	}
	count_queues(count);
	queue_count.store(count, std::memory_order_release);
	const int error = link(count);
	if (error) {
		disconnect();
		host_report_error(host, error, "setting the device's number of queues");
		return Error::no_memory;
	}
	return {};
}

// All of what a connection needs, or an error and some of it: `allocated` queues.
Result<void> Vif::open_queues(const frontend_features &said)
{
	for (u32 i = 0; i < said.queues; i++) {
		allocated = i + 1;
		TRY_VOID(open_queue(*this, i, said.queues));
	}
	introduce(said);
	multicast.want(said.multicast_control);
	for (u32 i = 0; i < allocated; i++)
		if (host_queue_bind(queues[i].host))
			return Error::missing;
	return open_control();
}

// One grace period for all queues: what was switched off in front of it is not used behind it.
void Vif::disconnect()
{
	control.ending.store(true, std::memory_order_relaxed);
	unlink(); // carrier off, polls and interrupts stopped
	queue_count.store(0, std::memory_order_release);
	host_grace_period(); // every reader that saw the old count is through
	close_control();
	for (u32 i = 0; i < allocated; i++)
		close_queue(queues[i]);
	multicast.clear();
	forget_control();
	retire_counters();
	allocated = 0;
	Queue *old = queues;
	queues = nullptr;
	host_free(old);
}

void netback_stop(netback_vif *vif)
{
	host_rtnl_assert_locked();
	vif->up = false;
	if (!vif->linked)
		return;
	vif->set_running(false);
	// Nobody looks after what waits for a vif that is down: it would keep its senders' sockets blocked,
	// and come out of date when the vif goes up.
	for (u32 i = 0; i < vif->allocated; i++)
		vif->queues[i].purge_backlog();
}
