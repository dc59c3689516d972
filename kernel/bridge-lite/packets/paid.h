/* SPDX-License-Identifier: GPL-2.0-only */
/* What a sender answers for. CONTEXT: softirq or BH off, RCU read side */
#ifndef BRLITE_PACKETS_PAID_H
#define BRLITE_PACKETS_PAID_H

#include <linux/skbuff.h>

#include "bridge-lite/types.h"

/* How many packets this CPU makes of it on its way out: more than one where `to` cannot segment itself. */
u32 brlite_packets_of(const struct brlite_port *to, const struct sk_buff *skb);
/* Who is answerable for the original's memory is so for the clone's; NULL: no memory. */
struct sk_buff *brlite_clone(struct sk_buff *skb);

#endif
