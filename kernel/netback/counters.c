// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters.c - a queue's counters over generic netlink (qstats-get of the kernel's ynl), where the kernel has that.
 */
#include <linux/math64.h>
#include <linux/netdevice.h>

#include <asm/tsc.h>

#include "netback/linux/state.h"
#include "linux/compat.h"

nb_u64 nb_nanos(nb_u64 cycles) { return mul_u64_u32_div(cycles, USEC_PER_SEC, tsc_khz ?: USEC_PER_SEC); }

static void nb_fill_rx(struct netdev_queue_stats_rx *rx, const struct nb_totals *totals)
{
	rx->packets = totals->rx_packets;
	rx->bytes = totals->rx_bytes;
	rx->alloc_fail = totals->rx_no_memory;
}

static void nb_fill_tx(struct netdev_queue_stats_tx *tx, const struct nb_totals *totals)
{
	tx->packets = totals->tx_packets;
	tx->bytes = totals->tx_bytes;
	tx->hw_drops = totals->tx_dropped;
}

static void nb_some_queues(struct net_device *dev, unsigned int from, unsigned int to, struct nb_totals *totals)
{
	struct nb_kvif *kvif = netdev_priv(dev);

	rcu_read_lock();
	nb_queue_totals(kvif->vif, from, to, totals);
	rcu_read_unlock();
}

static void nb_queue_stats_rx(struct net_device *dev, int i, struct netdev_queue_stats_rx *rx)
{
	struct nb_totals totals;

	nb_some_queues(dev, i, i + 1, &totals);
	nb_fill_rx(rx, &totals);
}

static void nb_queue_stats_tx(struct net_device *dev, int i, struct netdev_queue_stats_tx *tx)
{
	struct nb_totals totals;

	nb_some_queues(dev, i, i + 1, &totals);
	nb_fill_tx(tx, &totals);
}

/* Queues that an earlier connection had and this one has not. */
static void nb_base_stats(struct net_device *dev, struct netdev_queue_stats_rx *rx, struct netdev_queue_stats_tx *tx)
{
	struct nb_totals totals;

	nb_some_queues(dev, dev->real_num_tx_queues, dev->num_tx_queues, &totals);
	nb_fill_rx(rx, &totals);
	nb_fill_tx(tx, &totals);
}

static const struct netdev_stat_ops nb_stat_ops = {
	.get_queue_stats_rx = nb_queue_stats_rx,
	.get_queue_stats_tx = nb_queue_stats_tx,
	.get_base_stats = nb_base_stats,
};

void nb_set_queue_stats(struct net_device *dev) { compat_set_stat_ops(dev, &nb_stat_ops); }
