// SPDX-License-Identifier: GPL-2.0-only
//
// Groups: the packets of a batch that go directly, by the vif they go to. Those of one vif are a list, linked
// by Packet::next, in the order in which they came; classify makes the lists, deliver_direct hands them over.
#pragma once
#include "core/packet.hpp"

namespace ringway::netback
{
struct Group {
	void *owner;
	u32 first;
	Packet *last;
};

class Groups
{
	__attribute__((noinline)) Group &of(void *owner, u32 i)
	{
		for (u32 g = 0; g < count; g++)
			if (group[g].owner == owner)
				return group[g];
		group[count] = {owner, i, nullptr};
		return group[count++];
	}

public:
	u32 count = 0;
	Group group[kBatchPackets];

	// Appends packet i. `at`: the group of the packet before, null at first; neighbours often share one.
	RINGWAY_ALWAYS_INLINE void append(Group *&at, void *owner, Packet &packet, u32 i)
	{
		static_assert(kBatchPackets <= 0xffff, "packet indices are 16 bits wide");
		if (RINGWAY_UNLIKELY(!at || at->owner != owner))
			at = &of(owner, i);
		packet.next = kBatchPackets;
		if (RINGWAY_LIKELY(at->last != nullptr))
			at->last->next = static_cast<u16>(i);
		at->last = &packet;
	}
};
} // namespace ringway::netback
