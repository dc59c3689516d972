// SPDX-License-Identifier: GPL-2.0-only
/*
 * What whoever sent a packet answers for: the memory of its copies, wherever they wait, and the time that making them
 * takes. CONTEXT: softirq or BH off, RCU read side
 */
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "bridge-lite/packets/paid.h"

u32 brlite_packets_of(const struct brlite_port *to, const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const struct net_device *dev = to->dev;
	netdev_features_t needs;

	if (likely(!skb_is_gso(skb)))
		return 1;
	/* SKB_GSO_DODGY: headers that are looked at once more, not segments that are made. */
	needs = (netdev_features_t)(info->gso_type & ~SKB_GSO_DODGY) << NETIF_F_GSO_SHIFT;
	if ((dev->features & needs) == needs && info->gso_segs <= READ_ONCE(dev->gso_max_segs) &&
	    skb->len <= READ_ONCE(dev->gso_max_size))
		return 1;
	return max_t(u32, info->gso_segs, 1);
}

struct sk_buff *brlite_clone(struct sk_buff *skb)
{
	struct sk_buff *clone = skb_clone(skb, GFP_ATOMIC);

	if (clone && skb->destructor == sock_wfree)
		skb_set_owner_w(clone, skb->sk);
	return clone;
}
