// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copy of what comes in at a port, or leaves it, for another port of its bridge. What is to be copied is made an
 * skb (BRLITE_VIA_SKB). A copy goes straight out of its port: no policy is asked, it is not learned from, and it is
 * not copied again, so that mirrors cannot make a loop.
 *
 * CONTEXT: softirq or BH off, RCU read side, all of this file.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "bridge-lite/linux/host.h"
#include "bridge-lite/packets/mirror.h"
#include "bridge-lite/packets/paid.h"
#include "bridge-lite/packets/transmit.h"

static bool fits(const struct brlite_port *to, const struct sk_buff *skb, u32 length)
{
	return READ_ONCE(to->up) && (length <= READ_ONCE(to->max_frame) || skb_is_gso(skb));
}

/* length: of the frame. Its copy begins where the packet's data does. */
static struct sk_buff *copy_for(struct brlite_port *port, struct brlite_port *to, struct sk_buff *skb, u32 length)
{
	struct sk_buff *copy;

	if (!to || !fits(to, skb, length))
		return NULL;
	copy = brlite_clone(skb);
	if (!copy)
		host_count(port, BRLITE_DROP_NO_MEMORY);
	return copy;
}

void brlite_mirror_received(struct brlite_port *in, struct sk_buff *skb)
{
	struct brlite_port *to = smp_load_acquire(&in->mirror[BRLITE_FROM_GUEST]);
	struct sk_buff *copy = copy_for(in, to, skb, skb->len + ETH_HLEN);

	if (copy && brlite_make_outgoing(in, to, copy))
		brlite_transmit(to, copy);
}

void brlite_mirror_sent(struct brlite_port *port, struct sk_buff *skb)
{
	struct brlite_port *to = smp_load_acquire(&port->mirror[BRLITE_TO_GUEST]);
	struct sk_buff *copy = copy_for(port, to, skb, skb->len);

	if (copy) {
		copy->dev = to->dev;
		brlite_transmit(to, copy);
	}
}
