/* SPDX-License-Identifier: GPL-2.0-only */
/* Enslaving, leaving, and what happens to devices meanwhile. CONTEXT: RTNL */
#ifndef BRLITE_PORT_H
#define BRLITE_PORT_H

#include "bridge-lite/linux/state.h"

int brlite_add_slave(struct net_device *dev, struct net_device *slave_dev, struct netlink_ext_ack *extack);
int brlite_del_slave(struct net_device *dev, struct net_device *slave_dev);
void brlite_del_all_slaves(struct brlite *bridge);
extern struct notifier_block brlite_notifier;

#endif
