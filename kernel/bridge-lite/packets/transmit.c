// SPDX-License-Identifier: GPL-2.0-only
/*
 * Out of a port: to the driver that bound it, or a batch through its device's queueing discipline at once.
 *
 * dev_queue_xmit() finds the queue, takes its locks, rings the device's doorbell for each packet. Here that
 * is done once for a batch, in the way dev_queue_xmit() itself passes a queueing discipline by: only if it is
 * empty, allows it (TCQ_F_CAN_BYPASS) and is not running. Nobody can tell the difference, then: no packet tap,
 * tc or netfilter at the device's egress, no packet that waits. Everything else, and what the device did not
 * take, goes through dev_queue_xmit(), in order. Only tracepoints of the transmit path do not see a batch.
 *
 * CONTEXT: softirq or BH off, RCU read side, all of this file. Packets begin at their Ethernet header, where
 * brlite_make_outgoing() puts them, and are linked by ->next.
 */
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netpoll.h>
#include <net/sch_generic.h>
#include <net/xfrm.h>

#include "bridge-lite/linux/host.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/packets/transmit.h"
#include "linux/bypass.h"

/* --- Made ready to leave ------------------------------------------------------------------------------- */

/* A checksum still to be filled in needs to be found behind VLAN tags that lie in the data. */
static bool find_network_header(struct sk_buff *skb)
{
	int depth;

	if (skb->ip_summed != CHECKSUM_PARTIAL || !eth_type_vlan(skb->protocol))
		return true;
	if (!vlan_get_protocol_and_depth(skb, skb->protocol, &depth))
		return false;
	skb_set_network_header(skb, depth);
	return true;
}

bool brlite_make_outgoing(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb)
{
	u32 why = BRLITE_DROP_RUNT;

	if (in->index != BRLITE_LOCAL_PORT) {
		/* Packets that a NIC made one of, beyond what can be undone. */
		if (skb_warn_if_lro(skb)) {
			why = BRLITE_DROP_OVERSIZE;
			goto drop;
		}
		/* What the receiving NIC said about the checksum and the time is of no use outwards. */
		skb_forward_csum(skb);
		skb_clear_tstamp(skb);
	}
	skb->dev = to->dev;
	skb_push(skb, ETH_HLEN);
	if (!find_network_header(skb))
		goto drop;
	skb_mark_not_on_list(skb);
	return true;
drop:
	host_count(in, why);
	kfree_skb(skb);
	return false;
}

/* --- Handed to the device ------------------------------------------------------------------------------ */

/* What a device took. */
struct taken {
	u64 bytes;
	u32 packets;
};

static void one_by_one(struct sk_buff *skb)
{
	struct sk_buff *next;

	for (; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		dev_queue_xmit(skb);
	}
}

/* --- Which queue, and what the device needs done to the packets ------------------------------------ */

static u16 pick_queue(struct net_device *dev, struct sk_buff *skb)
{
	const struct net_device_ops *ops = dev->netdev_ops;

	if (dev->real_num_tx_queues == 1)
		return 0;
	if (skb->sender_cpu - 1 >= (u32)NR_CPUS)
		skb->sender_cpu = raw_smp_processor_id() + 1;
	return netdev_cap_txqueue(dev, ops->ndo_select_queue ? ops->ndo_select_queue(dev, skb, NULL) :
							       netdev_pick_tx(dev, skb, NULL));
}

/* What of the list is left once each packet suits the device. INVARIANT: no GSO, so none becomes several. */
static struct sk_buff *make_suit(struct net_device *dev, struct sk_buff *skb)
{
	struct sk_buff *first = NULL, **end = &first, *next;
	bool again = false;

	for (; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		if (!bypass_skb_plain(skb))
			skb = validate_xmit_skb_list(skb, dev, &again);
		if (skb) {
			*end = skb;
			end = &skb->next;
		}
	}
	return first;
}

/* --- Past the queueing discipline. Each returns what the device did not take ------------------------------ */

/* CONTEXT: the queue's transmit lock, or a device that wants none. */
static struct sk_buff *hand_over(struct net_device *dev, struct netdev_queue *txq, struct sk_buff *skb,
				 struct taken *taken)
{
	const u16 queue = txq - dev->_tx;

	while (skb && !netif_xmit_frozen_or_stopped(txq)) {
		struct sk_buff *next = skb->next;
		const u16 mapping = skb_get_queue_mapping(skb);
		const u32 len = skb->len;

		skb_mark_not_on_list(skb);
		skb_set_queue_mapping(skb, queue);
		qdisc_skb_cb(skb)->pkt_len = len;
		if (!dev_xmit_complete(netdev_start_xmit(skb, dev, txq, next != NULL))) {
			skb_set_queue_mapping(skb, mapping);
			skb->next = next;
			break;
		}
		taken->bytes += len;
		taken->packets++;
		skb = next;
	}
	return skb;
}

