// SPDX-License-Identifier: GPL-2.0-only
/*
 * glue.c - accessors over kernel objects for the C++ side. The only C file in the LTO set: what is hot
 * gets inlined into the C++ that calls it.
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
#include <net/xfrm.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include <asm/msr.h>

#include "netback/linux/state.h"
#include "linux/compat.h"

/* --- memory ------------------------------------------------------------------------------------------ */

static DEFINE_PER_CPU(void *, nb_lane);

void *nb_alloc(unsigned long size) { return kvzalloc(size, GFP_KERNEL); }
void nb_free(void *memory) { kvfree(memory); }

void *nb_page_alloc(nb_u64 *frame)
{
	void *page = (void *)__get_free_page(GFP_ATOMIC | __GFP_NOWARN);

	if (page)
		*frame = virt_to_gfn(page);
	return page;
}

void nb_page_free(void *page) { free_page((unsigned long)page); }
__always_inline void *nb_this_cpu_lane(void) { return this_cpu_read(nb_lane); }
void nb_set_cpu_lane(unsigned int cpu, void *lane) { per_cpu(nb_lane, cpu) = lane; }
void *nb_cpu_lane(unsigned int cpu) { return per_cpu(nb_lane, cpu); }
int nb_cpu_possible(unsigned int cpu) { return cpu_possible(cpu); }
unsigned int nb_cpu_count(void) { return nr_cpu_ids; }
__always_inline unsigned long nb_jiffies(void) { return jiffies; }
nb_u64 nb_micros(void) { return ktime_to_us(ktime_get()); }
__always_inline nb_u64 nb_cycles(void) { return rdtsc(); }
unsigned long nb_msecs(unsigned int msecs) { return msecs_to_jiffies(msecs); }

/*
 * Not gnttab_batch_copy(): that looks through the results for pages that are paged out and sleeps until they are back,
 * which a softirq must not. Such a copy has failed, like any other that has no GNTST_okay.
 */
__always_inline void nb_grant_copy(void *ops, unsigned int count)
{
	if (unlikely(HYPERVISOR_grant_table_op(GNTTABOP_copy, ops, count)))
		BUG(); /* only an address that is none can do that */
}

/* --- queues ------------------------------------------------------------------------------------------- */

__always_inline void nb_rx_lock(struct nb_kqueue *kq) { spin_lock(&kq->rx_lock); }
__always_inline void nb_rx_unlock(struct nb_kqueue *kq) { spin_unlock(&kq->rx_lock); }
/* netpoll keeps away from a device that this CPU polls; but a hard interrupt that prints may come over whoever else has it. */
__always_inline int nb_rx_lock_to_send(struct nb_kqueue *kq)
{
	if (unlikely(irqs_disabled()))
		return spin_trylock(&kq->rx_lock);
	spin_lock(&kq->rx_lock);
	return 1;
}

void nb_softirq_off(void) { local_bh_disable(); }
void nb_softirq_on(void) { local_bh_enable(); }

__always_inline void nb_schedule_tx(struct nb_kqueue *kq) { napi_schedule(&kq->tx_napi); }
__always_inline void nb_schedule_rx(struct nb_kqueue *kq) { napi_schedule(&kq->rx_napi); }
void nb_rate_lock(struct nb_kvif *kvif) { spin_lock(&kvif->rate_lock); }
void nb_rate_unlock(struct nb_kvif *kvif) { spin_unlock(&kvif->rate_lock); }

__always_inline int nb_complete_tx(struct nb_kqueue *kq, int done) { return napi_complete_done(&kq->tx_napi, done); }
__always_inline int nb_complete_rx(struct nb_kqueue *kq, int done) { return napi_complete_done(&kq->rx_napi, done); }

