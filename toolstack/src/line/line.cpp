// SPDX-License-Identifier: GPL-2.0-only
#include "line/line.hpp"

#include <cstdio>
#include <fmt/format.h>
#include "context/locale_text.hpp"
#include "verbs/failure.hpp"
#include "world/world.hpp"

namespace ringway
{

void print(const std::string &text)
{
	if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
		throw Error(Exit::failed, "cannot write to standard output");
	}
}

void print(const Output &output, const Answer &answer)
{
	print(output.json ? printed(output, answer) : locale_text(answer.text));
}

void complain(bool json, Exit code, const std::string &message)
{
	const std::string line = failure_line(json, code, message);
	fmt::print(stderr, "{}", json ? line : locale_text(line));
}

void on(CLI::App *verb, Line &line, const std::function<Work()> &prepare)
{
	verb->callback([&line, prepare] {
		line.run = [&line, prepare] {
			const Work work = prepare();
			World world;
			Context context = world.open();
			print(line.output, work(context));
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace ringway
