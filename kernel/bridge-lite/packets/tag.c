// SPDX-License-Identifier: GPL-2.0-only
/*
 * VLAN tags of skbs on bridges that tell VLANs apart. What a switch does to a tag is done to the skb's
 * metadata: before it is cloned, the tag of its VLAN is put there (brlite_tag); each clone then keeps it or
 * loses it (brlite_untag). A device that cannot insert a tag gets it inserted on the way out, as always in
 * Linux.
 *
 * CONTEXT: softirq or BH off, RCU read side, all of this file.
 */
#include <linux/if_vlan.h>
#include <linux/skbuff.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/linux/host.h"
#include "bridge-lite/packets/tag.h"

/* The type of the tags that count. */
static __be16 type_of(const struct brlite_port *in)
{
	return htons(brlite_vlan_type(in));
}

u16 brlite_frame_tag(const struct brlite_port *in, const struct sk_buff *skb)
{
	if (!skb_vlan_tag_present(skb))
		return 0;
	if (skb->vlan_proto != type_of(in))
		return BRLITE_FRAME_TAG_OTHER;
	return BRLITE_FRAME_TAG_BESIDE | skb_vlan_tag_get_id(skb) << BRLITE_FRAME_VID_SHIFT;
}

/* A tag of another type is payload here: into the data with it. */
static struct sk_buff *insert_other(struct sk_buff *skb)
{
	skb_push(skb, ETH_HLEN);
	skb = vlan_insert_tag_set_proto(skb, skb->vlan_proto, skb_vlan_tag_get(skb));
	if (!skb)
		return NULL;
	__vlan_hwaccel_clear_tag(skb);
	skb_pull(skb, ETH_HLEN);
	skb_reset_mac_len(skb);
	return skb;
}

/* HOSTILE: the frame; its tag lies in the data, or was taken out on reception. */
static struct sk_buff *take_out(struct sk_buff *skb, __be16 type)
{
	if (skb_vlan_tag_present(skb))
		return skb->vlan_proto == type ? skb : insert_other(skb);
	if (eth_hdr(skb)->h_proto != type)
		return skb;
	skb->protocol = type;
	return skb_vlan_untag(skb);
}

struct sk_buff *brlite_tag(struct brlite_port *in, struct sk_buff *skb, u32 vlan)
{
	if (!vlan)
		return skb;
	skb = take_out(skb, type_of(in));
	if (!skb)
		host_count(in, BRLITE_DROP_NO_MEMORY);
	else if (skb_vlan_tag_present(skb))
		skb->vlan_tci = (skb->vlan_tci & ~VLAN_VID_MASK) | vlan; /* its priority stays */
	else
		__vlan_hwaccel_put_tag(skb, type_of(in), vlan);
	return skb;
}

void brlite_untag(const struct brlite_port *to, struct sk_buff *skb, u32 vlan)
{
	if (vlan && (brlite_vlan_get(to, vlan) & BRLITE_VLAN_UNTAGGED))
		__vlan_hwaccel_clear_tag(skb);
}
