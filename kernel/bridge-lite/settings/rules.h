/* SPDX-License-Identifier: GPL-2.0-only */
/* What may pass a port. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_RULES_H
#define BRLITE_SETTINGS_RULES_H

#include "bridge-lite/linux/state.h"

struct nlattr;

int brlite_change_rules(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_rules(struct sk_buff *skb, const struct brlite_slave *slave);
/*
 * The most that brlite_fill_rules() takes. CONTEXT: RCU; a dump asks for the size before it has RTNL, so neither
 * the port nor its rules may be looked at.
 */
size_t brlite_rules_size(void);
/* CONTEXT: a grace period after the last frame that may know the port. */
void brlite_free_rules(struct brlite_slave *slave);

#endif
