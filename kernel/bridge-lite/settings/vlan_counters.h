/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets and bytes by VLAN and port, as "bridge -s vlan" shows them. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_VLAN_COUNTERS_H
#define BRLITE_SETTINGS_VLAN_COUNTERS_H

#include "bridge-lite/linux/state.h"

/* Turned on, all begin with zero. -ENOMEM. */
int brlite_count_vlans(struct brlite *bridge, bool on);
/* The port came to be in more VLANs, or is new: they are counted too where others are. */
void brlite_vlan_counters_grow(const struct brlite *bridge, struct brlite_vlans *vlans);
/* The port has left the VLAN: should it come back, it begins with zero. */
void brlite_vlan_counters_zero(struct brlite_vlans *vlans, u32 vlan);
/* CONTEXT: a grace period after the last frame that may know the port. */
void brlite_vlan_counters_free(struct brlite_vlans *vlans);

/* rtnl_link_ops: IFLA_STATS_LINK_XSTATS of the bridge, IFLA_STATS_LINK_XSTATS_SLAVE of a port. */
size_t brlite_xstats_size(const struct net_device *dev, int attribute);
int brlite_fill_xstats(struct sk_buff *skb, const struct net_device *dev, int *position, int attribute);

#endif
