// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool.c - what ethtool shows of a vif and sets on it. Directions are dom0's: rx is what the guest sends.
 */
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <xen/interface/io/netif.h>
#include <xen/page.h>

#include "netback/roof.h"

static void vif_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	const struct vif_host *host = netdev_priv(dev);

	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	/* As below /sys/bus/xen-backend/devices. */
	strscpy(info->bus_info, dev_name(&host->xdev->dev), sizeof(info->bus_info));
}

static int vif_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? netback_stat_count(dev->num_tx_queues) : -EOPNOTSUPP;
}

static void vif_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	unsigned int i;

	BUILD_BUG_ON(NETBACK_STAT_NAME != ETH_GSTRING_LEN);
	for (i = 0; set == ETH_SS_STATS && i < netback_stat_count(dev->num_tx_queues); i++)
		netback_stat_name(i, data + i * ETH_GSTRING_LEN);
}

static void vif_get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct vif_host *host = netdev_priv(dev);

	netback_vif_stats(host->vif, data);
}

/*
 * What holds for a coalescing time and a number of frames together. No frame may wait without an end, and
 * no wait may be long enough for a frontend's ring to run dry.
 */
#define MAX_HOLD_USECS 10000
#define MAX_HOLD_SLOTS 128

static int vif_check_hold(u32 usecs, u32 *frames, struct netlink_ext_ack *extack)
{
	if (usecs > MAX_HOLD_USECS) {
		NL_SET_ERR_MSG_MOD(extack, "rx-usecs and tx-usecs are at most 10000");
		return -EINVAL;
	}
	if (*frames > MAX_HOLD_SLOTS) {
		NL_SET_ERR_MSG_MOD(extack, "rx-frames and tx-frames are at most 128, half a ring");
		return -EINVAL;
	}
	if (!usecs && *frames > 1) {
		NL_SET_ERR_MSG_MOD(extack, "frames to wait for need usecs as well, or one could wait for ever");
		return -EINVAL;
	}
	if (usecs && !*frames)
		*frames = MAX_HOLD_SLOTS;
	return 0;
}

static int vif_get_coalesce(struct net_device *dev, struct ethtool_coalesce *ec,
			   struct kernel_ethtool_coalesce *kernel_ec, struct netlink_ext_ack *extack)
{
	struct vif_host *host = netdev_priv(dev);
	struct netback_coalesce now;

	netback_get_coalesce(host->vif, &now);
	ec->rx_coalesce_usecs = now.from_guest_micros;
	ec->rx_max_coalesced_frames = now.from_guest_slots;
	ec->tx_coalesce_usecs = now.to_guest_micros;
	ec->tx_max_coalesced_frames = now.to_guest_slots;
	return 0;
}

static int vif_set_coalesce(struct net_device *dev, struct ethtool_coalesce *ec,
			   struct kernel_ethtool_coalesce *kernel_ec, struct netlink_ext_ack *extack)
{
	struct vif_host *host = netdev_priv(dev);
	struct netback_coalesce wanted;
	int err;

	err = vif_check_hold(ec->rx_coalesce_usecs, &ec->rx_max_coalesced_frames, extack);
	if (!err)
		err = vif_check_hold(ec->tx_coalesce_usecs, &ec->tx_max_coalesced_frames, extack);
	if (err)
		return err;
	wanted.from_guest_micros = ec->rx_coalesce_usecs;
	wanted.from_guest_slots = ec->rx_max_coalesced_frames;
	wanted.to_guest_micros = ec->tx_coalesce_usecs;
	wanted.to_guest_slots = ec->tx_max_coalesced_frames;
	netback_set_coalesce(host->vif, &wanted);
	return 0;
}

/* The two rings of a queue; their size is the protocol's. */
static void vif_get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			     struct kernel_ethtool_ringparam *kernel_ring, struct netlink_ext_ack *extack)
{
	ring->rx_pending = ring->rx_max_pending = __CONST_RING_SIZE(xen_netif_tx, XEN_PAGE_SIZE);
	ring->tx_pending = ring->tx_max_pending = __CONST_RING_SIZE(xen_netif_rx, XEN_PAGE_SIZE);
}

/* A channel is an event channel: one per queue for both directions, or one for each, as the guest chose. */
static void vif_get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	const struct vif_host *host = netdev_priv(dev);
	const unsigned int queues = netback_queues(host->vif);

	channels->max_rx = channels->max_tx = channels->max_combined = dev->num_tx_queues;
	if (host->split)
		channels->rx_count = channels->tx_count = queues;
	else
		channels->combined_count = queues;
}

const struct ethtool_ops vif_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS | ETHTOOL_COALESCE_MAX_FRAMES,
	.get_coalesce = vif_get_coalesce,
	.set_coalesce = vif_set_coalesce,
	.get_channels = vif_get_channels,
	.get_ringparam = vif_get_ringparam,
	.get_drvinfo = vif_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_sset_count = vif_get_sset_count,
	.get_strings = vif_get_strings,
	.get_ethtool_stats = vif_get_ethtool_stats,
};
