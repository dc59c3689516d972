// SPDX-License-Identifier: GPL-2.0-only
/*
 * The switch for skbs: what comes in through a port's receive handler or from this host's stack is
 * judged as a batch of one and sent where the verdict says. No netfilter hook is on this way.
 *
 * Between functions here an skb looks as on reception: data behind the Ethernet header, which lies
 * right before it, protocol set.
 */
#include <linux/if_vlan.h>
#include <linux/skbuff.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/linux/host.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/packets/forward.h"
#include "bridge-lite/packets/mirror.h"
#include "bridge-lite/packets/paid.h"
#include "bridge-lite/packets/tag.h"
#include "bridge-lite/packets/transmit.h"

/* Ports looked up at once while flooding; a stack array, so small. */
#define FLOOD_BATCH 16

/* CONTEXT: softirq or BH off, RCU read side, all of this file. */

static struct brlite_frame frame_of(const struct brlite_port *in, const struct sk_buff *skb)
{
	struct brlite_frame frame = {
		.data = skb_mac_header(skb),
		.len = skb->len + ETH_HLEN,
		.staged = min_t(u32, skb_headlen(skb) + ETH_HLEN, U16_MAX),
		.flags = (skb_is_gso(skb) ? BRLITE_FRAME_GSO : 0) |
			 (skb->ip_summed == CHECKSUM_PARTIAL ? BRLITE_FRAME_CSUM_BLANK : 0),
	};

	if (unlikely(READ_ONCE(in->policy) & BRLITE_VLANS_FILTERED))
		frame.flags |= brlite_frame_tag(in, skb);
	return frame;
}

/* Enough for what hosts and routers say about groups: what is longer is not believed. */
#define LONGEST_MESSAGE 4096

/* A frame to a group may say something about groups: then all of it has to be in one piece. */
static void gather_message(const struct brlite_port *in, struct sk_buff *skb)
{
	struct brlite_frame frame;

	(void)pskb_may_pull(skb, min_t(u32, skb->len, BRLITE_GUARD_READS));
	frame = frame_of(in, skb);
	if (brlite_may_name_members(&frame))
		(void)pskb_may_pull(skb, min_t(u32, skb->len, LONGEST_MESSAGE));
}

