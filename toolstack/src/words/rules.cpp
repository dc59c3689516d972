// SPDX-License-Identifier: GPL-2.0-only
#include "words/rules.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include "words/error.hpp"
#include "words/rule_line.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

void add_line(const RuleLine &line, const std::string &where, PortRules &rules)
{
	const std::string_view way = way_name(*line.way);
	RuleList &list = rules.of(*line.way);
	if (line.rule) {
		list.rules.push_back(*line.rule);
	} else if (list.accept_rest) {
		throw Error(Exit::usage,
			    fmt::format("{}: 'default': {} already has one; keep one", where, way));
	} else {
		list.accept_rest = line.accept;
	}
	if (list.rules.size() > BRLITE_RULES_MAX) {
		throw Error(Exit::usage, fmt::format("{}: {} has more than {} rules; remove some", where, way,
						     BRLITE_RULES_MAX));
	}
}

// --- Text out of rules
// --------------------------------------------------------------------------------------

std::string prefix_text(const brlite_rule &rule, bool from)
{
	const bool v4 = rule.kind == BRLITE_KIND_IPV4;
	const unsigned bits = from ? rule.from_bits : rule.to_bits;
	std::array<char, INET6_ADDRSTRLEN> out{};
	inet_ntop(v4 ? AF_INET : AF_INET6, from ? rule.from : rule.to, out.data(), out.size());
	return bits == (v4 ? 32 : 128) ? out.data() : fmt::format("{}/{}", out.data(), bits);
}

std::string ports_text(const unsigned short *range)
{
	return range[0] == range[1] ? std::to_string(range[0]) : fmt::format("{}-{}", range[0], range[1]);
}

std::string protocol_text(const brlite_rule &rule, std::string_view number)
{
	for (const RuleWord &named : rule_protocols) {
		const bool fits = named.value == icmp     ? rule.kind == BRLITE_KIND_IPV4
				  : named.value == icmpv6 ? rule.kind == BRLITE_KIND_IPV6
							  : true;
		if (named.value == rule.protocol && fits) {
			return std::string(named.word);
		}
	}
	return fmt::format("{}{}", number, rule.protocol);
}

// How a rule's parts are written: for people, and short for XenStore.
struct Style {
	std::string_view accept, drop, v4, v6, number, from, to, glue, port, fresh;
};
constexpr Style spoken = {"accept", "drop", "ipv4", "ipv6", "protocol ", "from", "to", " ", "port ", "new"};
constexpr Style brief = {"+", "-", "4", "6", "=", "<", ">", "", "@", "!"};

std::string write_rule(const brlite_rule &rule, const Style &style)
{
	const auto has = [&](unsigned bit) { return (rule.match & bit) != 0; };
	std::vector<std::string> words{
		std::string(rule.action == BRLITE_RULE_ACCEPT ? style.accept : style.drop)};
	const std::string protocol = has(BRLITE_MATCH_PROTOCOL) ? protocol_text(rule, style.number) : "";
	const bool implied = has(BRLITE_MATCH_FROM | BRLITE_MATCH_TO) || protocol.starts_with("icmp");
	if (has(BRLITE_MATCH_KIND) && !implied) {
		words.emplace_back(rule.kind == BRLITE_KIND_IPV4   ? style.v4
				   : rule.kind == BRLITE_KIND_IPV6 ? style.v6
								   : kind_name(rule.kind));
	}
	if (!protocol.empty()) {
		words.push_back(protocol);
	}
	for (const bool from : {true, false}) {
		const bool prefix = has(from ? BRLITE_MATCH_FROM : BRLITE_MATCH_TO);
		const bool ports = has(from ? BRLITE_MATCH_FROM_PORTS : BRLITE_MATCH_TO_PORTS);
		if (prefix || ports) {
			words.push_back(fmt::format("{}{}{}", from ? style.from : style.to,
						    prefix ? style.glue : "",
						    prefix ? prefix_text(rule, from) : ""));
		}
		if (ports) {
			words.push_back(fmt::format("{}{}", style.port,
						    ports_text(from ? rule.from_ports : rule.to_ports)));
		}
	}
	if (has(BRLITE_MATCH_NEW)) {
		words.emplace_back(style.fresh);
	}
	return fmt::format("{}", fmt::join(words, " "));
}

// A word of the brief style in those of the spoken one.
void expand(std::string_view word, RuleWords &out)
{
	static constexpr std::pair<char, std::string_view> marks[] = {
		{'+', "accept"}, {'-', "drop"}, {'=', "protocol"}, {'<', "from"},
		{'>', "to"},     {'@', "port"}, {'!', "new"}};
	for (const auto &[mark, spelt] : marks) {
		if (word.front() == mark) {
			out.push_back(spelt);
			if (word.size() > 1) {
				out.push_back(word.substr(1));
			}
			return;
		}
	}
	out.push_back(word == "4" ? spoken.v4 : word == "6" ? spoken.v6 : word);
}

