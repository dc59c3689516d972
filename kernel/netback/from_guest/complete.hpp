// SPDX-License-Identifier: GPL-2.0-only
// complete: the responses to the batch's requests, by each packet's fate.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
void complete(const Batch &batch, const Delivered &delivered, Queue &queue);
}
