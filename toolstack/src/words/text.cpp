// SPDX-License-Identifier: GPL-2.0-only
#include "words/text.hpp"

#include <fmt/format.h>
#include "schema_types.hpp"
#include "words/name_text.hpp"

namespace ringway
{

std::string escape(std::string_view text, std::size_t max)
{
	std::string out;
	for (char c : text.substr(0, max)) {
		if (schema::is_printable(c) && c != '\\') {
			out += c;
		} else {
			out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
		}
	}
	if (text.size() > max) {
		out += "...";
	}
	return out;
}

std::string quote(std::string_view text)
{
	return "'" + name_text(text, 80) + "'";
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
	std::vector<std::string_view> out;
	for (;;) {
		const auto at = text.find(separator);
		out.push_back(text.substr(0, at));
		if (at == text.npos) {
			return out;
		}
		text.remove_prefix(at + 1);
	}
}

std::string_view trim(std::string_view text)
{
	while (!text.empty() && text.front() == ' ') {
		text.remove_prefix(1);
	}
	while (!text.empty() && text.back() == ' ') {
		text.remove_suffix(1);
	}
	return text;
}

} // namespace ringway
