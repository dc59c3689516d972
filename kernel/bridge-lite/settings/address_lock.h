/* SPDX-License-Identifier: GPL-2.0-only */
/* The IP addresses that ports may use. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_ADDRESS_LOCK_H
#define BRLITE_SETTINGS_ADDRESS_LOCK_H

#include "bridge-lite/linux/state.h"

struct nlattr;

int brlite_change_address_lock(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_address_lock(struct sk_buff *skb, const struct brlite_slave *slave);
/* The slave is leaving. Returns what is to be freed (kvfree) a grace period later. */
const struct brlite_claims *brlite_end_address_lock(struct brlite_slave *slave);

#endif
