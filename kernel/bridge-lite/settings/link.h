/* SPDX-License-Identifier: GPL-2.0-only */
/* The ports over rtnetlink. */
#ifndef BRLITE_SETTINGS_LINK_H
#define BRLITE_SETTINGS_LINK_H

#include "bridge-lite/linux/state.h"

struct nlattr;
struct nlmsghdr;

int brlite_getlink(struct sk_buff *skb, u32 pid, u32 seq, struct net_device *dev, u32 filter_mask, int nlflags);
int brlite_setlink(struct net_device *dev, struct nlmsghdr *message, u16 flags, struct netlink_ext_ack *extack);
int brlite_dellink(struct net_device *dev, struct nlmsghdr *message, u16 flags);
/* CONTEXT: RTNL. nest: of IFLA_BRPORT_…. All of them, or none. */
int brlite_set_port_words(struct brlite_slave *slave, const struct nlattr *nest, struct netlink_ext_ack *extack);

#endif
