// SPDX-License-Identifier: GPL-2.0-only
// A vif's memory, and when its queues run: exactly while the interface is up and its rings exist.
#include "netfront/vif.hpp"
#include <new>

namespace ringway::netfront
{
Result<void> Vif::create(vif_host *host, u32 queues)
{
	host_ = host;
	shared_.host = host;
	for (u32 i = 0; i < queues; i++) {
		void *memory = host_alloc(sizeof(netfront_queue));
		if (!memory)
			return Error::no_memory;
		queue_[i] = new (memory) netfront_queue;
		queue_[i]->host = host_queue(host, i);
		queue_[i]->shared = &shared_;
		host_queue_bind(queue_[i]->host, queue_[i]);
		allocated_++;
	}
	return {};
}

// INVARIANT: disconnected, and the net_device is unregistered, so nobody uses the queues any more.
void Vif::destroy()
{
	for (u32 i = 0; i < allocated_; i++)
		host_free(queue_[i]);
	allocated_ = 0;
}

void Vif::open()
{
	up_ = true;
	if (linked_)
		start_queues();
}

void Vif::stop()
{
	if (linked_)
		stop_queues();
	up_ = false;
}

void Vif::set_linked(bool linked)
{
	RtnlLock lock;
	if (linked == linked_)
		return;
	if (up_ && linked_)
		stop_queues();
	linked_ = linked;
	if (up_ && linked_)
		start_queues();
}

void Vif::start_queues()
{
	for (u32 i = 0; i < active_; i++) {
		netfront_queue &queue = *queue_[i];
		{
			TxLockBh lock{queue.tx};
			queue.tx.start();
		}
		host_queue_enable(queue.host);
	}
}

// Afterwards nobody is in transmit or in a poll, nor will be.
void Vif::stop_queues()
{
	for (u32 i = 0; i < active_; i++) {
		netfront_queue &queue = *queue_[i];
		{
			TxLockBh lock{queue.tx};
			queue.tx.stop();
		}
		host_queue_disable(queue.host);
	}
}
} // namespace ringway::netfront

using ringway::u32;

extern "C" netfront_vif *netfront_create(vif_host *host, u32 queues)
{
	void *memory = host_alloc(sizeof(netfront_vif));
	if (!memory)
		return nullptr;
	auto *vif = new (memory) netfront_vif;
	if (vif->create(host, queues).ok())
		return vif;
	netfront_destroy(vif);
	return nullptr;
}

extern "C" void netfront_destroy(netfront_vif *vif)
{
	vif->destroy();
	host_free(vif);
}

extern "C" void netfront_open(netfront_vif *vif)
{
	host_rtnl_assert_locked();
	vif->open();
}

extern "C" void netfront_stop(netfront_vif *vif)
{
	host_rtnl_assert_locked();
	vif->stop();
}

extern "C" backend_features netfront_backend_features(const netfront_vif *vif)
{
	return vif->features();
}

extern "C" copy_limits netfront_copy_limits(const netfront_vif *vif)
{
	const auto &shared = vif->shared();
	return {shared.tx_copy_limit.load(std::memory_order_relaxed),
		shared.rx_copy_limit.load(std::memory_order_relaxed)};
}

extern "C" bool netfront_set_copy_limits(netfront_vif *vif, copy_limits limits)
{
	if (limits.tx > ringway::kPageSize || limits.rx > ringway::kPageSize)
		return false;
	vif->shared().tx_copy_limit.store(limits.tx, std::memory_order_relaxed);
	vif->shared().rx_copy_limit.store(limits.rx, std::memory_order_relaxed);
	return true;
}
