// SPDX-License-Identifier: GPL-2.0-only
//
// The bytes of an skb, one after the other: those of its linear part, then those of its frags. (There is no
// list of further skbs: the device does not offer NETIF_F_FRAGLIST.)
#pragma once
#include "core/shared.hpp"
#include "netfront/linux/host.h"

namespace ringway::netfront
{
class SkbBytes
{
	const sk_buff *skb_;
	const u8 *next_; // in the linear part, or in page_
	u32 here_;       // bytes from there on that lie together
	page *page_ = nullptr;
	u32 frag_ = 0;   // the next one
	u32 beyond_ = 0; // bytes of this frag in pages behind this one

	// INVARIANT: there are more bytes.
	void go_on()
	{
		u32 offset = 0;
		if (beyond_) {
			page_ = host_page_next(page_, 1);
		} else {
			frag_view frag;
			host_skb_frag(skb_, frag_++, &frag);
			page_ = frag.page;
			offset = frag.offset;
			beyond_ = frag.length;
		}
		next_ = static_cast<const u8 *>(host_page_address(page_)) + offset;
		here_ = beyond_ < kPageSize - offset ? beyond_ : kPageSize - offset;
		beyond_ -= here_;
	}

public:
	SkbBytes(const sk_buff *skb, const tx_view &view)
	    : skb_(skb), next_(static_cast<const u8 *>(host_skb_data(skb))), here_(view.head_length)
	{
	}
	// The next `length` bytes, into a buffer that the backend may read. INVARIANT: there are so many.
	RINGWAY_ALWAYS_INLINE void read(u8 *to, u32 length)
	{
		while (RINGWAY_UNLIKELY(length > here_)) {
			if (here_)
				shared::copy_out(to, next_, here_);
			to += here_;
			length -= here_;
			go_on();
		}
		shared::copy_out(to, next_, length);
		next_ += length;
		here_ -= length;
	}
};
} // namespace ringway::netfront
