// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hot accessors over Linux's structures. The only C file that takes part in link-time optimisation: each
 * of these ends up inside the C++ that calls it.
 */
#include <linux/skbuff.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "netfront/linux/state.h"
#include "linux/compat.h"

/* Sized in C++ (RxQueue::kMaxFrags, kPageSize). */
static_assert(MAX_SKB_FRAGS >= 17);
static_assert(PAGE_SIZE == XEN_PAGE_SIZE && PAGE_SIZE == 4096);

__always_inline void host_skb_view(const struct sk_buff *skb, struct tx_view *view)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);

	view->length = skb->len;
	view->head_length = skb_headlen(skb);
	view->frags = shared->nr_frags;
	view->gso_size = shared->gso_size;
	view->gso_v6 = shared->gso_type & SKB_GSO_TCPV6;
	view->checksum_blank = skb->ip_summed == CHECKSUM_PARTIAL;
	view->checksum_good = skb->ip_summed == CHECKSUM_UNNECESSARY;
}

__always_inline void host_skb_frag(const struct sk_buff *skb, u32 i, struct frag_view *frag)
{
	const skb_frag_t *f = &skb_shinfo(skb)->frags[i];
	const u32 offset = skb_frag_off(f);

	frag->page = skb_frag_page(f) + (offset >> PAGE_SHIFT);
	frag->offset = offset & ~PAGE_MASK;
	frag->length = skb_frag_size(f);
}

__always_inline const void *host_skb_data(const struct sk_buff *skb)
{
	return skb->data;
}

__always_inline u32 *host_skb_pending(struct sk_buff *skb)
{
	return (u32 *)skb->cb;
}

__always_inline void host_skb_timestamp(struct sk_buff *skb)
{
	skb_tx_timestamp(skb);
}

__always_inline void host_skb_sent(struct sk_buff *skb, int napi_budget)
{
	napi_consume_skb(skb, napi_budget);
}

void host_skb_drop(struct sk_buff *skb)
{
	dev_kfree_skb_any(skb);
}

__always_inline struct page *host_page_next(struct page *page, u32 pages)
{
	return page + pages;
}

__always_inline bool host_xmit_more(void)
{
	return netdev_xmit_more();
}

__always_inline void host_tx_lock(struct queue_host *host)
{
	__netif_tx_lock(host->txq, smp_processor_id());
}

bool host_tx_trylock(struct queue_host *host)
{
	return __netif_tx_trylock(host->txq);
}

__always_inline void host_tx_unlock(struct queue_host *host)
{
	__netif_tx_unlock(host->txq);
}

__always_inline void host_tx_assert_locked(const struct queue_host *host)
{
	lockdep_assert_held(&host->txq->_xmit_lock);
}

void host_tx_stop(struct queue_host *host)
{
	netif_tx_stop_queue(host->txq);
}

__always_inline bool host_tx_stopped(const struct queue_host *host)
{
	return netif_tx_queue_stopped(host->txq);
}

void host_tx_wake(struct queue_host *host)
{
	netif_tx_wake_queue(host->txq);
}

__always_inline void host_grant(u32 ref, u16 domain, struct page *page, bool read_only)
{
	gnttab_grant_foreign_access_ref(ref, domain, xen_page_to_gfn(page), read_only);
}

__always_inline bool host_grant_revoke(u32 ref)
{
	return gnttab_end_foreign_access_ref(ref);
}

__always_inline struct page *host_pool_take(struct queue_host *host)
{
	return page_pool_alloc_pages(host->pool, GFP_ATOMIC | __GFP_NOWARN | __GFP_ZERO);
}

__always_inline void *host_page_address(struct page *page)
{
	return page_address(page);
}

void host_page_zero(void *address)
{
	clear_page(address);
}

__always_inline struct sk_buff *host_rx_skb(struct queue_host *host, u32 head_length)
{
	return napi_alloc_skb(&host->napi, head_length);
}

__always_inline void *host_skb_put(struct sk_buff *skb, u32 length)
{
	return __skb_put(skb, length);
}

__always_inline void host_skb_add_page(struct sk_buff *skb, struct page *page, u32 offset, u32 length)
{
	skb_mark_for_recycle(skb);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, offset, length, PAGE_SIZE);
}

__always_inline void host_skb_set_gso(struct sk_buff *skb, u16 size, bool v6)
{
	struct skb_shared_info *shared = skb_shinfo(skb);

	/* Unproven: the stack checks the headers and counts the segments itself. */
	shared->gso_size = size;
	shared->gso_type = (v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4) | SKB_GSO_DODGY;
	shared->gso_segs = 0;
}

/* Finishes an skb and hands it up; false: its headers make no sense, and it is freed. */
__always_inline bool host_skb_receive(struct queue_host *host, struct sk_buff *skb, bool blank, bool good)
{
	bool recalculate = false;

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		goto drop;
	skb->protocol = eth_type_trans(skb, host->vif->dev);
	skb_reset_network_header(skb);
	if (blank)
		skb->ip_summed = CHECKSUM_PARTIAL;
	else if (good)
		skb->ip_summed = CHECKSUM_UNNECESSARY;

	if (unlikely(!blank && skb_is_gso(skb))) {
		/* GSO needs a blank checksum; some backends forget to say so. */
		skb->ip_summed = CHECKSUM_PARTIAL;
		recalculate = true;
		u64_stats_update_begin(&host->rx_sync);
		host->rx.gso_checksum_fixup++;
		u64_stats_update_end(&host->rx_sync);
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && unlikely(skb_checksum_setup(skb, recalculate)))
		goto drop;
	skb_record_rx_queue(skb, host->number);
	napi_gro_receive(&host->napi, skb);
	return true;
drop:
	kfree_skb(skb);
	return false;
}

__always_inline struct netfront_tx_stats *host_tx_stats_begin(struct queue_host *host)
{
	u64_stats_update_begin(&host->tx_sync);
	return &host->tx;
}

__always_inline void host_tx_stats_end(struct queue_host *host)
{
	u64_stats_update_end(&host->tx_sync);
}

__always_inline struct netfront_rx_stats *host_rx_stats_begin(struct queue_host *host)
{
	u64_stats_update_begin(&host->rx_sync);
	return &host->rx;
}

__always_inline void host_rx_stats_end(struct queue_host *host)
{
	u64_stats_update_end(&host->rx_sync);
}

void host_napi_schedule(struct queue_host *host)
{
	napi_schedule(&host->napi);
}

bool host_napi_done(struct queue_host *host, int work)
{
	return napi_complete_done(&host->napi, work);
}

void host_tx_notify(struct queue_host *host)
{
	notify_remote_via_irq(host->tx_irq);
}

void host_rx_notify(struct queue_host *host)
{
	notify_remote_via_irq(host->rx_irq);
}

void host_tx_eoi(struct queue_host *host, bool spurious)
{
	xen_irq_lateeoi(host->tx_irq, spurious ? XEN_EOI_FLAG_SPURIOUS : 0);
}

void host_rx_eoi(struct queue_host *host, bool spurious)
{
	xen_irq_lateeoi(host->rx_irq, spurious ? XEN_EOI_FLAG_SPURIOUS : 0);
}

void host_retry_refill(struct queue_host *host)
{
	mod_timer(&host->refill, jiffies + HZ / 10);
}
