// SPDX-License-Identifier: GPL-2.0-only
//
// A vif's policy as its backend directory keeps it for as long as the vif lives, so that it can be put in
// force again when the vif joins a bridge anew.
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
