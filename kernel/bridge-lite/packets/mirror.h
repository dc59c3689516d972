/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies of a port's packets for another port. CONTEXT: softirq or BH off, RCU read side */
#ifndef BRLITE_PACKETS_MIRROR_H
#define BRLITE_PACKETS_MIRROR_H

#include <linux/skbuff.h>

#include "bridge-lite/types.h"

/* The skb as on reception: its data is behind the Ethernet header. */
void brlite_mirror_received(struct brlite_port *in, struct sk_buff *skb);
/* The skb as brlite_make_outgoing() left it. */
void brlite_mirror_sent(struct brlite_port *port, struct sk_buff *skb);

#endif
