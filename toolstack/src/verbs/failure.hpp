// SPDX-License-Identifier: GPL-2.0-only
//
// What the command says when it fails, for people and for programs: one line either way.
#pragma once

#include <string>
#include <string_view>
#include <vector>
#include "words/error.hpp"

namespace ringway
{

// "usage", "absent" …: one word for each exit code, which never changes.
std::string_view exit_name(Exit code);
std::string failure_line(bool json, Exit code, std::string_view message);
// Whether the words ask for JSON, also where they cannot be understood.
bool asks_for_json(const std::vector<std::string> &arguments);

} // namespace ringway
