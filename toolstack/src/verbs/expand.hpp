// SPDX-License-Identifier: GPL-2.0-only
//
// iproute2's habits on the command line, brought into the form that CLI11 reads: abbreviated objects and
// commands, 'help' as a word, and an object alone meaning its list.
#pragma once

#include <string>
#include <vector>

namespace ringway
{

// Throws Error (usage) when an abbreviation fits more than one word.
std::vector<std::string> expand_words(std::vector<std::string> arguments);

// "vif attach", "check" …: all that print something.
std::vector<std::string> all_verbs();

} // namespace ringway
