// SPDX-License-Identifier: GPL-2.0-only
//
// A line of `ringway -batch`: words apart by blanks, quotes around words with blanks, # before a comment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringway
{

// Throws Error (usage): a quote has no end.
std::vector<std::string> command_words(std::string_view line);

} // namespace ringway
