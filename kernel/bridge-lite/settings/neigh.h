/* SPDX-License-Identifier: GPL-2.0-only */
/* The FDB over rtnetlink. */
#ifndef BRLITE_SETTINGS_NEIGH_H
#define BRLITE_SETTINGS_NEIGH_H

#include <linux/netdevice.h>

#include "linux/compat.h"

struct ndmsg;
struct netlink_callback;
struct nlattr;

int brlite_neigh_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, u16 flags, COMPAT_FDB_NOTIFIED struct netlink_ext_ack *extack);
int brlite_neigh_del(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, COMPAT_FDB_NOTIFIED struct netlink_ext_ack *extack);
int brlite_neigh_dump(struct sk_buff *skb, struct netlink_callback *cb, struct net_device *dev,
		      struct net_device *filter_dev, int *idx);
int brlite_neigh_get(struct sk_buff *skb, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, u32 portid, u32 seq, struct netlink_ext_ack *extack);

#endif
