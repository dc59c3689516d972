// SPDX-License-Identifier: GPL-2.0-only
// stage: the packets of the batch, or their headers, come into the lane's pages. Writes lane.staged.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
void stage(Lane &lane, Queue &queue);
}
