// SPDX-License-Identifier: GPL-2.0-only
/* port.c - the vif as a port of bridge-lite: found, bound and let go when the device's master changes. */
#include <linux/netdevice.h>
#include <net/rtnetlink.h>

#include "netback/roof.h"

static const struct brlite_abi *the_switch; /* CONTEXT: RTNL */

/*
 * Binds and unbinds the port when the device gets or loses a master of kind "brlite". netback does not
 * depend on the switch's module: it is there when somebody made a bridge of that kind, or it is not.
 */
static void vif_port_unbind(struct vif_host *host)
{
	if (!host->port)
		return;
	netback_set_port(host->vif, NULL, NULL);
	the_switch->unbind(host->port);
	host->port = NULL;
	/* The table stays readable for a grace period: the switch waits for one before it goes away. */
}

static const struct brlite_port_ops vif_port_ops = {.deliver = netback_deliver};

static void vif_port_bind(struct vif_host *host)
{
	const struct brlite_abi *abi = symbol_get(brlite_abi);

	if (!abi)
		return;
	if (abi->version == BRLITE_ABI_VERSION) {
		the_switch = abi;
		host->port = abi->bind(host->dev, host->vif, &vif_port_ops);
		if (host->port)
			netback_set_port(host->vif, abi, host->port);
	} else {
		netdev_warn(host->dev,
			    "bridge-lite speaks port ABI %u, this module %u: packets take the skb path; install matching modules\n",
			    abi->version, BRLITE_ABI_VERSION);
	}
	symbol_put(brlite_abi);
}

static int vif_port_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);
	const struct netdev_notifier_changeupper_info *info = data;

	if (event != NETDEV_CHANGEUPPER || dev->netdev_ops != &vif_netdev_ops || !info->master)
		return NOTIFY_DONE;
	if (!info->linking)
		vif_port_unbind(netdev_priv(dev));
	else if (info->upper_dev->rtnl_link_ops && !strcmp(info->upper_dev->rtnl_link_ops->kind, "brlite"))
		vif_port_bind(netdev_priv(dev));
	return NOTIFY_DONE;
}

static struct notifier_block vif_notifier = {.notifier_call = vif_port_event};

int vif_port_init(void) { return register_netdevice_notifier(&vif_notifier); }
void vif_port_exit(void) { unregister_netdevice_notifier(&vif_notifier); }
