// SPDX-License-Identifier: GPL-2.0-only
#include "netback/life/vif.hpp"
#include <new>

using namespace ringway;
using namespace ringway::netback;

void Vif::fatal(u32 queue, Error why)
{
	if (disabled.exchange(true))
		return;
	disabled_why = error_text(why);
	running.store(false, std::memory_order_release);
	host_log_fatal(host, queue, disabled_why);
	host_kick(host);
}

netback_vif *netback_vif_create(vif_host *host, u32 domain, u32 queues)
{
	void *memory = host_alloc(sizeof(netback_vif) + queues * sizeof(QueueStats));
	if (!memory)
		return nullptr;
	auto *vif = new (memory) netback_vif{};
	vif->host = host;
	vif->gone = reinterpret_cast<QueueStats *>(vif + 1);
	vif->most_queues = queues;
	vif->domain = static_cast<u16>(domain);
	vif->state = vif->announced = BackendState::initialising;
	vif->frontend.can_sg = vif->frontend.ip_csum = true;
	return vif;
}

void netback_vif_destroy(netback_vif *vif)
{
	host_free(vif);
}

// The device went up, or the rings came while it was up. CONTEXT: RTNL
void netback_up(netback_vif *vif)
{
	if (vif->disabled.load() || vif->running.load())
		return;
	for (u32 i = 0; i < vif->allocated; i++)
		host_queue_enable(vif->queues[i].host);
	vif->running.store(true, std::memory_order_release);
	for (u32 i = 0; i < vif->allocated; i++) {
		host_schedule(vif->queues[i].host, FROM_GUEST);
		host_schedule(vif->queues[i].host, TO_GUEST);
	}
}

// The device goes down, or the rings go while it is up. CONTEXT: RTNL
void netback_down(netback_vif *vif)
{
	vif->running.store(false, std::memory_order_release);
	for (u32 i = 0; i < vif->allocated; i++)
		host_queue_disable(vif->queues[i].host);
}

void netback_set_port(netback_vif *vif, brlite_port *port)
{
	vif->port.store(port, std::memory_order_release);
}

u32 netback_max_mtu(netback_vif *vif)
{
	// Without scatter-gather a packet has to fit one slot; 1500 is what such frontends expect.
	return vif->frontend.can_sg ? 65535 - 18 : 1500;
}

u32 netback_offloads(netback_vif *vif)
{
	const frontend_features &f = vif->frontend;
	return (f.can_sg ? NETBACK_OFFLOAD_SG : 0) | (f.gso_tcpv4 ? NETBACK_OFFLOAD_TSO4 : 0) |
	       (f.gso_tcpv6 ? NETBACK_OFFLOAD_TSO6 : 0) | (f.ip_csum ? NETBACK_OFFLOAD_CSUM4 : 0) |
	       (f.ipv6_csum ? NETBACK_OFFLOAD_CSUM6 : 0);
}
