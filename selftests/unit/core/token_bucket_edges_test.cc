// SPDX-License-Identifier: GPL-2.0-only
// The bucket to the last token: fractions, edges of 64 bits, waits that are exact.
#include "core/token_bucket.hpp"
#include <gtest/gtest.h>
#include <random>

using namespace ringway;

namespace
{
TEST(TokenBucketEdges, StartsFullAndFillsAtItsRate)
{
	TokenBucket bucket;
	bucket.set(1000, 1000, 0); // a byte a microsecond
	EXPECT_EQ(bucket.burst(), 128 * 1024);
	EXPECT_EQ(bucket.level(0), 128 * 1024);
	bucket.spend(128 * 1024);
	EXPECT_FALSE(bucket.allows(1));
	EXPECT_EQ(bucket.level(500), 500);
	EXPECT_TRUE(bucket.allows(500));
	EXPECT_FALSE(bucket.allows(501));
	EXPECT_EQ(bucket.level(10'000'000), 128 * 1024); // no more than full
}

// Whatever the steps in which it is asked: not one token is lost or won.
TEST(TokenBucketEdges, FractionsAddUp)
{
	std::mt19937_64 random(1);
	for (const auto &[bytes, interval] : {std::pair<u64, u64>{1, 3},
					      {7, 1000003},
					      {999, 1000},
					      {125000, 50000},
					      {1, 1000000},
					      // products of more than 64 bits
					      {1ull << 62, (1ull << 62) + 1},
					      {(1ull << 63) + 5, (1ull << 63) - 3}}) {
		TokenBucket bucket;
		bucket.set(bytes, interval, 0);
		bucket.spend(static_cast<u64>(bucket.burst()) + 100000);
		const s64 start = bucket.level(0);
		u64 now = 0;
		for (int i = 0; i < 5000; i++) {
			now += random() % 50;
			const s64 level = bucket.level(now);
			const s64 expected = start + static_cast<s64>(static_cast<unsigned __int128>(now) *
								      bytes / interval);
			if (expected >= bucket.burst())
				break;
			ASSERT_EQ(level, expected) << bytes << "/" << interval << " at " << now;
		}
	}
}

// NB-51: any two numbers, any time.
TEST(TokenBucketEdges, NothingOverflows)
{
	const u64 edges[] = {0,   1,          2,          3,          999999,    1u << 31,
			     ~0u, 1ull << 32, 1ull << 62, 1ull << 63, ~0ull - 1, ~0ull};
	for (const u64 bytes : edges)
		for (const u64 interval : edges)
			for (const u64 start : edges)
				for (const u64 elapsed : edges) {
					TokenBucket bucket;
					bucket.set(bytes, interval, start);
					EXPECT_GE(bucket.level(start), 0);
					for (const u64 size : {u64{60}, u64{65535}, u64{10000000}})
						bucket.spend(size);
					const s64 level = bucket.level(start + elapsed);
					ASSERT_LE(level, bucket.burst());
					if (bucket.limited())
						EXPECT_LE(bucket.wait(65535), 1000000u);
				}
}

// NB-52: a packet larger than the burst passes once the bucket is full, and leaves it in debt.
TEST(TokenBucketEdges, PacketLargerThanTheBurst)
{
	TokenBucket bucket;
	bucket.set(1000, 1000, 0);
	EXPECT_TRUE(bucket.allows(200000));
	bucket.spend(200000);
	EXPECT_FALSE(bucket.allows(1));
	const u64 wait = bucket.wait(200000);
	EXPECT_GT(wait, 0u);
	u64 now = 0;
	while (!bucket.allows(200000)) {
		now += bucket.wait(200000);
		bucket.level(now);
		ASSERT_LT(now, 1000000u);
	}
	EXPECT_EQ(now, 200000u); // the debt, paid at a byte a microsecond
}

// Waiting as long as it says is enough, and a microsecond less is not.
TEST(TokenBucketEdges, WaitIsExact)
{
	std::mt19937_64 random(2);
	for (int round = 0; round < 3000; round++) {
		TokenBucket bucket, early;
		bucket.set(1 + random() % 1000000, 1 + random() % 100000, 0);
		bucket.spend(static_cast<u64>(bucket.burst()) + random() % 2000);
		bucket.level(0);
		const u32 size = 1 + random() % 65535;
		const u64 wait = bucket.wait(size);
		ASSERT_GT(wait, 0u);
		if (wait == 1000000)
			continue;
		early = bucket;
		bucket.level(wait);
		ASSERT_TRUE(bucket.allows(size));
		early.level(wait - 1);
		ASSERT_FALSE(early.allows(size));
		ASSERT_EQ(bucket.wait(size), 0u);
	}
}

TEST(TokenBucketEdges, TimeThatDoesNotPassGivesNothing)
{
	TokenBucket bucket;
	bucket.set(1000, 1, 77);
	bucket.spend(static_cast<u64>(bucket.burst()));
	for (int i = 0; i < 100; i++)
		EXPECT_EQ(bucket.level(77), 0);
}
} // namespace
