// SPDX-License-Identifier: GPL-2.0-only
//
// Rules out of a file: read once, so that it may be a pipe, and checked at once, so that errors name the
// file.
#pragma once

#include <string>
#include <vector>

namespace ringway
{

// The text of a file of `what`, "-": of standard input. Throws Error: it cannot be read, or is too long.
std::string read_text_file(const std::string &path, const std::string &what);

// The text of the file, "-": of standard input. Throws Error: it cannot be read, or are no rules.
std::string read_rules_file(const std::string &path);

// Among the words of `vif set`, rules=FILE becomes rules=TEXT.
void read_rules_files(std::vector<std::string> &words);

} // namespace ringway
