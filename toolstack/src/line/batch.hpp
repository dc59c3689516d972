// SPDX-License-Identifier: GPL-2.0-only
//
// ringway [OPTIONS] -batch FILE [-force], in the words of ip(8).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ringway
{

struct Batch {
	std::string file;                 // "-": standard input
	std::vector<std::string> options; // of each command
	bool force = false;
};

// What was typed, if it is one. Throws Error (usage).
std::optional<Batch> find_batch(const std::vector<std::string> &typed);
int run_batch_file(const Batch &batch,
		   const std::function<int(const std::vector<std::string> &, const std::string &)> &run);

} // namespace ringway
