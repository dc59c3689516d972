/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits on flooded packets. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_STORM_H
#define BRLITE_SETTINGS_STORM_H

#include "bridge-lite/linux/state.h"

struct nlattr;

int brlite_change_storm(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_storm(struct sk_buff *skb, const struct brlite_slave *slave);

#endif
