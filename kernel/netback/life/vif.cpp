// SPDX-License-Identifier: GPL-2.0-only
#include "netback/life/switch.hpp"
#include "netback/life/vif.hpp"
#include <new>

using namespace ringway;
using namespace ringway::netback;

constinit std::atomic<const struct brlite_abi *> ringway::netback::switch_table;

void Vif::fatal(u32 queue, Error why)
{
	const char *none = nullptr, *const text = error_text(why);
	if (!disabled_why.compare_exchange_strong(none, text))
		return;
	disabled.store(true, std::memory_order_release);
	running.store(false, std::memory_order_release);
	host_log_fatal(host, queue, text);
	host_kick(host);
}

// CONTEXT: nobody else knows the vif yet.
RINGWAY_UNCHECKED netback_vif *netback_vif_create(vif_host *host, u32 domain, u32 queues)
{
	void *memory = host_alloc(sizeof(netback_vif) + queues * sizeof(QueueStats));
	if (!memory)
		return nullptr;
	auto *vif = new (memory) netback_vif{};
	vif->host = vif->control.host = vif->rate.host = vif->counters.host = host;
	vif->gone = reinterpret_cast<QueueStats *>(vif + 1);
	vif->most_queues = queues;
	vif->domain = static_cast<u16>(domain);
	vif->state = vif->announced = BackendState::initialising;
	vif->frontend.can_sg = vif->frontend.ip_csum = true;
	vif->gets = NETBACK_OFFLOADS;
	return vif;
}

void netback_vif_destroy(netback_vif *vif)
{
	host_free(vif);
}

// Polls run exactly while the device is up and the rings are there.
void Vif::set_running(bool on)
{
	if (!on) {
		running.store(false, std::memory_order_release);
		for (u32 i = 0; i < allocated; i++)
			host_queue_disable(queues[i].host);
		return;
	}
	if (disabled.load() || running.load())
		return;
	for (u32 i = 0; i < allocated; i++)
		host_queue_enable(queues[i].host);
	running.store(true, std::memory_order_release);
	for (u32 i = 0; i < allocated; i++) {
		host_schedule(queues[i].host, FROM_GUEST);
		host_schedule(queues[i].host, TO_GUEST);
	}
	host_kick(host); // a queue that stalled before is looked at again, or its carrier would stay off
}

// Of a frontend that connects: what it says of itself, as ndo_fix_features() may ask at any time, and its
// polls, before events come.
void Vif::introduce(const frontend_features &said)
{
	RtnlLock lock;
	frontend = said;
	for (u32 i = 0; i < allocated; i++)
		host_queue_add_polls(queues[i].host);
}

// The rings have come. Returns 0 or -errno.
int Vif::link(u32 count)
{
	RtnlLock lock;
	const int error = host_device_connected(host, count, max_mtu());
	if (error)
		return error;
	linked = true;
	if (up)
		set_running(true);
	host_device_start(host);
	return 0;
}

// The rings are about to go, or have never come.
void Vif::unlink()
{
	RtnlLock lock;
	host_device_disconnected(host);
	if (linked) {
		linked = false;
		set_running(false);
	}
	for (u32 i = 0; i < allocated; i++)
		if (queues[i].host)
			host_queue_remove_polls(queues[i].host);
}

void netback_open(netback_vif *vif)
{
	host_rtnl_assert_locked();
	vif->up = true;
	if (vif->linked)
		vif->set_running(true);
}

u32 netback_queues(netback_vif *vif)
{
	return vif->queue_count.load(std::memory_order_acquire);
}

void netback_set_port(netback_vif *vif, const struct brlite_abi *table, brlite_port *port)
{
	if (table)
		switch_table.store(table, std::memory_order_relaxed);
	vif->port.store(port, std::memory_order_release);
}

u32 netback_max_mtu(netback_vif *vif)
{
	return vif->max_mtu();
}

void netback_set_offloads(netback_vif *vif, u32 offloads)
{
	host_rtnl_assert_locked();
	store_relaxed(vif->gets, offloads);
}

u32 netback_offloads(netback_vif *vif)
{
	const frontend_features &f = vif->frontend;
	return (f.can_sg ? NETBACK_OFFLOAD_SG : 0) | (f.gso_tcpv4 ? NETBACK_OFFLOAD_TSO4 : 0) |
	       (f.gso_tcpv6 ? NETBACK_OFFLOAD_TSO6 : 0) | (f.ip_csum ? NETBACK_OFFLOAD_CSUM4 : 0) |
	       (f.ipv6_csum ? NETBACK_OFFLOAD_CSUM6 : 0);
}
