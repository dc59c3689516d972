// SPDX-License-Identifier: GPL-2.0-only
// Which packets may go past what Linux does with them on their way out of a device (linux/bypass.h): the
// batches of packets/transmit.c, and those that netback takes past its device's queue.
#include "linux.hpp"
#include "linux/bypass.h"

using namespace ringway;
using namespace ringway::test;

namespace
{
void expect_plain(bool plain, void (*change)(sk_buff &), const char *what)
{
	sk_buff skb{};
	skb.len = 9000;
	change(skb);
	EXPECT_EQ(bypass_skb_plain(&skb), plain) << what;
}

TEST(Bypass, WhatLinuxWouldHaveToChangeIsNotPlain)
{
	expect_plain(
		true, [](sk_buff &) {}, "a whole packet");
	expect_plain(
		false, [](sk_buff &skb) { skb.ip_summed = CHECKSUM_PARTIAL; }, "its checksum is blank");
	// As a tap sends it that says gso_type without NEEDS_CSUM: in one piece, and its checksum is right.
	expect_plain(
		false, [](sk_buff &skb) { skb.gso_size = 1448; }, "to be segmented");
	expect_plain(
		false, [](sk_buff &skb) { skb.nonlinear = true; }, "in pieces");
	expect_plain(
		false, [](sk_buff &skb) { skb.vlan_present = true; }, "its tag is beside it");
}
} // namespace
