// SPDX-License-Identifier: GPL-2.0-only
#include "words/rules_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include "words/error.hpp"
#include "words/rules.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

std::string read_all(std::FILE *file, const std::string &name, std::size_t most)
{
	constexpr std::size_t step = 65536;
	std::string text;
	for (std::size_t got = 1; got != 0 && text.size() <= most;) {
		const std::size_t before = text.size();
		text.resize(before + std::min(step, most + 1 - before));
		got = std::fread(text.data() + before, 1, text.size() - before, file);
		text.resize(before + got);
	}
	if (std::ferror(file) != 0) {
		throw Error(Exit::usage, fmt::format("{}: cannot be read: {}", name, std::strerror(errno)));
	}
	if (text.size() > most) {
		throw Error(Exit::usage, fmt::format("{}: longer than {} bytes; shorten it", name, most));
	}
	return text;
}

std::string name_of(const std::string &path, const std::string &what)
{
	return path == "-" ? "standard input" : what + " " + quote(path);
}

} // namespace

std::string read_text_file(const std::string &path, const std::string &what, std::size_t most)
{
	const std::string name = name_of(path, what);
	struct Close {
		void operator()(std::FILE *file) const { std::fclose(file); }
	};
	if (path == "-") {
		return read_all(stdin, name, most);
	}
	const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "re"));
	if (!file) {
		throw Error(Exit::usage, fmt::format("{}: {}", name, std::strerror(errno)));
	}
	return read_all(file.get(), name, most);
}

std::string read_rules_file(const std::string &path)
{
	std::string text = read_text_file(path, "rules", longest_rules);
	(void)parse_rules(text, name_of(path, "rules"));
	return text;
}

void read_rules_files(std::vector<std::string> &words)
{
	constexpr std::string_view key = "rules=";
	for (std::string &word : words) {
		if (word.starts_with(key) && word != "rules=none" && word != "rules=default") {
			word = std::string(key) + read_rules_file(word.substr(key.size()));
		}
	}
}

} // namespace ringway
