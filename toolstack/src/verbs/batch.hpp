// SPDX-License-Identifier: GPL-2.0-only
//
// ringway -batch FILE: one command a line, as with ip(8) and bridge(8).
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace ringway
{

struct BatchFile {
	std::istream &lines;
	std::string name;                                     // for errors
	bool force = false;                                   // goes on behind a line that failed
	std::function<bool()> stopped = [] { return false; }; // a signal asked to stop
};

// Runs the command of a line and says what is wrong with it, with `where` in front. Its exit code.
using RunCommand = std::function<int(const std::string &line, const std::string &where)>;

// The first exit code that is not 0. Each line is run before the next one is read. A backslash at the end of
// a line continues it. Throws Error (failed) that names the first line that was not run because of a signal.
int run_batch(const BatchFile &file, const RunCommand &run);

} // namespace ringway
