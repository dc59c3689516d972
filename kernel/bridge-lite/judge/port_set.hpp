// SPDX-License-Identifier: GPL-2.0-only
// A set of ports, a bit each. Changed under a lock, a word at a time, while others read it.
#pragma once
#include "bridge-lite/types.h"
#include "core/relaxed.hpp"

namespace ringway::brlite
{
class PortSet
{
	static constexpr u32 kWords = BRLITE_MAX_PORTS / 64 + 1;
	u64 word_[kWords] = {};

public:
	static constexpr u32 kEnd = kWords * 64;

	// INVARIANT: number <= BRLITE_MAX_PORTS.
	bool has(u32 number) const { return load_relaxed(word_[number / 64]) >> (number % 64) & 1; }
	void put(u32 number, bool in)
	{
		u64 &word = word_[number / 64];
		const u64 bit = u64{1} << (number % 64);
		store_relaxed(word, in ? word | bit : word & ~bit);
	}
	void clear()
	{
		for (u64 &word : word_)
			store_relaxed(word, u64{0});
	}
	// The first number at or above `from` that is in this set or one of the others; kEnd: none.
	u32 next(u32 from, const PortSet &other, const PortSet &third) const
	{
		for (u32 i = from / 64; i < kWords; i++) {
			u64 bits = load_relaxed(word_[i]) | load_relaxed(other.word_[i]) |
				   load_relaxed(third.word_[i]);
			if (i == from / 64)
				bits &= ~u64{0} << (from % 64);
			if (bits)
				return i * 64 + static_cast<u32>(__builtin_ctzll(bits));
		}
		return kEnd;
	}
};
} // namespace ringway::brlite
