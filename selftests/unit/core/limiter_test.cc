// SPDX-License-Identifier: GPL-2.0-only
// Limits: the text they come as, and bytes and packets together.
#include "core/limit_text.hpp"
#include "core/limiter.hpp"
#include <gtest/gtest.h>

using namespace ringway;

namespace
{
// NB-51: what a node may say.
TEST(LimitText, RatesParse)
{
	const auto rate = parse_rate("62500,50000");
	ASSERT_TRUE(rate.ok());
	EXPECT_EQ(rate.value().bytes, 62500u);
	EXPECT_EQ(rate.value().micros, 50000u);
	EXPECT_TRUE(parse_rate("0,0").ok());
	EXPECT_EQ(parse_rate("18446744073709551615,1").value().bytes, ~u64{0});
	EXPECT_EQ(parse_packets("0").value(), 0u);
	EXPECT_EQ(parse_packets("18446744073709551615").value(), ~u64{0});
}

TEST(LimitText, NothingElseParses)
{
	for (const char *text : {"", ",", "1", "1,", ",1", "1,2,3", "1,2 ", " 1,2", "1 ,2", "+1,2", "-1,2",
				 "1,-2", "0x10,1", "1,2\n", "1.5,2", "ten,1", "18446744073709551616,1",
				 "1,18446744073709551616", "100000000000000000000000000000000000000000,1"})
		EXPECT_FALSE(parse_rate(text).ok()) << text;
	for (const char *text :
	     {"", " ", "1 ", " 1", "1,1", "-1", "+1", "1k", "0x1", "18446744073709551616", "1\n"})
		EXPECT_FALSE(parse_packets(text).ok()) << text;
}

u32 pass(Limiter &limit, u32 size, u32 most)
{
	u32 n = 0;
	for (; n < most && limit.allows(size); n++)
		limit.spend(size);
	return n;
}

TEST(Limiter, NoneByDefault)
{
	Limiter limit;
	EXPECT_FALSE(limit.limited());
	limit.set_bytes(1, 1, 0);
	EXPECT_TRUE(limit.limited());
	limit.set_packets(1, 0);
	limit.set_bytes(0, 0, 0);
	EXPECT_TRUE(limit.limited());
	limit.set_packets(0, 0);
	EXPECT_FALSE(limit.limited());
}

TEST(Limiter, PacketsPerSecond)
{
	Limiter limit;
	limit.set_packets(1000, 0);
	limit.refresh(0);
	EXPECT_EQ(pass(limit, 65535, 1000), 64u); // a batch at once, whatever its bytes
	u32 n = 0;
	for (u64 now = 1000; now <= 1000000; now += 1000) {
		limit.refresh(now);
		n += pass(limit, 60, 1000);
	}
	EXPECT_EQ(n, 1000u);
	EXPECT_EQ(limit.wait(60), 1000u);
}

TEST(Limiter, BothHold)
{
	Limiter limit;
	limit.set_bytes(1000000, 1000000, 0); // 1 MB/s, of which the first may come at once
	limit.set_packets(100, 0);
	EXPECT_EQ(pass(limit, 60, 1000), 64u); // packets are scarce
	limit.refresh(60000000);
	EXPECT_EQ(pass(limit, 50000, 1000), 20u); // bytes are
	EXPECT_GE(limit.wait(50000), 49000u);
}

// What was taken and not used does not count; nor does giving back make more than there was.
TEST(Limiter, GivenBack)
{
	Limiter limit;
	limit.set_packets(1000, 0);
	EXPECT_EQ(pass(limit, 100, 1000), 64u);
	limit.give_back(6400, 64);
	EXPECT_EQ(pass(limit, 100, 1000), 64u);
	EXPECT_FALSE(limit.allows(1));
}

// NB-51: no numbers overflow or divide by zero, and there is always an end to waiting.
TEST(Limiter, Edges)
{
	for (const u64 n :
	     {u64{1}, u64{2}, u64{19}, u64{1} << 32, u64{1} << 41, u64{1} << 63, ~u64{0} - 1, ~u64{0}})
		for (const u64 interval : {u64{1}, u64{1000000}, u64{1} << 40, ~u64{0}}) {
			Limiter limit;
			limit.set_bytes(n, interval, 0);
			limit.set_packets(n, 0);
			u64 now = 0;
			for (u32 i = 0; i < 300; i++) {
				limit.refresh(now);
				pass(limit, 65535, 100);
				const u64 wait = limit.wait(65535);
				EXPECT_GE(wait, 1u);
				EXPECT_LE(wait, 1000000u);
				now += wait;
			}
		}
}
} // namespace
