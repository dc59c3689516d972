// SPDX-License-Identifier: GPL-2.0-only
// A queue's turn: how much it may move before it is the next one's. See poll.cpp.
#pragma once
#include "core/packet.hpp"

namespace ringway::netback
{
// Bytes. 64 packets of up to a page's third, or a few of 64 KiB, cost dom0 about the same: 150 000 to 220 000
// instructions.
inline constexpr s32 kPollShare = 256 * 1024;

// Each copy beyond a packet's first counts as a packet of its own, with its part of a turn.
inline void charge_copies(Batch &batch, u32 copies, u32 packets)
{
	constexpr u32 share = kPollShare / kBatchPackets, most = 0x3fffffff / share;
	constexpr s32 least = -0x3fffffff; // INVARIANT: of batch.share, so that nothing overflows
	if (RINGWAY_LIKELY(copies <= packets))
		return;
	const u32 more = copies - packets;
	batch.share -= static_cast<s32>((more < most ? more : most) * share);
	batch.share = batch.share < least ? least : batch.share;
	batch.cut |= batch.share <= 0;
}
} // namespace ringway::netback
