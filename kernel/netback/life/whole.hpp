// SPDX-License-Identifier: GPL-2.0-only
// What is left of a packet in a sender's mapped buffer, for those who need all of it in our own memory.
#pragma once
#include "netback/life/lane.hpp"

namespace ringway::netback
{
// Packet i, if it is of at most a page, is staged whole afterwards. Its bytes are read once: what was staged
// before, and judged, stays as it is. CONTEXT: the poll that staged it
inline void make_whole(Lane &lane, u32 i)
{
	Packet &packet = lane.batch.packets[i];
	if (RINGWAY_LIKELY(packet.whole() || packet.len > kPageSize))
		return;
	shared::copy_in(packet.head + packet.staged, lane.staged.rest[i], packet.len - packet.staged);
	packet.staged = static_cast<u16>(packet.len);
}
} // namespace ringway::netback
