// SPDX-License-Identifier: GPL-2.0-only
// The one door to shared memory: one read per word, whole words written.
#include "peer.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

namespace
{
// NB-05
TEST(Shared, FetchReadsEachWordOnce)
{
	Page page;
	for (u32 i = 0; i < kPageSize; i++)
		page.data()[i] = static_cast<u8>(i);
	const auto count = [&]<typename T>(T) {
		BeforeRead reads;
		const T copy = shared::fetch<T>(page.data());
		EXPECT_EQ(std::memcmp(&copy, page.data(), sizeof copy), 0);
		return reads.reads() * sizeof(u32) == sizeof(T);
	};
	EXPECT_TRUE(count(TxRequest{}));
	EXPECT_TRUE(count(TxResponse{}));
	EXPECT_TRUE(count(RxRequest{}));
	EXPECT_TRUE(count(RxResponse{}));
	EXPECT_TRUE(count(ExtraInfo{}));
}

// A change between two words is seen in the second and not in the first: nothing is read again.
TEST(Shared, FetchNeverGoesBack)
{
	for (u32 when = 0; when < sizeof(TxRequest) / 4; when++) {
		Page page;
		std::memset(page.data(), 0x11, kPageSize);
		BeforeRead change([&](u32 nth) {
			if (nth == when)
				std::memset(page.data(), 0x22, kPageSize);
		});
		const auto copy = shared::fetch<TxRequest>(page.data());
		u32 words[sizeof copy / 4];
		std::memcpy(words, &copy, sizeof copy);
		for (u32 i = 0; i < sizeof copy / 4; i++)
			EXPECT_EQ(words[i], i < when ? 0x11111111u : 0x22222222u) << i << " of " << when;
		EXPECT_EQ(change.reads(), sizeof copy / 4);
	}
}

// Padding included: what the slot held before does not survive, and nothing else is touched.
// NB-57
TEST(Shared, PutWritesTheWholeSlot)
{
	Page page;
	std::memset(page.data(), 0xee, kPageSize);
	ExtraInfo extra{};
	extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
	shared::put(page.data() + 64, extra);
	for (u32 i = 0; i < sizeof extra; i++)
		EXPECT_EQ(page.data()[64 + i], i ? 0u : XEN_NETIF_EXTRA_TYPE_GSO) << i;
	EXPECT_EQ(page.data()[63], 0xee);
	EXPECT_EQ(page.data()[64 + sizeof extra], 0xee);
}

// NB-57
TEST(Shared, ResponsesLeakNothing)
{
	Page page;
	TxBackRing back;
	ASSERT_TRUE(back.attach(page.data()).ok());
	std::memset(page.slot<TxRequest>(0), 0xee, sizeof(TxRequest));
	page.header().req_prod = 1;
	back.consume(1);
	back.respond(TxResponse{0, 0});
	const auto *bytes = reinterpret_cast<u8 *>(page.slot<TxRequest>(0));
	for (u32 i = 0; i < sizeof(TxResponse); i++)
		EXPECT_EQ(bytes[i], 0u) << i;
}

TEST(Shared, LoadAndStoreAreOneWord)
{
	Page page;
	auto *word = reinterpret_cast<volatile u32 *>(page.data() + 8);
	shared::store(word, 0xa1b2c3d4);
	BeforeRead reads;
	EXPECT_EQ(shared::load(word), 0xa1b2c3d4);
	EXPECT_EQ(reads.reads(), 1u);
	EXPECT_EQ(page.data()[7], 0u);
	EXPECT_EQ(page.data()[12], 0u);
}

// Every length up to a page, at each end of it: all bytes arrive, and not one beside them is touched.
TEST(Shared, CopiesMoveWhatTheyAreToldTo)
{
	u8 from[kPageSize], to[kPageSize + 2];
	for (u32 i = 0; i < kPageSize; i++)
		from[i] = static_cast<u8>(i * 7 + i / 256);
	const auto moves = [&](u32 n, u32 at, auto &&copy) {
		std::memset(to, 0xee, sizeof to);
		copy(to + 1, from + at, n);
		ASSERT_EQ(std::memcmp(to + 1, from + at, n), 0) << n;
		ASSERT_EQ(to[0], 0xee) << n;
		ASSERT_EQ(to[n + 1], 0xee) << n;
	};
	for (u32 n = 0; n <= kPageSize; n++)
		for (const u32 at : {0u, (kPageSize - n) / 3, kPageSize - n}) {
			moves(n, at, [](u8 *a, const u8 *b, u32 len) { shared::copy_in(a, b, len); });
			moves(n, at, [](u8 *a, const u8 *b, u32 len) { shared::copy_out(a, b, len); });
			moves(n, at, [](u8 *a, const u8 *b, u32 len) { shared::copy_across(a, b, len); });
		}
}
} // namespace
