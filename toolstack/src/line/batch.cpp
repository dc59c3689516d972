// SPDX-License-Identifier: GPL-2.0-only
#include "line/batch.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include "line/line.hpp"
#include "verbs/batch.hpp"
#include "verbs/failure.hpp"
#include "words/command_line.hpp"
#include "words/error.hpp"
#include "words/text.hpp"
#include "world/sys_clock.hpp"

namespace ringway
{

std::optional<Batch> find_batch(const std::vector<std::string> &typed)
{
	Batch out;
	bool found = false;
	for (auto word = typed.begin(); word != typed.end() && word->starts_with("-"); ++word) {
		if (*word == "-batch") {
			if (++word == typed.end()) {
				throw Error(Exit::usage, "-batch: name a file, or - for standard input");
			}
			found = true;
			out.file = *word;
		} else if (*word == "-force") {
			out.force = true;
		} else {
			out.options.push_back(*word);
		}
		if (found && word + 1 != typed.end() && !(word + 1)->starts_with("-")) {
			throw Error(Exit::usage, fmt::format("{}: no command may stand beside -batch",
							     quote(*(word + 1))));
		}
	}
	return found ? std::optional(out) : std::nullopt;
}

int run_batch_file(const Batch &batch,
		   const std::function<int(const std::vector<std::string> &, const std::string &)> &run)
{
	std::ifstream in;
	if (batch.file != "-") {
		in.open(batch.file);
		if (!in) {
			throw Error(Exit::usage,
				    fmt::format("batch {}: {}", quote(batch.file), std::strerror(errno)));
		}
	}
	const std::string name =
		batch.file == "-" ? "standard input" : fmt::format("batch {}", quote(batch.file));
	return run_batch({batch.file == "-" ? std::cin : in, name, batch.force, SysClock::stop_asked},
			 [&](const std::string &line, const std::string &where) {
				 std::vector<std::string> words = batch.options;
				 try {
					 const auto typed = command_words(line);
					 if (typed.empty()) {
						 return 0;
					 }
					 if (find_batch(typed)) {
						 throw Error(Exit::usage, "-batch: no batch within a batch");
					 }
					 words.insert(words.end(), typed.begin(), typed.end());
				 } catch (const Error &error) {
					 complain(asks_for_json(words), error.code(), where + error.what());
					 return static_cast<int>(error.code());
				 }
				 return run(words, where);
			 });
}

} // namespace ringway
