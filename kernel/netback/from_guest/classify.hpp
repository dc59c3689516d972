// SPDX-License-Identifier: GPL-2.0-only
// classify: the switch's verdict on each staged frame, and the way each packet takes.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
void classify(Batch &batch, Staged &staged, Judged &judged, Queue &queue);
}
