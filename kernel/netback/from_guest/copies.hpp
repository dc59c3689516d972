// SPDX-License-Identifier: GPL-2.0-only
// The copies out of a sender's pages that a step has collected, run on the bill of that sender.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
// `failed`(tag) is called for each copy that the hypervisor refused.
template <typename Failed>
RINGWAY_ALWAYS_INLINE void run_copies(Lane &lane, Queue &queue, Failed &&failed)
{
	lane.copies.run([&queue](void *ops, u32 n) { grant_copy(queue.from_guest_stats, ops, n); }, failed);
}
} // namespace ringway::netback
