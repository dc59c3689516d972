/* SPDX-License-Identifier: GPL-2.0-only */
/* What this bridge asks about multicast groups. CONTEXT: softirq or BH off, RCU read side */
#ifndef BRLITE_PACKETS_QUESTION_H
#define BRLITE_PACKETS_QUESTION_H

#include "bridge-lite/linux/state.h"

void brlite_send_question(struct brlite *bridge, const struct brlite_question *question);

#endif
