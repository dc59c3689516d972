// SPDX-License-Identifier: GPL-2.0-only
//
// What a shell completes behind `ringway`: made of the same words as `ringway help`.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace ringway
{

// shell: bash, zsh or fish. Throws Error (usage).
std::string completion(const CLI::App &app, const std::string &shell);
void add_completion(CLI::App &app, std::function<int()> &run);

} // namespace ringway
