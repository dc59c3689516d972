/* SPDX-License-Identifier: GPL-2.0-only */
/* A port in IFLA_LINKINFO of its device. */
#ifndef BRLITE_SETTINGS_SLAVE_H
#define BRLITE_SETTINGS_SLAVE_H

#include "bridge-lite/linux/state.h"

struct nlattr;

/* CONTEXT: RTNL. data is not looked at: rtnetlink has no room for our numbers there. */
int brlite_change_slave(struct net_device *dev, struct net_device *slave_dev, struct nlattr *tb[],
			struct nlattr *data[], struct netlink_ext_ack *extack);
/* CONTEXT: RTNL or the RCU read side. */
size_t brlite_slave_size(const struct net_device *dev, const struct net_device *slave_dev);
/* CONTEXT: RTNL. */
int brlite_fill_slave(struct sk_buff *skb, const struct net_device *dev, const struct net_device *slave_dev);
/* CONTEXT: RTNL. How many addresses the port learns: what it was told itself; else, a guest's, what the bridge says. */
void brlite_set_learn_limit(struct brlite_slave *slave);
/* CONTEXT: RTNL. The same for all ports, when the bridge says something else. */
void brlite_share_learn_limit(struct brlite *bridge);

#endif
