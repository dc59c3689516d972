// SPDX-License-Identifier: GPL-2.0-only
#include "words/command_line.hpp"
#include <gtest/gtest.h>
#include "words/error.hpp"

namespace ringway
{

using Words = std::vector<std::string>;

TEST(CommandLine, WordsQuotesAndComments)
{
	EXPECT_EQ(command_words("vif  list\tweb "), (Words{"vif", "list", "web"}));
	EXPECT_EQ(command_words("  # nothing"), Words{});
	EXPECT_EQ(command_words(""), Words{});
	EXPECT_EQ(command_words("vif list # all"), (Words{"vif", "list"}));
	EXPECT_EQ(command_words("a#b"), (Words{"a#b"}));
	EXPECT_EQ(command_words("vif attach 'my guest' ip=\"192.0.2.1 192.0.2.2\"\r"),
		  (Words{"vif", "attach", "my guest", "ip=192.0.2.1 192.0.2.2"}));
	EXPECT_EQ(command_words("a \"it's\" ''"), (Words{"a", "it's", ""}));
	try {
		command_words("a 'b");
		ADD_FAILURE();
	} catch (const Error &error) {
		EXPECT_STREQ(error.what(), "a ' has no end");
	}
}

} // namespace ringway
