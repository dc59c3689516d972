// SPDX-License-Identifier: GPL-2.0-only
// A packet of any kind into a receiver's ring. See place_other.cpp.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
// What a packet that is not a plain one comes to.
struct Other {
	u32 slots; // it took; 0: none
	Why why;   // it has to go as an skb; none: it is done with
};

// Places packet i, with so many buffers `free`. `longest`, `hashes`: as for place_list().
Other place_other(Lane &lane, Queue &from, Queue &to, u32 i, u32 free, u32 longest, const PacketHash *hashes)
	RINGWAY_REQUIRES(to.host);
} // namespace ringway::netback
