// SPDX-License-Identifier: GPL-2.0-only
/*
 * netdev.c - the vif as an ordinary network device: what ip, ethtool, xentop, tcpdump and the bridge see.
 *
 * Counters are from dom0's viewpoint, as tools expect of a vif: receive is what the guest sent.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "netback/roof.h"

static int vif_open(struct net_device *dev)
{
	struct vif_host *host = netdev_priv(dev);

	netback_open(host->vif);
	netif_tx_start_all_queues(dev);
	return 0;
}

static int vif_stop(struct net_device *dev)
{
	struct vif_host *host = netdev_priv(dev);

	netif_tx_stop_all_queues(dev);
	netback_stop(host->vif);
	return 0;
}

static u16 vif_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev)
{
	struct vif_host *host = netdev_priv(dev);

	return netback_select_queue(host->vif, skb);
}

static netdev_tx_t vif_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct vif_host *host = netdev_priv(dev);
	enum netback_fate fate;

	skb_tx_timestamp(skb);
	fate = netback_xmit(host->vif, skb, skb_get_queue_mapping(skb));
	if (unlikely(fate == NETBACK_BUSY))
		return NETDEV_TX_BUSY;
	if (unlikely(fate != NETBACK_TAKEN)) {
		if (fate == NETBACK_REFUSED)
			dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
	}
	return NETDEV_TX_OK;
}

static void vif_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct vif_host *host = netdev_priv(dev);
	struct netback_totals totals;

	netback_vif_totals(host->vif, &totals);
	stats->rx_packets = totals.from_guest_packets;
	stats->rx_bytes = totals.from_guest_bytes;
	stats->rx_dropped = totals.from_guest_dropped;
	stats->rx_errors = totals.from_guest_errors;
	stats->tx_packets = totals.to_guest_packets;
	stats->tx_bytes = totals.to_guest_bytes;
	/* What the queue refused was counted with the device's own drops, at the same moment. */
	stats->tx_dropped = totals.to_guest_dropped;
}

static int vif_change_mtu(struct net_device *dev, int mtu)
{
	struct vif_host *host = netdev_priv(dev);

	if (mtu > netback_max_mtu(host->vif))
		return -EINVAL;
	host->mtu = mtu;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static const struct offload {
	unsigned int bit;
	netdev_features_t features;
} offloads[] = {
	{NETBACK_OFFLOAD_SG, NETIF_F_SG | NETIF_F_FRAGLIST},
	{NETBACK_OFFLOAD_TSO4, NETIF_F_TSO},
	{NETBACK_OFFLOAD_TSO6, NETIF_F_TSO6},
	{NETBACK_OFFLOAD_CSUM4, NETIF_F_IP_CSUM},
	{NETBACK_OFFLOAD_CSUM6, NETIF_F_IPV6_CSUM},
};

static netdev_features_t vif_fix_features(struct net_device *dev, netdev_features_t features)
{
	const struct vif_host *host = netdev_priv(dev);
	const unsigned int can = netback_offloads(host->vif);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(offloads); i++)
		if (!(can & offloads[i].bit))
			features &= ~offloads[i].features;
	return features;
}

/*
 * What the guest can do, less what the administrator has switched off. Linux keeps to it with skbs; what goes from ring
 * to ring has to know.
 */
static int vif_set_features(struct net_device *dev, netdev_features_t features)
{
	struct vif_host *host = netdev_priv(dev);
	unsigned int i, now = 0;

	for (i = 0; i < ARRAY_SIZE(offloads); i++)
		if ((features & offloads[i].features) & ~NETIF_F_FRAGLIST)
			now |= offloads[i].bit;
	netback_set_offloads(host->vif, now);
	return 0;
}

const struct net_device_ops vif_netdev_ops = {
	.ndo_open = vif_open,
	.ndo_stop = vif_stop,
	.ndo_select_queue = vif_select_queue,
	.ndo_start_xmit = vif_start_xmit,
	.ndo_get_stats64 = vif_get_stats64,
	.ndo_change_mtu = vif_change_mtu,
	.ndo_fix_features = vif_fix_features,
	.ndo_set_features = vif_set_features,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

/* --- the device's life ---------------------------------------------------------------------------------------- */

struct vif_host *vif_netdev_create(struct xenbus_device *xdev, unsigned int handle, unsigned int queues)
{
	/* The largest address that is no multicast: a bridge never adopts it as its own. */
	static const u8 address[ETH_ALEN] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct net_device *dev;
	struct vif_host *host;
	char name[IFNAMSIZ];
	int err = -ENOMEM;

	if (snprintf(name, sizeof(name), "vif%u.%u", xdev->otherend_id, handle) >= sizeof(name))
		return ERR_PTR(-ENAMETOOLONG);
	dev = alloc_netdev_mqs(sizeof(*host), name, NET_NAME_UNKNOWN, ether_setup, queues, queues);
	if (!dev)
		return ERR_PTR(err);
	SET_NETDEV_DEV(dev, &xdev->dev);
	host = netdev_priv(dev);
	host->dev = dev;
	host->xdev = xdev;
	host->events = &vif_events;
	mutex_init(&host->life);
	host_complaints_init(host);
	spin_lock_init(&host->rate_lock);
	spin_lock_init(&host->counters_lock);
	host->vif = netback_vif_create(host, xdev->otherend_id, queues);
	if (!host->vif)
		goto fail;

	dev->netdev_ops = &vif_netdev_ops;
	dev->ethtool_ops = &vif_ethtool_ops;
	vif_set_queue_stats(dev);
	dev->hw_features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM | NETIF_F_TSO | NETIF_F_TSO6;
	dev->features = dev->hw_features | NETIF_F_RXCSUM;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING; /* skbs wait by their own links */
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU - VLAN_ETH_HLEN;
	host->mtu = dev->mtu;
	eth_hw_addr_set(dev, address);
	netif_carrier_off(dev);

	err = register_netdev(dev);
	if (err)
		goto fail;
	return host;
fail:
	if (host->vif)
		netback_vif_destroy(host->vif);
	free_netdev(dev);
	return ERR_PTR(err);
}

/* INVARIANT: disconnected. */
void vif_netdev_destroy(struct vif_host *host)
{
	struct netback_vif *vif = host->vif;

	unregister_netdev(host->dev); /* leaves its bridge: the port is unbound by the notifier */
	free_netdev(host->dev);
	netback_vif_destroy(vif);
}
