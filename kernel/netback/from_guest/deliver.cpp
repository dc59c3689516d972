// SPDX-License-Identifier: GPL-2.0-only
//
// deliver: floods first (a frame is flooded until its destination is learned, so what follows it directly
// must not overtake it), then direct packets, then everything that has to be an skb, among it what the
// direct path could not take. Order per destination is kept: once a packet for a destination has to go as an
// skb, the rest of the batch for that destination does too.
#include "netback/life/vif.hpp"

using namespace ringway;

void ringway::deliver(Lane &lane, Queue &queue)
{
	lane.placed = 0;
	if (RINGWAY_UNLIKELY(lane.paths & path_bit(Path::flood)))
		deliver_flood(lane, queue);
	if (lane.paths & path_bit(Path::direct))
		deliver_direct(lane, queue); // may turn packets into Path::forward
	if (lane.paths & (path_bit(Path::up) | path_bit(Path::forward)))
		deliver_skbs(lane, queue);
	if (RINGWAY_UNLIKELY(lane.suspect))
		blame(lane, queue);
}
