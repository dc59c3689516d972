/* SPDX-License-Identifier: GPL-2.0-only */
/* VLAN tags of skbs. vlan: the verdict's; with 0 nothing is done. CONTEXT: softirq or BH off, RCU read side */
#ifndef BRLITE_PACKETS_TAG_H
#define BRLITE_PACKETS_TAG_H

#include <linux/skbuff.h>

#include "bridge-lite/types.h"

/* The skb, perhaps another one, bears the tag of its VLAN beside its data; NULL: it could not, and is gone. */
struct sk_buff *brlite_tag(struct brlite_port *in, struct sk_buff *skb, u32 vlan);
/* Takes the tag away again where it leaves without one. */
void brlite_untag(const struct brlite_port *to, struct sk_buff *skb, u32 vlan);
/* What of brlite_frame.flags says which tag is not in the data. */
u16 brlite_frame_tag(const struct brlite_port *in, const struct sk_buff *skb);

#endif
