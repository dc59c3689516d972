/* SPDX-License-Identifier: GPL-2.0-only */
/* netconsole over a bridge: what is sent with interrupts off, maybe by a kernel that is about to die. CONTEXT: RTNL. */
#ifndef BRLITE_NETPOLL_H
#define BRLITE_NETPOLL_H

#include "bridge-lite/linux/state.h"

struct netpoll_info;

#ifdef CONFIG_NETPOLL
int brlite_netpoll_setup(struct net_device *dev, struct netpoll_info *info);
void brlite_netpoll_cleanup(struct net_device *dev);
/* A port that joins while netconsole uses the bridge; one that leaves. */
void brlite_netpoll_join(struct brlite_slave *slave);
void brlite_netpoll_leave(struct brlite_slave *slave);
#else /* a kernel that has none */
static inline void brlite_netpoll_join(struct brlite_slave *slave)
{
}
static inline void brlite_netpoll_leave(struct brlite_slave *slave)
{
}
#endif

#endif
