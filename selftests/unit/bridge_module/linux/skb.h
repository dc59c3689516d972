/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets: linear ones, each with bytes of its own. */
#ifndef FAKE_SKB_H
#define FAKE_SKB_H

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sock;
#define htons(x) ((__be16)__builtin_bswap16(x))
#define ntohl(x) __builtin_bswap32(x)
#define CHECKSUM_NONE 0
#define CHECKSUM_PARTIAL 3
#define PACKET_HOST 0
#define PACKET_LOOPBACK 5
#define TC_PRIO_CONTROL 7
#define VLAN_HLEN 4
#define VLAN_VID_MASK 0x0fff
#ifndef ETH_P_8021Q
#define ETH_P_8021Q 0x8100
#define ETH_P_8021AD 0x88a8
#endif

#define SKB_GSO_TCPV4 1u
#define SKB_GSO_DODGY 2u
#define NETIF_F_GSO_SHIFT 16
struct skb_shared_info {
	u16 gso_segs;
	u32 gso_type;
};

#define SKB_ROOM 4096u
struct sk_buff {
	struct sk_buff *next;
	struct list_head list;
	struct net_device *dev;
	struct sock *sk;
	void (*destructor)(struct sk_buff *skb);
	struct skb_shared_info shared;
	u8 *data;
	u32 len, gso_size, mac_header, network_header, transport_header, mac_len, priority, sender_cpu;
	u16 vlan_tci, queue_mapping;
	__be16 protocol, vlan_proto;
	u8 ip_summed, pkt_type;
	bool vlan_present, nonlinear, has_transport, lro;
	char cb[48];
	u8 bytes[SKB_ROOM] __attribute__((aligned(8)));
};

struct sk_buff *linux_skb_new(u32 length); /* NULL: as the test wishes */
struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp);
void kfree_skb(struct sk_buff *skb);
#define consume_skb(skb) kfree_skb(skb)
#define dev_kfree_skb_any(skb) kfree_skb(skb)
#define skb_share_check(skb, gfp) (skb)
int netif_receive_skb(struct sk_buff *skb);
void netif_receive_skb_list(struct list_head *list);

static inline u8 *skb_mac_header(const struct sk_buff *skb) { return (u8 *)skb->bytes + skb->mac_header; }
static inline struct ethhdr *eth_hdr(const struct sk_buff *skb) { return (struct ethhdr *)skb_mac_header(skb); }
static inline u32 skb_headlen(const struct sk_buff *skb) { return skb->len; }
#define skb_shinfo(skb) (&(skb)->shared)
void sock_wfree(struct sk_buff *skb);
void skb_set_owner_w(struct sk_buff *skb, struct sock *sk);
static inline bool skb_is_gso(const struct sk_buff *skb) { return skb->gso_size; }
static inline int skb_cow_head(struct sk_buff *skb, u32 room) { return (void)skb, (void)room, 0; }
static inline bool skb_is_nonlinear(const struct sk_buff *skb) { return skb->nonlinear; }
static inline bool pskb_may_pull(const struct sk_buff *skb, u32 length) { return skb->len >= length; }
static inline u8 *__skb_pull(struct sk_buff *skb, u32 length)
{
	skb->len -= length;
	return skb->data += length;
}
static inline u8 *skb_tail_pointer(const struct sk_buff *skb) { return skb->data + skb->len; }
#define skb_pull(skb, length) __skb_pull(skb, length)
static inline u8 *skb_push(struct sk_buff *skb, u32 length)
{
	skb->len += length;
	return skb->data -= length;
}
static inline void skb_put_data(struct sk_buff *skb, const void *from, u32 length)
{
	memcpy(skb->data + skb->len, from, length);
	skb->len += length;
}
static inline u32 linux_offset(const struct sk_buff *skb) { return skb->data - skb->bytes; }
static inline void skb_reset_mac_header(struct sk_buff *skb) { skb->mac_header = linux_offset(skb); }
static inline void skb_reset_network_header(struct sk_buff *skb) { skb->network_header = linux_offset(skb); }
static inline void skb_set_network_header(struct sk_buff *skb, int at) { skb->network_header = linux_offset(skb) + at; }
static inline bool skb_transport_header_was_set(const struct sk_buff *skb) { return skb->has_transport; }
static inline void skb_reset_transport_header(struct sk_buff *skb) { skb->has_transport = true; }
static inline void skb_reset_mac_len(struct sk_buff *skb) { skb->mac_len = skb->network_header - skb->mac_header; }
static inline bool skb_warn_if_lro(const struct sk_buff *skb) { return skb->lro; }
static inline void skb_forward_csum(struct sk_buff *skb) { (void)skb; }
static inline void skb_clear_tstamp(struct sk_buff *skb) { (void)skb; }
static inline void skb_mark_not_on_list(struct sk_buff *skb) { skb->next = NULL; }
static inline u16 skb_get_queue_mapping(const struct sk_buff *skb) { return skb->queue_mapping; }
static inline void skb_set_queue_mapping(struct sk_buff *skb, u16 queue) { skb->queue_mapping = queue; }
static inline struct sk_buff *netdev_alloc_skb_ip_align(struct net_device *dev, u32 length)
{
	struct sk_buff *skb = linux_skb_new(length);

	if (skb) {
		skb->dev = dev;
		skb->len = 0;
	}
	return skb;
}

