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

/* sysfs.c */
extern const struct attribute_group vif_attributes;

/* events.c */
void events_init(struct vif_host *host);
void events_init_queue(struct queue_host *q);
void events_stop(struct vif_host *host);
int link_watch(struct vif_host *host); /* an error is in XenStore */
void link_unwatch(struct vif_host *host);

#endif
