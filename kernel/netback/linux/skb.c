// SPDX-License-Identifier: GPL-2.0-only
/* skb.c - what is done to some skbs, and not to each. */
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "netback/linux/state.h"

/* host_skb_pieces(): each fragment, and the linear part, may begin and end within a page. */
static_assert(2 * (MAX_SKB_FRAGS + 1) + 0x10000 / PAGE_SIZE <= HOST_MAX_PIECES);

uint32_t host_skb_head(const struct sk_buff *skb, void *to, uint32_t len)
{
	len = min(len, skb->len);
	return skb_copy_bits(skb, 0, to, len) ? 0 : len;
}

/* Linux takes a hash for the flow's if the ports are in it, or if it was made by software. */
void host_skb_set_hash(struct sk_buff *skb, uint32_t hash, enum host_hash of)
{
	if (of == HOST_HASH_QUEUE)
		__skb_set_sw_hash(skb, hash, true);
	else
		skb_set_hash(skb, hash, of == HOST_HASH_PORTS ? PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
}

void host_skb_copy_part(const struct sk_buff *skb, uint32_t from, void *to, uint32_t len)
{
	skb_copy_bits(skb, from, to, len); /* cannot fail: it is there */
}

void host_skb_drop(struct sk_buff *skb) { dev_kfree_skb_any(skb); }
unsigned long host_skb_expires(const struct sk_buff *skb) { return ((const struct skb_expiry *)skb->cb)->expires; }

struct sk_buff *host_skb_join(struct sk_buff *first, struct sk_buff *rest)
{
	struct sk_buff *last = first;

	while (last->next)
		last = last->next;
	last->next = rest;
	return first;
}

void host_skb_add_page(struct sk_buff *skb, void *page, uint32_t len)
{
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, virt_to_page(page), 0, len, PAGE_SIZE);
}

enum skb_owner host_skb_owner(const struct sk_buff *skb, uint32_t *under_way)
{
	if (!skb->sk)
		return SKB_OF_NOBODY;
	if (skb->sk->sk_prot != host_account_kind)
		return SKB_OF_SOCKET;
	*under_way = sk_wmem_alloc_get(skb->sk);
	return SKB_OF_GUEST;
}

uint32_t host_longest_frame(const struct net_device *dev) { return READ_ONCE(dev->mtu) + VLAN_ETH_HLEN; }