/* The headers that a policy decides by in one piece; without one nobody looks behind the Ethernet header. */
static void gather_headers(const struct brlite_port *in, struct sk_buff *skb)
{
	const u32 policy = READ_ONCE(in->policy);

	/* What cannot be had is not there: that is for the policy to judge. */
	if (unlikely(policy & BRLITE_READS_HEADERS))
		(void)pskb_may_pull(skb, min_t(u32, skb->len, BRLITE_GUARD_READS));
	else if (unlikely(policy & BRLITE_VLANS_FILTERED))
		(void)pskb_may_pull(skb, min_t(u32, skb->len, VLAN_HLEN));
	if ((policy & BRLITE_GROUPS_SNOOPED) && skb_is_nonlinear(skb) && is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		gather_message(in, skb);
}

bool brlite_prepare(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb, u32 vlan)
{
	brlite_untag(to, skb, vlan);
	if (!brlite_make_outgoing(in, to, skb))
		return false;
	if (unlikely(READ_ONCE(to->policy) & BRLITE_MIRROR_TO))
		brlite_mirror_sent(to, skb);
	return true;
}

/* These, too, return how many packets were made: a receiver each, or more. */

static u32 send(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb, u32 vlan)
{
	const u32 packets = brlite_packets_of(to, skb);

	if (brlite_prepare(in, to, skb, vlan))
		brlite_transmit(to, skb);
	return packets;
}

/* Makes the skb one that came in through the bridge device. */
static void turn_up(struct brlite_port *in, struct sk_buff *skb, u32 vlan)
{
	struct brlite_port *local = brlite_port_at(in->core, BRLITE_LOCAL_PORT);

	brlite_untag(local, skb, vlan);
	skb->dev = local->dev;
	dev_sw_netstats_rx_add(local->dev, skb->len);
}

struct sk_buff *brlite_take_up(struct brlite_port *in, const struct brlite_verdict *verdict, struct sk_buff *skb)
{
	skb = brlite_tag(in, skb, verdict->vlan);
	if (!skb)
		return NULL;
	skb->pkt_type = PACKET_HOST;
	turn_up(in, skb, verdict->vlan);
	return skb;
}

static u32 send_up(struct brlite_port *in, struct sk_buff *skb, u32 vlan)
{
	turn_up(in, skb, vlan);
	netif_receive_skb(skb);
	return 1;
}

void brlite_forward_local(struct brlite_port *in, struct sk_buff *skb)
{
	send_up(in, skb, 0);
}

/*
 * Sends a clone and keeps the original; with no target yet it does nothing. A guest is answerable for all clones,
 * wherever they wait. A program of this host is not: its socket would be full of one packet for many guests.
 */
static u32 send_clone(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb, u32 vlan)
{
	struct sk_buff *clone;

	if (!to)
		return 0;
	clone = in->index == BRLITE_LOCAL_PORT ? skb_clone(skb, GFP_ATOMIC) : brlite_clone(skb);
	if (clone)
		return send(in, to, clone, vlan);
	host_count(in, BRLITE_DROP_NO_MEMORY);
	return 1;
}

/* One clone fewer than receivers: the last one gets the original. */
static u32 flood(struct brlite_port *in, const struct brlite_verdict *verdict, struct sk_buff *skb)
{
	const struct brlite_frame frame = frame_of(in, skb);
	struct brlite_port *ports[FLOOD_BATCH], *last = NULL;
	u32 cursor = 0, packets = 0, n, i;

	while ((n = brlite_flood_ports(in, &frame, verdict->list, ports, FLOOD_BATCH, &cursor)) != 0) {
		for (i = 0; i < n; i++) {
			packets += send_clone(in, last, skb, verdict->vlan);
			last = ports[i];
		}
	}
	if (verdict->flags & BRLITE_AND_LOCAL) {
		packets += send_clone(in, last, skb, verdict->vlan);
		return packets + send_up(in, skb, verdict->vlan);
	}
	if (last)
		return packets + send(in, last, skb, verdict->vlan);
	consume_skb(skb);
	return 0;
}

u32 brlite_forward(struct brlite_port *in, const struct brlite_verdict *verdict, struct sk_buff *skb)
{
	u32 packets;

	if (unlikely(verdict->action == BRLITE_HEARD)) {
		netif_receive_skb(skb); /* comes to brlite_handle_frame() and on */
		return 1;
	}
	if (verdict->action == BRLITE_LOCAL) {
		skb = brlite_take_up(in, verdict, skb);
		if (skb)
			netif_receive_skb(skb);
		return 1;
	}
	skb = brlite_tag(in, skb, verdict->vlan);
	if (!skb)
		return 1;
	switch (verdict->action) {
	case BRLITE_PORT:
		if (!(verdict->flags & BRLITE_AND_LOCAL))
			return send(in, verdict->port, skb, verdict->vlan);
		packets = send_clone(in, verdict->port, skb, verdict->vlan);
		return packets + send_up(in, skb, verdict->vlan);
	case BRLITE_FLOOD:
		return flood(in, verdict, skb);
	default:
		kfree_skb(skb);
		return 1;
	}
}

/*
 * A VLAN device with reorder_hdr off puts the tag back in front of the payload, unless it knows a bridge's port, and
 * Linux' own bridge being loaded it knows that bridge's alone. Every frame of a port begins ETH_HLEN in front of its
 * data: the tag goes again. False: no memory for that.
 */
static bool without_own_tag(struct sk_buff *skb)
{
	if (likely(skb->data - skb_mac_header(skb) == ETH_HLEN))
		return true;
	if (skb->data - skb_mac_header(skb) != ETH_HLEN + VLAN_HLEN || skb_cow_head(skb, 0))
		return false;
	memmove(skb_mac_header(skb) + VLAN_HLEN, skb_mac_header(skb), 2 * ETH_ALEN);
	skb->mac_header += VLAN_HLEN;
	skb_reset_mac_len(skb);
	return true;
}

rx_handler_result_t brlite_handle_frame(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct brlite_port *in = rcu_dereference(skb->dev->rx_handler_data);
	struct brlite_verdict verdict;
	struct brlite_frame frame;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb)
		return RX_HANDLER_CONSUMED;
	*pskb = skb;
	if (unlikely(!without_own_tag(skb))) {
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}

	gather_headers(in, skb);
	frame = frame_of(in, skb);
	brlite_classify(in, &frame, &verdict, 1);
	if (unlikely(READ_ONCE(in->policy) & BRLITE_MIRROR_FROM) && verdict.action != BRLITE_DROP)
		brlite_mirror_received(in, skb);
	switch (verdict.action) {
	case BRLITE_LOCAL:
		/* Another round of the receive path that we are in, instead of one inside it. */
		*pskb = brlite_take_up(in, &verdict, skb);
		return *pskb ? RX_HANDLER_ANOTHER : RX_HANDLER_CONSUMED;
	case BRLITE_HEARD:
		return RX_HANDLER_PASS;
	case BRLITE_DROP:
		/* LLDP and its like on an uplink are for who listens on that device; a guest's are not. */
		if (verdict.reason == BRLITE_DROP_LINK_LOCAL && !READ_ONCE(in->owner))
			return RX_HANDLER_PASS;
		fallthrough;
	default:
		brlite_forward(in, &verdict, skb);
		return RX_HANDLER_CONSUMED;
	}
}

netdev_tx_t brlite_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct brlite *bridge = netdev_priv(dev);
	struct brlite_verdict verdict;
	struct brlite_frame frame;

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		host_count(&bridge->local, BRLITE_DROP_RUNT);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	skb_reset_mac_header(skb);
	__skb_pull(skb, ETH_HLEN);

	rcu_read_lock();
	gather_headers(&bridge->local, skb);
	frame = frame_of(&bridge->local, skb);
	brlite_classify(&bridge->local, &frame, &verdict, 1);
	brlite_forward(&bridge->local, &verdict, skb);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
