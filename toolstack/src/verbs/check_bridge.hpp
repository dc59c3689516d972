// SPDX-License-Identifier: GPL-2.0-only
//
// What `ringway check` says of bridges.
#pragma once

#include <vector>
#include "verbs/report.hpp"
#include "vif/record.hpp"

namespace ringway
{

// Of those that the vifs are on, or else the default one: whether each is there and up, what on this host has
// no effect on it, whether its table has room, and whether two have one address.
void check_bridges(Report &report, Context &context, const std::vector<Record> &records);

} // namespace ringway
