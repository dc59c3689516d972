// SPDX-License-Identifier: GPL-2.0-only
//
// ringway place: which CPU of dom0 serves which queue, and which guest would fit on which host.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "context/threads.hpp"
#include "packing/packing.hpp"
#include "verbs/answer.hpp"
#include "words/error.hpp"

namespace ringway
{

struct PlaceOptions {
	Algorithm algorithm = {};
	unsigned fill = 80;                             // percent of a CPU
	std::optional<std::vector<unsigned>> cpus = {}; // all that are online, if not said
	Millis time = std::chrono::seconds(5);          // of measuring
	bool apply = false;
	bool threads = false; // the polls get some
};

// Throws Error (usage) that says what there is.
Algorithm parse_algorithm(const std::string &name);

Answer place(Context &context, Threads &threads, const Output &output, const PlaceOptions &options);
struct Unplaced {
	Answer answer;
	Exit code = Exit::ok; // failed: something could not be put back, and is kept
};
Unplaced place_undo(Context &context, Threads &threads, const Output &output);
// Once now, and whenever a guest connects, until the clock is interrupted. `say` gets a line for each change.
void place_keep(Context &context, Threads &threads, const std::function<void(const std::string &)> &say);

// All three algorithms, largest first, over all guests of all hosts. `file` for messages.
Answer place_hosts(const std::string &text, const std::string &file);

} // namespace ringway
