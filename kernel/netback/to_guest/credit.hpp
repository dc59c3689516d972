// SPDX-License-Identifier: GPL-2.0-only
// Credit of a receiver that is limited, for packets that go straight into its ring. See credit.cpp.
#pragma once
#include "core/packet.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
struct Credit {
	u64 bytes = 0;
	u32 packets = 0;
};

// How many of the list that starts at `first` the receiver may get now: returns the first packet it may not,
// and takes the credit for those before it.
u32 reserve_credit(const Batch &batch, Queue &to, u32 first, Credit &credit);
// What was taken for packets that were not placed after all.
void return_credit(Queue &to, const Credit &credit);
} // namespace ringway::netback
