// SPDX-License-Identifier: GPL-2.0-only
// The part of linux/host.h that is the net_device: its queues, its locks.
#include "host.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

extern "C" {
int host_netdev_announce(vif_host *, const netdev_wish *wish)
{
	Kernel &k = kernel();
	// netif_device_attach() starts the queues of a device that is up, without RTNL.
	if (std::exchange(k.detached, false) && k.up)
		for (queue_host &q : k.host.queue)
			q.stopped = false;
	host_rtnl_lock();
	k.queues_announced = wish->queues;
	k.wish = *wish;
	host_rtnl_unlock();
	return k.refuse_device ? -22 : 0;
}
void host_netdev_detach(vif_host *)
{
	Kernel &k = kernel();
	for (queue_host &q : k.host.queue)
		if (q.queue)
			host_tx_lock(&q);
	k.detached = true;
	for (queue_host &q : k.host.queue)
		if (q.queue) {
			q.stopped = true;
			host_tx_unlock(&q);
		}
}
void host_netdev_carrier(vif_host *, bool on)
{
	kernel().carrier_changes += on != kernel().carrier;
	kernel().carrier = on;
}
void host_netdev_notify_peers(vif_host *)
{
	kernel().peers_notified++;
}
void host_rtnl_lock(void)
{
	EXPECT_NE(kernel().rtnl_holder, &this_task());
	take_lock(kernel().rtnl, "RTNL");
	kernel().rtnl_holder = &this_task();
}
void host_rtnl_unlock(void)
{
	EXPECT_EQ(kernel().rtnl_holder, &this_task());
	kernel().rtnl_holder = nullptr;
	kernel().rtnl = false;
}
void host_rtnl_assert_locked(void)
{
	EXPECT_EQ(kernel().rtnl_holder, &this_task());
}
void host_softirq_off(void)
{
	this_task().reading++;
}
void host_softirq_on(void)
{
	if (!--this_task().reading)
		this_task().sections++;
}
void host_queue_enable(queue_host *host)
{
	EXPECT_FALSE(host->enabled) << "NAPI enabled twice";
	EXPECT_EQ(kernel().rtnl_holder, &this_task());
	host->enabled = true;
	host->scheduled = true;
}
void host_queue_disable(queue_host *host)
{
	EXPECT_TRUE(host->enabled) << "NAPI disabled twice";
	EXPECT_EQ(kernel().rtnl_holder, &this_task());
	might_sleep("disabling NAPI");
	wait_until([host] { return !host->polling; }, "the end of a poll");
	host->enabled = host->scheduled = host->missed = host->retry = false;
}
queue_host *host_queue(vif_host *vif, u32 i)
{
	return &vif->queue.at(i);
}
void host_queue_bind(queue_host *host, netfront_queue *queue)
{
	host->queue = queue;
}
void host_lock(vif_host *)
{
	Kernel &k = kernel();
	EXPECT_NE(k.holder, &this_task());
	EXPECT_NE(k.rtnl_holder, &this_task()) << "the life mutex inside RTNL";
	take_lock(k.locked, "the life mutex");
	k.holder = &this_task();
}
void host_unlock(vif_host *)
{
	EXPECT_EQ(kernel().holder, &this_task());
	kernel().holder = nullptr;
	kernel().locked = false;
}
void *host_alloc(u32 bytes)
{
	return kernel().fails() ? nullptr : std::calloc(1, bytes);
}
void host_free(void *memory)
{
	std::free(memory);
}
}
