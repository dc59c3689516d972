// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/showconf.hpp"

#include <fmt/format.h>
#include <set>
#include "verbs/bridge_rows.hpp"
#include "vif/device.hpp"
#include "vif/domain.hpp"
#include "vif/in_force.hpp"
#include "vif/limit.hpp"
#include "vif/wanted_policy.hpp"
#include "words/policy.hpp"
#include "words/rate.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

ConfigObject bridge_object(BridgeContext &context, const Link &bridge)
{
	ConfigObject out{ConfigKind::bridge, bridge.name, {}, words_of(context.bridges.values(bridge)), ""};
	out.words.erase("fdb_entries");
	out.words["address"] = bridge.mac.text();
	if (!bridge.up) {
		out.words["up"] = "off";
	}
	return out;
}

ConfigObject uplink_object(BridgeContext &context, const Link &port, const std::string &bridge)
{
	const PortRow row = port_row(context, port);
	ConfigObject out{ConfigKind::uplink, port.name, {}, row.words, ""};
	out.words.erase("fdb_entries");
	out.words["bridge"] = bridge;
	if (!port.up) {
		out.words["up"] = "off";
	}
	if (row.state.isolated) {
		out.words["isolated"] = "on";
	}
	for (const StormKind &kind : storm_kinds) {
		if (const StormLimit &limit = row.state.storm.*kind.limit; limit.rate != 0) {
			out.words[std::string(kind.key)] = storm_text(limit);
		}
	}
	if (const std::string mirror = mirror_of(row); !mirror.empty()) {
		out.words["mirror"] = mirror;
	}
	return out;
}

void add_limits(const Record &record, KeyValues &words)
{
	for (const char *key : {"rate", "pps", "rx-rate", "rx-pps"}) {
		const std::string &node = limit_of(record, key);
		const auto rate =
			std::string_view(key).ends_with("rate") ? Rate::of_node(node) : std::nullopt;
		if (!node.empty()) {
			words[key] = rate ? rate->text() : node;
		}
	}
}

// What is set at its port. The VLAN of a port that was told none is the bridge's affair.
void add_policy(Context &context, const Record &record, KeyValues &words)
{
	Policy kept;
	try {
		kept = wanted_policy(context, record).policy();
	} catch (const Error &error) {
		context.note(fmt::format("{}: {}", record.text(), error.what()));
	}
	Policy now = policy_in_force(context, record).value_or(kept);
	if (!kept.vlan) {
		now.vlan.reset();
	}
	const KeyValues neutral = words_of(Policy());
	for (const auto &[key, value] : words_of(now)) {
		if (value != neutral.at(key)) {
			words[key] = value;
		}
	}
}

ConfigObject vif_object(Context &context, const Record &record, const std::string &domain)
{
	ConfigObject out{ConfigKind::vif, domain, record.mac, {}, ""};
	out.words["devid"] = std::to_string(record.devid);
	out.words["bridge"] = record.bridge;
	if (record.backend != 0) {
		out.words["backend"] = std::to_string(record.backend);
	}
	if (context.store.read(Store::none, node_path(record.frontend_path(), schema::frontend::trusted)) ==
	    "0") {
		out.words["trusted"] = "off";
	}
	if (const auto link = device_of(context, record)) {
		const auto master = link->master != 0 ? context.links.find(link->master) : std::nullopt;
		if (master) {
			out.words["bridge"] = master->name;
		}
		if (!master || master->mtu != link->mtu) {
			out.words["mtu"] = std::to_string(link->mtu);
		}
		if (link->name != record.device_name()) {
			out.words["vifname"] = link->name;
		}
	}
	add_limits(record, out.words);
	add_policy(context, record, out.words);
	return out;
}

} // namespace

std::vector<ConfigObject> configuration(ApplyContext &all)
{
	Context &context = all.context;
	std::vector<ConfigObject> bridges, uplinks, vifs;
	std::set<std::string> of_guests;
	for (const Record &record : list_records(context.store)) {
		const auto device = context.host.vif_device(record.domid, record.devid);
		for (const std::string &name :
		     {device.value_or(record.device_name()), record.device_name()}) {
			of_guests.insert(name);
			of_guests.insert(name + "-emu");
		}
		const auto name = context.store.read(Store::none, domain_path(record.domid) + "/name");
		if (!name || name->empty() || !is_utf8(*name) || !record.mac) {
			context.note(fmt::format("{}: left out, because {}", record.text(),
						 !record.mac ? "it has no MAC address on record"
						 : !name || name->empty()
							 ? "its domain has no name"
							 : "the name of its domain is no UTF-8"));
			continue;
		}
		vifs.push_back(vif_object(context, record, *name));
	}
	for (const std::string &name : all.bridges.bridges.names()) {
		const auto bridge = context.links.find(name);
		if (!bridge) {
			continue; // removed meanwhile
		}
		bridges.push_back(bridge_object(all.bridges, *bridge));
		for (const Link &port : context.links.ports(*bridge)) {
			if (!of_guests.contains(port.name)) {
				uplinks.push_back(uplink_object(all.bridges, port, name));
			}
		}
	}
	bridges.insert(bridges.end(), uplinks.begin(), uplinks.end());
	bridges.insert(bridges.end(), vifs.begin(), vifs.end());
	return bridges;
}

Answer showconf(ApplyContext &context)
{
	const auto objects = configuration(context);
	nlohmann::json json = {{"bridge", nlohmann::json::array()},
			       {"uplink", nlohmann::json::array()},
			       {"vif", nlohmann::json::array()}};
	for (const ConfigObject &object : objects) {
		nlohmann::json row = {{"name", name_text(object.name)}, {"settings", object.words}};
		if (object.mac) {
			row["mac"] = object.mac->text();
		}
		json[std::string(kind_name(object.kind))].push_back(row);
	}
	return {json, config_text(objects)};
}

} // namespace ringway
