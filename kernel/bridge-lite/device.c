// SPDX-License-Identifier: GPL-2.0-only
/* The bridge as a device: up and down, address, MTU, features. */
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bridge-lite/ageing.h"
#include "bridge-lite/brctl.h"
#include "bridge-lite/counters.h"
#include "bridge-lite/device.h"
#include "bridge-lite/entry.h"
#include "bridge-lite/inherit.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/netpoll.h"
#include "bridge-lite/packets/forward.h"
#include "bridge-lite/port.h"
#include "bridge-lite/port_flag.h"
#include "bridge-lite/settings/events.h"
#include "bridge-lite/settings/groups.h"
#include "bridge-lite/settings/link.h"
#include "bridge-lite/settings/mdb.h"
#include "bridge-lite/settings/neigh.h"
#include "bridge-lite/settings/sysfs.h"
#include "bridge-lite/settings/vlan.h"
#include "bridge-lite/settings/vlan_counters.h"
#include "linux/compat.h"

/* --- Life ---------------------------------------------------------------------------------------- */

static void free_bridge(struct net_device *dev)
{
	struct brlite *bridge = netdev_priv(dev);

	free_percpu(compat_percpu(bridge->local.counters));
	brlite_vlan_counters_free(&bridge->local_vlans);
	kvfree(bridge->buckets);
	kvfree(bridge->events);
	kvfree(bridge->claims);
	kvfree(bridge->groups);
	kvfree(bridge->core);
	free_percpu(dev->tstats);
}

static int init(struct net_device *dev)
{
	struct brlite *bridge = netdev_priv(dev);
	void *memory = kvzalloc(brlite_core_size(), GFP_KERNEL_ACCOUNT);
	u64 seed[2];

	bridge->buckets = kvzalloc(brlite_fdb_bytes(bridge->fdb_max), GFP_KERNEL_ACCOUNT);
	bridge->local.counters = compat_plain(struct brlite_counters, alloc_percpu(struct brlite_counters));
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (brlite_init_events(bridge) || !memory || !bridge->buckets || !bridge->local.counters || !dev->tstats) {
		kvfree(memory);
		free_bridge(dev);
		return -ENOMEM;
	}
	get_random_bytes(seed, sizeof(seed));
	bridge->core = brlite_core_init(memory, bridge->buckets, bridge->fdb_max, &bridge->lock, seed);
	bridge->local.dev = dev;
	bridge->local.max_frame = U32_MAX; /* this host's stack looks after itself */
	brlite_vlans_init(bridge, &bridge->local, &bridge->local_vlans);
	brlite_port_attach(bridge->core, &bridge->local, true);
	brlite_core_set_ageing(bridge->core, bridge->ageing_time);
	brlite_core_filter_vlans(bridge->core, bridge->vlan_filtering);
	brlite_core_count_vlans(bridge->core, bridge->vlan_stats_enabled);
	brlite_core_forward_groups(bridge->core, bridge->group_fwd_mask, bridge->stp_state);
	if (bridge->multicast_snooping && brlite_snoop_groups(bridge, true)) {
		free_bridge(dev);
		return -ENOMEM;
	}
	ether_addr_copy(bridge->own_address, dev->dev_addr);
	brlite_local_address_add(bridge, &bridge->local, dev->dev_addr);
	brlite_flag_bridge(bridge);
	netdev_lockdep_set_classes(dev);
	netif_carrier_off(dev);
	return 0;
}

static void uninit(struct net_device *dev)
{
	brlite_unflag_bridge(netdev_priv(dev));
	brlite_stop_events(netdev_priv(dev));
}

static int open(struct net_device *dev)
{
	struct brlite *bridge = netdev_priv(dev);

	netdev_update_features(dev);
	netif_start_queue(dev);
	brlite_update_ports(bridge);
	brlite_start_ageing(bridge);
	brlite_start_groups(bridge);
	return 0;
}

static int stop(struct net_device *dev)
{
	struct brlite *bridge = netdev_priv(dev);

	brlite_stop_ageing(bridge);
	brlite_stop_groups(bridge);
	netif_stop_queue(dev);
	brlite_update_ports(bridge);
	return 0;
}

/* --- Settings ----------------------------------------------------------------------------------- */

static int set_mac_address(struct net_device *dev, void *address)
{
	struct brlite *bridge = netdev_priv(dev);
	struct sockaddr *wanted = address;
	u8 old[ETH_ALEN];

	if (!is_valid_ether_addr(wanted->sa_data))
		return -EADDRNOTAVAIL;
	ether_addr_copy(old, dev->dev_addr);
	eth_hw_addr_set(dev, wanted->sa_data);
	brlite_local_address_del(bridge, old);
	brlite_local_address_own(bridge, dev->dev_addr);
	bridge->address_lender = NULL;
	return 0;
}