/* --- tags -------------------------------------------------------------------------------------------- */

static inline bool eth_type_vlan(__be16 type) { return type == htons(ETH_P_8021Q) || type == htons(ETH_P_8021AD); }
static inline bool skb_vlan_tag_present(const struct sk_buff *skb) { return skb->vlan_present; }
static inline u16 skb_vlan_tag_get(const struct sk_buff *skb) { return skb->vlan_tci; }
static inline u16 skb_vlan_tag_get_id(const struct sk_buff *skb) { return skb->vlan_tci & VLAN_VID_MASK; }
static inline void __vlan_hwaccel_put_tag(struct sk_buff *skb, __be16 type, u16 tci)
{
	skb->vlan_present = true;
	skb->vlan_proto = type;
	skb->vlan_tci = tci;
}
static inline void __vlan_hwaccel_clear_tag(struct sk_buff *skb) { skb->vlan_present = false; }
/* The packet's data begins behind its Ethernet header. */
static inline struct sk_buff *skb_vlan_untag(struct sk_buff *skb)
{
	u8 *mac = skb_mac_header(skb);

	__vlan_hwaccel_put_tag(skb, skb->protocol, skb->data[0] << 8 | skb->data[1]);
	memcpy(&skb->protocol, skb->data + 2, 2);
	memmove(mac + VLAN_HLEN, mac, 2 * ETH_ALEN);
	__skb_pull(skb, VLAN_HLEN);
	skb->mac_header += VLAN_HLEN;
	return skb;
}
static inline struct sk_buff *vlan_insert_tag_set_proto(struct sk_buff *skb, __be16 type, u16 tci)
{
	const u16 word = htons(tci);

	memmove(skb_push(skb, VLAN_HLEN), skb->data, 2 * ETH_ALEN);
	memmove(skb->data, skb->data + VLAN_HLEN, 2 * ETH_ALEN);
	memcpy(skb->data + 2 * ETH_ALEN, &type, 2);
	memcpy(skb->data + 2 * ETH_ALEN + 2, &word, 2);
	skb->mac_header -= VLAN_HLEN;
	skb->protocol = type;
	return skb;
}
static inline __be16 vlan_get_protocol_and_depth(struct sk_buff *skb, __be16 type, int *depth)
{
	(void)skb;
	*depth = ETH_HLEN + VLAN_HLEN;
	return type;
}

#ifdef __cplusplus
}
#endif
#endif
