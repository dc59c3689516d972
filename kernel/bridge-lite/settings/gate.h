/* SPDX-License-Identifier: GPL-2.0-only */
/* What lets a port's frames pass: what a spanning tree says, and no loop. CONTEXT: RTNL. */
#ifndef BRLITE_SETTINGS_GATE_H
#define BRLITE_SETTINGS_GATE_H

#include "bridge-lite/linux/state.h"

/* Of a port that joins. */
void brlite_init_gate(struct brlite_slave *slave);
/* CONTEXT: a grace period after the last frame of the port. */
void brlite_free_gate(struct brlite_slave *slave);
/* state: BR_STATE_*. */
void brlite_set_state(struct brlite_slave *slave, u8 state);
/* As shown: what is so, not what was asked for. */
u8 brlite_state_of(const struct brlite_slave *slave);
/* Whether somebody of this host takes part in a spanning tree. */
void brlite_set_stp(struct brlite *bridge, bool on);
void brlite_set_loop_block(struct brlite_slave *slave, u32 seconds);

#endif
