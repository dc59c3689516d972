// SPDX-License-Identifier: GPL-2.0-only
/*
 * A batch of skbs whose verdicts are known: sorted by destination, so that a port's device and this host's
 * stack each get theirs in one go. What goes to more than one place goes by itself, behind all before it:
 * the order of the packets for a destination is that of the batch.
 *
 * CONTEXT: softirq or BH off, RCU read side, all of this file.
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "bridge-lite/packets/batch.h"
#include "bridge-lite/packets/forward.h"
#include "bridge-lite/packets/mirror.h"
#include "bridge-lite/packets/paid.h"
#include "bridge-lite/packets/tag.h"
#include "bridge-lite/packets/transmit.h"

/* A guest talks to an uplink and to dom0, seldom to more ports than this in one batch. */
#define DESTINATIONS 4

struct sorted {
	struct {
		struct brlite_port *to;
		struct sk_buff *first, **end;
	} port[DESTINATIONS];
	u32 ports;
	struct list_head local;
};

static void flush(struct sorted *sorted)
{
	u32 i;

	for (i = 0; i < sorted->ports; i++)
		brlite_transmit(sorted->port[i].to, sorted->port[i].first);
	sorted->ports = 0;
	if (!list_empty(&sorted->local)) {
		netif_receive_skb_list(&sorted->local);
		INIT_LIST_HEAD(&sorted->local);
	}
}

static void add(struct sorted *sorted, struct brlite_port *to, struct sk_buff *skb)
{
	u32 i;

	for (i = 0; i < sorted->ports && sorted->port[i].to != to; i++)
		;
	if (i == DESTINATIONS) {
		flush(sorted);
		i = 0;
	}
	if (i == sorted->ports) {
		sorted->port[i].to = to;
		sorted->port[i].end = &sorted->port[i].first;
		sorted->ports++;
	}
	*sorted->port[i].end = skb;
	sorted->port[i].end = &skb->next;
}

/* What the receive path would have set before the bridge got the skb. */
static void complete_headers(struct sk_buff *skb)
{
	skb_reset_network_header(skb);
	if (!skb_transport_header_was_set(skb))
		skb_reset_transport_header(skb);
	skb_reset_mac_len(skb);
}

u32 brlite_forward_batch(struct brlite_port *in, const struct brlite_outgoing *batch, u32 n)
{
	struct sorted sorted = { .local = LIST_HEAD_INIT(sorted.local) };
	const bool mirrored = READ_ONCE(in->policy) & BRLITE_MIRROR_FROM;
	u32 packets = 0, i;

	for (i = 0; i < n; i++) {
		const struct brlite_verdict *verdict = batch[i].verdict;
		struct sk_buff *skb = batch[i].skb;

		complete_headers(skb);
		/* What is heard comes back by the receive path, and is mirrored there. */
		if (unlikely(mirrored) && verdict->action != BRLITE_DROP && verdict->action != BRLITE_HEARD) {
			brlite_mirror_received(in, skb);
			packets++;
		}
		if (verdict->action == BRLITE_PORT && !(verdict->flags & BRLITE_AND_LOCAL)) {
			packets += brlite_packets_of(verdict->port, skb);
			skb = brlite_tag(in, skb, verdict->vlan);
			if (skb && brlite_prepare(in, verdict->port, skb, verdict->vlan))
				add(&sorted, verdict->port, skb);
		} else if (verdict->action == BRLITE_LOCAL) {
			packets++;
			skb = brlite_take_up(in, verdict, skb);
			if (skb)
				list_add_tail(&skb->list, &sorted.local);
		} else {
			flush(&sorted);
			packets += brlite_forward(in, verdict, skb);
		}
	}
	flush(&sorted);
	return packets;
}
