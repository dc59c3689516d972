// SPDX-License-Identifier: GPL-2.0-only
//
// From one bridge to another, with its policy, while the guest runs.
#pragma once

#include <string>
#include "context/context.hpp"
#include "context/undo.hpp"
#include "vif/record.hpp"

namespace ringway
{

// Nothing passes the port on the new bridge before all that is wanted of it is in force there. What was done
// is undone by what it adds to undo. Throws Error.
void move_vif(Context &context, const Record &record, const std::string &bridge, Undo &undo);

} // namespace ringway
