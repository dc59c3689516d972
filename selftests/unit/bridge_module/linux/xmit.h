/* SPDX-License-Identifier: GPL-2.0-only */
/* Out of a device. */
#ifndef FAKE_XMIT_H
#define FAKE_XMIT_H

#include "skb.h"

#ifdef __cplusplus
extern "C" {
#endif

struct gnet_stats_basic_sync {
	u64 bytes, packets;
};
struct Qdisc {
	void *enqueue;
	unsigned int flags, state, length;
	void *stab;
	spinlock_t lock;
	bool runs;
	struct gnet_stats_basic_sync bstats, *cpu_bstats;
};
#define TCQ_F_CAN_BYPASS 1u
#define TCQ_F_NOLOCK 2u
#define __QDISC_STATE_DEACTIVATED 1
struct netdev_queue {
	struct Qdisc *qdisc;
	int xmit_lock_owner;
	bool locked, stopped;
};
struct linux_qdisc_cb {
	u32 pkt_len;
};

int dev_queue_xmit(struct sk_buff *skb); /* consumes it */
int netdev_start_xmit(struct sk_buff *skb, struct net_device *dev, struct netdev_queue *queue, bool more);
/* Makes of packets what the device can send: counts them in the fake. */
struct sk_buff *validate_xmit_skb_list(struct sk_buff *skb, struct net_device *dev, bool *again);
void linux_lock_queue(struct netdev_queue *queue);
void linux_unlock_queue(struct netdev_queue *queue);
#define HARD_TX_LOCK(dev, queue, cpu) ((void)(dev), (void)(cpu), linux_lock_queue(queue))
#define HARD_TX_UNLOCK(dev, queue) ((void)(dev), linux_unlock_queue(queue))

static inline struct linux_qdisc_cb *qdisc_skb_cb(struct sk_buff *skb) { return (struct linux_qdisc_cb *)skb->cb; }
static inline spinlock_t *qdisc_lock(struct Qdisc *q) { return &q->lock; }
static inline u32 qdisc_qlen(const struct Qdisc *q) { return q->length; }
static inline bool nolock_qdisc_is_empty(const struct Qdisc *q) { return !q->length; }
static inline bool qdisc_run_begin(struct Qdisc *q)
{
	if (q->runs)
		return false;
	return q->runs = true;
}
static inline void qdisc_run_end(struct Qdisc *q) { q->runs = false; }
static inline void __netif_schedule(struct Qdisc *q) { (void)q; }
static inline void _bstats_update(struct gnet_stats_basic_sync *stats, u64 bytes, u32 packets)
{
	stats->bytes += bytes;
	stats->packets += packets;
}
static inline bool netif_xmit_frozen_or_stopped(const struct netdev_queue *queue) { return queue->stopped; }
static inline bool dev_xmit_complete(int code) { return !code; }
static inline bool dev_xmit_recursion(void) { return false; }
static inline void dev_xmit_recursion_inc(void) {}
static inline void dev_xmit_recursion_dec(void) {}
static inline int smp_processor_id(void) { return 0; }
static inline int raw_smp_processor_id(void) { return 0; }
static inline u16 netdev_cap_txqueue(struct net_device *dev, u16 queue) { (void)dev; return queue; }
static inline u16 netdev_pick_tx(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev)
{
	(void)dev, (void)skb, (void)sb_dev;
	return 0;
}
static inline struct netdev_queue *netdev_get_tx_queue(struct net_device *dev, u16 queue) { return &dev->_tx[queue]; }
static inline bool dev_nit_active(const struct net_device *dev) { (void)dev; return false; }
static inline bool secpath_exists(const struct sk_buff *skb) { (void)skb; return false; }

/* --- netpoll ------------------------------------------------------------------------------------------ */

struct netpoll {
	int unused;
};
static inline bool netpoll_tx_running(const struct net_device *dev) { (void)dev; return false; }
void netpoll_send_skb(struct netpoll *netpoll, struct sk_buff *skb);
int __netpoll_setup(struct netpoll *netpoll, struct net_device *dev);
void __netpoll_free(struct netpoll *netpoll);

#ifdef __cplusplus
}
#endif
#endif
