// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/failure.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include "words/name_text.hpp"

namespace ringway
{

std::string_view exit_name(Exit code)
{
	switch (code) {
	case Exit::ok:
		return "ok";
	case Exit::failed:
		return "failed";
	case Exit::usage:
		return "usage";
	case Exit::host:
		return "host";
	case Exit::absent:
		return "absent";
	case Exit::conflict:
		return "conflict";
	case Exit::timeout:
		return "timeout";
	case Exit::half_done:
		return "half-done";
	}
	return "failed";
}

std::string failure_line(bool json, Exit code, std::string_view message)
{
	if (!json) {
		return fmt::format("ringway: {}\n", message_text(message));
	}
	const nlohmann::json error = {
		{"exit", static_cast<int>(code)}, {"kind", exit_name(code)}, {"message", message}};
	return nlohmann::json{{"error", error}}.dump(-1, ' ', false,
						     nlohmann::json::error_handler_t::replace) +
	       "\n";
}

bool asks_for_json(const std::vector<std::string> &arguments)
{
	return std::any_of(arguments.begin(), arguments.end(), [](const std::string &word) {
		const bool short_ones = word.starts_with("-") && !word.starts_with("--");
		return word == "--json" || word == "--pretty" ||
		       (short_ones && word.find_first_not_of("-jpsdN") == word.npos &&
			word.find_first_of("jp") != word.npos);
	});
}

} // namespace ringway
