// SPDX-License-Identifier: GPL-2.0-only
// The kernel of netfront's tests: what exists, and what is left behind.
#include "host.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

namespace
{
Kernel *current;
} // namespace

namespace ringway::test
{
Kernel &kernel()
{
	return *current;
}

Kernel::Kernel()
{
	current = this;
	for (u32 i = 0; i < host.queue.size(); i++)
		host.queue[i].number = i;
}

Kernel::~Kernel()
{
	for (sk_buff *skb : std::set<sk_buff *>(skbs))
		free_skb(skb);
	for (page *page : std::set<::page *>(pages))
		delete page;
	current = nullptr;
}

void Kernel::open(netfront_vif *vif)
{
	host_rtnl_lock();
	up = true;
	netfront_open(vif);
	host_rtnl_unlock();
}

void Kernel::stop(netfront_vif *vif)
{
	host_rtnl_lock();
	up = false;
	netfront_stop(vif);
	host_rtnl_unlock();
}

page *Kernel::new_page()
{
	auto *made = new page;
	std::memset(made->data, 0, sizeof made->data);
	pages.insert(made);
	return made;
}

void Kernel::put_page(page *page)
{
	ASSERT_TRUE(pages.count(page)) << "a page that does not exist is given back";
	if (--page->references)
		return;
	pages.erase(page);
	delete page;
}

sk_buff *Kernel::new_skb(std::vector<u8> linear)
{
	auto *skb = new sk_buff;
	skb->linear = std::move(linear);
	skbs.insert(skb);
	return skb;
}

// A frag on its own pages, one after the other as in a compound page. They belong to the skb.
void Kernel::add_frag(sk_buff *skb, std::vector<u8> bytes, u32 offset)
{
	const u32 count = netfront::pages_touched(offset, static_cast<u32>(bytes.size()));
	auto *run = new page[count];
	for (u32 i = 0; i < count; i++)
		std::memset(run[i].data, 0xee, kPageSize);
	for (u32 i = 0; i < bytes.size(); i++)
		run[(offset + i) / kPageSize].data[(offset + i) % kPageSize] = bytes[i];
	skb->frags.push_back({run, offset, static_cast<u32>(bytes.size())});
}

void Kernel::free_skb(sk_buff *skb)
{
	ASSERT_EQ(skbs.erase(skb), 1u) << "an skb is freed twice";
	for (auto &frag : skb->frags)
		if (pages.count(frag.first))
			put_page(frag.first);
		else
			delete[] frag.first;
	delete skb;
}

std::size_t Kernel::granted() const
{
	std::size_t n = 0;
	for (const Grant &grant : grants)
		n += grant.granted != nullptr;
	return n;
}

u32 Kernel::reserved() const
{
	u32 n = 0;
	for (const Grant &grant : grants)
		n += grant.reserved;
	return n;
}

std::vector<u8> pattern(u32 length, u32 seed)
{
	std::vector<u8> bytes(length);
	for (u32 i = 0; i < length; i++)
		bytes[i] = static_cast<u8>(seed * 37 + i * 11 + (i >> 8));
	return bytes;
}
} // namespace ringway::test

std::uint32_t sk_buff::length() const
{
	std::size_t n = linear.size();
	for (const Frag &frag : frags)
		n += frag.length;
	return static_cast<std::uint32_t>(n);
}

std::vector<std::uint8_t> sk_buff::bytes() const
{
	std::vector<std::uint8_t> all = linear;
	for (const Frag &frag : frags)
		for (std::uint32_t i = 0; i < frag.length; i++)
			all.push_back(frag.first[(frag.offset + i) / 4096].data[(frag.offset + i) % 4096]);
	return all;
}
