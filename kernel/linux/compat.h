/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - where kernels differ. Every question about the kernel's version or features is asked here and
 * nowhere else; the modules' sources read as if there were one kernel. Only C files include this.
 *
 * When the oldest supported kernel moves on, delete the branches below it and inline what is left.
 */
#ifndef RINGWAY_LINUX_COMPAT_H
#define RINGWAY_LINUX_COMPAT_H

#include <linux/netdevice.h>
#include <linux/version.h>

/* 6.6 split <net/page_pool.h>; 6.4 lets a pool recycle without locks inside its own NAPI poll. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

static inline void compat_pool_set_napi(struct page_pool_params *params, struct napi_struct *napi)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	params->napi = napi;
#endif
}

/* 6.2 made the device const in a bus driver's uevent(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define COMPAT_UEVENT_CONST const
#else
#define COMPAT_UEVENT_CONST
#endif

/* 6.6 replaced the two classifier hooks of a device. Is anything attached to them? */
static inline bool compat_tc_ingress(const struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return rcu_access_pointer(dev->tcx_ingress);
#else
	return rcu_access_pointer(dev->miniq_ingress);
#endif
}

static inline bool compat_tc_egress(const struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return rcu_access_pointer(dev->tcx_egress);
#else
	return rcu_access_pointer(dev->miniq_egress);
#endif
}

/*
 * Counters per queue over netlink came with 6.10. On older kernels the driver's operations are compiled all
 * the same and nobody calls them.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <net/netdev_queues.h>

static inline void compat_set_stat_ops(struct net_device *dev, const struct netdev_stat_ops *ops)
{
	dev->stat_ops = ops;
}
#else
struct netdev_queue_stats_rx {
	u64 bytes, packets, alloc_fail;
};

struct netdev_queue_stats_tx {
	u64 bytes, packets, hw_drops;
};

struct netdev_stat_ops {
	void (*get_queue_stats_rx)(struct net_device *dev, int idx, struct netdev_queue_stats_rx *stats);
	void (*get_queue_stats_tx)(struct net_device *dev, int idx, struct netdev_queue_stats_tx *stats);
	void (*get_base_stats)(struct net_device *dev, struct netdev_queue_stats_rx *rx,
			       struct netdev_queue_stats_tx *tx);
};

static inline void compat_set_stat_ops(struct net_device *dev, const struct netdev_stat_ops *ops) {}
#endif

/*
 * A device that locks for itself and stays in its network namespace: feature bits at first, members later.
 * Some stable series took the members over, so the version does not tell and cxx/kxx.mk looks.
 */
static inline void compat_set_lockless_immovable(struct net_device *dev)
{
#ifdef COMPAT_NETNS_IMMUTABLE
	dev->lltx = true;
	dev->netns_immutable = true;
#else
	dev->features |= NETIF_F_LLTX | NETIF_F_NETNS_LOCAL;
#endif
}

#endif
