// SPDX-License-Identifier: GPL-2.0-only
/* The net_device: its operations, its statistics, its life. */
#include <linux/slab.h>

#include "netfront/callbacks.h"
#include "netfront/entry.h"
#include "linux/compat.h"

/* A packet's length travels in 16 bits. */
#define LONGEST_PACKET 65535

/* --- operations ------------------------------------------------------------------------------------ */

static int dev_open_(struct net_device *dev)
{
	netfront_open(vif_of(dev)->vif);
	return 0;
}

static int dev_stop_(struct net_device *dev)
{
	netfront_stop(vif_of(dev)->vif);
	return 0;
}

static netdev_tx_t dev_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct queue_host *q = &vif_of(dev)->queue[skb_get_queue_mapping(skb)];

	return netfront_transmit(q->queue, skb) ? NETDEV_TX_OK : NETDEV_TX_BUSY;
}

static u16 dev_select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *lower)
{
	const unsigned int queues = dev->real_num_tx_queues;

	return queues == 1 ? 0 : reciprocal_scale(skb_get_hash(skb), queues);
}

static int dev_change_mtu_(struct net_device *dev, int mtu)
{
	if (mtu > ETH_DATA_LEN && !(dev->features & NETIF_F_SG)) {
		netdev_info(dev, "MTU %d needs a backend with feature-sg; without it at most %d\n", mtu,
			    ETH_DATA_LEN);
		return -EINVAL;
	}
	if (vif_has_xdp(vif_of(dev)) && mtu > (int)vif_xdp_most_mtu()) {
		netdev_info(dev, "MTU %d is too large for the XDP program; at most %u\n", mtu, vif_xdp_most_mtu());
		return -EINVAL;
	}
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

static netdev_features_t dev_fix_features(struct net_device *dev, netdev_features_t features)
{
	const struct backend_features can = netfront_backend_features(vif_of(dev)->vif);

	if (!can.sg)
		features &= ~NETIF_F_SG;
	if (!can.csum6)
		features &= ~NETIF_F_IPV6_CSUM;
	if (!can.tso4)
		features &= ~NETIF_F_TSO;
	if (!can.tso6)
		features &= ~NETIF_F_TSO6;
	return features;
}

static int dev_set_features(struct net_device *dev, netdev_features_t features)
{
	if (!(features & NETIF_F_SG) && dev->mtu > ETH_DATA_LEN) {
		netdev_info(dev, "MTU lowered to %d: no scatter-gather\n", ETH_DATA_LEN);
		return dev_set_mtu(dev, ETH_DATA_LEN);
	}
	return 0;
}

static void dev_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *total)
{
	const struct vif_host *host = vif_of(dev);
	struct netfront_tx_stats tx;
	struct netfront_rx_stats rx;
	unsigned int i;

	for (i = 0; i < host->queues; i++) {
		read_tx(&host->queue[i], &tx);
		read_rx(&host->queue[i], &rx);
		total->tx_packets += tx.packets;
		total->tx_bytes += tx.bytes;
		total->tx_dropped += tx.dropped;
		total->tx_errors += tx.backend_error;
		total->rx_packets += rx.packets;
		total->rx_bytes += rx.bytes;
		total->rx_dropped += rx.no_memory;
		total->rx_errors += rx.bad_slot + rx.bad_extra + rx.bad_frame;
		total->rx_frame_errors += rx.bad_frame;
	}
}

static const struct net_device_ops vif_ops = {
	.ndo_open = dev_open_,
	.ndo_stop = dev_stop_,
	.ndo_start_xmit = dev_xmit,
	.ndo_select_queue = dev_select_queue,
	.ndo_change_mtu = dev_change_mtu_,
	.ndo_get_stats64 = dev_get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_fix_features = dev_fix_features,
	.ndo_set_features = dev_set_features,
	.ndo_bpf = vif_bpf,
	.ndo_xdp_xmit = vif_xdp_xmit,
};

/* --- life ------------------------------------------------------------------------------------------- */

struct vif_host *netdev_make(struct xenbus_device *bus, unsigned int queues)
{
	struct net_device *dev = alloc_etherdev_mqs(sizeof(struct vif_host), queues, queues);
	struct vif_host *host;
	unsigned int i;

	if (!dev)
		return NULL;
	host = netdev_priv(dev);
	host->dev = dev;
	host->bus = bus;
	mutex_init(&host->lock);
	events_init(host);
	host->queue = kvcalloc(queues, sizeof(*host->queue), GFP_KERNEL);
	if (!host->queue)
		goto fail;
	for (i = 0; i < queues; i++) {
		struct queue_host *q = &host->queue[i];

		q->vif = host;
		q->number = i;
		q->txq = netdev_get_tx_queue(dev, i);
		u64_stats_init(&q->tx_sync);
		u64_stats_init(&q->rx_sync);
		events_init_queue(q);
	}
	host->queues = queues;
	host->vif = netfront_create(host, queues);
	if (!host->vif)
		goto fail;

	dev->netdev_ops = &vif_ops;
	dev->ethtool_ops = &vif_ethtool_ops;
	dev->min_mtu = ETH_MIN_MTU;
	/* As stock's, so that a configuration made for it still holds. Packets beyond LONGEST_PACKET are dropped. */
	dev->max_mtu = LONGEST_PACKET;
	/* An skb waits in the ring by its own control block: it may not be somebody else's as well. */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->sysfs_groups[0] = &vif_attributes;
	dev->hw_features = NETIF_F_SG | NETIF_F_IPV6_CSUM | NETIF_F_TSO | NETIF_F_TSO6;
	dev->features = dev->hw_features | NETIF_F_IP_CSUM | NETIF_F_RXCSUM | NETIF_F_GSO_ROBUST;
	compat_set_xdp_features(dev);
	netif_set_tso_max_size(dev, LONGEST_PACKET);
	SET_NETDEV_DEV(dev, &bus->dev);
	netif_carrier_off(dev);
	return host;
fail:
	netdev_unmake(host);
	return NULL;
}

/* INVARIANT: not registered (any more), disconnected. */
void netdev_unmake(struct vif_host *host)
{
	unsigned int i;

	for (i = 0; i < host->queues; i++)
		netif_napi_del(&host->queue[i].napi);
	if (host->vif)
		netfront_destroy(host->vif);
	kvfree(host->queue);
	free_netdev(host->dev);
}
