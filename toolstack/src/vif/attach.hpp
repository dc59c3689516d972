// SPDX-License-Identifier: GPL-2.0-only
//
// Giving a running guest a vif. All checks come before the first write; all nodes are made in one
// transaction; whatever fails after that is undone before the error is reported.
//
//   check      domain, backend driver, bridge, names, addresses      nothing touched
//   create     both ends and the record, with permissions            one transaction
//   wire up    wait for the backend's device; name, address, MTU, bridge, up; hotplug-status=connected
//   connect    wait until the guest is connected too
//
// A guest that is still at an earlier vif of the same number gets a second one, once.
#pragma once

#include <string_view>
#include <vector>
#include "context/context.hpp"
#include "vif/domain.hpp"
#include "vif/plan.hpp"
#include "vif/record.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

struct AttachOptions {
	Millis timeout{40000}; // libxl's LIBXL_HOTPLUG_TIMEOUT
	bool wait_for_guest = true;
};

// Returns the vif's record.
Record attach(Context &context, std::string_view domain, const VifSpec &spec, const AttachOptions &options);

// The checks, and what attach would write right now.
std::vector<PlannedNode> plan_attach(Context &context, std::string_view domain, const VifSpec &spec);

} // namespace ringway