std::string counted_line(const std::string &line, const std::uint64_t *packets)
{
	return packets == nullptr ? line + "\n" : fmt::format("{:<56} # {} packets\n", line, *packets);
}

} // namespace

bool RuleList::operator==(const RuleList &other) const
{
	return accept_rest == other.accept_rest && rules.size() == other.rules.size() &&
	       (rules.empty() ||
		std::memcmp(rules.data(), other.rules.data(), rules.size() * sizeof(rules[0])) == 0);
}

PortRules parse_rules(std::string_view text, const std::string &from)
{
	PortRules rules;
	std::size_t number = 0;
	for (const std::string_view line : split(text, '\n')) {
		number++;
		if (const RuleWords words = rule_words(line); !words.empty()) {
			const std::string where = fmt::format("{} line {}", from, number);
			add_line(read_rule_line(words, where, true), where, rules);
		}
	}
	for (const Way way : ways) {
		const RuleList &list = rules.of(way);
		if (!list.rules.empty() && !list.accept_rest) {
			throw Error(Exit::usage,
				    fmt::format("{}: {} has rules but no default; add the line 'default drop "
						"{}' or 'default accept {}'",
						from, way_name(way), way_name(way), way_name(way)));
		}
	}
	return rules;
}

std::string rule_text(const brlite_rule &rule)
{
	return write_rule(rule, spoken);
}

std::string rules_text(const PortRules &rules, const CountedRules *counted)
{
	std::string out;
	for (const Way way : ways) {
		const RuleList &list = rules.of(way);
		if (list.empty()) {
			continue;
		}
		const RuleHits *hits = counted != nullptr ? &counted->of(way) : nullptr;
		for (std::size_t i = 0; i < list.rules.size(); i++) {
			std::string line = rule_text(list.rules[i]);
			line.insert(std::min(line.find(' '), line.size()), fmt::format(" {}", way_name(way)));
			out += counted_line(line, hits != nullptr && i < hits->rules.size() ? &hits->rules[i]
											    : nullptr);
		}
		out += counted_line(
			fmt::format("default {} {}", *list.accept_rest ? "accept" : "drop", way_name(way)),
			hits != nullptr ? &hits->rest : nullptr);
		if (hits != nullptr) {
			out += fmt::format("# {}: dropped because their headers are hidden: {} packets\n",
					   way_name(way), hits->hidden);
		}
	}
	return out;
}

std::optional<std::string> stored_rules(const RuleList &list)
{
	if (list.empty()) {
		return std::nullopt;
	}
	std::string out = *list.accept_rest ? "+" : "-";
	for (const brlite_rule &rule : list.rules) {
		out += ";" + write_rule(rule, brief);
	}
	return out;
}

RuleList read_stored_rules(std::string_view text)
{
	const RuleList closed{false, {}};
	const auto items = split(text, ';');
	if (items.front() != "+" && items.front() != "-") {
		return closed;
	}
	RuleList list{items.front() == "+", {}};
	for (std::size_t i = 1; i < items.size(); i++) {
		RuleWords words;
		for (const std::string_view word : rule_words(items[i])) {
			expand(word, words);
		}
		try {
			list.rules.push_back(*read_rule_line(words, "rule", false).rule);
		} catch (const Error &) {
			return closed;
		}
	}
	return list.rules.size() > BRLITE_RULES_MAX ? closed : list;
}

nlohmann::json rules_json(const PortRules &rules, const CountedRules *counted)
{
	nlohmann::json out = nlohmann::json::object();
	for (const Way way : ways) {
		const RuleList &list = rules.of(way);
		if (list.empty()) {
			continue;
		}
		const RuleHits *hits = counted != nullptr ? &counted->of(way) : nullptr;
		nlohmann::json all = nlohmann::json::array();
		for (std::size_t i = 0; i < list.rules.size(); i++) {
			all.push_back({{"rule", rule_text(list.rules[i])}});
			if (hits != nullptr && i < hits->rules.size()) {
				all.back()["packets"] = hits->rules[i];
			}
		}
		nlohmann::json &one = out[way == Way::from_guest ? "from_guest" : "to_guest"];
		one = {{"default", *list.accept_rest ? "accept" : "drop"}, {"rules", all}};
		if (hits != nullptr) {
			one["default_packets"] = hits->rest;
			one["hidden_packets"] = hits->hidden;
		}
	}
	return out;
}

} // namespace ringway
