// SPDX-License-Identifier: GPL-2.0-only
// The bridges and uplinks of `ringway apply`.

#include <fmt/format.h>
#include "context/undo.hpp"
#include "verbs/apply_plan.hpp"
#include "verbs/bridge_common.hpp"
#include "verbs/bridge_rows.hpp"
#include "words/error.hpp"
#include "words/mirror.hpp"
#include "words/policy.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

struct BridgeWish {
	BridgeValues values;
	std::optional<Mac> address;
	bool up = true;
	KeyValues words; // each with one text for one meaning

	explicit BridgeWish(KeyValues told)
	{
		values = take_bridge_values(told);
		words = words_of(values);
		if (const std::string text = take_text(told, "address"); !text.empty()) {
			address = Mac::parse(text);
			words["address"] = address->text();
		}
		up = take_text(told, "up") != "off";
	}
};

// What is set now, of the keys that were told.
std::vector<Change> changes_of(const KeyValues &told, const KeyValues &now)
{
	std::vector<Change> out;
	for (const auto &[key, value] : told) {
		const auto at = now.find(key);
		const std::string is = at == now.end() ? "" : at->second;
		if (is != value) {
			out.push_back({key, is, value});
		}
	}
	return out;
}

void change_bridge(BridgeContext &context, const Link &bridge, const BridgeWish &wish)
{
	const BridgeValues now = context.bridges.values(bridge);
	BridgeValues values, before;
	for (const auto &[key, value] : wish.values) {
		const auto at = now.find(key);
		if (at == now.end() || at->second != value) {
			values[key] = value;
			before[key] = at == now.end() ? 0 : at->second;
		}
	}
	all_or_nothing([&](Undo &undo) {
		if (!values.empty()) {
			undo.add([&, before] { context.bridges.change(bridge, before); });
			context.bridges.change(bridge, values);
		}
		if (wish.address && *wish.address != bridge.mac) {
			undo.add([&] { context.links.set_mac(bridge, bridge.mac); });
			context.links.set_mac(bridge, *wish.address);
		}
		if (wish.up != bridge.up) {
			context.links.set_up(bridge, wish.up);
		}
	});
}

// A policy's words as the kernel has them at the port; what is not set has its word too.
KeyValues port_words(const PortRow &row)
{
	KeyValues out = row.words;
	out["isolated"] = row.state.isolated ? "on" : "off";
	for (const StormKind &kind : storm_kinds) {
		const StormLimit &limit = row.state.storm.*kind.limit;
		out[std::string(kind.key)] = limit.rate == 0 ? "off" : storm_text(limit);
	}
	const std::string mirror = mirror_of(row);
	out["mirror"] = mirror.empty() ? "none" : mirror;
	out["up"] = row.link.up ? "on" : "off";
	return out;
}

// As above, of what the file says.
KeyValues told_words(KeyValues told)
{
	KeyValues out = words_of(take_port_values(told));
	out["up"] = take_text(told, "up") == "off" ? "off" : "on";
	told.erase("bridge");
	const KeyValues policy = words_of(change_policy({}, words_of(told)));
	for (const auto &[key, value] : told) {
		out[key] = policy.at(key);
	}
	return out;
}

// A mirror that is not there, as a guest's before the guest runs, must not keep the rest from being done: as
// at a vif, nothing is copied then.
void settle_mirror(ApplyContext &all, const Link &port, const std::string &bridge, KeyValues &told)
{
	const auto at = told.find("mirror");
	const auto mirror = at == told.end() ? std::nullopt : parse_mirror(at->second);
	if (!mirror) {
		return;
	}
	const auto target = all.bridges.links.find(mirror->device);
	const auto joined = all.bridges.links.find(bridge);
	if (target && joined && target->master == joined->index && target->index != port.index) {
		return;
	}
	all.context.note(
		fmt::format("uplink {}: mirror {}: not another port of {}, so nothing is copied; run "
			    "'ringway apply' again when it is one",
			    quote(port.name), quote(mirror->device), bridge));
	at->second = "none";
}

