// SPDX-License-Identifier: GPL-2.0-only
// The Ethernet header parser: what it reads, and that it reads nothing it was not given.
#include "core/frame.hpp"
#include <gtest/gtest.h>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

using namespace ringway;

namespace
{
std::vector<u8> frame_of(std::initializer_list<unsigned> after_addresses, size_t length)
{
	std::vector<u8> frame = {0x00, 0x16, 0x3e, 0, 0, 1, 0x00, 0x16, 0x3e, 0, 0, 2};
	for (unsigned byte : after_addresses)
		frame.push_back(static_cast<u8>(byte));
	frame.resize(length);
	return frame;
}

TEST(Frame, Untagged)
{
	const auto frame = frame_of({0x08, 0x00}, 60);
	FrameHeader header;
	ASSERT_TRUE(parse_frame(frame.data(), 60, header));
	EXPECT_EQ(header.destination, mac_of(0, 0x16, 0x3e, 0, 0, 1));
	EXPECT_EQ(header.source, mac_of(0, 0x16, 0x3e, 0, 0, 2));
	EXPECT_EQ(header.ethertype, 0x0800);
	EXPECT_EQ(header.payload, 14);
	EXPECT_FALSE(header.tagged());
	EXPECT_EQ(header.vlan_id(), 0);
}

// BR-10
TEST(Frame, BothKindsOfOuterTag)
{
	for (unsigned first : {0x81u, 0x88u}) {
		const unsigned second = first == 0x81 ? 0x00 : 0xa8;
		const auto frame = frame_of({first, second, 0xe1, 0x23, 0x86, 0xdd}, 64);
		FrameHeader header;
		ASSERT_TRUE(parse_frame(frame.data(), 64, header));
		EXPECT_EQ(header.tag_type, first << 8 | second);
		EXPECT_EQ(header.tci, 0xe123);
		EXPECT_EQ(header.vlan_id(), 0x123);
		EXPECT_EQ(header.ethertype, 0x86dd);
		EXPECT_EQ(header.payload, 18);
	}
}

// BR-10
TEST(Frame, InnerTagsArePayload)
{
	const auto frame = frame_of({0x88, 0xa8, 0x00, 0x0a, 0x81, 0x00, 0x00, 0x14, 0x08, 0x00}, 64);
	FrameHeader header;
	ASSERT_TRUE(parse_frame(frame.data(), 64, header));
	EXPECT_EQ(header.vlan_id(), 10);
	EXPECT_EQ(header.ethertype, kEtherTypeVlan);
	EXPECT_EQ(header.payload, 18);
}

// BR-18: every length from nothing up, in a buffer of exactly that length, so that ASan sees a step too far.
TEST(Frame, ShortFramesAreRefusedWithoutReadingPastThem)
{
	for (bool tagged : {false, true}) {
		const auto whole =
			tagged ? frame_of({0x81, 0x00, 0, 5, 0x08, 0x00}, 20) : frame_of({0x08, 0x00}, 20);
		for (u32 length = 0; length <= 20; length++) {
			std::unique_ptr<u8[]> exact(new u8[length]);
			std::memcpy(exact.get(), whole.data(), length);
			FrameHeader header;
			EXPECT_EQ(parse_frame(exact.get(), length, header), length >= (tagged ? 18u : 14u))
				<< length;
		}
	}
}
} // namespace
