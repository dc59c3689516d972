// SPDX-License-Identifier: GPL-2.0-only
#include "words/rules_file.hpp"

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

constexpr std::size_t most_bytes = 65536; // all rules that there can be, with many comments

std::string read_all(std::FILE *file, const std::string &name)
{
	std::string text(most_bytes + 1, '\0');
	text.resize(std::fread(text.data(), 1, text.size(), file));
	if (std::ferror(file) != 0) {
		throw Error(Exit::usage, fmt::format("{}: cannot be read: {}", name, std::strerror(errno)));
	}
	if (text.size() > most_bytes) {
		throw Error(Exit::usage,
			    fmt::format("{}: longer than {} bytes; shorten it", name, most_bytes));
	}
	return text;
}

std::string name_of(const std::string &path, const std::string &what)
{
	return path == "-" ? "standard input" : what + " " + quote(path);
}

} // namespace

std::string read_text_file(const std::string &path, const std::string &what)
{
	const std::string name = name_of(path, what);
	struct Close {
		void operator()(std::FILE *file) const { std::fclose(file); }
	};
	if (path == "-") {
		return read_all(stdin, name);
	}
	const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "re"));
	if (!file) {
		throw Error(Exit::usage, fmt::format("{}: {}", name, std::strerror(errno)));
	}
	return read_all(file.get(), name);
}

std::string read_rules_file(const std::string &path)
{
	std::string text = read_text_file(path, "rules");
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
