// SPDX-License-Identifier: GPL-2.0-only
//
// ringway vif limit: bytes and packets per second of a vif, in both directions, changed while it runs. The
// backend watches the nodes; the toolstack's record of the vif is changed with them.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "schema_types.hpp"
#include "verbs/answer.hpp"
#include "vif/record.hpp"

namespace ringway
{

struct Limit {
	const schema::Node *backend = nullptr, *record = nullptr;
	std::optional<std::string> value; // as the node has it; nothing: no limit
};

// rate= and rx-rate= as in a vifspec, pps= and rx-pps= as whole numbers, or none. Throws Error (usage).
std::vector<Limit> parse_limits(const std::vector<std::string> &words);

// Without limits: shows those there are.
Answer vif_limit(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		 const std::vector<Limit> &limits);

// Adds what limits the record has.
void add_limits(nlohmann::json &out, const Record &record);

} // namespace ringway
