// SPDX-License-Identifier: GPL-2.0-only
//
// What has to be done for one object of a configuration, and how.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>
#include "verbs/apply.hpp"
#include "words/change.hpp"

namespace ringway
{

struct ObjectPlan {
	bool add = false;
	std::vector<Change> changes; // nothing, and no add: it is as it should be
	std::string skipped;         // why nothing can be done now
	std::function<void()> carry_out;

	bool needed() const { return skipped.empty() && (add || !changes.empty()); }
};

// coming: bridges that a dry run would have made by now. All throw Error.
ObjectPlan plan_bridge(ApplyContext &context, const ConfigObject &object);
ObjectPlan plan_uplink(ApplyContext &context, const ConfigObject &object,
		       const std::set<std::string> &coming);
ObjectPlan plan_vif(ApplyContext &context, const ConfigObject &object, const ApplyOptions &options,
		    const std::set<std::string> &coming);

} // namespace ringway
