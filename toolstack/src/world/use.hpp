// SPDX-License-Identifier: GPL-2.0-only
//
// `ringway use ringway`, `ringway use stock`: from one stack to the other on the running host.
#pragma once

#include <functional>
#include <string>
#include <vector>
#include "verbs/answer.hpp"

namespace ringway
{

struct UseOptions {
	bool to_ringway = false;
	std::vector<std::string> bridges;
	bool yes = false;        // do not ask first
	bool no_confirm = false; // nor afterwards
	unsigned seconds = 60;   // to confirm it
};

// All three give the exit code.
int use_stack(const Output &output, const UseOptions &options,
	      const std::function<void(const Answer &)> &print);
int use_confirm();
int use_undo();

} // namespace ringway
