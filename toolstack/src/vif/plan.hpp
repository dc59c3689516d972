// SPDX-License-Identifier: GPL-2.0-only
//
// What an attach writes, as data: made once, shown by --dry-run, applied in one transaction.
#pragma once

#include <string>
#include <vector>
#include "vif/domain.hpp"
#include "schema_types.hpp"
#include "context/store.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

struct PlannedNode {
	std::string path;
	std::string value;
	NodeAccess access;
	const schema::Node *node = nullptr; // null for a directory
};

struct PlanInput {
	Domain domain;
	Domain backend;
	unsigned devid = 0;
	unsigned mtu = 0; // what the guest is told
	std::string script;
	VifSpec spec; // with its mac filled in
};

// The same nodes, in the same places and with the same permissions as xl's, so that xl can list and remove
// the vif.
std::vector<PlannedNode> make_plan(const PlanInput &input);
void write_plan(Transaction &transaction, const std::vector<PlannedNode> &plan);
std::string access_text(const NodeAccess &access);

} // namespace ringway
