// SPDX-License-Identifier: GPL-2.0-only
#include "packing/packing.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

namespace ringway
{

namespace
{

class NextFit
{
public:
	explicit NextFit(std::span<const std::uint64_t> free) : free_(free.begin(), free.end()) {}
	std::optional<std::size_t> put(std::uint64_t size)
	{
		// An item larger than every bin that is left must not close them all.
		const auto at = std::find_if(free_.begin() + static_cast<std::ptrdiff_t>(open_), free_.end(),
					     [size](std::uint64_t free) { return free >= size; });
		if (at == free_.end()) {
			return std::nullopt;
		}
		open_ = static_cast<std::size_t>(at - free_.begin());
		*at -= size;
		return open_;
	}

private:
	std::vector<std::uint64_t> free_;
	std::size_t open_ = 0;
};

// A tree of maxima over the bins: the leftmost bin with room is found from the root down.
class FirstFit
{
public:
	explicit FirstFit(std::span<const std::uint64_t> free)
	{
		while (leaves_ < free.size()) {
			leaves_ *= 2;
		}
		most_.assign(2 * leaves_, {});
		for (std::size_t i = 0; i < free.size(); ++i) {
			most_[leaves_ + i] = {true, free[i]};
		}
		for (std::size_t i = leaves_ - 1; i > 0; --i) {
			most_[i] = std::max(most_[2 * i], most_[2 * i + 1]);
		}
	}
	std::optional<std::size_t> put(std::uint64_t size)
	{
		if (!has_room(1, size)) {
			return std::nullopt;
		}
		std::size_t at = 1;
		while (at < leaves_) {
			at = has_room(2 * at, size) ? 2 * at : 2 * at + 1;
		}
		const std::size_t bin = at - leaves_;
		most_[at].second -= size;
		for (at /= 2; at > 0; at /= 2) {
			most_[at] = std::max(most_[2 * at], most_[2 * at + 1]);
		}
		return bin;
	}

private:
	using Room = std::pair<bool, std::uint64_t>; // whether there is a bin, and what it has left
	bool has_room(std::size_t at, std::uint64_t size) const
	{
		return most_[at].first && most_[at].second >= size;
	}
	std::size_t leaves_ = 1;
	std::vector<Room> most_;
};

class BestFit
{
public:
	explicit BestFit(std::span<const std::uint64_t> free)
	{
		for (std::size_t i = 0; i < free.size(); ++i) {
			by_room_.emplace(free[i], i);
		}
	}
	std::optional<std::size_t> put(std::uint64_t size)
	{
		const auto at = by_room_.lower_bound({size, 0});
		if (at == by_room_.end()) {
			return std::nullopt;
		}
		const auto [free, bin] = *at;
		by_room_.erase(at);
		by_room_.emplace(free - size, bin);
		return bin;
	}

private:
	std::set<std::pair<std::uint64_t, std::size_t>> by_room_;
};

template <typename Bins>
void put_all(Bins bins, std::span<const std::uint64_t> items, std::span<const std::size_t> order,
	     Packing &out)
{
	std::vector<bool> used(out.free.size());
	for (const std::size_t item : order) {
		const auto bin = bins.put(items[item]);
		out.bin_of[item] = bin;
		if (bin) {
			out.free[*bin] -= items[item];
			out.used += used[*bin] ? 0 : 1;
			used[*bin] = true;
		}
	}
}

} // namespace

std::string Algorithm::name() const
{
	const char *first = fit == Fit::next ? "next-fit" : fit == Fit::first ? "first-fit" : "best-fit";
	return std::string(first) + (decreasing ? "-decreasing" : "");
}

std::vector<Algorithm> all_algorithms()
{
	std::vector<Algorithm> out;
	for (const bool decreasing : {false, true}) {
		for (const Fit fit : {Fit::next, Fit::first, Fit::best}) {
			out.push_back({fit, decreasing});
		}
	}
	return out;
}

std::optional<Algorithm> find_algorithm(const std::string &name)
{
	for (const Algorithm &algorithm : all_algorithms()) {
		if (algorithm.name() == name) {
			return algorithm;
		}
	}
	return std::nullopt;
}

Packing pack(std::span<const std::uint64_t> items, std::span<const std::uint64_t> capacities,
	     Algorithm algorithm)
{
	Packing out;
	out.bin_of.resize(items.size());
	out.free.assign(capacities.begin(), capacities.end());
	std::vector<std::size_t> order(items.size());
	std::iota(order.begin(), order.end(), std::size_t{0});
	if (algorithm.decreasing) { // the same items always give the same plan
		std::stable_sort(order.begin(), order.end(),
				 [&](std::size_t a, std::size_t b) { return items[a] > items[b]; });
	}
	switch (algorithm.fit) {
	case Fit::next:
		put_all(NextFit(capacities), items, order, out);
		break;
	case Fit::first:
		put_all(FirstFit(capacities), items, order, out);
		break;
	case Fit::best:
		put_all(BestFit(capacities), items, order, out);
		break;
	}
	return out;
}

} // namespace ringway
