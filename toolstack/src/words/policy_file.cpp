// SPDX-License-Identifier: GPL-2.0-only
#include "words/policy_file.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include "words/error.hpp"
#include "words/limit.hpp"
#include "words/policy.hpp"
#include "words/text.hpp"
#include "words/toml_file.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

class PolicyReader
{
public:
	PolicyReader(const TomlFile &file, const RulesOf &rules_of) : file_(file), rules_of_(rules_of) {}

	PolicyEntry entry(const toml::table &table)
	{
		PolicyEntry out;
		out.from = file_.where(table);
		for (const auto &[key, node] : table) {
			take(out, std::string(key.str()), node);
		}
		const VifNames &whom = out.whom;
		if (!whom.mac && whom.uuid.empty() && whom.name.empty() && whom.bridge.empty()) {
			file_.fail(table,
				   "it does not say for which vifs it is; add mac, uuid, name or bridge");
		}
		try {
			(void)change_policy({}, words_of(only_limits(out.words, false)));
			(void)parse_limits(words_of(only_limits(out.words, true)));
		} catch (const Error &error) {
			file_.fail(table, error.what());
		}
		return out;
	}

private:
	void take(PolicyEntry &out, const std::string &key, const toml::node &node)
	{
		if (key == "mac") {
			try {
				out.whom.mac = Mac::parse_station(file_.text(key, node));
			} catch (const Error &error) {
				file_.fail(node, error.what());
			}
		} else if (key == "uuid") {
			out.whom.uuid = uuid(file_.text(key, node), node);
		} else if (key == "name") {
			out.whom.name = file_.text(key, node);
		} else if (key == "bridge") {
			out.whom.bridge = bridge(file_.text(key, node), node);
		} else {
			out.words[key] = value(key, node);
		}
	}

	// One that no domain can have would never fit, and nobody would know.
	std::string uuid(std::string text, const toml::node &node) const
	{
		std::transform(text.begin(), text.end(), text.begin(), [](char c) {
			return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
		});
		if (!is_uuid(text)) {
			file_.fail(node, fmt::format("uuid {}: write it as 'xl list -v' does, "
						     "01234567-89ab-cdef-0123-456789abcdef",
						     quote(text)));
		}
		return text;
	}

	std::string bridge(const std::string &text, const toml::node &node) const
	{
		if (!schema::is_ifname(text)) {
			file_.fail(node, fmt::format("bridge {}: no device can have this name; write that of "
						     "a bridge, 1 to {} letters",
						     quote(text), schema::ifname_max));
		}
		return text;
	}

	std::string value(const std::string &key, const toml::node &node) const
	{
		const std::string text = file_.value(key, node);
		if (key != "rules" || text == "none" || text.find('\n') != text.npos) {
			return text;
		}
		try {
			return rules_of_(text);
		} catch (const Error &error) {
			file_.fail(node, error.what());
		}
	}

	const TomlFile &file_;
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

bool is_uuid(std::string_view text)
{
	constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	constexpr std::string_view digits = "0123456789abcdef";
	return std::equal(text.begin(), text.end(), form.begin(), form.end(), [&](char is, char wanted) {
		return wanted == '-' ? is == '-' : digits.find(is) != digits.npos;
	});
}

std::vector<PolicyEntry> parse_policy_file(std::string_view text, const std::string &name,
					   const RulesOf &rules_of)
{
	std::vector<PolicyEntry> out;
	const TomlFile file("policy", name);
	PolicyReader reader(file, rules_of);
	const toml::table all = file.parse(text);
	for (const auto &[key, node] : all) {
		const toml::array *list = node.as_array();
		if (key.str() != "vif" || list == nullptr) {
			file.fail(node, fmt::format("{}: unknown; write [[vif]] before each entry",
						    quote(key.str())));
		}
		for (const toml::node &element : *list) {
			if (!element.is_table()) {
				file.fail(element, "write [[vif]] before each entry");
			}
			out.push_back(reader.entry(*element.as_table()));
		}
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
