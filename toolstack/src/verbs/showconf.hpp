// SPDX-License-Identifier: GPL-2.0-only
//
// ringway showconf: this host as `ringway apply` reads it.
#pragma once

#include "verbs/apply.hpp"

namespace ringway
{

// All brlite bridges, their ports and all vifs, with what is in force.
std::vector<ConfigObject> configuration(ApplyContext &context);
Answer showconf(ApplyContext &context);

} // namespace ringway
