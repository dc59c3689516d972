// SPDX-License-Identifier: GPL-2.0-only
// What packets of a flow have in common, and how evenly flows are spread by it.
#include "core/flow_hash.hpp"
#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <set>
#include <vector>

using namespace ringway;

namespace
{
using Frame = std::vector<u8>;

struct Ip {
	bool six = false;
	u8 protocol = 6;
	u32 from = 0x0a000001, to = 0x0a000002; // the last bytes of an IPv6 address
	u16 from_port = 40000, to_port = 443;
	u16 fragment = 0; // IPv4: flags and offset
	u32 tags = 0, options = 0;
};

void put(Frame &frame, u64 value, u32 bytes)
{
	while (bytes--)
		frame.push_back(static_cast<u8>(value >> 8 * bytes));
}

Frame make(const Ip &ip)
{
	Frame frame(12, 2);
	for (u32 i = 0; i < ip.tags; i++)
		put(frame, 0x8100000a + i, 4);
	put(frame, ip.six ? 0x86dd : 0x0800, 2);
	if (ip.six) {
		put(frame, 0x6000000000140040 | u64{ip.protocol} << 8, 8);
		for (const u32 address : {ip.from, ip.to}) {
			put(frame, 0x20010db8, 4);
			put(frame, 0, 8);
			put(frame, address, 4);
		}
	} else {
		put(frame, 0x45 + ip.options, 1);
		put(frame, 0, 5);
		put(frame, ip.fragment, 2);
		put(frame, 64, 1);
		put(frame, ip.protocol, 1);
		put(frame, 0, 2);
		put(frame, u64{ip.from} << 32 | ip.to, 8);
		frame.resize(frame.size() + 4 * ip.options);
	}
	put(frame, u32{ip.from_port} << 16 | ip.to_port, 4);
	put(frame, 0, 8);
	put(frame, 0x50, 1);
	frame.resize(frame.size() + 30);
	return frame;
}

u32 hash(const Ip &ip)
{
	const Frame frame = make(ip);
	return flow_hash(frame.data(), static_cast<u32>(frame.size()));
}

TEST(FlowHash, EachPartOfAFlowCounts)
{
	for (const bool six : {false, true}) {
		const Ip one{six};
		std::set<u32> seen{hash(one)};
		Ip other = one;
		other.from++;
		EXPECT_TRUE(seen.insert(hash(other)).second);
		other = one, other.to++;
		EXPECT_TRUE(seen.insert(hash(other)).second);
		other = one, other.from_port++;
		EXPECT_TRUE(seen.insert(hash(other)).second);
		other = one, other.to_port++;
		EXPECT_TRUE(seen.insert(hash(other)).second);
		other = one, other.protocol = 17;
		EXPECT_TRUE(seen.insert(hash(other)).second);
		std::swap(other.from, other.to);
		EXPECT_TRUE(seen.insert(hash(other)).second);
	}
}

TEST(FlowHash, WhatIsNotPartOfItDoesNot)
{
	for (const bool six : {false, true})
		for (u32 tags = 0; tags <= 2; tags++) {
			Ip ip{six};
			const u32 plain = hash(ip);
			ip.tags = tags;
			EXPECT_EQ(hash(ip), plain);
			Frame frame = make(ip);
			const u32 at = 14 + 4 * tags;
			frame[0] = 9;                      // another gateway
			frame[at + (six ? 3 : 1)] ^= 0x20; // traffic class, flow label
			frame[at + (six ? 5 : 3)] ^= 7;    // length
			frame[at + (six ? 7 : 8)]--;       // hops
			frame.back() = 1;
			EXPECT_EQ(flow_hash(frame.data(), static_cast<u32>(frame.size())), plain);
		}
	Ip ip;
	ip.options = 10;
	EXPECT_EQ(hash(ip), hash(Ip{}));
}

// All fragments of a datagram go together: the later ones have no ports.
TEST(FlowHash, FragmentsStayTogether)
{
	Ip ip;
	ip.protocol = 17;
	ip.fragment = 0x2000;
	const u32 first = hash(ip);
	ip.fragment = 0x20b9, ip.from_port = 1, ip.to_port = 2;
	EXPECT_EQ(hash(ip), first);
	ip.fragment = 0x0172;
	EXPECT_EQ(hash(ip), first);
	ip.fragment = 0x4000; // must not be fragmented, and is not
	EXPECT_NE(hash(ip), first);
	Ip six{true, 44};
	const u32 fragment = hash(six);
	six.from_port++;
	EXPECT_EQ(hash(six), fragment);
}

TEST(FlowHash, PortsOfThoseThatHaveThem)
{
	for (u32 protocol = 0; protocol < 256; protocol++)
		for (const bool six : {false, true}) {
			Ip ip{six, static_cast<u8>(protocol)};
			const u32 before = hash(ip);
			ip.from_port++;
			const bool ports = protocol == 6 || protocol == 17 || protocol == 33 ||
					   protocol == 132 || protocol == 136;
			EXPECT_EQ(hash(ip) != before, ports) << protocol;
		}
}

TEST(FlowHash, AnythingElseIsOneFlow)
{
	for (const u32 type : {0x0806u, 0x88ccu, 0x05dcu, 0x8847u}) {
		Frame frame = make({});
		frame[12] = static_cast<u8>(type >> 8);
		frame[13] = static_cast<u8>(type);
		EXPECT_EQ(flow_hash(frame.data(), static_cast<u32>(frame.size())), 0u);
	}
	EXPECT_EQ(hash({.tags = 3}), 0u);
}

// HOSTILE: cut anywhere, and any header length. ASan watches the end.
TEST(FlowHash, NothingIsReadBehindTheEnd)
{
	for (const bool six : {false, true})
		for (u32 tags = 0; tags <= 2; tags++)
			for (u32 options = 0; options < 16; options++) {
				Frame frame = make({.six = six, .tags = tags});
				const u32 at = 14 + 4 * tags;
				if (!six)
					frame[at] = static_cast<u8>(0x40 | options);
				for (u32 len = 0; len <= frame.size(); len++) {
					const auto exact = std::make_unique<u8[]>(len);
					std::memcpy(exact.get(), frame.data(), len);
					const u32 got = flow_hash(exact.get(), len);
					EXPECT_LT(got, 1u << kFlowHashBits);
					if (len < at + (six ? 40 : 20))
						EXPECT_EQ(got, 0u);
				}
			}
}

// What flows differ in is often a small number that counts up. Each queue must get its share nevertheless.
TEST(FlowHash, FlowsAreSpreadEvenly)
{
	constexpr u32 kFlows = 4096;
	for (const bool six : {false, true})
		for (u32 varied = 0; varied < 5; varied++)
			for (u32 queues = 2; queues <= 16; queues++) {
				SCOPED_TRACE(testing::Message() << six << ' ' << varied << ' ' << queues);
				std::vector<u32> load(queues);
				for (u32 i = 0; i < kFlows; i++) {
					Ip ip{six};
					if (varied == 0)
						ip.from_port = static_cast<u16>(32768 + i);
					else if (varied == 1)
						ip.from_port = static_cast<u16>(16 * i);
					else if (varied == 2)
						ip.from += i;
					else if (varied == 3)
						ip.to += i << 8;
					else
						ip.from += i & 63, ip.to_port = static_cast<u16>(i >> 6);
					load[hash(ip) % queues]++;
				}
				for (const u32 n : load) {
					EXPECT_GT(n, kFlows / queues * 3 / 4);
					EXPECT_LT(n, kFlows / queues * 5 / 4 + 1);
				}
			}
}

TEST(FlowHash, TheSendersQueueIsTheRemainder)
{
	for (const u32 flow : {0u, 1u, 12345u, 0x7ffffffeu, 0x7fffffffu})
		for (u32 queues = 1; queues <= 300; queues++)
			for (const u32 own : {0u, queues / 2, queues - 1}) {
				const u32 spread = spread_hash(flow, own, queues);
				EXPECT_EQ(spread % queues, own);
				for (u32 part = 1; part <= queues; part++)
					if (queues % part == 0)
						EXPECT_EQ(spread % part, own % part);
				if (queues == 1)
					EXPECT_EQ(spread, flow);
			}
}
} // namespace