__always_inline void nb_eoi_tx(struct nb_kqueue *kq)
{
	if (atomic_read(&kq->eoi) & (NB_EOI_TX | NB_EOI_BOTH) &&
	    atomic_fetch_andnot(NB_EOI_TX | NB_EOI_BOTH, &kq->eoi) & (NB_EOI_TX | NB_EOI_BOTH))
		xen_irq_lateeoi(kq->tx_irq, 0);
}

__always_inline void nb_eoi_rx(struct nb_kqueue *kq)
{
	if (atomic_read(&kq->eoi) & (NB_EOI_RX | NB_EOI_BOTH) &&
	    atomic_fetch_andnot(NB_EOI_RX | NB_EOI_BOTH, &kq->eoi) & (NB_EOI_RX | NB_EOI_BOTH))
		xen_irq_lateeoi(kq->rx_irq, 0);
}

__always_inline void nb_notify_tx(struct nb_kqueue *kq) { notify_remote_via_evtchn(kq->tx_local); }
__always_inline void nb_notify_rx(struct nb_kqueue *kq) { notify_remote_via_evtchn(kq->rx_local); }

__always_inline struct sk_buff *nb_backlog_peek(struct nb_kqueue *kq) { return skb_peek(&kq->backlog); }
__always_inline struct sk_buff *nb_backlog_pop(struct nb_kqueue *kq) { return __skb_dequeue(&kq->backlog); }

__always_inline void nb_backlog_push(struct nb_kqueue *kq, struct sk_buff *skb, unsigned long expires)
{
	NB_SKB_CB(skb)->expires = expires;
	__skb_queue_tail(&kq->backlog, skb);
}

unsigned long nb_skb_expires(const struct sk_buff *skb) { return ((const struct nb_skb_cb *)skb->cb)->expires; }

static __always_inline struct netdev_queue *nb_txq(struct nb_kqueue *kq)
{
	return netdev_get_tx_queue(kq->kvif->dev, kq->index);
}

void nb_txq_stop(struct nb_kqueue *kq) { netif_tx_stop_queue(nb_txq(kq)); }
void nb_txq_wake(struct nb_kqueue *kq) { netif_tx_wake_queue(nb_txq(kq)); }

/* Nothing waits in front of the device or is on its way from there, and no queueing discipline wants to see each packet. */
__always_inline int nb_txq_idle(struct nb_kqueue *kq)
{
	struct netdev_queue *txq = nb_txq(kq);
	struct Qdisc *q = rcu_dereference_bh(txq->qdisc);

	return !netif_xmit_stopped(txq) &&
	       (!q->enqueue || (q->flags & TCQ_F_CAN_BYPASS && qdisc_is_empty(q) && !qdisc_is_running(q)));
}

/* --- skbs to a guest ------------------------------------------------------------------------------------ */

__always_inline unsigned int nb_skb_memory(const struct sk_buff *skb) { return skb->truesize; }

__always_inline void nb_skb_describe(const struct sk_buff *skb, struct nb_skb_info *info)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);

	info->len = skb->len;
	info->memory = skb->truesize;
	info->csum_partial = skb->ip_summed == CHECKSUM_PARTIAL;
	info->csum_unnecessary = skb->ip_summed == CHECKSUM_UNNECESSARY;
	info->gso_type = 0;
	info->gso_size = shared->gso_size;
	if (shared->gso_size) {
		if (shared->gso_type & SKB_GSO_TCPV4)
			info->gso_type = 1; /* XEN_NETIF_GSO_TYPE_TCPV4 */
		else if (shared->gso_type & SKB_GSO_TCPV6)
			info->gso_type = 2;
	}
}

static __always_inline unsigned int nb_add_pieces(struct nb_piece *out, unsigned int n, const void *data,
						  unsigned int len)
{
	while (len && n < NB_MAX_PIECES) {
		const unsigned int offset = xen_offset_in_page(data);
		const unsigned int part = min_t(unsigned int, len, XEN_PAGE_SIZE - offset);

		out[n].frame = virt_to_gfn(data);
		out[n].offset = offset;
		out[n++].len = part;
		data += part;
		len -= part;
	}
	return len ? 0 : n;
}

