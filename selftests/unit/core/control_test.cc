// SPDX-License-Identifier: GPL-2.0-only
// Messages of the control ring: every one of them, with every number at its edges.
#include "core/control.hpp"
#include <cstring>
#include <gtest/gtest.h>
#include <vector>

using namespace ringway;

namespace
{
constexpr u32 kOk = XEN_NETIF_CTRL_STATUS_SUCCESS, kNo = XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED,
	      kBad = XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
constexpr u32 kEdges[] = {0,          1,          2,          3,          39,        40,         41,
			  63,         64,         127,        128,        129,       1023,       1024,
			  1025,       4095,       4096,       0xffff,     0x10000,   0x3fffffff, 0x40000000,
			  0x7fffffff, 0x80000000, 0xffffff80, 0xfffffffe, 0xffffffff};

class Message : public testing::Test
{
protected:
	HashConfig config{};
	u32 queues = 4;
	std::vector<u8> page = std::vector<u8>(4096);
	bool refused = false;
	u32 fetched = 0; // bytes of the last copy

	CtrlResponse say(u16 type, u32 a = 0, u32 b = 0, u32 c = 0)
	{
		fetched = 0;
		const auto answer = control_message(config, {77, type, {a, b, c}}, queues,
						    [this](u32, void *to, u32 bytes) {
							    fetched = bytes;
							    EXPECT_GT(bytes, 0u);
							    EXPECT_LE(bytes, kPageSize);
							    if (refused)
								    return false;
							    std::memcpy(to, page.data(), bytes);
							    return true;
						    });
		EXPECT_EQ(answer.id, 77u);
		EXPECT_EQ(answer.type, type);
		return answer;
	}
	u32 status(u16 type, u32 a = 0, u32 b = 0, u32 c = 0) { return say(type, a, b, c).status; }
	void entries(std::initializer_list<u32> list)
	{
		std::memcpy(page.data(), list.begin(), list.size() * sizeof(u32));
	}
	// Refused, and nothing has changed.
	void refuses(u32 expected, u16 type, u32 a = 0, u32 b = 0, u32 c = 0)
	{
		const HashConfig before = config;
		EXPECT_EQ(status(type, a, b, c), expected) << type << ": " << a << ' ' << b << ' ' << c;
		EXPECT_EQ(std::memcmp(&before, &config, sizeof config), 0);
	}
};

// NB-47
TEST_F(Message, UnknownOnesAndStagingGrants)
{
	for (u32 type = 0; type <= 0xffff; type++)
		if (!type || type > XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM)
			refuses(kNo, static_cast<u16>(type), 1, 1, 1);
}

TEST_F(Message, Algorithm)
{
	for (const u32 edge : kEdges)
		if (edge > 1)
			refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, edge);
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1), kOk);
	EXPECT_FALSE(config.on()); // no type is chosen yet
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 1), kOk);
	EXPECT_TRUE(config.on());
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 0), kOk);
	EXPECT_FALSE(config.on());
}

TEST_F(Message, Flags)
{
	refuses(kNo, XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS);
	refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 1);
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1), kOk);
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS).data, 15u);
	for (u32 bit = 0; bit < 32; bit++) {
		if (bit >= 4)
			refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 1u << bit | 1);
		else
			EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 1u << bit), kOk);
	}
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 0), kOk);
	EXPECT_FALSE(config.on());
}

TEST_F(Message, Key)
{
	for (u32 i = 0; i < 40; i++)
		page[i] = static_cast<u8>(i + 1);
	for (const u32 edge : kEdges)
		if (edge > 40)
			refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 5, edge);
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 5, 40), kOk);
	EXPECT_EQ(std::memcmp(config.key, page.data(), 40), 0);
	refused = true;
	refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 5, 3);
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 5, 0), kOk); // clears it, and copies nothing
	EXPECT_EQ(fetched, 0u);
	EXPECT_EQ(config.key[0], 0u);
	refused = false;
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 5, 40), kOk);
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 5, 3), kOk);
	EXPECT_EQ(fetched, 3u);
	EXPECT_EQ(config.key[2], 3u);
	EXPECT_EQ(config.key[3], 0u); // nothing of the former key is left
}

