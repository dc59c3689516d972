/* SPDX-License-Identifier: GPL-2.0-only */
/* Out of a port. CONTEXT: softirq or BH off, RCU read side */
#ifndef BRLITE_PACKETS_TRANSMIT_H
#define BRLITE_PACKETS_TRANSMIT_H

#include <linux/skbuff.h>

#include "bridge-lite/types.h"

/* The skb becomes one that may leave through `to`; false: it could not, and is gone. */
bool brlite_make_outgoing(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb);
/* Such skbs, linked by ->next. */
void brlite_transmit(struct brlite_port *to, struct sk_buff *skb);

#endif
