// SPDX-License-Identifier: GPL-2.0-only
//
// docs/schema/VERB.json against what a verb printed.
#pragma once

#include <string>
#include <nlohmann/json_fwd.hpp>

namespace ringway::test
{

// Where the document is not what the schema says, a line each; empty when it is.
std::string schema_violations(const std::string &verb, const nlohmann::json &document);

} // namespace ringway::test
