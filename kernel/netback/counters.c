// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters.c - a queue's counters over generic netlink (qstats-get of the kernel's ynl), where the kernel has that.
 */
#include <linux/netdevice.h>

#include "linux/compat.h"
#include "netback/roof.h"

static void vif_fill_rx(struct netdev_queue_stats_rx *rx, const struct netback_totals *totals)
{
	rx->packets = totals->from_guest_packets;
	rx->bytes = totals->from_guest_bytes;
	rx->alloc_fail = totals->from_guest_no_memory;
}

static void vif_fill_tx(struct netdev_queue_stats_tx *tx, const struct netback_totals *totals)
{
	tx->packets = totals->to_guest_packets;
	tx->bytes = totals->to_guest_bytes;
	tx->hw_drops = totals->to_guest_dropped;
}

static void vif_some_queues(struct net_device *dev, uint32_t from, uint32_t to, struct netback_totals *totals)
{
	struct vif_host *host = netdev_priv(dev);

	netback_queue_totals(host->vif, from, to, totals);
}

static void vif_queue_stats_rx(struct net_device *dev, int i, struct netdev_queue_stats_rx *rx)
{
	struct netback_totals totals;

	vif_some_queues(dev, i, i + 1, &totals);
	vif_fill_rx(rx, &totals);
}

static void vif_queue_stats_tx(struct net_device *dev, int i, struct netdev_queue_stats_tx *tx)
{
	struct netback_totals totals;

	vif_some_queues(dev, i, i + 1, &totals);
	vif_fill_tx(tx, &totals);
}

/* Queues that an earlier connection had and this one has not. */
static void vif_base_stats(struct net_device *dev, struct netdev_queue_stats_rx *rx, struct netdev_queue_stats_tx *tx)
{
	struct netback_totals totals;

	vif_some_queues(dev, dev->real_num_tx_queues, dev->num_tx_queues, &totals);
	vif_fill_rx(rx, &totals);
	vif_fill_tx(tx, &totals);
}

static const struct netdev_stat_ops vif_stat_ops = {
	.get_queue_stats_rx = vif_queue_stats_rx,
	.get_queue_stats_tx = vif_queue_stats_tx,
	.get_base_stats = vif_base_stats,
};

void vif_set_queue_stats(struct net_device *dev) { compat_set_stat_ops(dev, &vif_stat_ops); }
