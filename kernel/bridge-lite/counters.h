/* SPDX-License-Identifier: GPL-2.0-only */
/* Statistics of a bridge and its ports. */
#ifndef BRLITE_COUNTERS_H
#define BRLITE_COUNTERS_H

#include "bridge-lite/linux/state.h"

extern const struct ethtool_ops brlite_ethtool_ops;
void brlite_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);
u64 brlite_port_counter(const struct brlite_port *port, unsigned int counter);
/*
 * A slave becomes, or stops to be, one whose counters the bridge's statistics include; before it is taken from the
 * bridge's ports it begins to leave.
 */
void brlite_join_counters(struct brlite *bridge, struct brlite_slave *slave);
void brlite_begin_to_leave(struct brlite *bridge);
void brlite_leave_counters(struct brlite *bridge, struct brlite_slave *slave);

#endif
