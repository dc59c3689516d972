// SPDX-License-Identifier: GPL-2.0-only
//
// Puts a policy in force at a vif's port, and keeps it (kept_policy.hpp).
#pragma once

#include "context/context.hpp"
#include "vif/record.hpp"
#include "words/policy.hpp"

namespace ringway
{

// The vif's device, which must be a port of a brlite bridge.
Link find_port(Context &context, const Record &record);

// To the device first: what the kernel refuses is not remembered either. A mirror that is no port of the
// bridge (any more) is left out, with a note.
void set_policy(Context &context, const Record &record, const Policy &policy);

// The brlite bridge tells VLANs apart from now on, if it does not yet, and the user is told. CONTEXT: the
// port that this is for has its VLANs already.
void begin_filtering(Context &context, const Link &bridge);

} // namespace ringway
