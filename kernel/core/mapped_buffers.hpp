// SPDX-License-Identifier: GPL-2.0-only
//
// MappedBuffers: where the bytes of a request are, if the queue's guest keeps its buffer mapped.
//
// In front of the table of all buffers (core/gref_map.hpp) stands what was found last for each id. A frontend
// that keeps its buffers names the same one by the same id for ever, and RX ids come in a row, four to a
// cache line. Another frontend misses, and pays for the table.
//
// The cache belongs to its table: a new table begins with an empty cache, so nothing has to be taken out of
// one. Each direction's part has one writer at a time: the from-guest poll, the holder of the to-guest lock.
//
// HOSTILE: id and reference. The id only chooses a place, by its low bits; what counts is the reference, all
// of it, and whether it may be written.
//
// Cost: 4 instructions for a buffer that was seen under its id before; 8 kB.
#pragma once
#include "core/gref_map.hpp"

namespace ringway
{
class MappedBuffers
{
	static constexpr u32 kIds = 256; // of a ring

	struct Seen {
		u32 ref;
		u8 *bytes; // null: nothing, whatever `ref` is
	};

	Seen from_guest_[kIds] = {}; // CONTEXT: from-guest poll
	Seen to_guest_[kIds] = {};   // CONTEXT: to-guest lock
	u64 misses_[2] = {};         // for a person to read: from the guest, to the guest
	GrefMap map_;                // has no end of its own, so it is last

	__attribute__((noinline)) static u8 *look_up(const GrefMap &map, Seen &seen, u32 ref, bool write,
						     u64 &misses)
	{
		misses++;
		const GrefEntry *entry = map.find(ref);
		if (!entry || (write && !entry->writable))
			return nullptr;
		seen = {ref, entry->bytes};
		return entry->bytes;
	}

public:
	static constexpr size_t bytes(u32 most)
	{
		return sizeof(MappedBuffers) - sizeof(GrefMap) + GrefMap::bytes(most);
	}
	// INVARIANT: it lies in bytes(most) bytes.
	explicit MappedBuffers(u32 most) : map_(most) {}

	GrefMap &map() { return map_; }
	const GrefMap &map() const { return map_; }
	u64 misses_from_guest() const { return misses_[0]; }
	u64 misses_to_guest() const { return misses_[1]; }

	// The page behind a request of the TX ring, or null: it is not mapped.
	RINGWAY_ALWAYS_INLINE const u8 *readable(u32 ref, u16 id)
	{
		Seen &seen = from_guest_[id % kIds];
		if (RINGWAY_LIKELY(seen.ref == ref && seen.bytes))
			return seen.bytes;
		return look_up(map_, seen, ref, false, misses_[0]);
	}
	// The page behind a request of the RX ring, or null: it is not mapped, or not to be written.
	RINGWAY_ALWAYS_INLINE u8 *writable(u32 ref, u16 id)
	{
		Seen &seen = to_guest_[id % kIds];
		if (RINGWAY_LIKELY(seen.ref == ref && seen.bytes))
			return seen.bytes;
		return look_up(map_, seen, ref, true, misses_[1]);
	}
};
} // namespace ringway
