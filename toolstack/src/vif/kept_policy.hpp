// SPDX-License-Identifier: GPL-2.0-only
//
// A vif's policy as its backend directory shows it: what was put in force last. What should be in force is
// known without it (wanted_policy.hpp).
#pragma once

#include "context/store.hpp"
#include "vif/record.hpp"
#include "words/policy.hpp"

namespace ringway
{

// What does not pass the schema's check counts as absent, but for the lock to addresses: that becomes one to
// none, and for VLANs: the port is then in no VLAN.
Policy read_policy(Store &store, const Record &record);

void keep_policy(Transaction &transaction, const Record &record, const Policy &policy);

} // namespace ringway
