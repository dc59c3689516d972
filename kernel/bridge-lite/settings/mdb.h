/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of multicast groups, shown and set: by bridge(8) where the kernel lets it, and as a file. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_MDB_H
#define BRLITE_SETTINGS_MDB_H

#include <linux/sysfs.h>

#include "bridge-lite/linux/state.h"

struct netlink_callback;
int brlite_mdb_dump(struct net_device *dev, struct sk_buff *skb, struct netlink_callback *cb);
int brlite_mdb_add(struct net_device *dev, struct nlattr *tb[], u16 flags, struct netlink_ext_ack *extack);
int brlite_mdb_del(struct net_device *dev, struct nlattr *tb[], struct netlink_ext_ack *extack);

/* As lines of text; the first `length` bytes of them from `from` on. CONTEXT: process. */
ssize_t brlite_mdb_read(struct brlite *bridge, char *out, loff_t from, size_t length);
/* "add vif1.0 239.1.2.3", "del …", each with " vid 5" or without. */
int brlite_mdb_command(struct brlite *bridge, const char *text);

#endif