static int change_mtu(struct net_device *dev, int mtu)
{
	struct brlite *bridge = netdev_priv(dev);

	WRITE_ONCE(dev->mtu, mtu);
	bridge->mtu_by_hand = true;
	return 0;
}

static void change_rx_flags(struct net_device *dev, int change)
{
	struct brlite *bridge = netdev_priv(dev);

	if (change & IFF_PROMISC)
		brlite_core_set_promisc(bridge->core, !!(dev->flags & IFF_PROMISC));
}

static int take_unicast(struct net_device *dev, const u8 *address)
{
	brlite_unicast_add(netdev_priv(dev), address);
	return 0;
}

static int leave_unicast(struct net_device *dev, const u8 *address)
{
	brlite_unicast_del(netdev_priv(dev), address);
	return 0;
}

/*
 * Every group frame comes up anyway. What else is asked for by address need not make the device promiscuous,
 * which would make an skb of each packet between guests. CONTEXT: the device's address lock.
 */
static void set_rx_mode(struct net_device *dev)
{
	__dev_uc_sync(dev, take_unicast, leave_unicast);
	brlite_sync_host_groups(netdev_priv(dev));
}

static netdev_features_t fix_features(struct net_device *dev, netdev_features_t features)
{
	return brlite_features(netdev_priv(dev), features);
}

/* What netpoll calls where a device has to look for completed packets: the ports' devices do. */
static void poll_controller(struct net_device *dev)
{
}

COMPAT_FDB_DEL_BULK(neigh_del_bulk, brlite_neigh_flush)

static const struct net_device_ops netdev_ops = {
	.ndo_init = init,
	.ndo_uninit = uninit,
	.ndo_open = open,
	.ndo_stop = stop,
	.ndo_start_xmit = brlite_start_xmit,
	.ndo_get_stats64 = brlite_get_stats64,
	.ndo_set_mac_address = set_mac_address,
	.ndo_change_mtu = change_mtu,
	.ndo_change_rx_flags = change_rx_flags,
	.ndo_set_rx_mode = set_rx_mode,
	.ndo_fix_features = fix_features,
	.ndo_features_check = passthru_features_check,
	.ndo_siocdevprivate = brlite_siocdevprivate,
	.ndo_add_slave = brlite_add_slave,
	.ndo_del_slave = brlite_del_slave,
	.ndo_fdb_add = brlite_neigh_add,
	.ndo_fdb_del = brlite_neigh_del,
	.ndo_fdb_del_bulk = neigh_del_bulk,
	.ndo_fdb_dump = brlite_neigh_dump,
	.ndo_fdb_get = brlite_neigh_get,
#ifdef CONFIG_NET_POLL_CONTROLLER
	.ndo_poll_controller = poll_controller,
	.ndo_netpoll_setup = brlite_netpoll_setup,
	.ndo_netpoll_cleanup = brlite_netpoll_cleanup,
#endif
	.ndo_bridge_getlink = brlite_getlink,
	.ndo_bridge_setlink = brlite_setlink,
	.ndo_bridge_dellink = brlite_dellink,
	COMPAT_MDB_OPS(brlite_mdb_add, brlite_mdb_del, brlite_mdb_dump)
};

#define PASS_THROUGH (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | NETIF_F_GSO_MASK | NETIF_F_HW_CSUM)

/* CONTEXT: rtnl_link_ops.setup: the device is being made. */
void brlite_setup(struct net_device *dev)
{
	struct brlite *bridge = netdev_priv(dev);

	eth_hw_addr_random(dev);
	ether_setup(dev);
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &brlite_ethtool_ops;
	dev->needs_free_netdev = true;
	dev->priv_destructor = free_bridge;
	SET_NETDEV_DEVTYPE(dev, &brlite_device_type);
	dev->sysfs_groups[0] = &brlite_sysfs_group;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING; /* tags may change */
	dev->priv_flags |= IFF_NO_QUEUE | IFF_DONT_BRIDGE | IFF_LIVE_ADDR_CHANGE | IFF_UNICAST_FLT;
	dev->max_mtu = ETH_MAX_MTU;

	dev->features = PASS_THROUGH | NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX;
	dev->hw_features = dev->features;
	dev->vlan_features = PASS_THROUGH;
	compat_set_lockless_immovable(dev);

	bridge->dev = dev;
	spin_lock_init(&bridge->lock.spinlock);
	spin_lock_init(&bridge->stats_lock);
	INIT_LIST_HEAD(&bridge->slaves);
	brlite_init_ageing(bridge);
	bridge->vlan_protocol = ETH_P_8021Q;
	bridge->default_pvid = BRLITE_VLAN_DEFAULT;
	brlite_init_groups(bridge);
	bridge->ageing_time = BRLITE_AGEING_DEFAULT;
	bridge->fdb_max = BRLITE_FDB_MAX_DEFAULT;
	bridge->fdb_port_max = BRLITE_FDB_PORT_MAX_DEFAULT;
}
