// SPDX-License-Identifier: GPL-2.0-only
//
// Which groups this host wants: a bit for each hash of a MAC address, as network cards have it. A group that
// it does not want may share a bit with one that it does; then its stack gets the frame and drops it.
//
// A bit that was set and still is to be is never clear meanwhile: nothing is lost while the filter changes.
#pragma once
#include "core/relaxed.hpp"

namespace ringway::brlite
{
class HostFilter
{
	static constexpr u32 kBits = 512;

	u64 word_[kBits / 64] = {};
	bool takes_all_ = false;

	static u32 bit_of(u64 mac) { return static_cast<u32>(mac * 0x9e3779b97f4a7c15 >> 55); }
	static_assert(kBits == 1u << (64 - 55));

public:
	void add(u64 mac) { word_[bit_of(mac) / 64] |= u64{1} << (bit_of(mac) % 64); }
	void take_all() { takes_all_ = true; }

	// CONTEXT: any, while it changes.
	bool has(u64 mac) const
	{
		const u32 bit = bit_of(mac);
		return load_relaxed(takes_all_) || load_relaxed(word_[bit / 64]) >> (bit % 64) & 1;
	}
	void become(const HostFilter &other)
	{
		for (u32 i = 0; i < kBits / 64; i++)
			store_relaxed(word_[i], other.word_[i]);
		store_relaxed(takes_all_, other.takes_all_);
	}
};
} // namespace ringway::brlite
