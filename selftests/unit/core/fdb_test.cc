// SPDX-License-Identifier: GPL-2.0-only
// The FDB: a table that a plain std::map must agree with, whatever the order of things, and lockless
// readers that never see half of an entry.
#include "core/fdb.hpp"
#include <gtest/gtest.h>
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

using namespace ringway;

namespace
{
class FdbTest : public testing::Test
{
	std::vector<std::unique_ptr<FdbBucket[]>> memory_;

protected:
	Fdb fdb;

	void make(u32 limit, FdbSeed seed = {0x0123456789abcdef, 0xfedcba9876543211})
	{
		const u32 buckets = Fdb::buckets_for(limit);
		memory_.emplace_back(new FdbBucket[buckets]());
		fdb = Fdb{};
		fdb.attach(memory_.back().get(), buckets, seed);
	}
	static u64 station(u64 n)
	{
		return mac_of(0x00, 0x16, 0x3e, static_cast<u8>(n >> 16), static_cast<u8>(n >> 8),
			      static_cast<u8>(n));
	}
	bool erase(u64 key)
	{
		const FdbHit hit = fdb.find(key);
		if (hit)
			fdb.erase(*hit.slot);
		return bool(hit);
	}
	u32 sum_of_passed() const
	{
		u32 sum = 0;
		for (u32 i = 0; i < fdb.slots(); i += kFdbBucketSlots)
			sum += memory_.back()[i / kFdbBucketSlots].passed;
		return sum;
	}
};

TEST_F(FdbTest, EmptyFindsNothing)
{
	make(16);
	EXPECT_FALSE(fdb.find(station(1)));
	EXPECT_EQ(fdb.entries(), 0u);
}

TEST_F(FdbTest, KeepsPortFlagsAndTime)
{
	make(16);
	ASSERT_TRUE(fdb.insert(station(1), {7 | FdbTarget::kStatic}, 42));
	const FdbHit hit = fdb.find(station(1));
	ASSERT_TRUE(hit);
	EXPECT_EQ(hit.target.port(), 7);
	EXPECT_TRUE(hit.target.is_static());
	EXPECT_FALSE(hit.target.is_local());
	EXPECT_FALSE(hit.target.is_learned());
	EXPECT_EQ(hit.slot->seen, 42u);
	Fdb::touch(*hit.slot, 43);
	EXPECT_EQ(hit.slot->seen, 43u);
}

TEST_F(FdbTest, VlansAreApart)
{
	make(16);
	ASSERT_TRUE(fdb.insert(fdb_key(station(1), 10), {1}, 0));
	EXPECT_FALSE(fdb.find(fdb_key(station(1))));
	EXPECT_FALSE(fdb.find(fdb_key(station(1), 11)));
	EXPECT_TRUE(fdb.find(fdb_key(station(1), 10)));
	EXPECT_EQ(fdb_key_vlan(fdb_key(station(1), 4095)), 4095);
	EXPECT_EQ(fdb_key_mac(fdb_key(station(1), 4095)), station(1));
}

TEST_F(FdbTest, TakesAllItWasSizedFor)
{
	for (u32 limit : {1u, 10u, 100u, 10000u}) {
		make(limit);
		for (u32 i = 0; i < limit; i++)
			ASSERT_TRUE(fdb.insert(station(i), {i & 1023}, 0)) << i << " of " << limit;
		for (u32 i = 0; i < limit; i++)
			ASSERT_EQ(fdb.find(station(i)).target.port(), i & 1023);
	}
}

// BR-06: a neighbourhood that is full refuses, does not loop, and harms nobody else.
TEST_F(FdbTest, FullNeighbourhoodRefusesAndRecovers)
{
	make(1); // the smallest table is one neighbourhood
	std::vector<u64> in;
	u64 n = 0;
	while (fdb.insert(station(n), {1}, 0))
		in.push_back(station(n++));
	EXPECT_EQ(in.size(), size_t{Fdb::kProbes} * kFdbBucketSlots);
	EXPECT_FALSE(fdb.find(station(n)));
	for (u64 key : in)
		EXPECT_TRUE(fdb.find(key));
	ASSERT_TRUE(erase(in[5]));
	EXPECT_TRUE(fdb.insert(station(n), {2}, 0));
	EXPECT_EQ(fdb.find(station(n)).target.port(), 2);
}

// BR-06
TEST_F(FdbTest, HashIsKeyed)
{
	// Addresses that share a bucket under one seed scatter under another.
	make(10000, {1, 3});
	std::map<const FdbBucket *, int> first;
	const auto bucket_of = [&](u64 key) {
		return reinterpret_cast<const FdbBucket *>(reinterpret_cast<uintptr_t>(fdb.find(key).slot) &
							   ~uintptr_t{63});
	};
	for (u32 i = 0; i < 3000; i++) {
		ASSERT_TRUE(fdb.insert(station(i), {1}, 0));
		first[bucket_of(station(i))]++;
	}
	EXPECT_GT(first.size(), 1500u); // sequential addresses spread, even under a poor seed
}

TEST_F(FdbTest, AgreesWithAMapThroughRandomChanges)
{
	std::mt19937_64 random(1);
	for (u32 limit : {8u, 64u, 1000u}) {
		make(limit, {random(), random()});
		std::map<u64, u32> model;
		for (int step = 0; step < 40000; step++) {
			const u64 key = station(random() % (limit * 2));
			const u32 port = static_cast<u32>(random() % 1024);
			const auto known = model.find(key);
			const FdbHit hit = fdb.find(key);
			ASSERT_EQ(bool(hit), known != model.end());
			if (hit) {
				ASSERT_EQ(hit.target.port(), known->second);
				if (random() & 1) {
					fdb.retarget(*hit.slot, {port}, 0);
					known->second = port;
				} else {
					fdb.erase(*hit.slot);
					model.erase(known);
				}
			} else if (model.size() < limit && fdb.insert(key, {port}, 0)) {
				model[key] = port;
			}
			ASSERT_EQ(fdb.entries(), model.size());
		}
		for (const auto &entry : model)
			EXPECT_TRUE(erase(entry.first));
		EXPECT_EQ(fdb.entries(), 0u);
		EXPECT_EQ(sum_of_passed(), 0u) << "an entry that passed a bucket was not counted out again";
	}
}

TEST_F(FdbTest, WalkSeesEveryEntryOnce)
{
	make(500);
	u32 at = 0;
	EXPECT_EQ(fdb.next(at).key, 0u);
	EXPECT_EQ(at, fdb.slots());
	for (u32 i = 0; i < 500; i++)
		ASSERT_TRUE(fdb.insert(station(i), {i}, i));
	std::map<u64, u32> seen;
	at = 0;
	for (FdbSlot slot; (slot = fdb.next(at)).key;)
		EXPECT_TRUE(seen.emplace(slot.key, slot.target).second);
	ASSERT_EQ(seen.size(), 500u);
	for (u32 i = 0; i < 500; i++)
		EXPECT_EQ(seen[station(i)], i);
	for (u32 from = 0; from <= fdb.slots(); from++) {
		u32 plain = from;
		while (plain < fdb.slots() && !fdb.snapshot(plain).key)
			plain++;
		at = from;
		ASSERT_EQ(fdb.next(at).key, plain < fdb.slots() ? fdb.snapshot(plain).key : 0);
		ASSERT_EQ(at, std::min(plain + 1, fdb.slots()));
	}
}

// Two addresses take turns in the same slots. A reader that mixed two states would find one address
// with the other's port.
TEST_F(FdbTest, ReadersNeverSeeHalfAnEntry)
{
	make(1);
	std::atomic<bool> stop{false};
	std::atomic<u64> hits{0}, wrong{0};
	std::vector<std::thread> readers;
	for (int r = 0; r < 3; r++)
		readers.emplace_back([&] {
			while (!stop.load(std::memory_order_relaxed))
				for (u32 i = 0; i < 4; i++) {
					const FdbHit hit = fdb.find(station(i));
					if (!hit)
						continue;
					hits++;
					if (hit.target.port() % 4 != i)
						wrong++;
				}
		});
	// On a busy machine the readers may begin late.
	for (u32 round = 0; round < 200'000 || (!hits && round < 200'000'000); round++) {
		const u32 i = round & 3;
		fdb.insert(station(i), {(round % 200) * 4 + i}, 0);
		fdb.retarget(*fdb.find(station(i)).slot, {i}, 0);
		erase(station(i));
	}
	stop = true;
	for (auto &reader : readers)
		reader.join();
	EXPECT_EQ(wrong, 0u);
	EXPECT_GT(hits, 0u);
}
} // namespace
