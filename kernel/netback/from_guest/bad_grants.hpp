// SPDX-License-Identifier: GPL-2.0-only
// find_bad_grants: which packets of the batch lie in pages that their sender did not grant? Writes
// Packet::fate.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
void find_bad_grants(Lane &lane, Queue &queue);
}
