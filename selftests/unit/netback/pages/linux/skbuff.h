/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of an skb as netback/linux/pieces.h looks at: where its bytes lie. */
#pragma once
#include <algorithm>
#include <cstdint>

struct skb_frag_t {
	char *at;
	uint32_t size;
};
struct skb_shared_info {
	uint32_t nr_frags;
	skb_frag_t frags[17];
};
struct sk_buff {
	char *data;
	uint32_t headlen;
	skb_shared_info shared;
};

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define unlikely(x) (x)
#define min_t(type, a, b) std::min<type>(a, b)

inline const skb_shared_info *skb_shinfo(const sk_buff *skb) { return &skb->shared; }
inline uint32_t skb_headlen(const sk_buff *skb) { return skb->headlen; }
inline uint32_t skb_frag_size(const skb_frag_t *frag) { return frag->size; }
inline const void *skb_frag_address(const skb_frag_t *frag) { return frag->at; }
