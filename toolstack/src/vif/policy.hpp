// SPDX-License-Identifier: GPL-2.0-only
//
// Puts a policy in force at a vif's port, and keeps it (kept_policy.hpp).
#pragma once

#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/record.hpp"
#include "words/policy.hpp"

namespace ringway
{

// The vif's device, which must be a port of a brlite bridge.
Link find_port(Context &context, const Record &record);

// Reads what is kept, changes it by KEY=VALUE words, puts it in force and keeps it, as one step: of two
// commands at once the second begins with what the first left. Only what the words name is sent to the
// device, so that what bridge(8) set beside it stays; without words, all. To the device first: what the
// kernel refuses is not kept either. A mirror that is no port of the bridge (any more) is left out, with a
// note. Throws Error.
void update_policy(Context &context, const Record &record, const std::vector<std::string> &words);

// The brlite bridge tells VLANs apart from now on, if it does not yet, and the user is told. CONTEXT: the
// port that this is for has its VLANs already.
void begin_filtering(Context &context, const Link &bridge);

} // namespace ringway
