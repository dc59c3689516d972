/* SPDX-License-Identifier: GPL-2.0-only */
/* Who listens to rtnetlink ("bridge monitor") hears what changes in the FDB. CONTEXT: RTNL. */
#ifndef BRLITE_SETTINGS_EVENTS_H
#define BRLITE_SETTINGS_EVENTS_H

#include "bridge-lite/linux/state.h"

/* Changes of the FDB. -ENOMEM. */
int brlite_init_events(struct brlite *bridge);
/* None come after this. */
void brlite_stop_events(struct brlite *bridge);

#endif
