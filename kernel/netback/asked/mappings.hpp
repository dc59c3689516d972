// SPDX-License-Identifier: GPL-2.0-only
// Buffers that a guest has mapped once and for all. See mappings.cpp.
#pragma once
#include "core/types.hpp"

namespace ringway::netback
{
struct Vif;
struct Queue;

// Carries out the guest's messages about them (core/control.hpp, NoBuffers). CONTEXT: process, the control
// lock
class BufferMessages
{
	Vif &vif_;

	bool offered() const;

public:
	explicit BufferMessages(Vif &vif) : vif_(vif) {}
	u32 most(u32 queue, u32 &entries);
	u32 add(u32 queue, u32 list, u32 count);
	u32 remove(u32 queue, u32 list, u32 count, u32 &removed);
};

// May lists of so many more entries be looked at now? Then they are paid for. CONTEXT: as above
bool pay_for_entries(Vif &vif, u32 entries);

// All of a queue's. INVARIANT: no poll looks into its table any more, and no message will come.
void unmap_buffers(Queue &queue);
} // namespace ringway::netback
