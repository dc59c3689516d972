// SPDX-License-Identifier: GPL-2.0-only
// What an skb is charged with, and what it can keep.
#include "netback/linux/skb_part.h"
#include <gtest/gtest.h>

namespace
{
// NB-64: dom0's memory is bounded by what is charged.
TEST(SkbPart, WhatAnSkbKeepsIsLittleMoreThanItIsChargedWith)
{
	constexpr unsigned shared_info = 320, headroom = 66, itself = 232; // of Linux 6.1, about
	for (unsigned length = 14; length <= 2048; length++) {
		const unsigned bytes = length + headroom + shared_info, part = skb_part(bytes);
		EXPECT_GE(part, bytes);
		EXPECT_EQ(SKB_PART_PAGE % part, 0u);
		// One stays in each page.
		EXPECT_LE(SKB_PART_PAGE, 3.3 * (part + itself)) << length;
	}
}
} // namespace
