// SPDX-License-Identifier: GPL-2.0-only
//
// What was changed, or would be, as the verbs show it.
#pragma once

#include <string>
#include <vector>
#include <nlohmann/json.hpp>
#include "words/change.hpp"

namespace ringway
{

nlohmann::json changes_json(const std::vector<Change> &changes);
// A line each. A text of several lines, such as rules, is only named.
std::string changes_text(const std::vector<Change> &changes);

} // namespace ringway
