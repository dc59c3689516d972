// SPDX-License-Identifier: GPL-2.0-only
/*
 * skb_pages.c - the memory in which skbs from guests are made: pages that go round, a pool for each CPU.
 *
 * Linux clears each page that it gives out (init_on_alloc, which Debian has on). For an skb of 1 400 bytes that
 * is 240 instructions. A page of the pool comes back when the last skb in it is freed, whoever frees it where,
 * and is not cleared again: of an skb nobody reads more than the bytes that were written into it.
 *
 * What is kept is bounded: what does not fit into a pool's ring goes back to Linux. A pool ends when its last skb does,
 * which may be long after this module has.
 */
#include "netback/linux/skb_pages.h"

#define POOL_PAGES 128

DEFINE_PER_CPU(struct page_pool *, skb_pages);

/* Where there is no pool, skbs are made as in any driver. */
void skb_pages_create(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct page_pool_params params = {
			.flags = COMPAT_POOL_OF_PARTS,
			.pool_size = POOL_PAGES,
			.nid = cpu_to_node(cpu),
		};
		struct page_pool *pool = page_pool_create(&params);

		per_cpu(skb_pages, cpu) = IS_ERR(pool) ? NULL : pool;
	}
}

void skb_pages_destroy(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (per_cpu(skb_pages, cpu))
			page_pool_destroy(per_cpu(skb_pages, cpu));
		per_cpu(skb_pages, cpu) = NULL;
	}
}
