// SPDX-License-Identifier: GPL-2.0-only
#include "vif/stock.hpp"

#include <fmt/format.h>
#include "vif/device.hpp"
#include "vif/port_plan.hpp"
#include "words/policy.hpp"
#include "words/rate.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

void expect_neutral(const KeyValues &words, const std::string &why)
{
	const KeyValues neutral = words_of(Policy());
	for (const auto &[key, value] : words_of(change_policy({}, words_of(words)))) {
		if (words.contains(key) && value != neutral.at(key)) {
			throw Error(Exit::usage,
				    fmt::format("{} {}: {}", key,
						quote(key == "rules" ? words.at(key) : value), why));
		}
	}
}

} // namespace

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
	if (bridge.kind == "bridge") {
		expect_neutral(words,
			       fmt::format("bridge {} is an ordinary one, which cannot do that; 'ringway use "
					   "ringway' makes it one of kind brlite",
					   bridge.name));
	}
}

void expect_no_policy(const Record &record, const KeyValues &words)
{
	if (record.backend != 0) {
		expect_neutral(words, fmt::format("the vif's backend is domain {}, and so is its bridge; {}",
						  record.backend, set_it_there));
	}
}

bool on_ordinary_bridge(Context &context, const Record &record)
{
	const auto name = context.host.vif_device(record.domid, record.devid);
	const auto link = name ? context.links.find(*name) : std::nullopt;
	const auto master = link && link->master != 0 ? context.links.find(link->master) : std::nullopt;
	return master && master->kind == "bridge";
}

void put_attached_vlans(Context &context, const Record &record, const WantedPolicy &wanted)
{
	const auto vlan = wanted.kept.attached.find("vlan");
	if (vlan == wanted.kept.attached.end() || wanted.vifspec.contains("vlan")) {
		return;
	}
	const Link port = must_have_device(context, record, "put its port in its VLANs");
	const Link bridge = context.links.find(port.master).value_or(Link());
	if (!context.links.filters_vlans(bridge)) {
		throw Error(Exit::usage,
			    fmt::format("{}: {}", record.text(), not_filtering(bridge, vlan->second)));
	}
	context.links.set_vlan(port, Vlan::parse(vlan->second));
}

} // namespace ringway
