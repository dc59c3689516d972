// SPDX-License-Identifier: GPL-2.0-only
/*
 * glue.c - the services that are hot: accessors over kernel objects. The only C file in the LTO set, inlined into
 * the C++ that calls it.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/sch_generic.h>
#include <net/sock.h>
#include <net/xfrm.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>
#include <xen/page.h>

#include <asm/msr.h>

#include "linux/bypass.h"
#include "netback/linux/pieces.h"
#include "netback/linux/skb_pages.h"
#include "netback/linux/state.h"

/* --- memory ------------------------------------------------------------------------------------------ */

__always_inline void *host_this_cpu_lane(void) { return this_cpu_read(host_lane); }
__always_inline unsigned long host_jiffies(void) { return jiffies; }
__always_inline uint64_t host_cycles(void) { return rdtsc(); }
/*
 * Not gnttab_batch_copy(): that looks through the results for pages that are paged out and sleeps until they are back,
 * which a softirq must not. Such a copy has failed, like any other that has no GNTST_okay.
 */
__always_inline void host_grant_copy(void *ops, uint32_t count)
{
	if (unlikely(HYPERVISOR_grant_table_op(GNTTABOP_copy, ops, count)))
		BUG(); /* only an address that is none can do that */
}

/* --- queues ------------------------------------------------------------------------------------------- */

__always_inline void host_to_guest_lock(struct queue_host *q) { spin_lock(&q->to_guest_lock); }
__always_inline void host_to_guest_unlock(struct queue_host *q) { spin_unlock(&q->to_guest_lock); }
/*
 * netpoll keeps away from a device that this CPU polls; but a hard interrupt that prints may come over whoever else
 * has it.
 */
__always_inline bool host_to_guest_lock_to_send(struct queue_host *q)
{
	if (unlikely(irqs_disabled()))
		return spin_trylock(&q->to_guest_lock);
	spin_lock(&q->to_guest_lock);
	return true;
}

__always_inline void host_schedule(struct queue_host *q, enum guest_side side) { napi_schedule(&q->side[side].napi); }
__always_inline bool host_complete(struct queue_host *q, enum guest_side side, int done)
{
	return napi_complete_done(&q->side[side].napi, done);
}

__always_inline void host_eoi(struct queue_host *q, enum guest_side side)
{
	const int interrupt = EOI_OF(side) | EOI_BOTH, all = interrupt | LOOKED_AT(side);

	if (atomic_read(&q->eoi) & all && atomic_fetch_andnot(all, &q->eoi) & interrupt)
		xen_irq_lateeoi(q->side[side].irq, 0);
}

__always_inline void host_notify(struct queue_host *q, enum guest_side side)
{
	notify_remote_via_evtchn(q->side[side].local);
}

__always_inline struct sk_buff *host_backlog_peek(struct queue_host *q) { return skb_peek(&q->backlog); }
__always_inline struct sk_buff *host_backlog_pop(struct queue_host *q) { return __skb_dequeue(&q->backlog); }

__always_inline void host_backlog_push(struct queue_host *q, struct sk_buff *skb, unsigned long expires)
{
	SKB_CB(skb)->expires = expires;
	if (unlikely(skb->sk) && skb->sk->sk_prot == host_account_kind)
		skb_orphan(skb); /* from here on the receiver answers for it */
	__skb_queue_tail(&q->backlog, skb);
}

static __always_inline struct netdev_queue *txq_of(struct queue_host *q)
{
	return netdev_get_tx_queue(q->vif->dev, q->index);
}

/*
 * Does a queueing discipline let a packet pass at once as long as it is empty? Those that say so do. fq and cake do not
 * say it, and would pace or shape if they were told to; but without a handle a discipline is the default one
 * (net.core.default_qdisc), to which nobody can tell anything.
 */
