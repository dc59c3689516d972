// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - what the logic does to the vif's network device, says of it, and puts off.
 */
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <net/rtnetlink.h>

#include "netback/linux/state.h"

/* As large as asked for, as far as the guest can: one without scatter-gather may be followed by one with. */
static void suit_mtu(struct vif_host *host)
{
	const unsigned int wanted = host->mtu;

	dev_set_mtu(host->dev, min(wanted, netback_max_mtu(host->vif)));
	host->mtu = wanted;
}

int host_device_connected(struct vif_host *host, uint32_t queues)
{
	struct net_device *dev = host->dev;
	int err;

	rtnl_lock();
	err = netif_set_real_num_queues(dev, queues, queues);
	if (!err) {
		suit_mtu(host);
		netdev_update_features(dev);
		host->connected = true;
		if (netif_running(dev)) {
			netback_up(host->vif);
			netif_tx_wake_all_queues(dev);
		}
		netif_carrier_on(dev);
	}
	rtnl_unlock();
	return err;
}

void host_device_disconnected(struct vif_host *host)
{
	rtnl_lock();
	netif_carrier_off(host->dev);
	if (host->connected) {
		host->connected = false;
		netback_down(host->vif);
	}
	rtnl_unlock();
}

void host_grace_period(void) { synchronize_net(); }

void host_device_carrier(struct vif_host *host, bool on)
{
	if (on && !netif_carrier_ok(host->dev))
		netif_carrier_on(host->dev);
	else if (!on && netif_carrier_ok(host->dev))
		netif_carrier_off(host->dev);
}

void host_device_unregister(struct vif_host *host) { host->gone = true; }

void host_log_fatal(struct vif_host *host, uint32_t queue, const char *why)
{
	if (net_ratelimit())
		netdev_err(host->dev, "queue %u: %s; vif disabled until it is detached and attached again\n", queue, why);
}

void host_log_stall(struct vif_host *host, uint32_t queue, bool stalled)
{
	if (net_ratelimit())
		netdev_info(host->dev, "queue %u: guest %s\n", queue,
			    stalled ? "posts no receive buffers: stalled" : "posts receive buffers again");
}

void host_kick(struct vif_host *host) { mod_delayed_work(system_wq, &host->work, 0); }
void host_kick_later(struct vif_host *host, unsigned long delay)
{
	if (!delayed_work_pending(&host->work))
		queue_delayed_work(system_wq, &host->work, delay);
}
