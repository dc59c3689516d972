/* SPDX-License-Identifier: GPL-2.0-only */
/* C's half of a vif and of a queue: what only Linux can hold. Only C files include this. */
#ifndef RINGWAY_NETFRONT_HOST_H
#define RINGWAY_NETFRONT_HOST_H

#include <linux/etherdevice.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/timer.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <xen/xenbus.h>

#include "netfront/linux/host.h"

struct queue_host {
	struct napi_struct napi;
	struct netfront_queue *queue;
	struct vif_host *vif;
	struct netdev_queue *txq;
	struct page_pool *pool;
	unsigned int number;
	unsigned int tx_irq, rx_irq; /* equal: one event channel for both; 0: none */
	evtchn_port_t tx_port, rx_port;

	struct u64_stats_sync tx_sync ____cacheline_aligned_in_smp;
	struct netfront_tx_stats tx;
	struct u64_stats_sync rx_sync ____cacheline_aligned_in_smp;
	struct netfront_rx_stats rx;

	struct timer_list refill;
	char tx_name[IFNAMSIZ + 12], rx_name[IFNAMSIZ + 12];
};

struct vif_host {
	struct net_device *dev;
	struct xenbus_device *bus;
	struct netfront_vif *vif;
	struct mutex lock;
	struct delayed_work later, link;
	struct xenbus_watch carrier; /* on the backend's node: at most one event is pending */
	bool watching;
	struct xenbus_transaction transaction;
	int transaction_error;
	unsigned int queues; /* entries of queue[] */
	struct queue_host *queue;
};

static inline struct vif_host *vif_of(const struct net_device *dev)
{
	return netdev_priv(dev);
}

/* Consistent copies of the counters, for any context. */
static inline void read_tx(const struct queue_host *q, struct netfront_tx_stats *stats)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&q->tx_sync);
		*stats = q->tx;
	} while (u64_stats_fetch_retry(&q->tx_sync, start));
}

static inline void read_rx(const struct queue_host *q, struct netfront_rx_stats *stats)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&q->rx_sync);
		*stats = q->rx;
	} while (u64_stats_fetch_retry(&q->rx_sync, start));
}

extern const struct ethtool_ops vif_ethtool_ops;
extern unsigned int netfront_max_queues;
extern bool netfront_trusted;

int link_watch(struct vif_host *host); /* an error is in XenStore */
void link_unwatch(struct vif_host *host);

struct vif_host *netdev_make(struct xenbus_device *bus, unsigned int queues);
void netdev_unmake(struct vif_host *host);

#endif
