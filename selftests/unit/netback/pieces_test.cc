// SPDX-License-Identifier: GPL-2.0-only
// Which domain's page each piece of an skb names. pages/ is the Linux that pieces.h asks.
#include "core/types.hpp"
#include "netback/linux/host.h"
#include <gtest/gtest.h>
// The other tests have an skb of their own.
#define sk_buff skb_of_pages
#pragma GCC diagnostic ignored "-Wpointer-arith"
#include "netback/linux/pieces.h"

using namespace ringway;

namespace
{
class Pieces : public testing::Test
{
protected:
	alignas(4096) char pages_[4][4096];
	skb_of_pages skb_{};
	skb_piece out_[HOST_MAX_PIECES]{};

	void TearDown() override { foreign_pages.clear(); }
	void maps(u32 page, u16 domain, u32 gref)
	{
		foreign_pages[virt_to_page(pages_[page])] = {domain, gref};
	}
	void frag(u32 page, u32 offset, u32 size)
	{
		skb_.shared.frags[skb_.shared.nr_frags++] = {pages_[page] + offset, size};
	}
	void is_own(u32 i, u32 page, u32 offset, u32 len)
	{
		EXPECT_EQ(out_[i].frame, virt_to_gfn(pages_[page]));
		EXPECT_EQ(out_[i].domain, DOMID_SELF);
		EXPECT_FALSE(out_[i].granted);
		lies_at(i, offset, len);
	}
	void is_of(u32 i, u16 domain, u32 gref, u32 offset, u32 len)
	{
		EXPECT_EQ(out_[i].frame, gref);
		EXPECT_EQ(out_[i].domain, domain);
		EXPECT_TRUE(out_[i].granted);
		lies_at(i, offset, len);
	}

private:
	void lies_at(u32 i, u32 offset, u32 len)
	{
		EXPECT_EQ(out_[i].offset, offset);
		EXPECT_EQ(out_[i].len, len);
	}
};

TEST_F(Pieces, OfAnotherDomainAreNamedByTheirGrants)
{
	maps(1, 7, 55);
	maps(3, 9, 56);
	skb_.data = pages_[0] + 100;
	skb_.headlen = 54;
	frag(1, 200, 3000);
	frag(2, 0, 4096);
	frag(2, 10, 0); // nothing
	frag(3, 4000, 96);
	ASSERT_EQ(add_skb(out_, 0, &skb_), 4u);
	is_own(0, 0, 100, 54);
	is_of(1, 7, 55, 200, 3000);
	is_own(2, 2, 0, 4096);
	is_of(3, 9, 56, 4000, 96);
}

// Pages in a row need not be of one domain.
TEST_F(Pieces, EachPageIsAskedAbout)
{
	maps(1, 7, 55);
	maps(2, 7, 12);
	skb_.data = pages_[0] + 4000;
	skb_.headlen = 96 + 4096 + 4096 + 10;
	ASSERT_EQ(add_skb(out_, 0, &skb_), 4u);
	is_own(0, 0, 4000, 96);
	is_of(1, 7, 55, 0, 4096);
	is_of(2, 7, 12, 0, 4096);
	is_own(3, 3, 0, 10);
}

TEST_F(Pieces, TooManyAreNone)
{
	skb_.data = pages_[0];
	skb_.headlen = 10;
	EXPECT_EQ(add_skb(out_, HOST_MAX_PIECES - 1, &skb_), HOST_MAX_PIECES);
	frag(1, 0, 1);
	EXPECT_EQ(add_skb(out_, HOST_MAX_PIECES - 1, &skb_), 0u);
}
} // namespace
