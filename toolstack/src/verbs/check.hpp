// SPDX-License-Identifier: GPL-2.0-only
//
// `ringway check`: what is wrong with this host, in the order in which things depend on each other, and what
// to type next.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "verbs/answer.hpp"

namespace ringway
{

enum class Level { ok, warning, problem };

struct Finding {
	Level level;
	std::string subject;
	std::string text;
	std::string fix; // what to type; empty when nothing is wrong
};

// Checks that need nothing but /proc, /sys and modules' files. The result ends early when there is no point
// in going on. version: the command's.
std::vector<Finding> check_host(const Host &host, bool root, const std::string &version);
// Checks of the bridges and of every vif.
// fix: policies that are not in force are put in force.
std::vector<Finding> check_vifs(Context &context, bool fix = false);

bool healthy(const std::vector<Finding> &findings);
bool worth_going_on(const std::vector<Finding> &findings);
Answer check_answer(const std::vector<Finding> &findings);

} // namespace ringway