static __always_inline bool lets_pass(const struct Qdisc *qdisc)
{
	if (likely(qdisc->flags & TCQ_F_CAN_BYPASS))
		return true;
	return !qdisc->handle && (!strcmp(qdisc->ops->id, "fq") || !strcmp(qdisc->ops->id, "cake"));
}

/*
 * Nothing waits in front of the device or is on its way from there, and no queueing discipline wants to see each
 * packet.
 */
__always_inline bool host_txq_idle(struct queue_host *q)
{
	struct netdev_queue *txq = txq_of(q);
	struct Qdisc *qdisc = rcu_dereference_bh(txq->qdisc);

	return !netif_xmit_stopped(txq) &&
	       (!qdisc->enqueue ||
		(lets_pass(qdisc) && qdisc_is_empty(qdisc) && !qdisc_is_running(qdisc)));
}

/* --- skbs to a guest ------------------------------------------------------------------------------------ */

__always_inline uint32_t host_skb_memory(const struct sk_buff *skb) { return skb->truesize; }

__always_inline void host_skb_describe(const struct sk_buff *skb, struct skb_view *info)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);

	info->len = skb->len;
	info->memory = skb->truesize;
	info->csum_partial = skb->ip_summed == CHECKSUM_PARTIAL;
	info->csum_unnecessary = skb->ip_summed == CHECKSUM_UNNECESSARY;
	info->gso_type = XEN_NETIF_GSO_TYPE_NONE;
	info->gso_size = shared->gso_size;
	if (shared->gso_size) {
		if (shared->gso_type & SKB_GSO_TCPV4)
			info->gso_type = XEN_NETIF_GSO_TYPE_TCPV4;
		else if (shared->gso_type & SKB_GSO_TCPV6)
			info->gso_type = XEN_NETIF_GSO_TYPE_TCPV6;
	}
}

/*
 * The skb as pieces within pages. A page that was mapped from a guest (a disk of its on a network's storage, stock
 * netback's packets) is that guest's frame: the hypervisor copies from it by the grant, and not by our number for it.
 * 0 when it has more than HOST_MAX_PIECES.
 */
__always_inline uint32_t host_skb_pieces(const struct sk_buff *skb, struct skb_piece *out)
{
	uint32_t n = add_skb(out, 0, skb);
	const struct sk_buff *part;

	if (likely(!skb_has_frag_list(skb)))
		return n;
	for (part = skb_shinfo(skb)->frag_list; part && n; part = part->next)
		n = add_skb(out, n, part);
	return n;
}

__always_inline void host_skb_copy(const struct sk_buff *skb, void *to, uint32_t len)
{
	if (likely(!skb_is_nonlinear(skb)))
		memcpy(to, skb->data, len);
	else
		skb_copy_bits(skb, 0, to, len); /* cannot fail: all of it is there */
}

/*
 * A budget of any size but 0 says that this is a poll: the skb's head goes where napi_alloc_skb() takes the next
 * from.
 */
__always_inline void host_skb_done(struct sk_buff *skb) { napi_consume_skb(skb, 1); }
__always_inline uint32_t host_skb_hash(struct sk_buff *skb) { return skb_get_hash(skb); }

__always_inline struct sk_buff *host_skb_cut(struct sk_buff *skb)
{
	struct sk_buff *rest = skb->next;

	skb_mark_not_on_list(skb);
	return rest;
}

/* What dev_queue_xmit() would do to the packet on its way through the device's queue. */
__always_inline struct sk_buff *host_skb_suit(struct vif_host *host, struct sk_buff *skb)
{
	bool again = false;

	skb_dst_drop(skb);
	if (unlikely(skb_shinfo(skb)->tx_flags))
		skb_tx_timestamp(skb);
	if (likely(bypass_skb_plain(skb)))
		return skb;
	return validate_xmit_skb_list(skb, host->dev, &again);
}

/* --- skbs from a guest ------------------------------------------------------------------------------------ */