TEST_F(Message, MappingSize)
{
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE).data, 128u);
	for (const u32 edge : kEdges) {
		if (edge > 128) {
			refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, edge);
			continue;
		}
		std::memset(config.mapping, 1, sizeof config.mapping);
		EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, edge), kOk);
		EXPECT_EQ(config.size, edge);
		EXPECT_EQ(config.mapping[0] | config.mapping[127], 0); // a new table is empty
	}
}

// NB-47: XSA-270: place and length of a sub-table, all pairs of edges.
TEST_F(Message, MappingBounds)
{
	for (const u32 size : {0u, 1u, 5u, 128u}) {
		EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, size), kOk);
		for (const u32 len : kEdges)
			for (const u32 offset : kEdges) {
				if (u64{len} + offset > size) {
					refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 5, len, offset);
					EXPECT_EQ(fetched, 0u);
				} else {
					EXPECT_EQ(
						status(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 5, len, offset),
						kOk);
					EXPECT_EQ(fetched, len * 4);
				}
			}
	}
}

// NB-47
TEST_F(Message, MappingContent)
{
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 8), kOk);
	entries({3, 2, 1, 0});
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 5, 4, 4), kOk);
	EXPECT_EQ(config.mapping[4], 3u);
	EXPECT_EQ(config.mapping[7], 0u);
	EXPECT_EQ(config.mapping[0], 0u);
	for (const u32 queue : {4u, 5u, 255u, 256u, 259u, 0x10000u, 0x80000000u, 0xffffffffu}) {
		entries({0, 0, queue});
		refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 5, 3, 0);
	}
	entries({3});
	EXPECT_EQ(status(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 5, 1, 0), kOk);
	EXPECT_EQ(config.mapping[4], 3u); // the rest of the table stays
	refused = true;
	refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 5, 1, 0);
	queues = 0;
	refused = false;
	refuses(kBad, XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 5, 1, 0);
}

// What carries out messages about mapped buffers, and remembers what it was asked.
struct Asked {
	u32 queue = 99, list = 99, count = 99, calls = 0;
	u32 answer = kOk;

	u32 most(u32 q, u32 &entries)
	{
		queue = q;
		calls++;
		entries = 512;
		return answer;
	}
	u32 add(u32 q, u32 l, u32 n)
	{
		queue = q;
		list = l;
		count = n;
		calls++;
		return answer;
	}
	u32 remove(u32 q, u32 l, u32 n, u32 &removed)
	{
		removed = n / 2;
		return add(q, l, n);
	}
};

// Only what is within bounds gets through to them, as it was asked. NB-68
TEST(BuffersMessage, BoundsComeFirst)
{
	constexpr u16 kMessages[] = {XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE,
				     XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING,
				     XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING};
	HashConfig config{}, before{};
	for (const u16 type : kMessages)
		for (const u32 queues : {0u, 1u, 8u})
			for (const u32 queue : {0u, 1u, 7u, 8u, 9u, 0x80000000u, 0xffffffffu})
				for (const u32 count : {0u, 1u, 511u, 512u, 513u, 0x20000000u, 0xffffffffu}) {
					Asked asked;
					const CtrlRequest request{7, type, {queue, 0xabcd, count}};
					const CtrlResponse answer = control_message(
						config, request, queues,
						[](u32, void *, u32) { return false; }, asked);
					const bool get = type == kMessages[0];
					const bool good = queue < queues && (get || (count && count <= 512));
					EXPECT_EQ(answer.id, 7u);
					EXPECT_EQ(answer.type, type);
					EXPECT_EQ(answer.status, good ? kOk : kBad);
					EXPECT_EQ(asked.calls, good);
					EXPECT_EQ(gref_list_length(request, queues),
						  good && !get ? count : 0u);
					if (!good)
						continue;
					EXPECT_EQ(asked.queue, queue);
					EXPECT_EQ(answer.data, get                    ? 512
							       : type == kMessages[2] ? count / 2
										      : 0u);
					if (!get) {
						EXPECT_EQ(asked.list, 0xabcdu);
						EXPECT_EQ(asked.count, count);
					}
				}
	EXPECT_EQ(std::memcmp(&config, &before, sizeof config), 0);
}
} // namespace
