// SPDX-License-Identifier: GPL-2.0-only
/*
 * netconsole over a bridge. While somebody uses the bridge's device for it, each port's device is ready for it too, and
 * what leaves with interrupts off leaves by that way (packets/transmit.c).
 */
#include <linux/netpoll.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "bridge-lite/netpoll.h"

void brlite_netpoll_join(struct brlite_slave *slave)
{
	struct netpoll *netpoll;

	if (!slave->bridge->uses_netpoll)
		return;
	netpoll = kzalloc(sizeof(*netpoll), GFP_KERNEL);
	if (!netpoll)
		return;
	if (__netpoll_setup(netpoll, slave->port.dev))
		kfree(netpoll); /* it cannot, and has said so; others may */
	else
		smp_store_release(&slave->netpoll, netpoll);
}

void brlite_netpoll_leave(struct brlite_slave *slave)
{
	struct netpoll *netpoll = slave->netpoll;

	if (!netpoll)
		return;
	WRITE_ONCE(slave->netpoll, NULL);
	__netpoll_free(netpoll); /* waits a grace period; newer kernels have no other word for modules */
}

int brlite_netpoll_setup(struct net_device *dev, struct netpoll_info *info)
{
	struct brlite *bridge = netdev_priv(dev);
	struct brlite_slave *slave;

	bridge->uses_netpoll = true;
	list_for_each_entry(slave, &bridge->slaves, list)
		brlite_netpoll_join(slave);
	return 0;
}

void brlite_netpoll_cleanup(struct net_device *dev)
{
	struct brlite *bridge = netdev_priv(dev);
	struct brlite_slave *slave;

	bridge->uses_netpoll = false;
	list_for_each_entry(slave, &bridge->slaves, list)
		brlite_netpoll_leave(slave);
}