/* The skb as pieces within pages; 0 when it has more than NB_MAX_PIECES or a list of fragments. */
__always_inline unsigned int nb_skb_pieces(const struct sk_buff *skb, struct nb_piece *out)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);
	unsigned int n = 0, i;

	if (unlikely(shared->frag_list))
		return 0;
	if (skb_headlen(skb)) {
		n = nb_add_pieces(out, n, skb->data, skb_headlen(skb));
		if (unlikely(!n))
			return 0;
	}
	for (i = 0; i < shared->nr_frags; i++) {
		const skb_frag_t *frag = &shared->frags[i];

		if (!skb_frag_size(frag))
			continue;
		n = nb_add_pieces(out, n, skb_frag_address(frag), skb_frag_size(frag));
		if (unlikely(!n))
			return 0;
	}
	return n;
}

unsigned int nb_skb_head(const struct sk_buff *skb, void *to, unsigned int len)
{
	len = min(len, skb->len);
	return skb_copy_bits(skb, 0, to, len) ? 0 : len;
}

__always_inline void nb_skb_copy(const struct sk_buff *skb, void *to, unsigned int len)
{
	if (likely(!skb_is_nonlinear(skb)))
		memcpy(to, skb->data, len);
	else
		skb_copy_bits(skb, 0, to, len); /* cannot fail: all of it is there */
}

/* A budget of any size but 0 says that this is a poll: the skb's head goes where napi_alloc_skb() takes the next from. */
__always_inline void nb_skb_done(struct sk_buff *skb) { napi_consume_skb(skb, 1); }
void nb_skb_drop(struct sk_buff *skb) { dev_kfree_skb_any(skb); }

__always_inline unsigned int nb_pick_queue(struct nb_kvif *kvif, struct sk_buff *skb)
{
	return kvif->dev->real_num_tx_queues == 1 ? 0 : netdev_pick_tx(kvif->dev, skb, NULL);
}

__always_inline struct sk_buff *nb_skb_cut(struct sk_buff *skb)
{
	struct sk_buff *rest = skb->next;

	skb_mark_not_on_list(skb);
	return rest;
}

struct sk_buff *nb_skb_join(struct sk_buff *first, struct sk_buff *rest)
{
	struct sk_buff *last = first;

	while (last->next)
		last = last->next;
	last->next = rest;
	return first;
}

/* What dev_queue_xmit() would do to the packet on its way through the device's queue. */
__always_inline struct sk_buff *nb_skb_suit(struct nb_kvif *kvif, struct sk_buff *skb)
{
	bool again = false;

	skb_dst_drop(skb);
	if (unlikely(skb_shinfo(skb)->tx_flags))
		skb_tx_timestamp(skb);
	if (likely(skb->ip_summed != CHECKSUM_PARTIAL && !skb_is_nonlinear(skb) && !skb_vlan_tag_present(skb) &&
		   !skb->sk && !secpath_exists(skb)))
		return skb;
	return validate_xmit_skb_list(skb, kvif->dev, &again);
}

/* --- skbs from a guest ------------------------------------------------------------------------------------ */

__always_inline struct sk_buff *nb_skb_new(struct nb_kqueue *kq, const void *head, unsigned int len)
{
	struct sk_buff *skb = napi_alloc_skb(&kq->tx_napi, len);

	if (likely(skb))
		memcpy(__skb_put(skb, len), head, len);
	return skb;
}

void nb_skb_add_page(struct sk_buff *skb, void *page, unsigned int len)
{
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, virt_to_page(page), 0, len, PAGE_SIZE);
}

/* HOSTILE: a GSO type that does not fit the headers must not reach a NIC or the segmentation code. */
static bool nb_gso_fits(const struct sk_buff *skb, unsigned int gso_type)
{
	if (!skb_transport_header_was_set(skb))
		return false;
	if (gso_type == 1)
		return skb->protocol == htons(ETH_P_IP) && ip_hdr(skb)->protocol == IPPROTO_TCP;
	return skb->protocol == htons(ETH_P_IPV6);
}

