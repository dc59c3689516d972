// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include "words/error.hpp"
#include "verbs/expand.hpp"

namespace ringway
{

using Words = std::vector<std::string>;

TEST(ExpandWords, AbbreviatesLikeIproute2)
{
	EXPECT_EQ(expand_words({"v", "a", "dom", "mac=x"}), (Words{"vif", "attach", "dom", "mac=x"}));
	EXPECT_EQ(expand_words({"-j", "vif", "d", "dom", "0"}), (Words{"-j", "vif", "detach", "dom", "0"}));
	EXPECT_EQ(expand_words({"vif", "w", "dom", "0"}), (Words{"vif", "wait", "dom", "0"}));
	EXPECT_EQ(expand_words({"vif", "ls"}), (Words{"vif", "list"}));
	EXPECT_EQ(expand_words({"c"}), (Words{"check"}));
}

TEST(ExpandWords, AnObjectAloneMeansItsList)
{
	EXPECT_EQ(expand_words({"vif"}), (Words{"vif", "list"}));
	EXPECT_EQ(expand_words({"b"}), (Words{"bridge", "show"}));
	EXPECT_EQ(expand_words({"-s", "vif", "-j"}), (Words{"-s", "vif", "list", "-j"}));
	EXPECT_EQ(expand_words({"vif", "--help"}), (Words{"vif", "--help"}));
}

TEST(ExpandWords, HelpIsAWordEverywhere)
{
	EXPECT_EQ(expand_words({"help"}), (Words{"--help"}));
	EXPECT_EQ(expand_words({"vif", "help"}), (Words{"vif", "--help"}));
	EXPECT_EQ(expand_words({"vif", "attach", "help"}), (Words{"vif", "attach", "--help"}));
	EXPECT_EQ(expand_words({"check", "help"}), (Words{"check", "--help"}));
	// but a domain may have that name
	EXPECT_EQ(expand_words({"vif", "show", "help", "0"}), (Words{"vif", "show", "help", "0"}));
}

TEST(ExpandWords, DomainsAndSpecsAreLeftAlone)
{
	EXPECT_EQ(expand_words({"vif", "attach", "v", "a"}), (Words{"vif", "attach", "v", "a"}));
}

// What follows an option may be its value.
TEST(ExpandWords, OptionsOfAnObjectKeepTheirValues)
{
	EXPECT_EQ(expand_words({"metrics", "-o", "help"}), (Words{"metrics", "-o", "help"}));
	EXPECT_EQ(expand_words({"pl", "--by", "best-fit"}), (Words{"place", "--by", "best-fit"}));
	EXPECT_EQ(expand_words({"place", "ho", "x.toml"}), (Words{"place", "hosts", "x.toml"}));
	EXPECT_EQ(expand_words({"place"}), (Words{"place"}));
	EXPECT_EQ(expand_words({"metrics", "help"}), (Words{"metrics", "--help"}));
	EXPECT_EQ(expand_words({"ap", "x.toml", "--diff"}), (Words{"apply", "x.toml", "--diff"}));
	EXPECT_EQ(expand_words({"apply", "--diff", "x.toml"}), (Words{"apply", "--diff", "x.toml"}));
	EXPECT_EQ(expand_words({"apply", "help"}), (Words{"apply", "--help"}));
}

TEST(ExpandWords, UnknownWordsAreNamed)
{
	for (const Words &words : {Words{"x"}, Words{"vif", "x"}, Words{""}, Words{"check", "x"}}) {
		EXPECT_THROW(expand_words(words), Error);
	}
}

} // namespace ringway
