/* SPDX-License-Identifier: GPL-2.0-only */
/* Which VLANs a port is in. CONTEXT: RTNL; the RCU read side for showing. dev: a port or a bridge */
#ifndef BRLITE_SETTINGS_VLAN_H
#define BRLITE_SETTINGS_VLAN_H

#include "bridge-lite/linux/state.h"

struct nlattr;

void brlite_vlans_init(struct brlite_port *port, struct brlite_vlans *vlans);
int brlite_change_vlans(struct net_device *dev, const struct nlattr *spec, bool add, struct netlink_ext_ack *extack);
int brlite_dellink(struct net_device *dev, struct nlmsghdr *message, u16 flags);
int brlite_fill_vlans(struct sk_buff *skb, struct net_device *dev, u32 filter_mask);
void brlite_filter_vlans(struct brlite *bridge, bool on);

#endif
