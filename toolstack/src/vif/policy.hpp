// SPDX-License-Identifier: GPL-2.0-only
//
// Puts a policy in force at a vif's port, and keeps it.
#pragma once

#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/port_plan.hpp"
#include "vif/record.hpp"
#include "words/key_values.hpp"
#include "words/limit.hpp"
#include "words/policy.hpp"
#include "words/policy_file.hpp"

namespace ringway
{

// Changes what is wanted by KEY=VALUE words, puts it in force and keeps it, as one step: of two commands at
// once the second begins with what the first left. Only what the words name is sent to the device, so that
// what bridge(8) set beside it stays. What the kernel refuses is not kept either. A mirror that is no port of
// the bridge (any more) is left out, with a note. Throws Error.
void update_policy(Context &context, const Record &record, const std::vector<std::string> &words);

// What would be wanted then, and nothing is changed. Throws Error where update_policy() would, except for
// what only the kernel knows.
Policy try_policy(Context &context, const Record &record, const std::vector<std::string> &words);

// All that is wanted, limits too. The port of a brlite bridge, and that of the guest's emulated card, should
// not be up before: then nothing passes that should not. On an ordinary bridge the port gets its limits and
// is put in the VLANs that it was attached with, and more than VLANs or addresses of the vifspec is an error
// then. Throws Error.
void put_policy_in_force(Context &context, const Record &record);

// What somebody wants of its port, on a brlite bridge, and nothing else: the rest of the port stays as it is,
// and one that is down stays so. Throws Error.
void put_named_in_force(Context &context, const Record &record);

// Of what `vif attach` was told, the part that not every libxl knows of: kept as the guest reboots.
void keep_attached(Context &context, const Record &record, const KeyValues &words);

// The same for the words of `vif limit`.
void update_limits(Context &context, const Record &record, const std::vector<std::string> &words);

// What they would be, and nothing is changed.
std::vector<Limit> try_limits(Context &context, const Record &record, const std::vector<std::string> &words);

// Nothing is kept of the vif any more; what the administrator wrote stays. The caller has policy_turn().
void forget_policy(Context &context, const VifNames &names);

} // namespace ringway
