// SPDX-License-Identifier: GPL-2.0-only
//
// How much a guest may send and receive, in the words of `ringway vif limit`.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "schema_types.hpp"

namespace ringway
{

struct Limit {
	const schema::Node *backend = nullptr, *record = nullptr;
	std::optional<std::string> value; // as the node has it; nothing: no limit
};

// rate= and rx-rate= as in a vifspec, pps= and rx-pps= as whole numbers, or none. Throws Error (usage).
std::vector<Limit> parse_limits(const std::vector<std::string> &words);
// Of a command, which may also give one up: `default`, which is none as long as nobody looks who else has a
// say.
std::vector<Limit> parse_limit_changes(std::vector<std::string> words);

} // namespace ringway
