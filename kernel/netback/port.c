// SPDX-License-Identifier: GPL-2.0-only
/* port.c - the vif as a port of bridge-lite: found, bound and let go when the device's master changes. */
#include <linux/netdevice.h>
#include <net/rtnetlink.h>

#include "netback/linux/state.h"

const struct brlite_abi *nb_brlite;

/*
 * Binds and unbinds the port when the device gets or loses a master of kind "brlite". netback does not
 * depend on the switch's module: it is there when somebody made a bridge of that kind, or it is not.
 */
static void nb_port_unbind(struct nb_kvif *kvif)
{
	if (!kvif->port)
		return;
	nb_vif_set_port(kvif->vif, NULL);
	nb_brlite->unbind(kvif->port);
	kvif->port = NULL;
	/* The table stays readable for a grace period: the switch waits for one before it goes away. */
}

static const struct brlite_port_ops nb_port_ops = {.deliver = nb_vif_deliver};

static void nb_port_bind(struct nb_kvif *kvif)
{
	const struct brlite_abi *abi = symbol_get(brlite_abi);

	if (!abi)
		return;
	if (abi->version == BRLITE_ABI_VERSION) {
		WRITE_ONCE(nb_brlite, abi);
		kvif->port = abi->bind(kvif->dev, kvif->vif, &nb_port_ops);
		if (kvif->port)
			nb_vif_set_port(kvif->vif, kvif->port);
	} else {
		netdev_warn(kvif->dev,
			    "bridge-lite speaks port ABI %u, this module %u: packets take the skb path; install matching modules\n",
			    abi->version, BRLITE_ABI_VERSION);
	}
	symbol_put(brlite_abi);
}

static int nb_port_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);
	const struct netdev_notifier_changeupper_info *info = data;

	if (event != NETDEV_CHANGEUPPER || dev->netdev_ops != &nb_netdev_ops || !info->master)
		return NOTIFY_DONE;
	if (!info->linking)
		nb_port_unbind(netdev_priv(dev));
	else if (info->upper_dev->rtnl_link_ops && !strcmp(info->upper_dev->rtnl_link_ops->kind, "brlite"))
		nb_port_bind(netdev_priv(dev));
	return NOTIFY_DONE;
}

static struct notifier_block nb_notifier = {.notifier_call = nb_port_event};

int nb_port_init(void) { return register_netdevice_notifier(&nb_notifier); }
void nb_port_exit(void) { unregister_netdevice_notifier(&nb_notifier); }
