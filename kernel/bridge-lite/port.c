// SPDX-License-Identifier: GPL-2.0-only
/* Ports: how a device becomes one, what happens to it meanwhile, how it leaves. CONTEXT: RTNL, all of this file. */
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <net/rtnetlink.h>

#include "bridge-lite/counters.h"
#include "bridge-lite/entry.h"
#include "bridge-lite/inherit.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/netpoll.h"
#include "bridge-lite/packets/forward.h"
#include "bridge-lite/port.h"
#include "bridge-lite/port_flag.h"
#include "bridge-lite/settings/address_lock.h"
#include "bridge-lite/settings/gate.h"
#include "bridge-lite/settings/mirror.h"
#include "bridge-lite/settings/port_sysfs.h"
#include "bridge-lite/settings/rules.h"
#include "bridge-lite/settings/slave.h"
#include "bridge-lite/settings/storm.h"
#include "bridge-lite/settings/vlan.h"
#include "bridge-lite/settings/vlan_counters.h"
#include "linux/compat.h"

static void update_port_mtu(struct brlite_slave *slave)
{
	const struct net_device *dev = slave->port.dev;

	/* Room for one VLAN tag besides, as everywhere in Linux. */
	WRITE_ONCE(slave->port.max_frame, dev->mtu + dev->hard_header_len + VLAN_HLEN);
}

/* All that depends on which ports there are. */
static void ports_changed(struct brlite *bridge)
{
	brlite_update_address(bridge);
	brlite_update_mtu(bridge);
	netdev_update_features(bridge->dev);
	brlite_update_ports(bridge);
}

/* --- Joining and leaving ------------------------------------------------------------------------ */

static int may_join(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	if ((dev->flags & IFF_LOOPBACK) || dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN ||
	    !is_valid_ether_addr(dev->dev_addr)) {
		NL_SET_ERR_MSG_MOD(extack, "Only an Ethernet device with a unicast MAC address can be a port");
		return -EINVAL;
	}
	if (brlite_is_bridge(dev)) {
		NL_SET_ERR_MSG_MOD(extack, "A brlite bridge cannot be a port of another brlite bridge");
		return -ELOOP;
	}
	if (netdev_master_upper_dev_get((struct net_device *)dev)) {
		NL_SET_ERR_MSG_MOD(extack, "The device already has a master: run \"ip link set DEV nomaster\" first");
		return -EBUSY;
	}
	if (dev->priv_flags & IFF_DONT_BRIDGE) {
		NL_SET_ERR_MSG_MOD(extack, "This kind of device cannot be bridged");
		return -EOPNOTSUPP;
	}
	return 0;
}

static struct brlite_slave *make_slave(struct brlite *bridge, struct net_device *dev)
{
	struct brlite_slave *slave = kzalloc(sizeof(*slave), GFP_KERNEL);
	struct brlite_counters __percpu *counters;
	unsigned int i;

	if (!slave)
		return NULL;
	counters = alloc_percpu(struct brlite_counters);
	if (!counters) {
		kfree(slave);
		return NULL;
	}
	slave->bridge = bridge;
	slave->port.dev = dev;
	slave->port.counters = compat_plain(struct brlite_counters, counters);
	brlite_vlans_init(bridge, &slave->port, &slave->vlans);
	brlite_init_gate(slave);
	update_port_mtu(slave);
	netdev_hold(dev, &slave->tracker, GFP_KERNEL);
	for (i = 0; i < BRLITE_NEWS; i++) {
		ratelimit_state_init(&slave->told[i], 60 * HZ, 1);
		ratelimit_set_flags(&slave->told[i], RATELIMIT_MSG_ON_RELEASE); /* nothing about what was left out */
	}
	return slave;
}

/* CONTEXT: a grace period after the last frame that may know the port. */
static void free_slave(struct brlite_slave *slave)
{
	brlite_free_gate(slave);
	netdev_put(slave->port.dev, &slave->tracker);
	kfree(slave->addresses);
	kfree(slave->port.storm);
	brlite_free_rules(slave);
	brlite_vlan_counters_free(&slave->vlans);
	free_percpu(compat_percpu(slave->port.counters));
	kfree(slave);
}

int brlite_add_slave(struct net_device *dev, struct net_device *slave_dev, struct netlink_ext_ack *extack)
{
	struct brlite *bridge = netdev_priv(dev);
	struct brlite_slave *slave;
	int err = may_join(slave_dev, extack);

	if (err)
		return err;
	slave = make_slave(bridge, slave_dev);
	if (!slave)
		return -ENOMEM;
	call_netdevice_notifiers(NETDEV_JOIN, slave_dev);
	err = dev_set_promiscuity(slave_dev, 1);
	if (err)
		goto free;
	err = brlite_port_attach(bridge->core, &slave->port, false);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack,
				   "The bridge already has its maximum of " __stringify(BRLITE_MAX_PORTS) " ports");
		goto promiscuity;
	}
	err = netdev_rx_handler_register(slave_dev, brlite_handle_frame, &slave->port);
	if (err) {
		NL_SET_ERR_MSG_MOD(extack,
				   "Another driver (macvlan, bonding or team) already has this device: remove it there first");
		goto detach;
	}
	/* From here on a driver may bind its port: it hears of the master by this. */
	err = netdev_master_upper_dev_link(slave_dev, dev, NULL, NULL, extack);
	if (err)
		goto handler;

	brlite_set_learn_limit(slave);
	brlite_default_storm(slave);
	brlite_add_port_files(slave);
	brlite_netpoll_join(slave);
	brlite_flag_port(slave_dev);
	dev_disable_lro(slave_dev);
	brlite_join_counters(bridge, slave);
	brlite_local_address_add(bridge, &slave->port, slave_dev->dev_addr);
	ports_changed(bridge);
	return 0;

