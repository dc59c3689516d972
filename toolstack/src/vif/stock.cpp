// SPDX-License-Identifier: GPL-2.0-only
#include "vif/stock.hpp"

#include <fmt/format.h>
#include "words/policy.hpp"
#include "words/rate.hpp"
#include "words/text.hpp"

namespace ringway
{

std::string unknown_limits(const Host &host, const Record &record, const std::vector<Limit> &limits)
{
	if (record.backend != 0 || host.backend_driver() != "xen_netback") {
		return "";
	}
	std::string out;
	for (const Limit &limit : limits) {
		const std::string key(limit.backend->name);
		if (limit.value && key != "rate") {
			const auto rate = Rate::of_node(*limit.value);
			out += fmt::format("{}{} {}", out.empty() ? "" : ", ", key,
					   quote(rate ? rate->text() : *limit.value));
		}
	}
	return out.empty()
		       ? out
		       : fmt::format("{}: the backend driver xen_netback knows no limit but rate; 'ringway "
				     "use ringway' loads one that does",
				     out);
}

void expect_known_limits(const Host &host, const Record &record, const std::vector<Limit> &limits)
{
	if (const std::string unknown = unknown_limits(host, record, limits); !unknown.empty()) {
		throw Error(Exit::host, unknown);
	}
}

void expect_possible_policy(const Link &bridge, const KeyValues &words)
{
	if (bridge.kind != "bridge") {
		return;
	}
	const KeyValues neutral = words_of(Policy());
	for (const auto &[key, value] : words_of(change_policy({}, words_of(words)))) {
		if (words.contains(key) && value != neutral.at(key)) {
			throw Error(
				Exit::usage,
				fmt::format(
					"{} {}: bridge {} is an ordinary one, which cannot do that; 'ringway "
					"use ringway' makes it one of kind brlite",
					key, quote(key == "rules" ? words.at(key) : value), bridge.name));
		}
	}
}

} // namespace ringway
