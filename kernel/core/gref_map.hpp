// SPDX-License-Identifier: GPL-2.0-only
//
// GrefMap: from a grant reference to the buffer behind it, for one queue's buffers that stay mapped.
//
// Protocol. A table is filled once and never changed: who adds or removes buffers makes a new table,
// publishes it, waits until nobody reads the old one, and frees that. So readers take no lock, and hold a
// reference for as long as one batch.
//
// HOSTILE: the references. A guest chooses them, and so which of them share a place. A look-up takes at most
// kProbes steps whatever they are: where one would need more, filling tries another multiplier, and after
// kMultipliers of them the list is refused. What honest guests have, numbers in a row or scattered ones,
// finds its place with the first or second of them, since three quarters of the table are empty. A reference
// that stands in the list twice is refused.
//
// Cost: a multiplication and a comparison where the first place is the right one, about 12 instructions; 16
// bytes for each place. The cache in front (core/mapped_buffers.hpp) costs half of it.
#pragma once
#include "core/result.hpp"

namespace ringway
{
struct GrefEntry {
	u32 ref;
	u16 index; // in the list from which the table was filled
	bool used, writable;
	u8 *bytes; // of the whole page
};
static_assert(sizeof(GrefEntry) == 16);

class GrefMap
{
	u32 multiplier_;
	u32 shift_; // of the product, which leaves the number of a place
	u32 count_;
	GrefEntry place_[]; // as many as places() says

	static constexpr u32 log_size(u32 most)
	{
		u32 log = 6;
		while (1u << log < 4 * most)
			log++;
		return log;
	}
	// A run of probes may end behind the last place that a product can name.
	u32 places() const { return (1u << (32 - shift_)) + kProbes - 1; }
	u32 first(u32 ref) const { return ref * multiplier_ >> shift_; }

	// Where the reference is, or could be put; null: neither within kProbes.
	GrefEntry *look(u32 ref)
	{
		GrefEntry *at = &place_[first(ref)];
		for (u32 i = 0; i < kProbes; i++, at++)
			if (!at->used || at->ref == ref)
				return at;
		return nullptr;
	}

	template <typename Of>
	Error fill_by(u32 multiplier, u32 count, Of &&of)
	{
		multiplier_ = multiplier;
		__builtin_memset(place_, 0, sizeof *place_ * places());
		for (u32 i = 0; i < count; i++) {
			GrefEntry entry = of(i);
			GrefEntry *at = look(entry.ref);
			if (!at)
				return Error::full;
			if (at->used)
				return Error::exists;
			entry.index = static_cast<u16>(i);
			entry.used = true;
			*at = entry;
		}
		return Error::none;
	}

public:
	static constexpr u32 kProbes = 8;
	static constexpr u32 kMultipliers = 16;
	static constexpr u32 kMost = 1024; // entries

	// Of memory, for up to `most` entries.
	static constexpr size_t bytes(u32 most)
	{
		return sizeof(GrefMap) + sizeof(GrefEntry) * ((size_t{1} << log_size(most)) + kProbes - 1);
	}

	// INVARIANT: the table lies in bytes(most) bytes, and most <= kMost.
	explicit GrefMap(u32 most) : multiplier_(1), shift_(32 - log_size(most)), count_(0)
	{
		__builtin_memset(place_, 0, sizeof *place_ * places());
	}
	GrefMap(const GrefMap &) = delete;
	GrefMap &operator=(const GrefMap &) = delete;

	// Fills the table with of(0) to of(count - 1): ref, writable, bytes. Error::exists: a reference is
	// there twice; Error::full: the references share too few places. INVARIANT: count <= `most` of the
	// table. Part of a list that fits, in the same order, fits as well.
	template <typename Of>
	Result<void> fill(u32 count, Of &&of)
	{
		Error error = Error::full;
		for (u32 i = 0; i < kMultipliers && error == Error::full; i++)
			error = fill_by(0x9e3779b1u * (2 * i + 1), count, of);
		count_ = error == Error::none ? count : 0;
		return error;
	}
	// Gives each entry its address: of(index).
	template <typename Of>
	void set_bytes(Of &&of)
	{
		for (u32 i = 0; i < places(); i++)
			if (place_[i].used)
				place_[i].bytes = of(place_[i].index);
	}

	u32 count() const { return count_; }

	const GrefEntry *find(u32 ref) const
	{
		const GrefEntry *at = &place_[first(ref)];
		for (u32 i = 0; i < kProbes && at->used; i++, at++)
			if (at->ref == ref)
				return at;
		return nullptr;
	}
};
} // namespace ringway
