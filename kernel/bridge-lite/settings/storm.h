/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits on flooded packets. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_STORM_H
#define BRLITE_SETTINGS_STORM_H

#include "bridge-lite/linux/state.h"

struct nlattr;

int brlite_change_storm(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_set_storm(struct brlite_slave *slave, enum brlite_storm_kind kind, const struct brlite_storm_limit *limit);
/* For a port that nobody set limits for: it has become a guest's, or is none. */
void brlite_default_storm(struct brlite_slave *slave);
int brlite_fill_storm(struct sk_buff *skb, const struct brlite_slave *slave);

#endif
