// SPDX-License-Identifier: GPL-2.0-only
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include "words/policy_file.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <toml++/toml.h>
#include "words/error.hpp"
#include "words/limit.hpp"
#include "words/policy.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

class Reader
{
public:
	Reader(const std::string &file, const RulesOf &rules_of) : file_(file), rules_of_(rules_of) {}

	PolicyEntry entry(const toml::table &table)
	{
		PolicyEntry out;
		out.from = where(table);
		for (const auto &[key, node] : table) {
			take(out, std::string(key.str()), node);
		}
		const VifNames &whom = out.whom;
		if (!whom.mac && whom.uuid.empty() && whom.name.empty() && whom.bridge.empty()) {
			fail(table, "it does not say for which vifs it is; add mac, uuid, name or bridge");
		}
		try {
			(void)change_policy({}, words_of(only_limits(out.words, false)));
			(void)parse_limits(words_of(only_limits(out.words, true)));
		} catch (const Error &error) {
			fail(table, error.what());
		}
		return out;
	}

	[[noreturn]] void fail(const toml::node &node, const std::string &why) const
	{
		throw Error(Exit::usage, fmt::format("{}: {}", where(node), why));
	}

private:
	std::string where(const toml::node &node) const
	{
		return fmt::format("policy {} line {}", quote(file_), node.source().begin.line);
	}

	std::string text_of(const std::string &key, const toml::node &node) const
	{
		if (const auto text = node.value_exact<std::string>()) {
			return *text;
		}
		fail(node, fmt::format("{} is not a text in quotes", quote(key)));
	}

	void take(PolicyEntry &out, const std::string &key, const toml::node &node)
	{
		if (key == "mac") {
			try {
				out.whom.mac = Mac::parse_station(text_of(key, node));
			} catch (const Error &error) {
				fail(node, error.what());
			}
		} else if (key == "uuid") {
			out.whom.uuid = text_of(key, node);
		} else if (key == "name") {
			out.whom.name = text_of(key, node);
		} else if (key == "bridge") {
			out.whom.bridge = text_of(key, node);
		} else {
			out.words[key] = value(key, node);
		}
	}

	// As the words of `vif set` have it.
	std::string value(const std::string &key, const toml::node &node) const
	{
		if (const auto on = node.value_exact<bool>()) {
			return *on ? "on" : "off";
		}
		if (const auto number = node.value_exact<std::int64_t>()) {
			return std::to_string(*number);
		}
		if (const toml::array *list = node.as_array()) {
			return joined(key, *list);
		}
		const std::string text = text_of(key, node);
		if (key != "rules" || text == "none" || text.find('\n') != text.npos) {
			return text;
		}
		try {
			return rules_of_(text);
		} catch (const Error &error) {
			fail(node, error.what());
		}
	}

	std::string joined(const std::string &key, const toml::array &list) const
	{
		std::string out;
		for (const toml::node &element : list) {
			out += (out.empty() ? "" : key == "vlan" ? "/" : ",") + value("", element);
		}
		return out;
	}

	const std::string &file_;
	const RulesOf &rules_of_;
};

constexpr std::array ranks = {1, 2, 4,
			      8}; // of bridge, name, uuid and mac: each counts more than those before

int rank(const VifNames &whom)
{
	return (whom.bridge.empty() ? 0 : ranks[0]) + (whom.name.empty() ? 0 : ranks[1]) +
	       (whom.uuid.empty() ? 0 : ranks[2]) + (whom.mac ? ranks[3] : 0);
}

bool fits(const VifNames &whom, const VifNames &vif)
{
	const auto same = [](const std::string &wanted, const std::string &is) {
		return wanted.empty() || wanted == is;
	};
	return (!whom.mac || whom.mac == vif.mac) && same(whom.uuid, vif.uuid) && same(whom.name, vif.name) &&
	       same(whom.bridge, vif.bridge);
}

} // namespace

std::vector<PolicyEntry> parse_policy_file(std::string_view text, const std::string &file,
					   const RulesOf &rules_of)
{
	std::vector<PolicyEntry> out;
	Reader reader(file, rules_of);
	try {
		const toml::table all = toml::parse(text, file);
		for (const auto &[key, node] : all) {
			const toml::array *list = node.as_array();
			if (key.str() != "vif" || list == nullptr) {
				reader.fail(node, fmt::format("{}: unknown; write [[vif]] before each entry",
							      quote(key.str())));
			}
			for (const toml::node &element : *list) {
				if (!element.is_table()) {
					reader.fail(element, "write [[vif]] before each entry");
				}
				out.push_back(reader.entry(*element.as_table()));
			}
		}
	} catch (const toml::parse_error &error) {
		throw Error(Exit::usage, fmt::format("policy {} line {}: {}", quote(file),
						     error.source().begin.line, escape(error.description())));
	}
	return out;
}

KeyValues written_for(const VifNames &vif, const std::vector<PolicyEntry> &entries)
{
	std::vector<const PolicyEntry *> fitting;
	for (const PolicyEntry &entry : entries) {
		if (fits(entry.whom, vif)) {
			fitting.push_back(&entry);
		}
	}
	std::stable_sort(fitting.begin(), fitting.end(), [](const PolicyEntry *a, const PolicyEntry *b) {
		return rank(a->whom) < rank(b->whom);
	});
	KeyValues out;
	for (const PolicyEntry *entry : fitting) {
		out = laid_over(out, entry->words);
	}
	return out;
}

} // namespace ringway
