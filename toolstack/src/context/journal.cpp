// SPDX-License-Identifier: GPL-2.0-only
#include "context/journal.hpp"

#include <fmt/format.h>
#include <syslog.h>

namespace ringway
{

namespace
{

// journald drops an entry of more than 1024 fields, and adds some of its own.
constexpr std::size_t most_changes = 512;

bool is_number(const std::string &text)
{
	return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

} // namespace

std::vector<std::string> journal_fields(const JournalEntry &entry, unsigned uid, const std::string &sudo_uid)
{
	std::vector<std::string> out = {
		"MESSAGE=" + entry.message,
		fmt::format("PRIORITY={}", entry.warning ? LOG_WARNING : LOG_NOTICE),
		"SYSLOG_IDENTIFIER=ringway",
		"RINGWAY_VERB=" + entry.verb,
		fmt::format("RINGWAY_UID={}", uid),
	};
	const auto add = [&](const char *name, const std::string &value) {
		if (!value.empty()) {
			out.push_back(fmt::format("{}={}", name, value));
		}
	};
	add("RINGWAY_SUDO_UID", is_number(sudo_uid) ? sudo_uid : ""); // the environment may say anything
	add("RINGWAY_DOMAIN", entry.domain);
	add("RINGWAY_VIF", entry.vif);
	add("RINGWAY_BRIDGE", entry.bridge);
	for (std::size_t i = 0; i < entry.changes.size() && i < most_changes; ++i) {
		add("RINGWAY_CHANGES", entry.changes[i]);
	}
	if (entry.changes.size() > most_changes) {
		add("RINGWAY_CHANGES", fmt::format("and {} more", entry.changes.size() - most_changes));
	}
	return out;
}

} // namespace ringway
