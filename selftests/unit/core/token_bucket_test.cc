// SPDX-License-Identifier: GPL-2.0-only
#include "core/token_bucket.hpp"
#include <gtest/gtest.h>

using namespace ringway;

TEST(TokenBucket, UnlimitedUntilSet)
{
	TokenBucket b;
	EXPECT_FALSE(b.limited());
	b.set(0, 50000, 0);
	EXPECT_FALSE(b.limited());
	b.set(1000, 0, 0);
	EXPECT_FALSE(b.limited());
	b.set(~u64{0}, 50000, 0);
	EXPECT_FALSE(b.limited());
}

TEST(TokenBucket, LongRunRateIsExact)
{
	TokenBucket b;
	b.set(62500, 50000, 0); // 10 Mbit/s
	u64 sent = 0;
	for (u64 now = 0; now <= 10000000; now += 137) {
		b.level(now);
		while (b.allows(1514)) {
			b.spend(1514);
			sent += 1514;
		}
	}
	const u64 due = 62500 * 200 + 128 * 1024;
	EXPECT_LE(sent, due);
	EXPECT_GE(sent, due - 2 * 1514);
}

// NB-52
TEST(TokenBucket, PacketLargerThanBurstPassesAndLeavesDebt)
{
	TokenBucket b;
	b.set(1, 1000000, 0);
	EXPECT_TRUE(b.allows(10 << 20));
	b.spend(10 << 20);
	EXPECT_FALSE(b.allows(1));
	EXPECT_EQ(b.wait(1), 1000000u);
}

TEST(TokenBucket, WaitIsEnough)
{
	TokenBucket b;
	b.set(1000, 1000, 0);
	b.spend(static_cast<u64>(b.burst()));
	b.level(0);
	const u64 wait = b.wait(1514);
	EXPECT_EQ(wait, 1514u);
	b.level(wait - 1);
	EXPECT_FALSE(b.allows(1514));
	b.level(wait);
	EXPECT_TRUE(b.allows(1514));
}

// NB-51
TEST(TokenBucket, NoOverflowForAnyNumbers)
{
	const u64 edge[] = {1, 2, 1000, u64{1} << 31, u64{1} << 32, u64{1} << 62, ~u64{0} - 1};
	for (u64 bytes : edge)
		for (u64 interval : edge) {
			TokenBucket b;
			b.set(bytes, interval, 5);
			EXPECT_TRUE(b.allows(65535));
			b.spend(1 << 20);
			b.level(~u64{0});
			(void)b.wait(65535);
			b.level(3); // time that runs backwards is a wrap, never a crash
		}
}
