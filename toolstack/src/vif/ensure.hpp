// SPDX-License-Identifier: GPL-2.0-only
//
// A vif as somebody wants it: attached when it is missing, changed where it differs, and else left alone.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/attach.hpp"
#include "vif/record.hpp"
#include "words/change.hpp"
#include "words/key_values.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

struct VifWish {
	std::string domain;
	VifSpec spec;    // with an address or a number, by which it is known
	KeyValues words; // of `vif set` and `vif limit`, rate=, vlan= and ip= among them

	// rate=, vlan= and ip= move to the words.
	static VifWish of(const std::string &domain, VifSpec spec);
};

struct VifPlan {
	std::optional<Record> record; // nothing: it will be attached
	std::vector<Change> changes;  // what is not named in the wish may be as it is
};

// Asks XenStore and the kernel, and changes nothing. Throws Error: the domain is not there, or something
// differs that only attaching anew can change.
VifPlan plan_ensure(Context &context, const VifWish &wish);

// All of the plan, or nothing. Returns the vif's record.
Record ensure(Context &context, const VifWish &wish, const VifPlan &plan, const AttachOptions &options);

} // namespace ringway
