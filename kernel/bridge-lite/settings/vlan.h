/* SPDX-License-Identifier: GPL-2.0-only */
/* Which VLANs a port is in. CONTEXT: RTNL; the RCU read side for showing. dev: a port or a bridge */
#ifndef BRLITE_SETTINGS_VLAN_H
#define BRLITE_SETTINGS_VLAN_H

#include "bridge-lite/linux/state.h"

struct nlattr;

void brlite_vlans_init(const struct brlite *bridge, struct brlite_port *port, struct brlite_vlans *vlans);
/* From those that every port starts with. */
bool brlite_vlans_differ(const struct brlite *bridge, const struct brlite_vlans *vlans);
int brlite_change_vlans(struct net_device *dev, const struct nlattr *spec, bool add, struct netlink_ext_ack *extack);
int brlite_fill_vlans(struct sk_buff *skb, struct net_device *dev, u32 filter_mask);
void brlite_filter_vlans(struct brlite *bridge, bool on);
bool brlite_vlan_protocol_is_possible(u32 type);
void brlite_set_vlan_protocol(struct brlite *bridge, u16 type);
/* Ports that have the one before, and nothing else for untagged frames, get this one instead. */
void brlite_set_default_pvid(struct brlite *bridge, u16 vlan);

#endif
