// SPDX-License-Identifier: GPL-2.0-only
#include "netback/life/vif.hpp"
#include <new>

using namespace ringway;

void Vif::fatal(u32 queue, Error why)
{
	if (disabled.exchange(true))
		return;
	disabled_why = error_text(why);
	running.store(false, std::memory_order_release);
	nb_log_fatal(kvif, queue, disabled_why);
	nb_vif_kick(kvif);
}

void *nb_vif_create(nb_kvif *kvif, unsigned int domain, unsigned int queues)
{
	void *memory = nb_alloc(sizeof(Vif) + queues * sizeof(QueueStats));
	if (!memory)
		return nullptr;
	auto *vif = new (memory) Vif{};
	vif->kvif = kvif;
	vif->gone = reinterpret_cast<QueueStats *>(vif + 1);
	vif->most_queues = queues;
	vif->domain = static_cast<u16>(domain);
	vif->state = vif->announced = BackendState::initialising;
	vif->frontend.can_sg = vif->frontend.ip_csum = 1;
	return vif;
}

void nb_vif_destroy(void *vif)
{
	nb_free(vif);
}

// The device went up, or the rings came while it was up. CONTEXT: RTNL
void nb_vif_up(void *opaque)
{
	auto *vif = static_cast<Vif *>(opaque);
	if (vif->disabled.load() || vif->running.load())
		return;
	for (u32 i = 0; i < vif->allocated; i++)
		nb_kqueue_enable(vif->queues[i].kq);
	vif->running.store(true, std::memory_order_release);
	for (u32 i = 0; i < vif->allocated; i++) {
		nb_schedule_tx(vif->queues[i].kq);
		nb_schedule_rx(vif->queues[i].kq);
	}
}

// The device goes down, or the rings go while it is up. CONTEXT: RTNL
void nb_vif_down(void *opaque)
{
	auto *vif = static_cast<Vif *>(opaque);
	vif->running.store(false, std::memory_order_release);
	for (u32 i = 0; i < vif->allocated; i++)
		nb_kqueue_disable(vif->queues[i].kq);
}

void nb_vif_set_port(void *vif, brlite_port *port)
{
	static_cast<Vif *>(vif)->port.store(port, std::memory_order_release);
}

unsigned int nb_vif_max_mtu(void *vif)
{
	// Without scatter-gather a packet has to fit one slot; 1500 is what such frontends expect.
	return static_cast<Vif *>(vif)->frontend.can_sg ? 65535 - 18 : 1500;
}

unsigned int nb_vif_offloads(void *opaque)
{
	const nb_frontend &f = static_cast<Vif *>(opaque)->frontend;
	return (f.can_sg ? NB_OFFLOAD_SG : 0) | (f.gso_tcpv4 ? NB_OFFLOAD_TSO4 : 0) |
	       (f.gso_tcpv6 ? NB_OFFLOAD_TSO6 : 0) | (f.ip_csum ? NB_OFFLOAD_CSUM4 : 0) |
	       (f.ipv6_csum ? NB_OFFLOAD_CSUM6 : 0);
}

// CONTEXT: softirq or BH off, RCU read side (the device's transmit function); netpoll: interrupts off.
nb_xmit nb_vif_xmit(void *opaque, sk_buff *skb, unsigned int queue)
{
	auto *vif = static_cast<Vif *>(opaque);
	const u32 count = vif->queue_count.load(std::memory_order_acquire);
	if (RINGWAY_UNLIKELY(!count || !vif->running.load(std::memory_order_acquire)))
		return NB_REFUSED;
	return vif->queues[queue < count ? queue : queue % count].enqueue(skb);
}

namespace
{
u32 pick_queue(Vif &vif, sk_buff *skb, u32 count)
{
	if (count == 1)
		return 0;
	const int wanted = nb_vif_select_queue(&vif, skb);
	return (wanted >= 0 ? static_cast<u32>(wanted) : nb_pick_queue(vif.kvif, skb)) % count;
}
} // namespace

// Past the device's queueing discipline, as far as nobody could tell. CONTEXT: as nb_vif_xmit()
sk_buff *nb_vif_deliver(void *opaque, sk_buff *first)
{
	auto *vif = static_cast<Vif *>(opaque);
	const u32 count = vif->queue_count.load(std::memory_order_acquire);
	if (RINGWAY_UNLIKELY(!count || !vif->running.load(std::memory_order_acquire) ||
			     nb_device_watched(vif->kvif)))
		return first;
	while (first) {
		Queue &queue = vif->queues[pick_queue(*vif, first, count)];
		if (RINGWAY_UNLIKELY(!nb_txq_idle(queue.kq)))
			break;
		sk_buff *rest = nb_skb_cut(first);
		if (sk_buff *fit = nb_skb_suit(vif->kvif, first))
			if (sk_buff *left = queue.enqueue_list(fit))
				return nb_skb_join(left, rest);
		first = rest;
	}
	return first;
}
