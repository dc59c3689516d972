// SPDX-License-Identifier: GPL-2.0-only
//
// What a verb has to say, for programs and for people. Both are made from the same values, in one place, so
// that they cannot differ in content; which is printed is decided where the command ends.
#pragma once

#include <string>
#include <nlohmann/json.hpp>

namespace ringway
{

// The options that all verbs share.
struct Output {
	bool json = false;
	bool pretty = false;
	bool stats = false;
	bool details = false;
	bool dry_run = false;
};

struct Answer {
	nlohmann::json json;
	std::string text;
};

inline std::string printed(const Output &output, const Answer &answer)
{
	// A byte that is no UTF-8, of a driver's words, is no reason to say nothing.
	return output.json ? answer.json.dump(output.pretty ? 4 : -1, ' ', false,
					      nlohmann::json::error_handler_t::replace) +
				     "\n"
			   : answer.text;
}

} // namespace ringway
