/* SPDX-License-Identifier: GPL-2.0-only */
/* Multicast groups of a bridge: whether their members are told apart, who asks for them. CONTEXT: RTNL */
#ifndef BRLITE_SETTINGS_GROUPS_H
#define BRLITE_SETTINGS_GROUPS_H

#include "bridge-lite/linux/state.h"

/* -ENOMEM. */
int brlite_snoop_groups(struct brlite *bridge, bool on);
void brlite_set_querier(struct brlite *bridge, bool on);
/* The bridge came up, or goes down. */
void brlite_start_groups(struct brlite *bridge);
void brlite_stop_groups(struct brlite *bridge);
void brlite_init_groups(struct brlite *bridge);
/* CONTEXT: the device's address lock: what ndo_set_rx_mode holds. */
void brlite_sync_host_groups(struct brlite *bridge);

#endif
