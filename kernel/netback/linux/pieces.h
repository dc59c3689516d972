/* SPDX-License-Identifier: GPL-2.0-only */
/* pieces.h - an skb's bytes as pieces within pages, for glue.c alone. */
#ifndef RINGWAY_NETBACK_PIECES_H
#define RINGWAY_NETBACK_PIECES_H

#include <linux/skbuff.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "netback/linux/host.h"

/* Of bytes in a row: pieces behind the first n; 0 when they are too many. */
static __always_inline uint32_t add_pieces(struct skb_piece *out, uint32_t n, const void *data,
						  uint32_t len)
{
	while (len && n < HOST_MAX_PIECES) {
		const uint32_t offset = xen_offset_in_page(data);
		const uint32_t part = min_t(uint32_t, len, XEN_PAGE_SIZE - offset);
		const struct xen_page_foreign *foreign = xen_page_foreign(virt_to_page(data));

		out[n].frame = unlikely(foreign) ? foreign->gref : virt_to_gfn(data);
		out[n].domain = unlikely(foreign) ? foreign->domid : DOMID_SELF;
		out[n].granted = foreign;
		out[n].offset = offset;
		out[n++].len = part;
		data += part;
		len -= part;
	}
	return len ? 0 : n;
}

/* Of one skb, without the list that it may head; likewise. */
static __always_inline uint32_t add_skb(struct skb_piece *out, uint32_t n, const struct sk_buff *skb)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);
	uint32_t i;

	if (skb_headlen(skb)) {
		n = add_pieces(out, n, skb->data, skb_headlen(skb));
		if (unlikely(!n))
			return 0;
	}
	for (i = 0; i < shared->nr_frags; i++) {
		const skb_frag_t *frag = &shared->frags[i];

		if (!skb_frag_size(frag))
			continue;
		n = add_pieces(out, n, skb_frag_address(frag), skb_frag_size(frag));
		if (unlikely(!n))
			return 0;
	}
	return n;
}

#endif
