// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include "packing/packing.hpp"

namespace ringway
{

namespace
{

using Sizes = std::vector<std::uint64_t>;
constexpr std::uint64_t full = 60;

// Tries everything: item after item into each bin that has one already, and into one new bin.
void search(const Sizes &items, std::size_t at, Sizes &free, std::size_t &fewest)
{
	if (free.size() >= fewest) {
		return;
	}
	if (at == items.size()) {
		fewest = free.size();
		return;
	}
	for (std::size_t bin = 0; bin < free.size(); ++bin) {
		if (free[bin] >= items[at]) {
			free[bin] -= items[at];
			search(items, at + 1, free, fewest);
			free[bin] += items[at];
		}
	}
	free.push_back(full - items[at]);
	search(items, at + 1, free, fewest);
	free.pop_back();
}

std::size_t fewest_bins(const Sizes &items)
{
	std::size_t fewest = items.size() + 1;
	Sizes free;
	search(items, 0, free, fewest);
	return fewest;
}

// What packing.hpp promises, in whole bins.
std::size_t bound(const Algorithm &algorithm, std::size_t best)
{
	if (algorithm.fit == Fit::next) {
		return 2 * best - 1;
	}
	if (!algorithm.decreasing) {
		return 17 * best / 10;
	}
	return algorithm.fit == Fit::first ? (11 * best + 6) / 9 : 3 * best / 2;
}

Packing pack_equal(const Sizes &items, const Algorithm &algorithm)
{
	return pack(items, Sizes(items.size(), full), algorithm);
}

// Each item is in one bin, no bin holds more than it can, and what it has left is said.
void expect_valid(const Sizes &items, const Packing &packing, const Sizes &capacities)
{
	Sizes free = capacities;
	for (std::size_t i = 0; i < items.size(); ++i) {
		if (packing.bin_of[i]) {
			ASSERT_LE(items[i], free[*packing.bin_of[i]]);
			free[*packing.bin_of[i]] -= items[i];
		}
	}
	EXPECT_EQ(free, packing.free);
}

} // namespace

TEST(Packing, NeverMoreBinsThanIsProven)
{
	std::mt19937 random(4711);
	std::size_t worse = 0;
	for (int round = 0; round < 1500; ++round) {
		std::uniform_int_distribution<std::size_t> count(1, 8);
		// Sizes just above a third and a half of a bin are where these algorithms are at their worst.
		std::uniform_int_distribution<std::uint64_t> size(round % 3 == 0 ? 8 : 1,
								  round % 2 == 0 ? full : 32);
		Sizes items(count(random));
		std::generate(items.begin(), items.end(), [&] { return size(random); });
		const std::size_t best = fewest_bins(items);
		for (const Algorithm &algorithm : all_algorithms()) {
			const Packing packing = pack_equal(items, algorithm);
			expect_valid(items, packing, Sizes(items.size(), full));
			EXPECT_TRUE(std::all_of(packing.bin_of.begin(), packing.bin_of.end(),
						[](const auto &bin) { return bin.has_value(); }));
			EXPECT_GE(packing.used, best) << algorithm.name();
			EXPECT_LE(packing.used, bound(algorithm, best)) << algorithm.name();
			worse += packing.used > best ? 1 : 0;
		}
	}
	EXPECT_GT(worse, 100u); // the search is not one of the algorithms in disguise
}

TEST(Packing, EachAlgorithmIsItself)
{
	using Bins = std::vector<std::optional<std::size_t>>;
	const Sizes items = {30, 40, 20, 15, 10}; // in bins of 60
	EXPECT_EQ(pack_equal(items, {Fit::next, false}).bin_of, (Bins{0, 1, 1, 2, 2}));
	EXPECT_EQ(pack_equal(items, {Fit::first, false}).bin_of, (Bins{0, 1, 0, 1, 0}));
	EXPECT_EQ(pack_equal(items, {Fit::best, false}).bin_of, (Bins{0, 1, 1, 0, 0}));
	EXPECT_EQ(pack_equal(items, {Fit::first, true}).bin_of, (Bins{1, 0, 0, 1, 1}));
	EXPECT_EQ(pack_equal({20, 40, 40, 20}, {Fit::next, true}).used, 3u);
	EXPECT_EQ(pack_equal({20, 40, 40, 20}, {Fit::best, true}).used, 2u);
}

TEST(Packing, BinsMayDiffer)
{
	using Bins = std::vector<std::optional<std::size_t>>;
	const Sizes items = {50, 10, 90, 5}, capacities = {20, 60, 30};
	for (const Algorithm &algorithm : all_algorithms()) {
		const Packing packing = pack(items, capacities, algorithm);
		expect_valid(items, packing, capacities);
		EXPECT_FALSE(packing.bin_of[2]) << algorithm.name(); // larger than any
		EXPECT_TRUE(packing.bin_of[0]) << algorithm.name();
	}
	EXPECT_EQ(pack(items, capacities, {Fit::first, false}).bin_of, (Bins{1, 0, std::nullopt, 0}));
	EXPECT_EQ(pack(items, capacities, {Fit::best, true}).bin_of, (Bins{1, 1, std::nullopt, 0}));
	EXPECT_EQ(pack(items, {}, {Fit::first, true}).used, 0u);
	EXPECT_EQ(pack({}, capacities, {Fit::best, true}).free, capacities);
}

TEST(Packing, TheTreeFindsWhatALookAtAllBinsFinds)
{
	std::mt19937 random(7);
	std::uniform_int_distribution<std::uint64_t> size(0, full);
	for (int round = 0; round < 100; ++round) {
		Sizes items(40), capacities(static_cast<std::size_t>(1 + round % 33));
		std::generate(items.begin(), items.end(), [&] { return size(random); });
		std::generate(capacities.begin(), capacities.end(), [&] { return size(random); });
		const Packing packing = pack(items, capacities, {Fit::first, false});
		Sizes free = capacities;
		for (std::size_t i = 0; i < items.size(); ++i) {
			const auto at = std::find_if(free.begin(), free.end(),
						     [&](std::uint64_t f) { return f >= items[i]; });
			ASSERT_EQ(packing.bin_of[i].has_value(), at != free.end());
			if (at != free.end()) {
				ASSERT_EQ(*packing.bin_of[i], static_cast<std::size_t>(at - free.begin()));
				*at -= items[i];
			}
		}
	}
}

TEST(Packing, NamesAreReadBack)
{
	for (const Algorithm &algorithm : all_algorithms()) {
		EXPECT_EQ(find_algorithm(algorithm.name()), algorithm);
	}
	EXPECT_EQ(all_algorithms().size(), 6u);
	EXPECT_FALSE(find_algorithm("worst-fit"));
}

} // namespace ringway
