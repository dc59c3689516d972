/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether "bridge fdb … master" reaches us. CONTEXT: RTNL, but for init and exit */
#ifndef BRLITE_PORT_FLAG_H
#define BRLITE_PORT_FLAG_H

#include "bridge-lite/linux/state.h"

void brlite_flag_bridge(struct brlite *bridge);
void brlite_unflag_bridge(struct brlite *bridge);
void brlite_flag_port(struct net_device *dev);
void brlite_unflag_port(struct net_device *dev);
int brlite_flag_init(void);
void brlite_flag_exit(void);

/* Whether the kernel has, or is about to have, a module of that name. */
bool brlite_module_present(const char *name);

#endif
