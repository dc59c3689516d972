// SPDX-License-Identifier: GPL-2.0-only
/*
 * device.c - what the logic does to the vif's network device, says of it, and puts off.
 */
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>
#include <net/rtnetlink.h>

#include "linux/compat.h"
#include "netback/linux/state.h"

/* As large as asked for, as far as the guest can: one without scatter-gather may be followed by one with. */
static void suit_mtu(struct vif_host *host, unsigned int most)
{
	const unsigned int wanted = host->mtu;

	dev_set_mtu(host->dev, min(wanted, most));
	host->mtu = wanted;
}

int host_device_connected(struct vif_host *host, uint32_t queues, uint32_t max_mtu)
{
	int err = netif_set_real_num_queues(host->dev, queues, queues);

	if (err)
		return err;
	suit_mtu(host, max_mtu);
	netdev_update_features(host->dev);
	return 0;
}

void host_device_start(struct vif_host *host)
{
	if (netif_running(host->dev))
		netif_tx_wake_all_queues(host->dev);
	netif_carrier_on(host->dev);
}

void host_device_disconnected(struct vif_host *host) { netif_carrier_off(host->dev); }

void host_life_lock(struct vif_host *host) { mutex_lock(&host->life); }
void host_life_unlock(struct vif_host *host) { mutex_unlock(&host->life); }
void host_rtnl_lock(void) { rtnl_lock(); }
void host_rtnl_unlock(void) { rtnl_unlock(); }
void host_rtnl_assert_locked(void) { ASSERT_RTNL(); }

void host_grace_period(void) { synchronize_net(); }

void host_device_carrier(struct vif_host *host, bool on)
{
	if (on && !netif_carrier_ok(host->dev))
		netif_carrier_on(host->dev);
	else if (!on && netif_carrier_ok(host->dev))
		netif_carrier_off(host->dev);
}

/* As Linux asks about an skb on its way into the device. */
bool host_gso_fits(const struct vif_host *host, uint32_t len, uint32_t gso_size, bool ipv4)
{
	return len < compat_gso_max_size(host->dev, ipv4) && len / gso_size < READ_ONCE(host->dev->gso_max_segs);
}

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
