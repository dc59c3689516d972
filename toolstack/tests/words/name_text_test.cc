// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include "words/name_text.hpp"

namespace ringway
{

TEST(NameText, LettersOfAllLanguagesStay)
{
	for (const char *name : {"web", "grün", "Ελλάδα", "сервер", "サーバー", "서버", "𝛼"}) {
		EXPECT_EQ(name_text(name), name);
		EXPECT_TRUE(is_utf8(name));
	}
}

// CL-03
TEST(NameText, WhatIsNoLetterIsEscaped)
{
	EXPECT_EQ(name_text("a\x1b[2J"), "a\\x1b[2J");
	EXPECT_EQ(name_text("a\\b"), "a\\x5c"
				     "b");
	EXPECT_EQ(name_text("\xc2\x9b"
			    "31m"),
		  "\\xc2\\x9b31m")
		<< "CSI of eight bits";
	EXPECT_EQ(name_text("a\u202e"
			    "b"),
		  "a\\xe2\\x80\\xae"
		  "b")
		<< "from right to left";
	EXPECT_EQ(name_text("a\u200b"), "a\\xe2\\x80\\x8b") << "without width";
	EXPECT_EQ(name_text("a\u00a0"), "a\\xc2\\xa0") << "a blank";
	EXPECT_EQ(name_text("\ufeff"), "\\xef\\xbb\\xbf");
}

TEST(NameText, WhatIsNoUtf8IsEscaped)
{
	for (const auto &[name, shown] : std::initializer_list<std::pair<std::string_view, const char *>>{
		     {"gr\xfcn", "gr\\xfcn"},                      // Latin-1
		     {"\xc3", "\\xc3"},                            // cut
		     {"\xe2\x82", "\\xe2\\x82"},                   // cut
		     {"\xc0\xaf", "\\xc0\\xaf"},                   // '/' in disguise
		     {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},          // the same
		     {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          // half a pair
		     {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, // behind the last
		     {"\xff", "\\xff"},
		     {"\x80", "\\x80"},
	     }) {
		EXPECT_EQ(name_text(name), shown);
		EXPECT_FALSE(is_utf8(name)) << shown;
	}
}

TEST(NameText, ColumnsAreThoseOfATerminal)
{
	EXPECT_EQ(columns("grün"), 4u);
	EXPECT_EQ(columns("gru\u0308n"), 4u) << "two dots as a letter of their own";
	EXPECT_EQ(columns("サーバー"), 8u);
	EXPECT_EQ(name_cell("grün", 6), "grün  ");
	EXPECT_EQ(name_cell("サーバー", 10), "サーバー  ");
	EXPECT_EQ(name_cell("サーバー", 8), "サーバー");
	EXPECT_EQ(name_cell("サーバー", 7), "サー...");
	EXPECT_EQ(name_cell("サーバー", 6), "サ... ");
	EXPECT_EQ(name_cell("0123456789", 8), "01234...");
}

// CL-33
TEST(NameText, AMessageKeepsItsLettersAndNothingElse)
{
	EXPECT_EQ(message_text("grün \\x1b"), "grün \\x1b"); // escaped already
	EXPECT_EQ(message_text("a\nb\x1b[31m\xff\u202e"), "a\\x0ab\\x1b[31m\\xff\\xe2\\x80\\xae");
}

TEST(NameText, AsciiForWhoReadsNothingElse)
{
	EXPECT_EQ(ascii_text("grün\n"), "gr\\xc3\\xbcn\n");
}

} // namespace ringway