static struct sk_buff *locked_hand_over(struct net_device *dev, struct netdev_queue *txq, struct sk_buff *skb,
					struct taken *taken)
{
	HARD_TX_LOCK(dev, txq, smp_processor_id());
	skb = hand_over(dev, txq, skb, taken);
	HARD_TX_UNLOCK(dev, txq);
	return skb;
}

/* A device without a queue may send to another one, and so on: the depth is counted. */
static struct sk_buff *without_qdisc(struct net_device *dev, struct netdev_queue *txq, struct sk_buff *skb)
{
	struct taken taken = {};

	if (READ_ONCE(txq->xmit_lock_owner) == smp_processor_id() || dev_xmit_recursion())
		return skb; /* dev_queue_xmit() says so, and drops it */
	skb = make_suit(dev, skb);
	dev_xmit_recursion_inc();
	skb = locked_hand_over(dev, txq, skb, &taken);
	dev_xmit_recursion_dec();
	return skb;
}

static struct sk_buff *past_lockless_qdisc(struct net_device *dev, struct netdev_queue *txq, struct Qdisc *q,
					   struct sk_buff *skb)
{
	struct taken taken = {};

	if (!nolock_qdisc_is_empty(q) || !qdisc_run_begin(q))
		return skb;
	if (nolock_qdisc_is_empty(q)) {
		skb = locked_hand_over(dev, txq, make_suit(dev, skb), &taken);
		_bstats_update(this_cpu_ptr(q->cpu_bstats), taken.bytes, taken.packets);
	}
	qdisc_run_end(q);
	return skb;
}

static struct sk_buff *past_locked_qdisc(struct net_device *dev, struct netdev_queue *txq, struct Qdisc *q,
					 struct sk_buff *skb)
{
	struct taken taken = {};
	bool free;

	spin_lock(qdisc_lock(q));
	free = !test_bit(__QDISC_STATE_DEACTIVATED, &q->state) && !qdisc_qlen(q) && qdisc_run_begin(q);
	spin_unlock(qdisc_lock(q));
	if (!free)
		return skb;

	skb = locked_hand_over(dev, txq, make_suit(dev, skb), &taken);

	spin_lock(qdisc_lock(q));
	_bstats_update(&q->bstats, taken.bytes, taken.packets);
	qdisc_run_end(q);
	if (qdisc_qlen(q)) /* others came meanwhile, and left it to us */
		__netif_schedule(q);
	spin_unlock(qdisc_lock(q));
	return skb;
}

/* --- A batch ----------------------------------------------------------------------------------------- */

/* Packets for one queue. */
static void send_run(struct net_device *dev, struct netdev_queue *txq, struct sk_buff *skb)
{
	struct Qdisc *q = rcu_dereference_bh(txq->qdisc);

	if (!q->enqueue)
		skb = without_qdisc(dev, txq, skb);
	else if (!(q->flags & TCQ_F_CAN_BYPASS) || rcu_access_pointer(q->stab))
		;
	else if (q->flags & TCQ_F_NOLOCK)
		skb = past_lockless_qdisc(dev, txq, q, skb);
	else
		skb = past_locked_qdisc(dev, txq, q, skb);
	one_by_one(skb);
}

/* May follow the packet before it in a batch: for the same queue, and nothing that is segmented on the way. */
static bool joins(struct net_device *dev, const struct sk_buff *before, struct sk_buff *skb, u16 queue)
{
	return !skb_is_gso(before) && !skb_is_gso(skb) && pick_queue(dev, skb) == queue;
}

static void send_batch(struct net_device *dev, struct sk_buff *skb)
{
	while (skb) {
		struct sk_buff *first = skb, *last = skb;
		const u16 queue = pick_queue(dev, skb);

		while (last->next && joins(dev, last, last->next, queue))
			last = last->next;
		skb = last->next;
		last->next = NULL;
		if (first == last)
			one_by_one(first);
		else
			send_run(dev, netdev_get_tx_queue(dev, queue), first);
	}
}

static void to_device(struct net_device *dev, struct sk_buff *skb)
{
	if (!skb->next || bypass_egress_watched(dev) || !(dev->flags & IFF_UP))
		one_by_one(skb);
	else
		send_batch(dev, skb);
}

/* With interrupts off nobody comes here but netconsole, by the bridge's device, with one packet. */
static void to_netpoll(struct brlite_port *to, struct sk_buff *skb)
{
	struct netpoll *netpoll = smp_load_acquire(&container_of(to, struct brlite_slave, port)->netpoll);

	if (netpoll)
		netpoll_send_skb(netpoll, skb);
	else
		dev_kfree_skb_any(skb);
}

void brlite_transmit(struct brlite_port *to, struct sk_buff *skb)
{
	void *owner = smp_load_acquire(&to->owner); /* set behind ops, which stay as long as the port */

	if (unlikely(netpoll_tx_running(to->dev))) {
		to_netpoll(to, skb);
		return;
	}
	if (owner)
		skb = to->ops->deliver(owner, skb);
	if (skb)
		to_device(to->dev, skb);
}