__always_inline struct sk_buff *host_skb_new(struct queue_host *q, uint32_t len, void **bytes)
{
	struct sk_buff *skb = skb_in_pool(len);

	if (unlikely(!skb))
		skb = napi_alloc_skb(&q->side[FROM_GUEST].napi, len);
	if (likely(skb))
		*bytes = __skb_put(skb, len);
	return skb;
}

/* HOSTILE: a GSO type that does not fit the headers must not reach a NIC or the segmentation code. */
static bool gso_fits(const struct sk_buff *skb, uint32_t gso_type)
{
	/* The offset is what skb_checksum_setup() found: UDP's is another. */
	if (!skb_transport_header_was_set(skb) || skb->csum_offset != offsetof(struct tcphdr, check))
		return false;
	if (gso_type == XEN_NETIF_GSO_TYPE_TCPV4)
		return skb->protocol == htons(ETH_P_IP) && ip_hdr(skb)->protocol == IPPROTO_TCP;
	return skb->protocol == htons(ETH_P_IPV6);
}

/* Sets up GSO and checksum. The header span is linear afterwards. False: malformed, drop it. */
static bool set_offloads(struct sk_buff *skb, uint32_t gso_type, uint32_t gso_size, uint64_t *fixups)
{
	bool recalculate = false;

	if (gso_type) {
		skb_shinfo(skb)->gso_size = gso_size;
		skb_shinfo(skb)->gso_type = (gso_type == XEN_NETIF_GSO_TYPE_TCPV4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6) | SKB_GSO_DODGY;
		/* Some frontends mark GSO packets as already checksummed; they never are. */
		if (skb->ip_summed != CHECKSUM_PARTIAL) {
			(*fixups)++;
			skb->ip_summed = CHECKSUM_PARTIAL;
			recalculate = true;
		}
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_setup(skb, recalculate))
		return false;
	if (gso_type) {
		uint32_t header;

		skb_probe_transport_header(skb);
		if (!gso_fits(skb, gso_type) || !pskb_may_pull(skb, skb_transport_offset(skb) + sizeof(struct tcphdr)))
			return false;
		header = skb_transport_offset(skb) + tcp_hdrlen(skb);
		if (tcp_hdrlen(skb) < sizeof(struct tcphdr) || header >= skb->len)
			return false;
		skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(skb->len - header, gso_size);
	}
	return true;
}

__always_inline bool host_skb_finish(struct queue_host *q, struct sk_buff *skb, uint32_t txflags,
				   uint32_t gso_type, uint32_t gso_size, uint64_t *fixups)
{
	if (txflags & XEN_NETTXF_csum_blank)
		skb->ip_summed = CHECKSUM_PARTIAL;
	else if (txflags & XEN_NETTXF_data_validated)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, q->vif->dev);
	skb_reset_network_header(skb);
	/* A single queue has not spread its flows: a NIC with several is to do it. */
	if (q->vif->dev->real_num_rx_queues > 1)
		skb_record_rx_queue(skb, q->index);
	if (unlikely(!set_offloads(skb, gso_type, gso_size, fixups)))
		return false;
	skb_set_owner_w(skb, q->account);
	return true;
}

__always_inline void host_receive(struct queue_host *q, struct sk_buff *skb)
{
	list_add_tail(&skb->list, &q->receive);
}

__always_inline void host_receive_flush(struct queue_host *q)
{
	if (list_empty(&q->receive))
		return;
	netif_receive_skb_list(&q->receive);
	INIT_LIST_HEAD(&q->receive);
}

/* --- the device ------------------------------------------------------------------------------ */

__always_inline bool host_device_watched(const struct vif_host *host)
{
	struct net_device *dev = host->dev;

	return bypass_egress_watched(dev) || compat_tc_ingress(dev) || rcu_access_pointer(dev->xdp_prog) ||
	       rcu_access_pointer(dev->nf_hooks_ingress);
}
