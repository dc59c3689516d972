// SPDX-License-Identifier: GPL-2.0-only
// The Toeplitz hash against the published verification suite of receive side scaling, and what is hashed.
#include "core/hash.hpp"
#include <arpa/inet.h>
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

using namespace ringway;

namespace
{
constexpr u8 kKey[kHashKey] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
			       0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
			       0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
			       0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

constexpr u32 k4 = XEN_NETIF_CTRL_HASH_TYPE_IPV4, k4Tcp = XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP,
	      k6 = XEN_NETIF_CTRL_HASH_TYPE_IPV6, k6Tcp = XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP;

HashConfig config(u32 types)
{
	HashConfig out{XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ, types, 0, {}, {}};
	std::memcpy(out.key, kKey, sizeof kKey);
	return out;
}

struct Vector {
	const char *to;
	u16 to_port;
	const char *from;
	u16 from_port;
	u32 plain, tcp;
};
constexpr Vector kVectors[] = {
	{"161.142.100.80", 1766, "66.9.149.187", 2794, 0x323e8fc2, 0x51ccc178},
	{"65.69.140.83", 4739, "199.92.111.2", 14230, 0xd718262a, 0xc626b0ea},
	{"12.22.207.184", 38024, "24.19.198.95", 12898, 0xd2d0a5de, 0x5c2b394a},
	{"209.142.163.6", 2217, "38.27.205.30", 48228, 0x82989176, 0xafc7327f},
	{"202.188.127.2", 1303, "153.39.163.191", 44251, 0x5d1809c5, 0x10e828a2},
	{"3ffe:2501:200:3::1", 1766, "3ffe:2501:200:1fff::7", 2794, 0x2cc18cd5, 0x40207d3d},
	{"ff02::1", 4739, "3ffe:501:8::260:97ff:fe40:efab", 14230, 0x0f0c461c, 0xdde51bbf},
	{"fe80::200:f8ff:fe21:67cf", 38024, "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251, 0x4b61e985,
	 0x02d1feef},
};

bool is_v6(const Vector &v)
{
	return std::strchr(v.to, ':');
}

// Ethernet, IP, `between` (extension headers or options), ports.
std::vector<u8> frame(const Vector &v, u8 protocol = 6, const std::vector<u8> &between = {})
{
	std::vector<u8> out(14);
	const bool six = is_v6(v);
	out[12] = six ? 0x86 : 0x08;
	out[13] = six ? 0xdd : 0x00;
	std::vector<u8> ip(six ? 40 : 20);
	if (six) {
		ip[0] = 0x60;
		ip[6] = protocol;
		inet_pton(AF_INET6, v.from, &ip[8]);
		inet_pton(AF_INET6, v.to, &ip[24]);
	} else {
		ip[0] = static_cast<u8>(0x45 + between.size() / 4);
		ip[9] = protocol;
		inet_pton(AF_INET, v.from, &ip[12]);
		inet_pton(AF_INET, v.to, &ip[16]);
	}
	out.insert(out.end(), ip.begin(), ip.end());
	out.insert(out.end(), between.begin(), between.end());
	for (const u16 port : {v.from_port, v.to_port}) {
		out.push_back(static_cast<u8>(port >> 8));
		out.push_back(static_cast<u8>(port));
	}
	return out;
}

PacketHash hash(u32 types, const std::vector<u8> &bytes)
{
	const std::vector<u8> exact(bytes); // ASan sees one byte too far
	return hash_frame(config(types), exact.data(), static_cast<u32>(exact.size()));
}

TEST(Hash, VerificationSuite)
{
	for (const Vector &v : kVectors) {
		const u32 plain = is_v6(v) ? 2 : 0;
		PacketHash got = hash(k4 | k6, frame(v));
		EXPECT_EQ(got.value, v.plain) << v.to;
		EXPECT_EQ(got.type, plain + 1);
		got = hash(kHashTypes, frame(v));
		EXPECT_EQ(got.value, v.tcp) << v.to;
		EXPECT_EQ(got.type, plain + 2);
	}
}

// The best type that was asked for is taken, and none that was not.
TEST(Hash, OnlyWhatWasAskedFor)
{
	const Vector &four = kVectors[0], &six = kVectors[5];
	EXPECT_EQ(hash(k4Tcp, frame(four, 17)).type, 0u); // UDP has no type of its own
	EXPECT_EQ(hash(k4Tcp | k4, frame(four, 17)).value, four.plain);
	EXPECT_EQ(hash(k4Tcp, frame(four)).value, four.tcp);
	EXPECT_EQ(hash(k6 | k6Tcp, frame(four)).type, 0u);
	EXPECT_EQ(hash(k4 | k4Tcp, frame(six)).type, 0u);
	EXPECT_EQ(hash(k6Tcp, frame(six)).value, six.tcp);
	EXPECT_EQ(hash(k6, frame(six, 17)).value, six.plain);
}

TEST(Hash, FragmentsHaveNoPorts)
{
	for (const u16 field : {0x2000, 0x0001, 0x1fff}) {
		auto bytes = frame(kVectors[0]);
		bytes[14 + 6] = static_cast<u8>(field >> 8);
		bytes[14 + 7] = static_cast<u8>(field);
		EXPECT_EQ(hash(kHashTypes, bytes).value, kVectors[0].plain) << field;
	}
	auto bytes = frame(kVectors[0]);
	bytes[14 + 6] = 0x40; // "do not fragment" is no fragment
	EXPECT_EQ(hash(kHashTypes, bytes).value, kVectors[0].tcp);
	EXPECT_EQ(hash(kHashTypes, frame(kVectors[5], 44, {6, 0, 0, 0, 0, 0, 0, 1})).value,
		  kVectors[5].plain);
}

TEST(Hash, OptionsAndExtensionHeaders)
{
	EXPECT_EQ(hash(kHashTypes, frame(kVectors[0], 6, std::vector<u8>(40))).value, kVectors[0].tcp);
	const std::vector<u8> hop{43, 0, 0, 0, 0, 0, 0, 0}, route{60, 0, 0, 0, 0, 0, 0, 0},
		options{6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	std::vector<u8> chain(hop);
	chain.insert(chain.end(), route.begin(), route.end());
	chain.insert(chain.end(), options.begin(), options.end());
	EXPECT_EQ(hash(kHashTypes, frame(kVectors[5], 0, chain)).value, kVectors[5].tcp);
	// A header that is longer than the frame.
	EXPECT_EQ(hash(kHashTypes, frame(kVectors[5], 0, {0, 255, 0, 0, 0, 0, 0, 0})).value,
		  kVectors[5].plain);
}

TEST(Hash, WhatIsNoIpIsNotHashed)
{
	auto bytes = frame(kVectors[0]);
	bytes[12] = 0x81; // tagged
	EXPECT_EQ(hash(kHashTypes, bytes).type, 0u);
	bytes = frame(kVectors[0]);
	bytes[14] = 0x44; // a header of 16 bytes
	EXPECT_EQ(hash(kHashTypes, bytes).type, 0u);
	bytes[14] = 0x65;
	EXPECT_EQ(hash(kHashTypes, bytes).type, 0u);
}

// Cut anywhere, nothing is read behind the end, and what is hashed is hashed right.
TEST(Hash, EveryLength)
{
	for (const Vector &v : kVectors) {
		const auto whole = frame(v);
		for (size_t len = 0; len <= whole.size(); len++) {
			const auto got =
				hash(kHashTypes, {whole.begin(), whole.begin() + static_cast<long>(len)});
			const size_t ip = is_v6(v) ? 54 : 34;
			EXPECT_EQ(got.type == 0, len < ip) << len;
			if (got.type)
				EXPECT_EQ(got.value, len < whole.size() ? v.plain : v.tcp) << len;
		}
	}
}

TEST(Hash, WithoutAKeyItIsZero)
{
	HashConfig none = config(kHashTypes);
	std::memset(none.key, 0, sizeof none.key);
	const auto bytes = frame(kVectors[0]);
	const PacketHash got = hash_frame(none, bytes.data(), static_cast<u32>(bytes.size()));
	EXPECT_EQ(got.value, 0u);
	EXPECT_EQ(got.type, 2u);
}

TEST(Hash, QueueByModuloOrByTable)
{
	HashConfig c = config(kHashTypes);
	EXPECT_EQ(hash_queue(c, {1, 0xfffffffe}, 4), 2u);
	EXPECT_EQ(hash_queue(c, {0, 0}, 4), 0u);
	c.size = 128;
	for (u32 i = 0; i < 128; i++)
		c.mapping[i] = static_cast<u8>(i % 3);
	EXPECT_EQ(hash_queue(c, {1, 0xffffffff}, 4), 127u % 3);
	c.size = 3;
	EXPECT_EQ(hash_queue(c, {1, 0xffffffff}, 4), 0u);
	c.mapping[0] = 200; // whatever the table says, a queue that is there comes out
	EXPECT_EQ(hash_queue(c, {1, 0}, 4), 0u);
}
} // namespace
