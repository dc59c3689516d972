// SPDX-License-Identifier: GPL-2.0-only
//
// Which item goes into which bin. With bins of one size and OPT the fewest that could hold all items, it is
// proven that the number of bins used is
//
//	next fit              at most 2 OPT - 1
//	first fit, best fit   at most 1.7 OPT                (Dosa and Sgall 2013, 2014)
//	next fit decreasing   at most 2 OPT - 1
//	first fit decreasing  at most 11/9 OPT + 6/9         (Dosa 2007)
//	best fit decreasing   at most 3/2 OPT                (Simchi-Levi 1994)
//
// The fewest bins leave the most bins untouched. That is what is wanted here: a CPU that serves no queue has
// its caches for others, and an empty host can be switched off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ringway
{

enum class Fit {
	next,  // into the bin that is open, which is closed for ever when an item does not fit
	first, // into the first bin that has room
	best,  // into the bin that it leaves the least room in
};

struct Algorithm {
	Fit fit = Fit::best;
	bool decreasing = true; // largest items first

	std::string name() const; // "best-fit-decreasing"
	bool operator==(const Algorithm &) const = default;
};

std::optional<Algorithm> find_algorithm(const std::string &name);
std::vector<Algorithm> all_algorithms();

struct Packing {
	std::vector<std::optional<std::size_t>> bin_of; // of each item; nullopt: it fits nowhere
	std::vector<std::uint64_t> free;                // what each bin has left
	std::size_t used = 0;                           // bins with an item
};

// Sizes and capacities are in the same unit. O(n log n), best fit and first fit alike.
Packing pack(std::span<const std::uint64_t> items, std::span<const std::uint64_t> capacities,
	     Algorithm algorithm);

} // namespace ringway
