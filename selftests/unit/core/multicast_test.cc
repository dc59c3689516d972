// SPDX-License-Identifier: GPL-2.0-only
// The list of addresses a guest wants: its bound, and many hands on it at once.
#include "core/multicast.hpp"
#include <gtest/gtest.h>
#include <thread>
#include <vector>

using namespace ringway;

namespace
{
constexpr u64 group(u32 n)
{
	return mac_of(1, 0, 0x5e, static_cast<u8>(n >> 16), static_cast<u8>(n >> 8), static_cast<u8>(n));
}

// NB-49
TEST(Multicast, SixtyFourAddressesAndNoMore)
{
	MulticastList list;
	for (u32 i = 0; i < 64; i++)
		EXPECT_TRUE(list.add(group(i)));
	EXPECT_FALSE(list.add(group(64)));
	for (u32 i = 0; i < 64; i++)
		EXPECT_TRUE(list.has(group(i)));
	EXPECT_FALSE(list.has(group(64)));
	list.remove(group(1000)); // not there
	EXPECT_FALSE(list.add(group(64)));
	list.remove(group(17));
	EXPECT_FALSE(list.has(group(17)));
	EXPECT_TRUE(list.add(group(64)));
	EXPECT_TRUE(list.has(group(64)));
	EXPECT_FALSE(list.add(group(65)));
	list.clear();
	EXPECT_FALSE(list.has(group(64)));
	for (u32 i = 0; i < 64; i++)
		EXPECT_TRUE(list.add(group(i)));
}

TEST(Multicast, WhatWasAddedTwiceIsTakenOffTwice)
{
	MulticastList list;
	EXPECT_TRUE(list.add(group(1)));
	EXPECT_TRUE(list.add(group(1)));
	list.remove(group(1));
	EXPECT_TRUE(list.has(group(1)));
	list.remove(group(1));
	EXPECT_FALSE(list.has(group(1)));
}

// Any six bytes may be in the list; only multicast ones mean something.
TEST(Multicast, OddAddresses)
{
	MulticastList list;
	for (const u64 address : {u64{0}, u64{1}, kMacBroadcast, mac_of(2, 0, 0, 0, 0, 1)}) {
		EXPECT_FALSE(list.has(address));
		EXPECT_TRUE(list.add(address));
		EXPECT_TRUE(list.has(address));
		list.remove(address);
		EXPECT_FALSE(list.has(address));
	}
}

TEST(Multicast, OnlyMulticastIsFiltered)
{
	MulticastList list;
	EXPECT_TRUE(list.add(group(1)));
	EXPECT_FALSE(list.refuses(group(1)));
	EXPECT_TRUE(list.refuses(group(2)));
	EXPECT_TRUE(list.refuses(mac_of(0x33, 0x33, 0, 0, 0, 1)));
	EXPECT_FALSE(list.refuses(kMacBroadcast));
	EXPECT_FALSE(list.refuses(mac_of(2, 0, 0, 0, 0, 1)));
	EXPECT_FALSE(list.refuses(0));
}

TEST(Multicast, TheSwitchIsApartFromTheList)
{
	MulticastList list;
	EXPECT_FALSE(list.wanted());
	EXPECT_TRUE(list.add(group(1)));
	EXPECT_FALSE(list.wanted());
	list.want(true);
	EXPECT_TRUE(list.wanted());
	EXPECT_TRUE(list.has(group(1)));
	list.want(false);
	EXPECT_FALSE(list.wanted());
	EXPECT_TRUE(list.has(group(1)));
}

// Writers on several CPUs, each with addresses of its own: none is lost, and a constant one is always seen.
// NB-49
TEST(Multicast, ManyHandsAtOnce)
{
	MulticastList list;
	EXPECT_TRUE(list.add(group(0)));
	std::atomic<bool> over{false};
	std::atomic<u32> missed{0};
	std::vector<std::thread> writers;
	std::thread reader([&] {
		while (!over.load())
			missed += !list.has(group(0));
	});
	for (u32 w = 1; w <= 4; w++)
		writers.emplace_back([&list, &missed, w] {
			for (u32 round = 0; round < 2000; round++) {
				for (u32 i = 0; i < 15; i++)
					missed += !list.add(group(w << 8 | i));
				for (u32 i = 0; i < 15; i++) {
					missed += !list.has(group(w << 8 | i));
					list.remove(group(w << 8 | i));
					missed += list.has(group(w << 8 | i));
				}
			}
		});
	for (std::thread &writer : writers)
		writer.join();
	over = true;
	reader.join();
	EXPECT_EQ(missed.load(), 0u);
	for (u32 i = 1; i < 64; i++)
		EXPECT_TRUE(list.add(group(i))); // every word is free again
	EXPECT_FALSE(list.add(group(64)));
}
} // namespace
