// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about multicast groups, from this bridge itself: as if this host had sent them, but not judged, for that
 * would take this host for a multicast router. CONTEXT: softirq or BH off, RCU read side
 */
#include <linux/etherdevice.h>
#include <linux/pkt_sched.h>
#include <linux/skbuff.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/packets/forward.h"
#include "bridge-lite/packets/question.h"

static struct sk_buff *make(struct net_device *dev, const struct brlite_question *question)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(dev, question->length);

	if (!skb)
		return NULL;
	skb_put_data(skb, question->frame, question->length);
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	skb->priority = TC_PRIO_CONTROL;
	__skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb_reset_mac_len(skb);
	return skb;
}

void brlite_send_question(struct brlite *bridge, const struct brlite_question *question)
{
	struct brlite_verdict verdict = { .action = BRLITE_FLOOD, .vlan = question->vlan };
	struct sk_buff *skb;

	if (question->port != BRLITE_LOCAL_PORT) {
		verdict.action = BRLITE_PORT;
		verdict.port = brlite_port_at(bridge->core, question->port);
		if (!verdict.port || !READ_ONCE(verdict.port->up))
			return;
	}
	skb = make(bridge->dev, question);
	if (skb)
		brlite_forward(&bridge->local, &verdict, skb);
}
