// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include "verbs/answer.hpp"
#include "verbs/failure.hpp"

namespace ringway
{

TEST(Failure, IsOneLineForPeopleAndForPrograms)
{
	EXPECT_EQ(failure_line(false, Exit::absent, "domain 'x': not running"),
		  "ringway: domain 'x': not running\n");
	// CLI11 repeats what was typed as it is.
	EXPECT_EQ(failure_line(false, Exit::usage, "grün \x1b[31m\n\xff"),
		  "ringway: grün \\x1b[31m\\x0a\\xff\n");
	const std::string line = failure_line(true, Exit::absent, "a \"quoted\"\nname \xff");
	EXPECT_EQ(line.find('\n'), line.size() - 1);
	const auto json = nlohmann::json::parse(line);
	EXPECT_EQ(json["error"]["exit"], 4);
	EXPECT_EQ(json["error"]["kind"], "absent");
	EXPECT_EQ(json["error"]["message"],
		  "a \"quoted\"\nname \xef\xbf\xbd"); // what is no UTF-8 is replaced
}

TEST(Failure, AByteThatIsNoUtf8IsNoReasonToSayNothing)
{
	EXPECT_EQ(printed({.json = true}, {nlohmann::json{{"name", "a\xff"}}, ""}),
		  "{\"name\":\"a\xef\xbf\xbd\"}\n");
}

TEST(Failure, EachExitCodeHasItsWord)
{
	std::set<std::string_view> names;
	for (int code = 0; code <= 6; ++code) {
		names.insert(exit_name(static_cast<Exit>(code)));
	}
	EXPECT_EQ(names, (std::set<std::string_view>{"ok", "failed", "usage", "host", "absent", "conflict",
						     "timeout"}));
}

TEST(Failure, JsonIsAskedForInAnyForm)
{
	for (const char *word : {"-j", "-p", "--json", "--pretty", "-sj", "-jd"}) {
		EXPECT_TRUE(asks_for_json({"vif", word, "list"})) << word;
	}
	for (const char *word : {"j", "-s", "--jason", "-x", "--details", "-jx", "-"}) {
		EXPECT_FALSE(asks_for_json({"vif", word, "list"})) << word;
	}
}

} // namespace ringway