/* Sets up GSO and checksum. The header span is linear afterwards. False: malformed, drop it. */
static bool nb_skb_offloads(struct sk_buff *skb, unsigned int gso_type, unsigned int gso_size, nb_u64 *fixups)
{
	bool recalculate = false;

	if (gso_type) {
		skb_shinfo(skb)->gso_size = gso_size;
		skb_shinfo(skb)->gso_type = (gso_type == 1 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6) | SKB_GSO_DODGY;
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
		unsigned int header;

		skb_probe_transport_header(skb);
		if (!nb_gso_fits(skb, gso_type) || !pskb_may_pull(skb, skb_transport_offset(skb) + sizeof(struct tcphdr)))
			return false;
		header = skb_transport_offset(skb) + tcp_hdrlen(skb);
		if (tcp_hdrlen(skb) < sizeof(struct tcphdr) || header >= skb->len)
			return false;
		skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(skb->len - header, gso_size);
	}
	return true;
}

__always_inline int nb_skb_finish(struct nb_kqueue *kq, struct sk_buff *skb, unsigned int txflags,
				  unsigned int gso_type, unsigned int gso_size, nb_u64 *fixups)
{
	if (txflags & 1) /* NETTXF_csum_blank */
		skb->ip_summed = CHECKSUM_PARTIAL;
	else if (txflags & 2) /* NETTXF_data_validated */
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->protocol = eth_type_trans(skb, kq->kvif->dev);
	skb_reset_network_header(skb);
	skb_record_rx_queue(skb, kq->index);
	return nb_skb_offloads(skb, gso_type, gso_size, fixups);
}

__always_inline void nb_receive_queue(struct nb_kqueue *kq, struct sk_buff *skb)
{
	list_add_tail(&skb->list, &kq->receive);
}

__always_inline void nb_receive_flush(struct nb_kqueue *kq)
{
	if (list_empty(&kq->receive))
		return;
	netif_receive_skb_list(&kq->receive);
	INIT_LIST_HEAD(&kq->receive);
}

/* --- the device and the switch ------------------------------------------------------------------------------ */

__always_inline int nb_device_watched(const struct nb_kvif *kvif)
{
	struct net_device *dev = kvif->dev;

	if (dev_nit_active(dev) || rcu_access_pointer(dev->xdp_prog))
		return 1;
	if (compat_tc_ingress(dev) || compat_tc_egress(dev))
		return 1;
	return rcu_access_pointer(dev->nf_hooks_ingress) || rcu_access_pointer(dev->nf_hooks_egress);
}

__always_inline void nb_classify(struct brlite_port *port, const struct brlite_frame *frames,
				 struct brlite_verdict *verdicts, unsigned int n)
{
	READ_ONCE(nb_brlite)->classify(port, frames, verdicts, n);
}

__always_inline void nb_forward(struct brlite_port *port, const struct brlite_outgoing *batch, unsigned int n)
{
	READ_ONCE(nb_brlite)->forward(port, batch, n);
}

void nb_forward_local(struct brlite_port *port, struct sk_buff *skb)
{
	READ_ONCE(nb_brlite)->forward_local(port, skb);
}

unsigned int nb_flood_ports(struct brlite_port *in, const struct brlite_frame *frame, struct brlite_port **out,
			    unsigned int max, unsigned int *cursor)
{
	return READ_ONCE(nb_brlite)->flood_ports(in, frame, out, max, cursor);
}

void *nb_port_owner(struct brlite_port *port) { return READ_ONCE(nb_brlite)->port_owner(port); }

unsigned int nb_port_longest(struct brlite_port *port)
{
	return READ_ONCE(READ_ONCE(nb_brlite)->port_dev(port)->mtu) + VLAN_ETH_HLEN;
}
