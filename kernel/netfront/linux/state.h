/* SPDX-License-Identifier: GPL-2.0-only */
/* C's half of a vif and of a queue: what only Linux can hold. Only C files include this. */
#ifndef RINGWAY_NETFRONT_LINUX_STATE_H
#define RINGWAY_NETFRONT_LINUX_STATE_H

#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/timer.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <net/xdp.h>
#include <xen/xenbus.h>

#include "netfront/linux/host.h"

/* Given down by events.c, which knows whom to call. */
struct interrupt_handlers {
	irq_handler_t tx, rx, both; /* each gets the queue_host */
	irq_handler_t control;      /* gets the vif_host */
};

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

	struct xdp_rxq_info xdp_rxq;
	struct xdp_buff xdp; /* of the program's last run. CONTEXT: NAPI */
	struct timer_list refill;
	char tx_name[IFNAMSIZ + 12], rx_name[IFNAMSIZ + 12];
};

struct vif_host {
	struct net_device *dev;
	struct xenbus_device *bus;
	struct netfront_vif *vif;
	const struct interrupt_handlers *interrupts;
	struct mutex lock; /* the life mutex */
	struct delayed_work later, link, reconfigure, watch, control;
	unsigned int control_irq; /* 0: no control ring */
	evtchn_port_t control_port;
	char control_name[IFNAMSIZ + 12];
	struct xenbus_watch carrier; /* on the backend's node: at most one event is pending */
	bool watching;
	struct xenbus_transaction transaction;
	int transaction_error;
	struct bpf_prog __rcu *xdp_program; /* written under RTNL */
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

/* The module's parameter `trusted`. */
extern bool host_trust_backends;
/* And `tx_timeout`. */
extern unsigned int host_tx_patience;
/* And `map_buffers`. */
extern bool host_have_buffers_mapped;

#endif
