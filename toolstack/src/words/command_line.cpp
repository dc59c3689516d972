// SPDX-License-Identifier: GPL-2.0-only
#include "words/command_line.hpp"

#include <fmt/format.h>
#include "words/error.hpp"

namespace ringway
{

namespace
{

constexpr std::string_view blanks = " \t\r";

// The part of a word up to a blank or the next quote, or what is between two quotes.
std::string take_part(std::string_view &line)
{
	const char first = line.front();
	if (first == '"' || first == '\'') {
		const auto end = line.find(first, 1);
		if (end == line.npos) {
			throw Error(Exit::usage, fmt::format("a {} has no end", first));
		}
		std::string out(line.substr(1, end - 1));
		line.remove_prefix(end + 1);
		return out;
	}
	const auto end = line.find_first_of(" \t\r\"'");
	std::string out(line.substr(0, end));
	line.remove_prefix(end == line.npos ? line.size() : end);
	return out;
}

} // namespace

std::vector<std::string> command_words(std::string_view line)
{
	std::vector<std::string> out;
	for (;;) {
		const auto start = line.find_first_not_of(blanks);
		if (start == line.npos || line[start] == '#') {
			return out;
		}
		line.remove_prefix(start);
		std::string word;
		while (!line.empty() && blanks.find(line.front()) == blanks.npos) {
			word += take_part(line);
		}
		out.push_back(word);
	}
}

} // namespace ringway
