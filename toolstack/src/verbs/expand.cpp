// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/expand.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string_view>
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

using Words = std::vector<std::string>;

struct Object {
	std::string name;
	Words commands;
	std::string alone;        // the command when none is given
	bool direct = false;      // a command stands right behind the object, or else there is none
	bool no_commands = false; // what stands behind it is no word of ours, but for "help" alone
};

const std::vector<Object> &objects()
{
	static const std::vector<Object> all = {
		{"vif",
		 {"attach", "detach", "list", "set", "show", "stats", "limit", "rules", "wait"},
		 "list"},
		{"check", {}, ""},
		{"bridge", {"add", "set", "show", "port", "fdb", "flush"}, "show"},
		{"metrics", {}, "", true},
		{"monitor", {}, "", true},
		{"perf", {}, "", true},
		{"place", {"hosts"}, "", true},
		{"top", {}, "", true},
		{"use", {"ringway", "stock"}, ""},
		{"apply", {}, "", true, true},
		{"showconf", {}, "", true},
	};
	return all;
}

// The word that an abbreviation stands for.
std::string complete(const std::string &word, const Words &candidates)
{
	std::string found;
	for (const std::string &candidate : candidates) {
		if (candidate == word) {
			return word;
		}
		if (!word.empty() && candidate.starts_with(word)) {
			if (!found.empty()) {
				throw Error(Exit::usage, fmt::format("{}: ambiguous; write {} or {}",
								     quote(word), found, candidate));
			}
			found = candidate;
		}
	}
	if (found.empty()) {
		throw Error(Exit::usage, fmt::format("{}: unknown; choose from {}", quote(word),
						     fmt::join(candidates, ", ")));
	}
	return found;
}

} // namespace

std::vector<std::string> expand_words(Words arguments)
{
	const auto is_word = [](const std::string &argument) { return !argument.starts_with("-"); };
	auto at = std::find_if(arguments.begin(), arguments.end(), is_word);
	if (at == arguments.end()) {
		return arguments;
	}
	Words names;
	for (const Object &object : objects()) {
		names.push_back(object.name);
	}
	names.emplace_back("help");
	if (*at == "completion") {
		return arguments; // for whoever installs the command; it stands in no list
	}
	*at = complete(*at, names);
	const auto object = std::find_if(objects().begin(), objects().end(),
					 [&](const Object &o) { return o.name == *at; });
	if (*at == "help") {
		*at = "--help";
		return arguments;
	}
	const auto index = static_cast<std::size_t>(at - arguments.begin());
	at = std::find_if(at + 1, arguments.end(), is_word);
	if (object->direct && at != arguments.begin() + static_cast<std::ptrdiff_t>(index) + 1) {
		return arguments; // a word further behind may be an option's
	}
	if (at == arguments.end()) {
		const bool asks_help =
			std::find(arguments.begin(), arguments.end(), "--help") != arguments.end() ||
			std::find(arguments.begin(), arguments.end(), "-h") != arguments.end();
		if (!object->alone.empty() && !asks_help) {
			arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(index) + 1,
					 object->alone);
		}
		return arguments;
	}
	if (object->no_commands && (*at != "help" || at + 1 != arguments.end())) {
		return arguments;
	}
	Words commands = object->commands;
	commands.emplace_back("help");
	*at = *at == "ls" && !object->alone.empty() ? object->alone : complete(*at, commands);
	if (*at == "help") {
		*at = "--help";
	} else if (at + 1 != arguments.end() && at + 2 == arguments.end() && *(at + 1) == "help") {
		*(at + 1) = "--help";
	}
	return arguments;
}

std::vector<std::string> all_verbs()
{
	std::vector<std::string> out;
	for (const Object &object : objects()) {
		if (object.alone.empty()) {
			out.push_back(object.name);
		}
		for (const std::string &command : object.commands) {
			out.push_back(object.name + " " + command);
		}
	}
	return out;
}

} // namespace ringway
