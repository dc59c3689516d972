/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - where kernels differ. Every question about the kernel's version or features is asked here and
 * nowhere else; the modules' sources read as if there were one kernel. Only C files include this.
 *
 * When the oldest supported kernel moves on, delete the branches below it and inline what is left.
 */
#ifndef RINGWAY_LINUX_COMPAT_H
#define RINGWAY_LINUX_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/version.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <net/sock.h>
#include <xen/xenbus.h>

/* 6.15 moved a device's lock and its lockdep classes out of <linux/netdevice.h>. */
#if __has_include(<net/netdev_lock.h>)
#include <net/netdev_lock.h>
#endif

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

/* 6.7 gives out parts of any pool's pages; before, a pool was to be made for that. */
#ifdef PP_FLAG_PAGE_FRAG
#define COMPAT_POOL_OF_PARTS PP_FLAG_PAGE_FRAG
#else
#define COMPAT_POOL_OF_PARTS 0
#endif

/* 6.3 wants to be told what XDP a driver can do: run programs, redirect, and send others' frames. */
static inline void compat_set_xdp_features(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	dev->xdp_features = NETDEV_XDP_ACT_BASIC | NETDEV_XDP_ACT_REDIRECT | NETDEV_XDP_ACT_NDO_XMIT;
#endif
}

/* 6.2 made the device const in a bus driver's uevent(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define COMPAT_UEVENT_CONST const
#else
#define COMPAT_UEVENT_CONST
#endif

/* 6.4 asks any device about members of multicast groups; before, bridge.ko alone was asked. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define COMPAT_MDB_OPS(add, del, dump) .ndo_mdb_add = (add), .ndo_mdb_del = (del), .ndo_mdb_dump = (dump),
#else
#define COMPAT_MDB_OPS(add, del, dump)
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

/* Does the socket want to see what it sends on its way into the device? TLS in hardware does, where there is any. */
static inline bool compat_socket_wants(const struct sock *sk)
{
#ifdef CONFIG_SOCK_VALIDATE_XMIT
	return sk && (!sk_fullsock(sk) || sk->sk_validate_xmit_skb);
#else
	return false;
#endif
}

/* 6.3 has a limit for IPv4 of its own. */
static inline unsigned int compat_gso_max_size(const struct net_device *dev, bool ipv4)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	if (ipv4)
		return READ_ONCE(dev->gso_ipv4_max_size);
#endif
	return READ_ONCE(dev->gso_max_size);
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
 * "bridge fdb flush": defines the device's operation, which calls flush(dev, conditions, extack). conditions: the request
 * has some. 6.7 gave it the whole message to read, before it was read already.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define COMPAT_FDB_DEL_BULK(name, flush)                                                                       \
	static int name(struct nlmsghdr *message, struct net_device *dev, struct netlink_ext_ack *extack)      \
	{                                                                                                      \
		return flush(dev, nlmsg_attrlen(message, sizeof(struct ndmsg)) > 0, extack);                   \
	}
#else
#define COMPAT_FDB_DEL_BULK(name, flush)                                                                       \
	static int name(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, u16 vid,               \
			struct netlink_ext_ack *extack)                                                        \
	{                                                                                                      \
		bool conditions = vid;                                                                         \
		int i;                                                                                         \
                                                                                                               \
		for (i = 0; i <= NDA_MAX; i++)                                                                 \
			conditions |= tb[i] != NULL;                                                           \
		return flush(dev, conditions, extack);                                                         \
	}
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

/* A timer of high resolution is told its function when it is set up, or just after. */
static inline void compat_hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
					clockid_t clock, enum hrtimer_mode mode)
{
#ifdef COMPAT_HRTIMER_SETUP
	hrtimer_setup(timer, function, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#endif
}

/* The state that the driver at PATH has written. Newer kernels also look whether DEVICE is on its way out. */
static inline enum xenbus_state compat_driver_state(const struct xenbus_device *device, const char *path)
{
#ifdef COMPAT_DRIVER_STATE_DEVICE
	return xenbus_read_driver_state(device, path);
#else
	return xenbus_read_driver_state(path);
#endif
}

/* A device's IFF_ flags as programs see them. */
static inline unsigned int compat_get_flags(const struct net_device *dev)
{
#ifdef COMPAT_NETIF_GET_FLAGS
	return netif_get_flags(dev);
#else
	return dev_get_flags(dev);
#endif
}

/* NAME is what the kernel calls to make a link: it calls INNER(dev, tb, data, extack). */
#ifdef COMPAT_NEWLINK_PARAMS
#define COMPAT_NEWLINK(name, inner)                                                                       \
	static int name(struct net_device *dev, struct rtnl_newlink_params *params,                       \
			struct netlink_ext_ack *extack)                                                   \
	{                                                                                                 \
		return inner(dev, params->tb, params->data, extack);                                      \
	}
#else
#define COMPAT_NEWLINK(name, inner)                                                                       \
	static int name(struct net *net, struct net_device *dev, struct nlattr *tb[], struct nlattr *data[], \
			struct netlink_ext_ack *extack)                                                   \
	{                                                                                                 \
		return inner(dev, tb, data, extack);                                                      \
	}
#endif

/* ndo_fdb_add and ndo_fdb_del may say that they told user space themselves; ours leave it to the kernel. */
#ifdef COMPAT_FDB_TELLS
#define COMPAT_FDB_NOTIFIED bool *notified,
#else
#define COMPAT_FDB_NOTIFIED
#endif

/* Where ndo_fdb_dump left off, in the message before. */
#ifdef COMPAT_FDB_DUMP_CONTEXT
#define compat_fdb_dump_at(cb) (((struct ndo_fdb_dump_context *)(cb)->ctx)->fdb_idx)
#else
#define compat_fdb_dump_at(cb) ((cb)->args[2])
#endif

/*
 * Types that C++ sees hold per-CPU pointers as plain ones. Newer kernels give per-CPU memory an address space
 * of its own, which the compiler lets pass to and fro only by way of a number.
 */
#define compat_plain(type, percpu) ((type *)(__force uintptr_t)(percpu))
#define compat_percpu(plain) ((typeof(*(plain)) __percpu *)(__force uintptr_t)(plain))

#endif
