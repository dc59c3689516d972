// SPDX-License-Identifier: GPL-2.0-only
#include "vif/in_force.hpp"

#include <fmt/format.h>
#include "context/undo.hpp"
#include "vif/device.hpp"
#include "vif/limit.hpp"
#include "vif/policy.hpp"
#include "vif/port_plan.hpp"
#include "vif/stock.hpp"
#include "vif/wanted_policy.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

std::optional<Mirror> mirror_of(Context &context, const PortState &state)
{
	const int index = state.mirror_from != 0 ? state.mirror_from : state.mirror_to;
	const auto target = index != 0 ? context.links.find(index) : std::nullopt;
	return target ? std::optional(Mirror{target->name, state.mirror_from != 0, state.mirror_to != 0})
		      : std::nullopt;
}

// nullopt: those that every port starts with, or the bridge does not look at them.
std::optional<Vlan> vlan_of(Context &context, const Link &port, const PortState &state)
{
	static const VlanTable initial = vlan_table(Vlan::parse("1"));
	const auto bridge = context.links.find(port.master);
	if (state.vlans == initial || !bridge || !context.links.filters_vlans(*bridge)) {
		return std::nullopt;
	}
	return ringway::vlan_of(state.vlans);
}

std::vector<std::string> port_drift(Context &context, const Record &record, const WantedPolicy &wanted)
{
	std::vector<std::string> out;
	const std::vector<std::string> words = words_of(only_limits(wanted.words(), false));
	if (words.empty()) {
		return out;
	}
	const Policy policy = wanted.policy();
	for (const PlannedPort &port : plan_ports(context, record, policy, words)) {
		const auto state = context.links.port_state(port.link, record.mac);
		for (const std::string &line : differences(port.change, state.value_or(PortState()))) {
			out.push_back(fmt::format("{}: {}", port.link.name, line));
		}
		const auto bridge = context.links.find(port.link.master);
		if (policy.vlan && bridge && !context.links.filters_vlans(*bridge)) {
			out.push_back(not_filtering(*bridge, policy.vlan->text));
		}
		if (!policy.empty() && !port.link.up) {
			out.push_back(fmt::format("{} is down", port.link.name));
		}
	}
	return out;
}

// What the record has is in force, or is not known to the driver.
std::vector<std::string> limit_drift(const Record &record, const WantedPolicy &wanted)
{
	std::vector<std::string> out;
	for (const Limit &limit : wanted_limits(record, wanted)) {
		const std::string key(limit.record->name), is = limit_of(record, key),
							   should = limit.value.value_or("");
		if (is != should) {
			out.push_back(fmt::format("{} should be {} and is {}", key, limit_text(key, should),
						  limit_text(key, is)));
		}
	}
	return out;
}

std::vector<std::string> drift_of(Context &context, const Record &record, const Link &link)
{
	const WantedPolicy wanted = wanted_policy(context, record);
	const auto bridge = link.master != 0 ? context.links.find(link.master) : std::nullopt;
	std::vector<std::string> out;
	if (bridge && bridge->kind == "brlite") {
		out = port_drift(context, record, wanted);
	} else if (wanted.needs_brlite()) {
		out = {fmt::format("{} is no port of a brlite bridge, and {} should be in force", link.name,
				   wanted.policy().text())};
	}
	for (const std::string &line : limit_drift(record, wanted)) {
		out.push_back(line);
	}
	const auto limits = parse_limits(words_of(only_limits(wanted.words(), true)));
	if (const std::string unknown = unknown_limits(context.host, record, limits); !unknown.empty()) {
		out.push_back(unknown);
	}
	return out;
}

// Not while it is wired up, by another command or one of xl's scripts: whoever does that puts its policy in
// force, joins it to its bridge and takes it up, in this order.
bool is_wired_up(Context &context, const Record &record)
{
	return context.store.read(Store::none, node_path(record.backend_path(),
							 schema::backend::hotplug_status)) == "connected";
}

} // namespace

std::optional<Policy> policy_in_force(Context &context, const Record &record)
{
	const auto link = device_of(context, record);
	const auto state =
		link && link->master != 0 ? context.links.port_state(*link, record.mac) : std::nullopt;
	if (!state) {
		return std::nullopt;
	}
	Policy out;
	out.isolated = state->isolated;
	out.mac_lock = state->locked;
	out.ip_lock = state->ip_lock;
	out.storm = state->storm;
	out.rules = state->counted.rules;
	out.mirror = mirror_of(context, *state);
	out.vlan = vlan_of(context, *link, *state);
	return out;
}

std::vector<std::string> policy_drift(Context &context, const Record &record)
{
	const auto link = device_of(context, record);
	if (!link) {
		return {};
	}
	Context quiet = context;
	quiet.note = [](const std::string &) {};
	std::vector<std::string> out;
	try {
		out = drift_of(quiet, record, *link);
	} catch (const Error &error) {
		out = {error.what()};
	}
	return out.empty() || is_wired_up(context, record) ? out : std::vector<std::string>();
}

bool is_under_policy(Context &context, const Record &record)
{
	const auto bridge = context.links.find(record.bridge);
	if (!bridge || bridge->kind != "brlite") {
		return false;
	}
	Context quiet = context;
	quiet.note = [](const std::string &) {};
	try {
		return !wanted_policy(quiet, record).policy().empty();
	} catch (const Error &) {
		return false; // policy_drift() says so
	}
}

void mend_policy(Context &context, const Record &record)
{
	const auto link = device_of(context, record);
	const auto bridge = context.links.find(record.bridge);
	const bool out_of_it = link && link->master == 0 && bridge && bridge->is_bridge();
	all_or_nothing([&](Undo &undo) {
		if (out_of_it) {
			undo.add([&] { context.links.set_up(*link, link->up); });
			context.links.set_up(*link, false);
			undo.add([&] { context.links.set_master(*link, Link()); });
			context.links.set_master(*link, *bridge);
		}
		put_policy_in_force(context, record);
		if (out_of_it) {
			context.links.set_up(*link, true);
		}
	});
}

void emulated_card_went(Context &context, const std::string &tap)
{
	for (const Record &record : list_records(context.store)) {
		const bool named = !record.vifname.empty() && tap == record.vifname + "-emu";
		if (!named && tap != record.device_name() + "-emu") {
			continue;
		}
		const auto link = device_of(context, record);
		if (link && is_wired_up(context, record) && context.links.port_state(*link, record.mac)) {
			put_named_in_force(context, record);
		}
	}
}

} // namespace ringway