handler:
	brlite_port_detach(&slave->port);
	netdev_rx_handler_unregister(slave_dev); /* waits a grace period */
	if (slave->port.owner) {
		/* A driver bound it before another one refused; it will not hear of this. Its port stays, down. */
		dev_set_promiscuity(slave_dev, -1);
		netdev_put(slave_dev, &slave->tracker);
		return err;
	}
	goto promiscuity;
detach:
	brlite_port_detach(&slave->port);
	synchronize_net(); /* whoever floods just now may have found the port */
promiscuity:
	dev_set_promiscuity(slave_dev, -1);
free:
	free_slave(slave);
	return err;
}

/* A guest is behind it: a vif, or the tap of an emulated card. */
static bool is_guests(const struct brlite_slave *slave)
{
	const struct rtnl_link_ops *kind = slave->port.dev->rtnl_link_ops;

	return slave->port.owner || (kind && !strcmp(kind->kind, "tun"));
}

/* What a port was told ends with it. A guest's, joined anew, would be open: down until ringway(8) takes it up. */
static void close_if_guarded(const struct brlite_slave *slave)
{
	struct net_device *dev = slave->port.dev;
	const u32 guards = BRLITE_ISOLATED | BRLITE_LOCKED | BRLITE_ADDRESS_LOCKED | BRLITE_STORM | BRLITE_RULES_FROM |
			   BRLITE_RULES_TO;

	if (!(dev->flags & IFF_UP) || !is_guests(slave))
		return;
	if (!(slave->port.policy & guards) &&
	    !(slave->bridge->vlan_filtering && brlite_vlans_differ(slave->bridge, &slave->vlans)))
		return;
	netdev_info(dev, "leaves %s and its policy: down until \"ringway vif set\" puts it in force again\n",
		    slave->bridge->dev->name);
	dev_close(dev);
}

/* Everything but what depends on the ports that remain. */
static void remove_slave(struct brlite_slave *slave)
{
	struct brlite *bridge = slave->bridge;
	struct net_device *dev = slave->port.dev;
	const struct brlite_claims *claims;

	close_if_guarded(slave);
	brlite_remove_port_files(slave);
	brlite_netpoll_leave(slave);
	/* No new verdict names the port, the driver that bound it lets go, then those in flight end. */
	brlite_unflag_port(dev);
	brlite_begin_to_leave(bridge);
	brlite_port_detach(&slave->port);
	claims = brlite_end_address_lock(slave);
	brlite_end_mirrors(slave);
	netdev_upper_dev_unlink(dev, bridge->dev);
	netdev_rx_handler_unregister(dev); /* waits a grace period */
	kvfree(claims);
	brlite_leave_counters(bridge, slave);
	dev_set_promiscuity(dev, -1);
	brlite_local_address_del(bridge, dev->dev_addr);
	if (bridge->address_lender == dev)
		bridge->address_lender = NULL;
	free_slave(slave);
}

int brlite_del_slave(struct net_device *dev, struct net_device *slave_dev)
{
	struct brlite_slave *slave = brlite_slave_of(slave_dev);
	struct brlite *bridge = netdev_priv(dev);

	if (!slave || slave->bridge != bridge)
		return -EINVAL;
	remove_slave(slave);
	ports_changed(bridge);
	return 0;
}

void brlite_del_all_slaves(struct brlite *bridge)
{
	struct brlite_slave *slave, *next;

	list_for_each_entry_safe(slave, next, &bridge->slaves, list)
		remove_slave(slave);
}

/* --- What happens to ports -------------------------------------------------------------------- */

/* The old address is no longer to be had: what is local is found out anew. */
static void address_changed(struct brlite_slave *slave)
{
	struct brlite *bridge = slave->bridge;
	struct brlite_fdb_entry entry;
	u32 position = 0;

	while (brlite_fdb_next(bridge->core, &position, &entry))
		if (entry.is_local && entry.port == slave->port.index)
			brlite_local_address_del(bridge, entry.mac);
	brlite_local_address_add(bridge, &slave->port, slave->port.dev->dev_addr);
	brlite_update_address(bridge);
}

static int device_event(struct notifier_block *unused, unsigned long event, void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);
	struct brlite_slave *slave = brlite_slave_of(dev);

	if (!slave)
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		brlite_update_ports(slave->bridge);
		break;
	case NETDEV_CHANGEMTU:
		update_port_mtu(slave);
		brlite_update_mtu(slave->bridge);
		break;
	case NETDEV_CHANGEADDR:
		address_changed(slave);
		break;
	case NETDEV_RESEND_IGMP: /* a bond failed over: the network beyond has to hear of this host's groups again */
		call_netdevice_notifiers(event, slave->bridge->dev);
		break;
	case NETDEV_FEAT_CHANGE:
		netdev_update_features(slave->bridge->dev);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	case NETDEV_UNREGISTER:
		brlite_del_slave(slave->bridge->dev, dev);
		break;
	}
	return NOTIFY_DONE;
}

struct notifier_block brlite_notifier = {
	.notifier_call = device_event,
};
