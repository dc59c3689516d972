// SPDX-License-Identifier: GPL-2.0-only
//
// What can stand where behind `ringway`, out of the words of its help.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace ringway
{

using Words = std::vector<std::string>;

// One command, or what stands before one.
struct Place {
	std::string path;     // "vif attach"; empty: behind ringway itself
	Words commands;       // words that may follow
	Words kinds;          // of its operands, in order; the last one may come again
	Words keys;           // where an operand is a key=
	Words options;        // "--timeout"
	Words valued_options; // behind these comes a value
};

std::vector<Place> places_of(const CLI::App &app);

} // namespace ringway
