// SPDX-License-Identifier: GPL-2.0-only
#include "words/config_file.hpp"

#include <fmt/format.h>

namespace ringway
{

namespace
{

std::string in_quotes(const std::string &text)
{
	std::string out = "\"";
	for (const char c : text) {
		if (c == '"' || c == '\\') {
			out += std::string("\\") + c;
		} else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
			out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
		} else {
			out += c;
		}
	}
	return out + "\"";
}

bool is_number(const std::string &text)
{
	constexpr std::size_t longest = 10;
	return !text.empty() && text.size() <= longest && text.find_first_not_of("0123456789") == text.npos &&
	       (text == "0" || text[0] != '0');
}

std::string toml_value(const std::string &text)
{
	if (text == "on" || text == "off") {
		return text == "on" ? "true" : "false";
	}
	if (text.find('\n') != text.npos) { // rules, which have no quotes and backslashes
		return "\"\"\"\n" + text + "\"\"\"";
	}
	return is_number(text) ? text : in_quotes(text);
}

} // namespace

std::string config_text(const std::vector<ConfigObject> &objects)
{
	std::string out;
	for (const ConfigObject &object : objects) {
		out += fmt::format("{}[[{}]]\n{} = {}\n", out.empty() ? "" : "\n", kind_name(object.kind),
				   name_key(object.kind), in_quotes(object.name));
		out += object.mac ? fmt::format("mac = \"{}\"\n", object.mac->text()) : "";
		for (const auto &[key, value] : object.words) {
			out += fmt::format("{} = {}\n", key, toml_value(value));
		}
	}
	return out;
}

} // namespace ringway
