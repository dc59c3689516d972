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

#include "netback/linux/state.h"

static int nb_open(struct net_device *dev)
{
	struct nb_kvif *kvif = netdev_priv(dev);

	if (kvif->connected)
		nb_vif_up(kvif->vif);
	netif_tx_start_all_queues(dev);
	return 0;
}

static int nb_stop(struct net_device *dev)
{
	struct nb_kvif *kvif = netdev_priv(dev);

	netif_tx_stop_all_queues(dev);
	if (kvif->connected)
		nb_vif_down(kvif->vif);
	return 0;
}

static u16 nb_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev)
{
	struct nb_kvif *kvif = netdev_priv(dev);
	const int queue = nb_vif_select_queue(kvif->vif, skb);

	return queue >= 0 ? queue : netdev_pick_tx(dev, skb, sb_dev);
}

static netdev_tx_t nb_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct nb_kvif *kvif = netdev_priv(dev);
	enum nb_xmit fate;

	skb_tx_timestamp(skb);
	fate = nb_vif_xmit(kvif->vif, skb, skb_get_queue_mapping(skb));
	if (unlikely(fate == NB_BUSY))
		return NETDEV_TX_BUSY;
	if (unlikely(fate == NB_REFUSED)) {
		dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
	}
	return NETDEV_TX_OK;
}

static void nb_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct nb_kvif *kvif = netdev_priv(dev);
	struct nb_totals totals;

	rcu_read_lock();
	nb_vif_totals(kvif->vif, &totals);
	rcu_read_unlock();
	stats->rx_packets = totals.rx_packets;
	stats->rx_bytes = totals.rx_bytes;
	stats->rx_dropped = totals.rx_dropped;
	stats->rx_errors = totals.rx_errors;
	stats->tx_packets = totals.tx_packets;
	stats->tx_bytes = totals.tx_bytes;
	/* What the queue refused was counted with the device's own drops, at the same moment. */
	stats->tx_dropped = totals.tx_dropped;
}

static int nb_change_mtu(struct net_device *dev, int mtu)
{
	struct nb_kvif *kvif = netdev_priv(dev);

	if (mtu > nb_vif_max_mtu(kvif->vif))
		return -EINVAL;
	kvif->mtu = mtu;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static netdev_features_t nb_fix_features(struct net_device *dev, netdev_features_t features)
{
	const struct nb_kvif *kvif = netdev_priv(dev);
	const unsigned int can = nb_vif_offloads(kvif->vif);

	if (!(can & NB_OFFLOAD_SG))
		features &= ~NETIF_F_SG;
	if (!(can & NB_OFFLOAD_TSO4))
		features &= ~NETIF_F_TSO;
	if (!(can & NB_OFFLOAD_TSO6))
		features &= ~NETIF_F_TSO6;
	if (!(can & NB_OFFLOAD_CSUM4))
		features &= ~NETIF_F_IP_CSUM;
	if (!(can & NB_OFFLOAD_CSUM6))
		features &= ~NETIF_F_IPV6_CSUM;
	return features;
}

const struct net_device_ops nb_netdev_ops = {
	.ndo_open = nb_open,
	.ndo_stop = nb_stop,
	.ndo_select_queue = nb_select_queue,
	.ndo_start_xmit = nb_start_xmit,
	.ndo_get_stats64 = nb_get_stats64,
	.ndo_change_mtu = nb_change_mtu,
	.ndo_fix_features = nb_fix_features,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

/* --- the connection comes and goes ----------------------------------------------------------------------- */

/* As large as asked for, as far as the guest can: one without scatter-gather may be followed by one with. */
static void nb_suit_mtu(struct nb_kvif *kvif)
{
	const unsigned int wanted = kvif->mtu;

	dev_set_mtu(kvif->dev, min(wanted, nb_vif_max_mtu(kvif->vif)));
	kvif->mtu = wanted;
}

int nb_device_connected(struct nb_kvif *kvif, unsigned int queues)
{
	struct net_device *dev = kvif->dev;
	int err;

	rtnl_lock();
	err = netif_set_real_num_queues(dev, queues, queues);
	if (!err) {
		nb_suit_mtu(kvif);
		netdev_update_features(dev);
		kvif->connected = true;
		if (netif_running(dev)) {
			nb_vif_up(kvif->vif);
			netif_tx_wake_all_queues(dev);
		}
		netif_carrier_on(dev);
	}
	rtnl_unlock();
	return err;
}

void nb_device_disconnected(struct nb_kvif *kvif)
{
	rtnl_lock();
	netif_carrier_off(kvif->dev);
	if (kvif->connected) {
		kvif->connected = false;
		nb_vif_down(kvif->vif);
	}
	rtnl_unlock();
}

void nb_grace_period(void) { synchronize_net(); }

void nb_device_carrier(struct nb_kvif *kvif, int on)
{
	if (on && !netif_carrier_ok(kvif->dev))
		netif_carrier_on(kvif->dev);
	else if (!on && netif_carrier_ok(kvif->dev))
		netif_carrier_off(kvif->dev);
}

/* --- the device's life ---------------------------------------------------------------------------------------- */

struct nb_kvif *nb_netdev_create(struct xenbus_device *xdev, unsigned int handle, unsigned int queues)
{
	/* The largest address that is no multicast: a bridge never adopts it as its own. */
	static const u8 address[ETH_ALEN] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct net_device *dev;
	struct nb_kvif *kvif;
	char name[IFNAMSIZ];
	int err = -ENOMEM;

	if (snprintf(name, sizeof(name), "vif%u.%u", xdev->otherend_id, handle) >= sizeof(name))
		return ERR_PTR(-ENAMETOOLONG);
	dev = alloc_netdev_mqs(sizeof(*kvif), name, NET_NAME_UNKNOWN, ether_setup, queues, queues);
	if (!dev)
		return ERR_PTR(err);
	SET_NETDEV_DEV(dev, &xdev->dev);
	kvif = netdev_priv(dev);
	kvif->dev = dev;
	kvif->xdev = xdev;
	mutex_init(&kvif->life);
	nb_complaints_init(kvif);
	spin_lock_init(&kvif->rate_lock);
	kvif->vif = nb_vif_create(kvif, xdev->otherend_id, queues);
	if (!kvif->vif)
		goto fail;

	dev->netdev_ops = &nb_netdev_ops;
	dev->ethtool_ops = &nb_ethtool_ops;
	nb_set_queue_stats(dev);
	dev->hw_features = NETIF_F_SG | NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM | NETIF_F_TSO | NETIF_F_TSO6;
	dev->features = dev->hw_features | NETIF_F_RXCSUM;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_MAX_MTU - VLAN_ETH_HLEN;
	kvif->mtu = dev->mtu;
	eth_hw_addr_set(dev, address);
	netif_carrier_off(dev);

	err = register_netdev(dev);
	if (err)
		goto fail;
	return kvif;
fail:
	if (kvif->vif)
		nb_vif_destroy(kvif->vif);
	free_netdev(dev);
	return ERR_PTR(err);
}

/* INVARIANT: disconnected. */
void nb_netdev_destroy(struct nb_kvif *kvif)
{
	void *vif = kvif->vif;

	unregister_netdev(kvif->dev); /* leaves its bridge: the port is unbound by the notifier */
	free_netdev(kvif->dev);
	nb_vif_destroy(vif);
}
