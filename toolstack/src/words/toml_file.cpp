// SPDX-License-Identifier: GPL-2.0-only
#include "words/toml_file.hpp"

#include <algorithm>
#include <vector>
#include <fmt/format.h>
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

bool gives_up(std::string_view text)
{
	try {
		(void)toml::parse(text);
	} catch (const TomlAssertion &) {
		return true;
	} catch (const toml::parse_error &) { // a text that is cut off in the middle of something
	}
	return false;
}

// The line that toml++ gives up at without saying so: with it and all before it, and not without it. Found by
// halves, as a file may have many lines and each try reads all of them again.
unsigned refused_line(std::string_view text)
{
	std::vector<std::size_t> ends;
	for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1)) {
		ends.push_back(end);
	}
	const auto first = std::partition_point(
		ends.begin(), ends.end(), [&](std::size_t end) { return !gives_up(text.substr(0, end)); });
	return static_cast<unsigned>(first - ends.begin()) + 1;
}

} // namespace

toml::table TomlFile::parse(std::string_view text) const
{
	try {
		return toml::parse(text, file_);
	} catch (const TomlAssertion &) {
		throw Error(Exit::usage,
			    fmt::format("{}: this is no TOML; a line is [[TABLE]], [TABLE], or KEY = VALUE",
					where(refused_line(text))));
	} catch (const toml::parse_error &error) {
		throw Error(Exit::usage, fmt::format("{}: {}", where(error.source().begin.line),
						     escape(error.description())));
	}
}

std::string TomlFile::where(const toml::node &node) const
{
	return where(node.source().begin.line);
}

std::string TomlFile::where(unsigned line) const
{
	return fmt::format("{} {} line {}", kind_, quote(file_), line);
}

void TomlFile::fail(const toml::node &node, const std::string &why) const
{
	throw Error(Exit::usage, fmt::format("{}: {}", where(node), why));
}

std::string TomlFile::text(const std::string &key, const toml::node &node) const
{
	if (const auto text = node.value_exact<std::string>()) {
		return *text;
	}
	fail(node, fmt::format("{} is not a text in quotes", quote(key)));
}

std::string TomlFile::value(const std::string &key, const toml::node &node) const
{
	if (const auto on = node.value_exact<bool>()) {
		return *on ? "on" : "off";
	}
	if (const auto number = node.value_exact<std::int64_t>()) {
		return std::to_string(*number);
	}
	const toml::array *list = node.as_array();
	if (list == nullptr) {
		return text(key, node);
	}
	std::string out;
	for (const toml::node &element : *list) {
		out += (out.empty() ? "" : key == "vlan" ? "/" : ",") + value("", element);
	}
	return out;
}

} // namespace ringway
