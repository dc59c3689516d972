// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/changes.hpp"

#include <fmt/format.h>
#include "words/text.hpp"

namespace ringway
{

namespace
{

std::string shown(const std::string &value)
{
	return value.find('\n') != value.npos ? "(rules)" : escape(value);
}

} // namespace

nlohmann::json changes_json(const std::vector<Change> &changes)
{
	nlohmann::json out = nlohmann::json::array();
	for (const Change &change : changes) {
		nlohmann::json row = {{"key", change.key}, {"to", change.to}};
		if (!change.from.empty()) {
			row["from"] = change.from;
		}
		out.push_back(row);
	}
	return out;
}

std::string changes_text(const std::vector<Change> &changes)
{
	std::string out;
	for (const Change &change : changes) {
		out += change.from.empty() ? fmt::format("    {} = {}\n", change.key, shown(change.to))
					   : fmt::format("    {}: {} -> {}\n", change.key, shown(change.from),
							 shown(change.to));
	}
	return out;
}

} // namespace ringway
