/* SPDX-License-Identifier: GPL-2.0-only */
/* skb_pages.h - an skb in a page that goes round, see skb_pages.c. */
#ifndef RINGWAY_NETBACK_LINUX_SKB_PAGES_H
#define RINGWAY_NETBACK_LINUX_SKB_PAGES_H

#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "linux/compat.h"
#include "netback/linux/skb_part.h"

DECLARE_PER_CPU(struct page_pool *, skb_pages);

void skb_pages_create(void);
/* CONTEXT: no poll runs any more. Pages with skbs in them go when these do. */
void skb_pages_destroy(void);

/* With room for `len` bytes. NULL: there is no pool, or no memory. CONTEXT: softirq, so the CPU's pool is ours. */
static inline struct sk_buff *skb_in_pool(uint32_t len)
{
	struct page_pool *pool = this_cpu_read(skb_pages);
	const unsigned int size = skb_part(SKB_DATA_ALIGN(NET_SKB_PAD + NET_IP_ALIGN + len) +
					   SKB_DATA_ALIGN(sizeof(struct skb_shared_info)));
	unsigned int offset;
	struct page *page = likely(pool) ? page_pool_dev_alloc_frag(pool, &offset, size) : NULL;
	struct sk_buff *skb;

	if (unlikely(!page))
		return NULL;
	skb = napi_build_skb(page_address(page) + offset, size);
	if (unlikely(!skb)) {
		page_pool_put_full_page(pool, page, false);
		return NULL;
	}
	skb_mark_for_recycle(skb);
	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	return skb;
}

#endif
