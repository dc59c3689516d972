// SPDX-License-Identifier: GPL-2.0-only
//
// Buffers that stay mapped: how far the asking is, and what the backend's table has room for.
//
//     none ──► sizing ──► preparing ⇄ offered ──► settled
//              GET        buffers     ADD
//
// Whatever state this is in, packets flow.
#pragma once
#include "core/netif.hpp"

namespace ringway::netfront
{
using MapEntry = xen_netif_gref;
static_assert(sizeof(MapEntry) == 8);

enum class Mapping : u8 {
	none,      // nothing was asked on this connection
	sizing,    // how many buffers of a queue the backend would map
	preparing, // a queue's buffers are being made; frags that were granted before may be under way
	offered,   // its list is with the backend, which may map them now
	settled,   // all queues are through, or it was given up
};

inline constexpr u32 kTxBuffers = TxFrontRing::kSize, kRxBuffers = RxFrontRing::kSize;
static_assert((kTxBuffers + kRxBuffers) * sizeof(MapEntry) <= kPageSize, "a queue is one message");

// How many buffers of a queue are offered to a backend whose table has that many entries.
// HOSTILE: any number. A direction is mapped as a whole or not at all.
constexpr u32 buffers_to_map(u32 entries)
{
	if (entries >= kTxBuffers + kRxBuffers)
		return kTxBuffers + kRxBuffers;
	return entries >= kTxBuffers ? kTxBuffers : 0;
}
} // namespace ringway::netfront
