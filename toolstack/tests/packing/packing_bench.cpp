// SPDX-License-Identifier: GPL-2.0-only
// make -C toolstack bench: how long a plan takes.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <random>
#include "packing/packing.hpp"

namespace
{

void place(benchmark::State &state)
{
	const auto algorithm = ringway::all_algorithms()[static_cast<std::size_t>(state.range(0))];
	std::mt19937 random(1);
	std::uniform_int_distribution<std::uint64_t> size(1, 1000);
	std::vector<std::uint64_t> items(static_cast<std::size_t>(state.range(1)));
	std::generate(items.begin(), items.end(), [&] { return size(random); });
	const std::vector<std::uint64_t> bins(items.size(), 1000);
	std::size_t used = 0;
	for (auto _ : state) {
		used = ringway::pack(items, bins, algorithm).used;
		benchmark::DoNotOptimize(used);
	}
	state.SetLabel(algorithm.name() + ", " + std::to_string(used) + " bins");
}

} // namespace

BENCHMARK(place)->ArgsProduct({{0, 1, 2, 3, 4, 5}, {100, 1000, 10000}})->Unit(benchmark::kMicrosecond);
BENCHMARK_MAIN();
