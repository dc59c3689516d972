/* SPDX-License-Identifier: GPL-2.0-only */
/* The FDB over rtnetlink. */
#ifndef BRLITE_SETTINGS_NEIGH_H
#define BRLITE_SETTINGS_NEIGH_H

#include "bridge-lite/linux/state.h"

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
/* CONTEXT: RTNL. Forgets what was learned behind the port, or with a bridge everywhere. */
int brlite_neigh_flush(struct net_device *dev, bool conditions, struct netlink_ext_ack *extack);
/* The message about a change, and how many bytes it takes at most. */
size_t brlite_change_size(void);
int brlite_fill_change(struct sk_buff *skb, const struct brlite *bridge, const struct brlite_change *event);

#endif