void change_uplink(BridgeContext &context, const std::string &device, KeyValues words, bool joined)
{
	const std::string name = take_text(words, "bridge");
	const bool up = take_text(words, "up") != "off";
	const PortValues values = take_port_values(words);
	Link port = *context.links.find(device);
	all_or_nothing([&](Undo &undo) {
		if (!joined) {
			undo.add([&context, port] { context.links.set_master(port, Link()); });
			context.links.set_master(port, find_bridge(context, name));
			port = find_port(context, device);
		}
		const PortChange change = take_port_change(context, port, words);
		if (port.up != up) {
			undo.add([&context, port] { context.links.set_up(port, port.up); });
		}
		if (!joined || change.any() || !values.empty()) {
			change_port(context, port, change, values, undo);
		}
		if (port.up != up) {
			context.links.set_up(port, up);
		}
	});
}

} // namespace

ObjectPlan plan_bridge(ApplyContext &all, const ConfigObject &object)
{
	BridgeContext &context = all.bridges;
	const BridgeWish wish(object.words);
	ObjectPlan plan;
	if (!context.links.find(object.name)) {
		plan.add = true;
		plan.changes = changes_of(wish.words, {});
		plan.carry_out = [&context, wish, name = object.name] {
			make_bridge(context, name, wish.values, wish.address, {}, wish.up);
		};
		return plan;
	}
	const Link bridge = find_bridge(context, object.name);
	KeyValues now = words_of(context.bridges.values(bridge));
	now["address"] = bridge.mac.text();
	plan.changes = changes_of(wish.words, now);
	for (const Change &change : plan.changes) {
		if (change.key == "fdb_max") {
			throw Error(
				Exit::conflict,
				fmt::format("fdb_max {}: {} has {}, which is fixed when a bridge is made; "
					    "remove it with 'ip link delete {}' first",
					    quote(change.to), object.name, change.from, object.name));
		}
	}
	if (wish.up != bridge.up) {
		plan.changes.push_back({"up", bridge.up ? "on" : "off", wish.up ? "on" : "off"});
	}
	plan.carry_out = [&context, bridge, wish] { change_bridge(context, bridge, wish); };
	return plan;
}

ObjectPlan plan_uplink(ApplyContext &all, const ConfigObject &object, const std::set<std::string> &coming)
{
	BridgeContext &context = all.bridges;
	const std::string bridge = object.words.at("bridge");
	const auto port = context.links.find(object.name);
	if (!port) {
		throw Error(Exit::absent, fmt::format("uplink {}: no such device", quote(object.name)));
	}
	if (port->is_bridge()) {
		reject("uplink", object.name, "a bridge cannot be a port of another one");
	}
	if (const auto vif = vif_of(context, object.name)) {
		reject("uplink", object.name, fmt::format("it is {} of a guest; write [[vif]]", vif->text()));
	}
	if (!coming.contains(bridge)) {
		(void)find_bridge(context, bridge);
	}
	const auto master = port->master != 0 ? context.links.find(port->master) : std::nullopt;
	if (master && master->name != bridge) {
		throw Error(Exit::conflict,
			    fmt::format("uplink {}: it is in {} already; take it out with 'ip link set {} "
					"nomaster'",
					quote(object.name), master->name, object.name));
	}
	ObjectPlan plan;
	KeyValues told = told_words(object.words);
	settle_mirror(all, *port, bridge, told);
	if (master) {
		plan.changes = changes_of(told, port_words(port_row(context, *port)));
	} else {
		plan.add = true;
		plan.changes = changes_of(told, {{"up", told.at("up")}});
		plan.changes.insert(plan.changes.begin(), {"bridge", "", bridge});
	}
	KeyValues words{{"bridge", bridge}, {"up", told.at("up")}};
	for (const Change &change : plan.changes) {
		words[change.key] = change.to;
	}
	plan.carry_out = [&context, device = object.name, words, joined = master.has_value()] {
		change_uplink(context, device, words, joined);
	};
	return plan;
}

} // namespace ringway
