// SPDX-License-Identifier: GPL-2.0-only
// The hot half of linux/host.h: skbs, the TX lock, grants, pages, receiving.
#include "host.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

namespace
{
page *page_of(const void *data)
{
	return reinterpret_cast<page *>(reinterpret_cast<std::uintptr_t>(data));
}
} // namespace

extern "C" {
// --- skbs
void host_skb_view(const sk_buff *skb, tx_view *view)
{
	*view = {skb->length(),
		 static_cast<u32>(skb->linear.size()),
		 static_cast<u32>(skb->frags.size()),
		 skb->gso_size,
		 skb->gso_v6,
		 skb->blank,
		 skb->good};
}
void host_skb_frag(const sk_buff *skb, u32 i, frag_view *frag)
{
	const auto &f = skb->frags.at(i);
	*frag = {f.first + f.offset / kPageSize, f.offset % kPageSize, f.length};
}
const void *host_skb_data(const sk_buff *skb)
{
	return skb->linear.data();
}
u32 *host_skb_pending(sk_buff *skb)
{
	return &skb->pending;
}
void host_skb_timestamp(sk_buff *) {}
void host_skb_sent(sk_buff *skb, int)
{
	kernel().free_skb(skb);
}
void host_skb_drop(sk_buff *skb)
{
	kernel().free_skb(skb);
}
page *host_page_next(page *page, u32 pages)
{
	return page + pages;
}
bool host_xmit_more(void)
{
	return kernel().xmit_more;
}
void host_tx_lock(queue_host *host)
{
	take_spinlock(host->tx_locked, "a TX lock");
}
bool host_tx_trylock(queue_host *host)
{
	if (host->tx_locked)
		return false;
	host_tx_lock(host);
	return true;
}
void host_tx_unlock(queue_host *host)
{
	release_spinlock(host->tx_locked, "a TX lock");
}
void host_tx_lock_bh(queue_host *host)
{
	host_tx_lock(host);
}
void host_tx_unlock_bh(queue_host *host)
{
	host_tx_unlock(host);
}
void host_tx_assert_locked(const queue_host *host)
{
	EXPECT_TRUE(host->tx_locked);
}
void host_tx_stop(queue_host *host)
{
	host->stopped = true;
}
bool host_tx_stopped(const queue_host *host)
{
	return host->stopped;
}
void host_tx_wake(queue_host *host)
{
	host->stopped = false;
}

// --- grants
void host_grant(u32 ref, u16 domain, page *page, bool read_only)
{
	Grant &grant = kernel().grants.at(ref);
	EXPECT_TRUE(grant.reserved) << "a grant reference that nobody reserved";
	EXPECT_EQ(grant.granted, nullptr) << "a grant reference is used twice";
	grant.granted = page;
	grant.domain = domain;
	grant.read_only = read_only;
}
bool host_grant_revoke(u32 ref)
{
	Grant &grant = kernel().grants.at(ref);
	EXPECT_NE(grant.granted, nullptr);
	if (grant.mapped)
		return false;
	grant.granted = nullptr;
	return true;
}
void host_grant_end(u32 ref)
{
	Grant &grant = kernel().grants.at(ref);
	EXPECT_NE(grant.granted, nullptr);
	if (grant.mapped) {
		grant.granted->references++;
		kernel().custody.insert(grant.granted);
	} else {
		grant = {};
		kernel().grants_left++;
	}
}
bool host_refs_alloc(u32 count, u32 *list)
{
	Kernel &k = kernel();
	if (k.fails() || k.grants_left < count)
		return false;
	*list = count; // nothing but a count: any free reference is as good as another
	k.grants_left -= count;
	return true;
}
u32 host_refs_take(u32 *list)
{
	EXPECT_GT(*list, 0u);
	--*list;
	Kernel &k = kernel();
	for (std::size_t tried = 0; tried < k.grants.size(); tried++) {
		k.last_ref = k.last_ref % (k.grants.size() - 1) + 1;
		if (!k.grants[k.last_ref].reserved) {
			k.grants[k.last_ref].reserved = true;
			return k.last_ref;
		}
	}
	ADD_FAILURE() << "no grant reference left";
	return 0;
}
void host_refs_free(u32 list)
{
	kernel().grants_left += list;
}
void host_ref_free(u32 ref)
{
	Grant &grant = kernel().grants.at(ref);
	EXPECT_TRUE(grant.reserved && !grant.granted);
	grant = {};
	kernel().grants_left++;
}
page *host_page_alloc(bool sleep)
{
	if (sleep)
		might_sleep("allocating a page");
	return kernel().fails() ? nullptr : kernel().new_page();
}
void host_page_free(page *page)
{
	kernel().put_page(page);
}
page *host_pool_take(queue_host *)
{
	return host_page_alloc(false);
}
void *host_page_address(page *page)
{
	return page->data;
}
void host_page_zero(void *address)
{
	std::memset(address, 0, kPageSize);
}
bool host_pool_create(queue_host *)
{
	might_sleep("making a page pool");
	return !kernel().fails();
}
void host_pool_give(queue_host *, page *page)
{
	kernel().put_page(page);
}
void host_pool_destroy(queue_host *) {}
void *host_ring_create(vif_host *, u32 *ref)
{
	if (kernel().fails())
		return nullptr;
	u32 one = 1;
	kernel().grants_left--;
	*ref = host_refs_take(&one);
	page *page = kernel().new_page();
	host_grant(*ref, 0, page, false);
	return page->data;
}
void host_ring_destroy(void *data, u32 ref)
{
	host_grant_end(ref);
	kernel().put_page(page_of(data));
}

// --- receiving
sk_buff *host_rx_skb(queue_host *, u32 head_length)
{
	if (kernel().fails())
		return nullptr;
	sk_buff *skb = kernel().new_skb({});
	skb->linear.reserve(head_length); // host_skb_put() hands out addresses
	return skb;
}
void *host_skb_put(sk_buff *skb, u32 length)
{
	EXPECT_LE(skb->linear.size() + length, skb->linear.capacity());
	skb->linear.resize(skb->linear.size() + length);
	return skb->linear.data() + skb->linear.size() - length;
}
void host_skb_add_page(sk_buff *skb, page *page, u32 offset, u32 length)
{
	skb->frags.push_back({page, offset, length});
}
void host_skb_set_gso(sk_buff *skb, u16 size, bool v6)
{
	skb->gso_size = size;
	skb->gso_v6 = v6;
}
bool host_skb_receive(queue_host *host, sk_buff *skb, bool blank, bool good)
{
	skb->blank = blank;
	skb->good = good;
	host->received.push_back(skb);
	return true;
}
netfront_tx_stats *host_tx_stats_begin(queue_host *host)
{
	return &host->tx;
}
void host_tx_stats_end(queue_host *) {}
netfront_rx_stats *host_rx_stats_begin(queue_host *host)
{
	return &host->rx;
}
void host_rx_stats_end(queue_host *) {}
}
