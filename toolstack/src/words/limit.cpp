// SPDX-License-Identifier: GPL-2.0-only
#include "words/limit.hpp"

#include <fmt/format.h>
#include <set>
#include <string_view>
#include "words/error.hpp"
#include "words/rate.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

namespace be = schema::backend;
namespace rec = schema::record;

struct LimitKey {
	std::string_view name;
	const schema::Node &backend, &record;
	bool is_rate;
};

const LimitKey limit_keys[] = {
	{"rate", be::rate, rec::rate, true},
	{"pps", be::pps, rec::pps, false},
	{"rx-rate", be::rx_rate, rec::rx_rate, true},
	{"rx-pps", be::rx_pps, rec::rx_pps, false},
};

constexpr std::string_view known = "rate, pps, rx-rate, rx-pps";

const LimitKey &find_limit_key(std::string_view name)
{
	for (const LimitKey &key : limit_keys) {
		if (key.name == name) {
			return key;
		}
	}
	throw Error(Exit::usage, fmt::format("limit {}: unknown; the limits are {}", quote(name), known));
}

Limit parse_limit(const LimitKey &key, std::string_view value)
{
	Limit limit{&key.backend, &key.record, std::nullopt};
	if (value == "none") {
		return limit;
	}
	limit.value = key.is_rate ? Rate::parse(value).node() : std::string(value);
	if (!schema::valid(key.backend, *limit.value)) {
		throw Error(Exit::usage,
			    fmt::format("{} {}: write a whole number from {} to {}, or none", key.name,
					quote(value), key.backend.min, key.backend.max));
	}
	return limit;
}

} // namespace

std::vector<Limit> parse_limits(const std::vector<std::string> &words)
{
	std::vector<Limit> out;
	std::set<std::string_view> seen;
	for (const std::string &word : words) {
		const auto equals = word.find('=');
		if (equals == word.npos) {
			throw Error(Exit::usage, fmt::format("limit {}: write KEY=VALUE; the keys are {}",
							     quote(word), known));
		}
		const LimitKey &key = find_limit_key(std::string_view(word).substr(0, equals));
		if (!seen.insert(key.name).second) {
			throw Error(Exit::usage, fmt::format("limit {}: given twice; keep one", key.name));
		}
		out.push_back(parse_limit(key, std::string_view(word).substr(equals + 1)));
	}
	return out;
}

std::vector<Limit> parse_limit_changes(std::vector<std::string> words)
{
	for (std::string &word : words) {
		if (word.ends_with("=default")) {
			word.replace(word.find('='), word.npos, "=none");
		}
	}
	return parse_limits(words);
}

} // namespace ringway
