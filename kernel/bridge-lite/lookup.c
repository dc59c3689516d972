// SPDX-License-Identifier: GPL-2.0-only
/* Is this device a bridge of ours, is it a port of one? */
#include <linux/rtnetlink.h>

#include "bridge-lite/lookup.h"
#include "bridge-lite/packets/forward.h"

const struct device_type brlite_device_type = {
	.name = BRLITE_KIND,
};

bool brlite_is_bridge(const struct net_device *dev)
{
	return dev->dev.type == &brlite_device_type;
}

struct brlite_slave *brlite_slave_of(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != brlite_handle_frame)
		return NULL;
	return container_of((struct brlite_port *)rtnl_dereference(dev->rx_handler_data), struct brlite_slave, port);
}
