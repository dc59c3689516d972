// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "context/context.hpp"
#include "context/file_lock.hpp"
#include "vif/record.hpp"

namespace ringway
{

// Whoever changes what is wanted of a vif's port: one at a time.
FileLock policy_turn(Context &context, const Record &record);

} // namespace ringway
