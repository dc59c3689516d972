/* SPDX-License-Identifier: GPL-2.0-only */
/* Skbs with their verdicts. CONTEXT: softirq or BH off, RCU read side */
#ifndef BRLITE_PACKETS_BATCH_H
#define BRLITE_PACKETS_BATCH_H

#include "bridge-lite/types.h"

/* Returns how many packets this CPU made of them: brlite_abi.forward. */
u32 brlite_forward_batch(struct brlite_port *in, const struct brlite_outgoing *batch, uint32_t n);

#endif
