/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses that nobody uses any more are forgotten. CONTEXT: RTNL. */
#ifndef BRLITE_AGEING_H
#define BRLITE_AGEING_H

#include "bridge-lite/linux/state.h"

void brlite_init_ageing(struct brlite *bridge);
/* Does nothing while the bridge is down. */
void brlite_start_ageing(struct brlite *bridge);
void brlite_stop_ageing(struct brlite *bridge);
/* Seconds; 0 learns nothing and forgets what was learned. */
void brlite_set_ageing(struct brlite *bridge, u32 seconds);

#endif
