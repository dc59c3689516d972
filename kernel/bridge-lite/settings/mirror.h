/* SPDX-License-Identifier: GPL-2.0-only */
/* Which port gets copies of a port's packets. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_MIRROR_H
#define BRLITE_SETTINGS_MIRROR_H

#include "bridge-lite/linux/state.h"

struct nlattr;

int brlite_change_mirror(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_mirror(struct sk_buff *skb, const struct brlite_slave *slave);
/* Nobody's mirror is the port any more; the caller waits a grace period before it frees it. */
void brlite_end_mirrors(struct brlite_slave *leaving);

#endif
