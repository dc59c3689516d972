// SPDX-License-Identifier: GPL-2.0-only
#include "words/policy.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include "words/error.hpp"
#include "words/text.hpp"
#include "words/vlan_change.hpp"

namespace ringway
{

namespace
{

// What `default` stands for as long as nobody else says something.
std::string_view neutral(std::string_view key)
{
	return key == "ip" ? "any" : key == "rules" || key == "mirror" || key == "vlan" ? "none" : "off";
}

bool on_or_off(std::string_view key, std::string_view value)
{
	if (value != "on" && value != "off") {
		reject(key, value, "write on or off");
	}
	return value == "on";
}

const StormKind *find_storm_kind(std::string_view key)
{
	for (const StormKind &kind : storm_kinds) {
		if (key == kind.key) {
			return &kind;
		}
	}
	return nullptr;
}

// "2 from-guest, 1 to-guest": the rules themselves are long.
std::string rules_summary(const PortRules &rules)
{
	std::string out;
	for (const Way way : ways) {
		if (const RuleList &list = rules.of(way); !list.empty()) {
			out += fmt::format("{}{} {}", out.empty() ? "" : ", ", list.rules.size(),
					   way_name(way));
		}
	}
	return out;
}

// In the VLAN that every port starts with is as good as not told.
std::string vlan_word(const std::optional<Vlan> &vlan)
{
	static const VlanTable initial = vlan_table(Vlan::parse("1"));
	const VlanTable table = vlan ? vlan_table(*vlan) : VlanTable();
	return table == initial ? "none" : vlan_text(table);
}

} // namespace

std::string Policy::ip_text() const
{
	return ip_lock ? ip_lock_text(*ip_lock) : "";
}

std::string Policy::text() const
{
	std::string out = isolated ? "isolated=on " : "";
	out += mac_lock ? "mac_lock=on " : "";
	out += ip_lock ? "ip=" + ip_text() + " " : "";
	for (const StormKind &kind : storm_kinds) {
		if (const StormLimit &limit = storm.*kind.limit; limit.rate != 0) {
			out += fmt::format("{}={} ", kind.key, storm_text(limit));
		}
	}
	out += rules.empty() ? "" : fmt::format("rules=({}) ", rules_summary(rules));
	out += mirror ? fmt::format("mirror={} ", mirror_text(*mirror)) : "";
	out += vlan ? fmt::format("vlan={} ", vlan->text) : "";
	return out.substr(0, out.empty() ? 0 : out.size() - 1);
}

Policy change_policy(Policy policy, const std::vector<std::string> &words)
{
	std::set<std::string> seen;
	for (const std::string &word : words) {
		const auto equals = word.find('=');
		const std::string key = word.substr(0, equals);
		if (!seen.insert(key).second) {
			throw Error(Exit::usage, fmt::format("{}: given twice; keep one", quote(key)));
		}
		std::string value = equals == word.npos ? "" : word.substr(equals + 1);
		if (value == "default") {
			value = neutral(key);
		}
		if (key == "isolated") {
			policy.isolated = on_or_off(key, value);
		} else if (key == "mac_lock") {
			policy.mac_lock = on_or_off(key, value);
		} else if (key == "ip") {
			policy.ip_lock = parse_ip_lock(value);
		} else if (const StormKind *storm = find_storm_kind(key)) {
			policy.storm.*storm->limit = parse_storm_limit(key, value);
		} else if (key == "rules") {
			policy.rules = value == "none" ? PortRules() : parse_rules(value, "rules");
		} else if (key == "mirror") {
			policy.mirror = parse_mirror(value);
		} else if (key == "vlan") {
			policy.vlan = value == "none" ? std::nullopt : std::optional(Vlan::parse(value));
		} else {
			throw Error(Exit::usage,
				    fmt::format("{}: unknown; the keys are isolated=, mac_lock=, ip=, "
						"broadcast=, multicast=, unknown=, rules=, mirror= and vlan=",
						quote(word)));
		}
	}
	return policy;
}

KeyValues words_of(const Policy &policy)
{
	const auto on_off = [](bool on) { return std::string(on ? "on" : "off"); };
	IpLock addresses = policy.ip_lock.value_or(IpLock());
	std::sort(addresses.begin(), addresses.end());
	KeyValues out = {{"isolated", on_off(policy.isolated)},
			 {"mac_lock", on_off(policy.mac_lock)},
			 {"ip", policy.ip_lock ? ip_lock_text(addresses) : "any"},
			 {"rules", policy.rules.empty() ? "none" : rules_text(policy.rules)},
			 {"mirror", policy.mirror ? mirror_text(*policy.mirror) : "none"},
			 {"vlan", vlan_word(policy.vlan)}};
	for (const StormKind &kind : storm_kinds) {
		const StormLimit &limit = policy.storm.*kind.limit;
		out[std::string(kind.key)] = limit.rate == 0 ? "off" : storm_text(limit);
	}
	return out;
}

} // namespace ringway
