/* SPDX-License-Identifier: GPL-2.0-only */
/* roof.h - what the files with Linux's callbacks have of each other. C only. */
#ifndef RINGWAY_NETBACK_ROOF_H
#define RINGWAY_NETBACK_ROOF_H

#include "netback/entry.h"
#include "netback/linux/state.h"

/* ethtool.c */
extern const struct ethtool_ops vif_ethtool_ops;

/* counters.c */
void vif_set_queue_stats(struct net_device *dev);

/* events.c */
extern const struct vif_events vif_events;

/* watches.c */
int vif_watch(struct vif_host *host); /* an error is in XenStore */
void vif_unwatch(struct vif_host *host);

/* debugfs.c */
void vif_debugfs_init(void);
void vif_debugfs_exit(void);
void vif_debugfs_add(struct vif_host *host);
void vif_debugfs_remove(struct vif_host *host); /* waits for readers; not with the life lock held */

/* netdev.c */
extern const struct net_device_ops vif_netdev_ops;
struct vif_host *vif_netdev_create(struct xenbus_device *xdev, unsigned int handle, unsigned int queues);
void vif_netdev_destroy(struct vif_host *host);

/* port.c */
int vif_port_init(void);
void vif_port_exit(void);

#endif
