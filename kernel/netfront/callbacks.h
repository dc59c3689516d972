/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that Linux calls (main.c, netdev.c, events.c, ethtool.c) know of each other. */
#ifndef RINGWAY_NETFRONT_CALLBACKS_H
#define RINGWAY_NETFRONT_CALLBACKS_H

#include "netfront/linux/state.h"

/* netdev.c */
struct vif_host *netdev_make(struct xenbus_device *bus, unsigned int queues);
void netdev_unmake(struct vif_host *host);

/* ethtool.c */
extern const struct ethtool_ops vif_ethtool_ops;

/* program.c */
int vif_bpf(struct net_device *dev, struct netdev_bpf *bpf);
int vif_xdp_xmit(struct net_device *dev, int count, struct xdp_frame **frames, u32 flags);
bool vif_has_xdp(const struct vif_host *host);
unsigned int vif_xdp_most_mtu(void);

/* sysfs.c */
extern const struct attribute_group vif_attributes;

/* events.c */
void events_init(struct vif_host *host);
void events_init_queue(struct queue_host *q);
void events_stop(struct vif_host *host);
int link_watch(struct vif_host *host); /* an error is in XenStore */
void link_unwatch(struct vif_host *host);

#endif
