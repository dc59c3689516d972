/* SPDX-License-Identifier: GPL-2.0-only */
/* What linux/compat.h names for the other modules. */
#ifndef FAKE_UNUSED_H
#define FAKE_UNUSED_H

#include "netlink.h"

#define NETDEV_XDP_ACT_BASIC 1u
#define NETDEV_XDP_ACT_REDIRECT 2u
#define NETDEV_XDP_ACT_NDO_XMIT 4u
struct napi_struct;
struct page_pool_params {
	struct napi_struct *napi;
};
struct netdev_stat_ops;
enum hrtimer_restart { HRTIMER_NORESTART };
enum hrtimer_mode { HRTIMER_MODE_REL };
struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
};
static inline void hrtimer_init(struct hrtimer *timer, int clock, enum hrtimer_mode mode)
{
	(void)timer, (void)clock, (void)mode;
}
enum xenbus_state { XenbusStateUnknown };
struct xenbus_device;
static inline enum xenbus_state xenbus_read_driver_state(const char *path) { (void)path; return XenbusStateUnknown; }
static inline unsigned int dev_get_flags(const struct net_device *dev) { return dev->flags; }

#endif
