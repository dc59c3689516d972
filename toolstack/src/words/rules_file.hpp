// SPDX-License-Identifier: GPL-2.0-only
//
// Rules out of a file: read once, so that it may be a pipe, and checked at once, so that errors name the
// file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ringway
{

constexpr std::size_t longest_rules = 65536;            // all rules that there can be, with many comments
constexpr std::size_t longest_configuration = 16 << 20; // many times what a host of the most guests has

// The text of a file of `what`, "-": of standard input. Throws Error: it cannot be read, or has more bytes
// than `most`.
std::string read_text_file(const std::string &path, const std::string &what, std::size_t most);

// The text of the file, "-": of standard input. Throws Error: it cannot be read, or are no rules.
std::string read_rules_file(const std::string &path);

// Among the words of `vif set`, rules=FILE becomes rules=TEXT.
void read_rules_files(std::vector<std::string> &words);

} // namespace ringway
