// SPDX-License-Identifier: GPL-2.0-only
/* The net_device as the logic sets it up, and the locks that come with it. */
#include <linux/rtnetlink.h>

#include "netfront/linux/state.h"

int host_netdev_announce(struct vif_host *host, const struct netdev_wish *wish)
{
	struct net_device *dev = host->dev;
	const bool fresh = dev->reg_state == NETREG_UNINITIALIZED;
	int err;

	if (!fresh)
		netif_device_attach(dev); /* where we come back from a suspend */
	rtnl_lock();
	if (wish->new_mac)
		eth_hw_addr_set(dev, wish->mac);
	if (wish->mtu && fresh)
		dev->mtu = wish->mtu;
	err = netif_set_real_num_queues(dev, wish->queues, wish->queues);
	if (!err && fresh)
		err = register_netdevice(dev);
	else if (!err)
		netdev_update_features(dev);
	if (!err && wish->mtu && !fresh && dev_set_mtu(dev, wish->mtu))
		netdev_info(dev, "MTU %u of XenStore cannot be set\n", wish->mtu);
	rtnl_unlock();
	return err;
}

void host_netdev_detach(struct vif_host *host)
{
	netif_tx_lock_bh(host->dev);
	netif_device_detach(host->dev);
	netif_tx_unlock_bh(host->dev);
}

void host_netdev_carrier(struct vif_host *host, bool on)
{
	if (on)
		netif_carrier_on(host->dev);
	else
		netif_carrier_off(host->dev);
}

void host_netdev_notify_peers(struct vif_host *host)
{
	netdev_notify_peers(host->dev);
}

void host_rtnl_lock(void)
{
	rtnl_lock();
}

void host_rtnl_unlock(void)
{
	rtnl_unlock();
}

void host_rtnl_assert_locked(void)
{
	ASSERT_RTNL();
}

void host_tx_lock_bh(struct queue_host *host)
{
	__netif_tx_lock_bh(host->txq);
}

void host_tx_unlock_bh(struct queue_host *host)
{
	__netif_tx_unlock_bh(host->txq);
}

void host_softirq_off(void)
{
	local_bh_disable();
}

void host_softirq_on(void)
{
	local_bh_enable();
}

/* The first poll posts buffers and ends interrupts that came while we were down. */
void host_queue_enable(struct queue_host *host)
{
	napi_enable(&host->napi);
	local_bh_disable();
	napi_schedule(&host->napi);
	local_bh_enable();
}

void host_queue_disable(struct queue_host *host)
{
	napi_disable(&host->napi);
	timer_delete_sync(&host->refill);
}

struct queue_host *host_queue(struct vif_host *host, u32 i)
{
	return &host->queue[i];
}

void host_queue_bind(struct queue_host *host, struct netfront_queue *queue)
{
	host->queue = queue;
}
