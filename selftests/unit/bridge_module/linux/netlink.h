/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of netlink, which lie in skbs; a message that does not fit is refused, as in Linux. */
#ifndef FAKE_NETLINK_H
#define FAKE_NETLINK_H

#include <linux/if_bridge.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "xmit.h"

#ifdef __cplusplus
extern "C" {
#endif

struct netlink_ext_ack {
	const char *_msg;
	const struct nlattr *bad_attr;
};
struct netlink_skb_parms {
	u32 portid;
};
struct netlink_callback {
	const struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	long args[6];
	bool strict_check;
};
enum { NLA_UNSPEC, NLA_U8, NLA_U32, NLA_NESTED, NLA_REJECT, NLA_BINARY };
#define NLA_POLICY_MIN(kind, limit) { .type = kind, .most = limit }
#define NLA_POLICY_MAX(kind, limit) { .type = kind, .most = limit }
#define NLA_POLICY_EXACT_LEN(length) { .type = NLA_BINARY, .most = length }
#define NL_VALIDATE_TRAILING 1
#define NL_VALIDATE_MAXTYPE 2
#define NL_VALIDATE_UNSPEC 4
#define NL_VALIDATE_STRICT_ATTRS 8
#define NLMSG_GOODSIZE 3000u
#define NETLINK_CB(skb) (*(struct netlink_skb_parms *)(skb)->cb)
#define NL_SET_BAD_ATTR(ack, attribute)          \
	do {                                     \
		if (ack)                         \
			(ack)->bad_attr = (attribute); \
	} while (0)
#define NL_SET_ERR_MSG_MOD(ack, text)      \
	do {                               \
		if (ack)                   \
			(ack)->_msg = (text); \
	} while (0)
#define NL_SET_ERR_MSG_ATTR(ack, attribute, text)      \
	do {                                           \
		NL_SET_BAD_ATTR(ack, attribute);       \
		NL_SET_ERR_MSG_MOD(ack, text);         \
	} while (0)

/* --- read ----------------------------------------------------------------------------------------------- */

static inline void *nla_data(const struct nlattr *nla) { return (char *)nla + NLA_HDRLEN; }
static inline int nla_len(const struct nlattr *nla) { return nla->nla_len - NLA_HDRLEN; }
static inline int nla_type(const struct nlattr *nla) { return nla->nla_type & NLA_TYPE_MASK; }
static inline int nla_total_size(int payload) { return NLA_ALIGN(NLA_HDRLEN + payload); }
static inline u8 nla_get_u8(const struct nlattr *nla) { return *(u8 *)nla_data(nla); }
static inline u32 nla_get_u32(const struct nlattr *nla) { return *(u32 *)nla_data(nla); }
static inline __be32 nla_get_in_addr(const struct nlattr *nla) { return *(__be32 *)nla_data(nla); }
static inline struct in6_addr nla_get_in6_addr(const struct nlattr *nla) { return *(struct in6_addr *)nla_data(nla); }
static inline int nla_strcmp(const struct nlattr *nla, const char *text) { return strcmp((char *)nla_data(nla), text); }
#define nla_for_each_nested(at, nest, rest)                                                 \
	for (at = (struct nlattr *)nla_data(nest), rest = nla_len(nest); rest >= NLA_HDRLEN; \
	     rest -= NLA_ALIGN(at->nla_len), at = (struct nlattr *)((char *)at + NLA_ALIGN(at->nla_len)))
static inline struct nlattr *nla_find_nested(const struct nlattr *nest, int type)
{
	struct nlattr *at;
	int rest;

	nla_for_each_nested(at, nest, rest)
		if (nla_type(at) == type)
			return at;
	return NULL;
}
static inline int __nla_parse(struct nlattr **tb, int most, void *head, int length, const struct nla_policy *policy,
			      unsigned int how, struct netlink_ext_ack *extack)
{
	struct nlattr *nest = (struct nlattr *)((char *)head - NLA_HDRLEN), *at;
	int rest;

	(void)length, (void)policy, (void)how, (void)extack;
	memset(tb, 0, (most + 1) * sizeof(*tb));
	nla_for_each_nested(at, nest, rest)
		if (nla_type(at) <= most)
			tb[nla_type(at)] = at;
	return 0;
}
static inline void *nlmsg_data(const struct nlmsghdr *header) { return (char *)header + NLMSG_HDRLEN; }
static inline int nlmsg_len(const struct nlmsghdr *header) { return header->nlmsg_len - NLMSG_HDRLEN; }
static inline int nlmsg_attrlen(const struct nlmsghdr *header, int before) { return nlmsg_len(header) - before; }
static inline struct nlattr *nlmsg_find_attr(const struct nlmsghdr *header, int before, int type)
{
	(void)header, (void)before, (void)type;
	return NULL;
}

/* --- written ---------------------------------------------------------------------------------------------- */

static inline u8 *linux_room(struct sk_buff *skb, u32 length)
{
	u8 *at = skb->data + skb->len;

	if (skb->len + NLA_ALIGN(length) > SKB_ROOM - 64)
		return NULL;
	memset(at, 0, NLA_ALIGN(length));
	skb->len += NLA_ALIGN(length);
	return at;
}
static inline struct nlattr *nla_reserve(struct sk_buff *skb, int type, int length)
{
	struct nlattr *nla = (struct nlattr *)linux_room(skb, NLA_HDRLEN + length);

	if (nla) {
		nla->nla_len = NLA_HDRLEN + length;
		nla->nla_type = type;
	}
	return nla;
}
static inline int nla_put(struct sk_buff *skb, int type, int length, const void *from)
{
	struct nlattr *nla = nla_reserve(skb, type, length);

	if (!nla)
		return -EMSGSIZE;
	memcpy(nla_data(nla), from, length);
	return 0;
}
static inline int nla_put_u8(struct sk_buff *skb, int type, u8 value) { return nla_put(skb, type, 1, &value); }
static inline int nla_put_u16(struct sk_buff *skb, int type, u16 value) { return nla_put(skb, type, 2, &value); }
static inline int nla_put_u32(struct sk_buff *skb, int type, u32 value) { return nla_put(skb, type, 4, &value); }
static inline int nla_put_string(struct sk_buff *skb, int type, const char *text)
{
	return nla_put(skb, type, strlen(text) + 1, text);
}
static inline int nla_put_nohdr(struct sk_buff *skb, int length, const void *from)
{
	u8 *to = linux_room(skb, length);

	if (!to)
		return -EMSGSIZE;
	memcpy(to, from, length);
	return 0;
}
static inline struct nlattr *nla_nest_start_noflag(struct sk_buff *skb, int type) { return nla_reserve(skb, type, 0); }
static inline struct nlattr *nla_nest_start(struct sk_buff *skb, int type) { return nla_reserve(skb, type, 0); }
static inline void nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nest->nla_len = skb->data + skb->len - (u8 *)nest;
}
static inline void nla_nest_cancel(struct sk_buff *skb, struct nlattr *nest) { skb->len = (u8 *)nest - skb->data; }
static inline struct nlmsghdr *nlmsg_put(struct sk_buff *skb, u32 portid, u32 seq, int type, int length, int flags)
{
	struct nlmsghdr *header = (struct nlmsghdr *)linux_room(skb, NLMSG_LENGTH(length));

	if (!header)
		return NULL;
	header->nlmsg_type = type;
	header->nlmsg_flags = flags;
	header->nlmsg_seq = seq;
	header->nlmsg_pid = portid;
	return header;
}
static inline void nlmsg_end(struct sk_buff *skb, struct nlmsghdr *header)
{
	header->nlmsg_len = skb->data + skb->len - (u8 *)header;
}
static inline void nlmsg_cancel(struct sk_buff *skb, struct nlmsghdr *header) { skb->len = (u8 *)header - skb->data; }
static inline struct sk_buff *nlmsg_new(size_t length, gfp_t gfp)
{
	struct sk_buff *skb = linux_skb_new(length);

	(void)gfp;
	if (skb)
		skb->len = 0;
	return skb;
}
void rtnl_notify(struct sk_buff *skb, struct net *net, u32 pid, u32 group, const struct nlmsghdr *header, gfp_t gfp);
bool rtnl_has_listeners(const struct net *net, u32 group);

/* --- IP ------------------------------------------------------------------------------------------------------ */

#define IPV6_ADDR_MULTICAST 2
#define IPV6_ADDR_MAPPED 4
static inline bool ipv4_is_zeronet(__be32 address) { return !(ntohl(address) >> 24); }
static inline bool ipv4_is_multicast(__be32 address) { return ntohl(address) >> 28 == 14; }
static inline bool ipv4_is_lbcast(__be32 address) { return address == ~(__be32)0; }
static inline int ipv6_addr_type(const struct in6_addr *address)
{
	return ((const u8 *)address)[0] == 0xff ? IPV6_ADDR_MULTICAST : 0;
}
static inline bool ipv6_addr_any(const struct in6_addr *address)
{
	static const struct in6_addr none = {0};

	return !memcmp(address, &none, sizeof(none));
}

#ifdef __cplusplus
}
#endif
#endif
