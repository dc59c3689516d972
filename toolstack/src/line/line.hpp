// SPDX-License-Identifier: GPL-2.0-only
//
// What the words of all verbs have in common on their way from the command line into the world.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include "context/context.hpp"
#include "verbs/answer.hpp"

namespace ringway
{

constexpr unsigned longest_timeout = 86400; // seconds

struct Line {
	Output output;
	std::function<int()> run; // of the verb that was typed
};

using Work = std::function<Answer(Context &)>;

// Throws Error when standard output does not take all of it. As it is, for programs and files:
void print(const std::string &text);
// As the terminal can show it, unless it is JSON:
void print(const Output &output, const Answer &answer);
void complain(bool json, Exit code, const std::string &message);

// prepare() reads the words before the world is opened: a bad word is a bad word anywhere.
void on(CLI::App *verb, Line &line, const std::function<Work()> &prepare);

void add_apply(CLI::App &app, Line &line);
void add_bridge(CLI::App &app, Line &line);
// version: the command's.
void add_check(CLI::App &app, Line &line, const std::string &version);
void add_metrics(CLI::App &app, Line &line);
void add_monitor(CLI::App &app, Line &line);
void add_perf(CLI::App &app, Line &line);
void add_place(CLI::App &app, Line &line);
void add_showconf(CLI::App &app, Line &line);
void add_top(CLI::App &app, Line &line);
void add_use(CLI::App &app, Line &line);

// Without any words: what there is on this host.
int run_overview(const std::string &version);

} // namespace ringway
