// SPDX-License-Identifier: GPL-2.0-only
// Frames whose headers do, or do not, carry what their offload flags claim.
#include "core/offload.hpp"
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <vector>

using namespace ringway;

namespace
{
using Bytes = std::vector<u8>;
constexpr u8 kNone = XEN_NETIF_GSO_TYPE_NONE, kV4 = XEN_NETIF_GSO_TYPE_TCPV4, kV6 = XEN_NETIF_GSO_TYPE_TCPV6;

struct Frame {
	std::vector<u16> tags;
	u16 type = 0x0800;
	u8 proto = 6;
	u8 ihl = 5;  // 32-bit words
	u8 doff = 5; // 32-bit words
	u16 fragment = 0;
	u32 payload = 1000;

	Bytes bytes() const
	{
		Bytes out(12, 2);
		const auto put16 = [&](u32 v) {
			out.push_back(static_cast<u8>(v >> 8));
			out.push_back(static_cast<u8>(v));
		};
		for (const u16 tag : tags) {
			put16(tag);
			put16(5);
		}
		put16(type);
		if (type == 0x86dd) {
			Bytes ip(40, 0);
			ip[0] = 0x60;
			ip[6] = proto;
			out.insert(out.end(), ip.begin(), ip.end());
		} else {
			Bytes ip(std::max<u32>(20, ihl * 4u), 0);
			ip[0] = static_cast<u8>(0x40 | ihl);
			ip[6] = static_cast<u8>(fragment >> 8);
			ip[7] = static_cast<u8>(fragment);
			ip[9] = proto;
			out.insert(out.end(), ip.begin(), ip.end());
		}
		Bytes l4(proto == 17 ? 8 : std::max<u32>(20, doff * 4u), 0);
		if (proto != 17)
			l4[12] = static_cast<u8>(doff << 4);
		out.insert(out.end(), l4.begin(), l4.end());
		out.insert(out.end(), payload, 7);
		return out;
	}
};

// The bytes end exactly where `staged` says, on the heap: one too far is caught.
bool fits(const Bytes &frame, u8 gso, u32 staged)
{
	const auto exact = std::make_unique<u8[]>(staged);
	std::copy_n(frame.begin(), staged, exact.get());
	return offload_headers_fit(exact.get(), staged, static_cast<u32>(frame.size()), gso);
}
bool fits(const Frame &frame, u8 gso)
{
	const Bytes bytes = frame.bytes();
	return fits(bytes, gso, static_cast<u32>(std::min<size_t>(bytes.size(), 256)));
}

TEST(OffloadHostile, WhatIsRight)
{
	EXPECT_TRUE(fits(Frame{}, kNone));
	EXPECT_TRUE(fits(Frame{}, kV4));
	EXPECT_TRUE(fits(Frame{.type = 0x86dd}, kV6));
	EXPECT_TRUE(fits(Frame{.type = 0x86dd}, kNone));
	EXPECT_TRUE(fits(Frame{.proto = 17}, kNone));
	EXPECT_TRUE(fits(Frame{.type = 0x86dd, .proto = 17}, kNone));
	EXPECT_TRUE(fits(Frame{.tags = {0x8100}}, kV4));
	EXPECT_TRUE(fits(Frame{.tags = {0x88a8, 0x8100}, .type = 0x86dd}, kV6));
	EXPECT_TRUE(fits(Frame{.ihl = 15, .doff = 15}, kV4));
	EXPECT_TRUE(fits(Frame{.payload = 1}, kV4));
	EXPECT_TRUE(fits(Frame{.payload = 0}, kNone));
}

TEST(OffloadHostile, TheOtherVersion)
{
	EXPECT_FALSE(fits(Frame{}, kV6));
	EXPECT_FALSE(fits(Frame{.type = 0x86dd}, kV4));
}

// NB-17, NB-18, NB-19, BR-20
TEST(OffloadHostile, WhatIsWrong)
{
	for (const u8 gso : {kNone, kV4, kV6}) {
		EXPECT_FALSE(fits(Frame{.type = 0x0806}, gso)) << "ARP";
		EXPECT_FALSE(fits(Frame{.proto = 1}, gso)) << "ICMP";
		EXPECT_FALSE(fits(Frame{.type = 0x86dd, .proto = 0}, gso)) << "extension header";
		EXPECT_FALSE(fits(Frame{.type = 0x86dd, .proto = 44}, gso)) << "IPv6 fragment";
		EXPECT_FALSE(fits(Frame{.tags = {0x8100, 0x8100, 0x8100}}, gso)) << "three tags";
		EXPECT_FALSE(fits(Frame{.fragment = 0x2000}, gso)) << "first fragment";
		EXPECT_FALSE(fits(Frame{.fragment = 0x0010}, gso)) << "later fragment";
		for (u8 words = 0; words < 5; words++) {
			EXPECT_FALSE(fits(Frame{.ihl = words}, gso)) << "IP header of " << words << " words";
			EXPECT_FALSE(fits(Frame{.doff = words}, gso))
				<< "TCP header of " << words << " words";
		}
	}
	EXPECT_TRUE(fits(Frame{.fragment = 0x4000}, kV4)) << "don't fragment is no fragment";
	EXPECT_FALSE(fits(Frame{.proto = 17}, kV4));
	EXPECT_FALSE(fits(Frame{.payload = 0}, kV4)) << "GSO of nothing";
	Frame wrong_version;
	Bytes bytes = wrong_version.bytes();
	bytes[14] = 0x65;
	EXPECT_FALSE(fits(bytes, kV4, 256));
}

// NB-18
TEST(OffloadHostile, TcpHeaderLongerThanThePacket)
{
	Bytes frame = Frame{.doff = 5, .payload = 10}.bytes();
	frame[14 + 20 + 12] = 15 << 4;
	EXPECT_FALSE(fits(frame, kNone, static_cast<u32>(frame.size())));
	EXPECT_FALSE(fits(frame, kV4, static_cast<u32>(frame.size())));
}

// Cut after every byte: no read behind the end, and never a yes before the headers are there.
// NB-18
TEST(OffloadHostile, CutAnywhere)
{
	for (const Frame &frame :
	     {Frame{}, Frame{.tags = {0x8100}}, Frame{.type = 0x86dd}, Frame{.ihl = 15},
	      Frame{.type = 0x86dd, .proto = 17}, Frame{.tags = {0x88a8, 0x8100}, .proto = 17}}) {
		const Bytes bytes = frame.bytes();
		const u32 ip = 14 + 4 * static_cast<u32>(frame.tags.size());
		const u32 l4 = ip + (frame.type == 0x86dd ? 40 : frame.ihl * 4u);
		const u32 span = l4 + (frame.proto == 17 ? 8 : 20);
		for (u32 staged = 1; staged <= 200; staged++)
			EXPECT_EQ(fits(bytes, kNone, staged), staged >= span) << staged << " of " << span;
	}
}

// NB-19
TEST(OffloadHostile, AnyBytes)
{
	std::mt19937 random(4);
	u32 yes = 0;
	for (int round = 0; round < 50000; round++) {
		Bytes frame = Frame{.type = static_cast<u16>(random() % 2 ? 0x0800 : 0x86dd),
				    .payload = static_cast<u32>(random() % 40)}
				      .bytes();
		for (u32 n = random() % 6; n; n--)
			frame[random() % frame.size()] = static_cast<u8>(random());
		yes += fits(frame, static_cast<u8>(random() % 3),
			    1 + random() % static_cast<u32>(frame.size()));
	}
	EXPECT_GT(yes, 300u);
}
} // namespace
