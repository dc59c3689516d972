// SPDX-License-Identifier: GPL-2.0-only
//
// ringway vif limit: bytes and packets per second of a vif, in both directions, changed while it runs. The
// backend watches the nodes; the toolstack's record of the vif is changed with them.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "verbs/answer.hpp"
#include "vif/record.hpp"
#include "words/limit.hpp"

namespace ringway
{

// KEY=VALUE words; without them: shows what limits there are.
Answer vif_limit(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		 const std::vector<std::string> &words);

// Adds what limits the record has.
void add_limits(nlohmann::json &out, const Record &record);

} // namespace ringway
