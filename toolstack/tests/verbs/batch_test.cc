// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/batch.hpp"
#include <gtest/gtest.h>
#include <sstream>
#include "words/error.hpp"

namespace ringway
{

namespace
{

struct Ran {
	int code = 0;
	std::vector<std::string> lines;
};

Ran ran(const std::string &text, bool force)
{
	std::istringstream in(text);
	Ran out;
	out.code =
		run_batch({in, "batch 'f'", force}, [&](const std::string &line, const std::string &where) {
			out.lines.push_back(where + line);
			return line == "four" ? 4 : line == "five" ? 5 : 0;
		});
	return out;
}

using Lines = std::vector<std::string>;

} // namespace

TEST(RunBatch, StopsAtTheFirstFailureUnlessForced)
{
	const Ran stopped = ran("one\n\nfour\nfive\n", false);
	EXPECT_EQ(stopped.code, 4);
	EXPECT_EQ(stopped.lines,
		  (Lines{"batch 'f' line 1: one", "batch 'f' line 2: ", "batch 'f' line 3: four"}));
	const Ran forced = ran("one\nfour\nfive\nsix", true);
	EXPECT_EQ(forced.code, 4);
	EXPECT_EQ(forced.lines.size(), 4u);
	EXPECT_EQ(forced.lines.back(), "batch 'f' line 4: six");
	EXPECT_EQ(ran("one\n", false).code, 0);
}

TEST(RunBatch, ASignalEndsItAlsoWhenForced)
{
	std::istringstream in("one\nfour\nfive\n");
	std::vector<std::string> lines;
	const BatchFile file{in, "batch 'f'", true, [&] { return lines.size() == 2; }};
	try {
		run_batch(file, [&](const std::string &line, const std::string &) {
			lines.push_back(line);
			return 4;
		});
		ADD_FAILURE();
	} catch (const Error &error) {
		EXPECT_EQ(error.code(), Exit::failed);
		EXPECT_STREQ(error.what(),
			     "batch 'f' line 3: interrupted; neither this line nor any behind it was run");
	}
	EXPECT_EQ(lines, (Lines{"one", "four"}));
}

TEST(RunBatch, ABackslashContinuesALine)
{
	EXPECT_EQ(ran("vif list \\\nweb\nnext\\", false).lines,
		  (Lines{"batch 'f' line 1: vif list web", "batch 'f' line 3: next\\"}));
}

} // namespace ringway
