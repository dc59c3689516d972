// SPDX-License-Identifier: GPL-2.0-only
// MAC addresses as words: order of bytes, and the classes a switch tells apart.
#include "core/mac.hpp"
#include <gtest/gtest.h>

using namespace ringway;

namespace
{
constexpr u8 kBytes[8] = {0x00, 0x16, 0x3e, 0x12, 0x34, 0x56, 0xaa, 0xbb};
constexpr u64 kWord = mac_of(0x00, 0x16, 0x3e, 0x12, 0x34, 0x56);

TEST(Mac, LoadsSixBytesAndNoMore)
{
	EXPECT_EQ(mac_load_wide(kBytes), kWord);
	EXPECT_EQ(mac_load(kBytes), kWord);
	u8 exact[6];
	__builtin_memcpy(exact, kBytes, 6); // ASan guards the bytes behind
	EXPECT_EQ(mac_load(exact), kWord);
}

TEST(Mac, StoresWhatItLoaded)
{
	u8 out[7] = {1, 1, 1, 1, 1, 1, 0x77};
	mac_store(out, kWord);
	EXPECT_EQ(__builtin_memcmp(out, kBytes, 6), 0);
	EXPECT_EQ(out[6], 0x77);
}

TEST(Mac, GroupBitIsTheFirstByteOnTheWire)
{
	EXPECT_TRUE(mac_is_group(mac_of(0x01, 0, 0, 0, 0, 0)));
	EXPECT_TRUE(mac_is_group(mac_of(0x33, 0x33, 0, 0, 0, 1)));
	EXPECT_TRUE(mac_is_group(kMacBroadcast));
	EXPECT_FALSE(mac_is_group(mac_of(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff)));
	EXPECT_FALSE(mac_is_group(mac_of(0, 1, 1, 1, 1, 1)));
}

TEST(Mac, StationIsNeitherGroupNorZero)
{
	EXPECT_TRUE(mac_is_station(kWord));
	EXPECT_FALSE(mac_is_station(0));
	EXPECT_FALSE(mac_is_station(kMacBroadcast));
}

// BR-12
TEST(Mac, LinkLocalIsTheWholeRangeAndNothingElse)
{
	for (unsigned last = 0; last < 256; last++)
		EXPECT_EQ(mac_is_link_local(mac_of(0x01, 0x80, 0xc2, 0, 0, static_cast<u8>(last))), last < 16)
			<< last;
	EXPECT_FALSE(mac_is_link_local(mac_of(0x01, 0x80, 0xc2, 0, 1, 0)));
	EXPECT_FALSE(mac_is_link_local(mac_of(0x00, 0x80, 0xc2, 0, 0, 0)));
	EXPECT_FALSE(mac_is_link_local(kMacBroadcast));
}

TEST(Mac, VirtualRoutersHaveTwoRanges)
{
	for (u32 version = 0; version < 4; version++)
		for (const u8 number : {0, 1, 255})
			EXPECT_EQ(mac_is_virtual_router(
					  mac_of(0, 0, 0x5e, 0, static_cast<u8>(version), number)),
				  version == 1 || version == 2);
	EXPECT_FALSE(mac_is_virtual_router(mac_of(1, 0, 0x5e, 0, 1, 1)));
	EXPECT_FALSE(mac_is_virtual_router(mac_of(0, 0, 0x5e, 1, 1, 1)));
}
} // namespace
