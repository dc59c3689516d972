// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/check_bridge.hpp"

#include <fmt/format.h>
#include <map>
#include <optional>
#include "vif/address.hpp"

namespace ringway
{

namespace
{

// It works on an ordinary bridge, and silently does nothing on a brlite one. Nearly every rule of nftables'
// family bridge asks for the packet's protocol or port, which is nft_meta_bridge.
void check_habits(Report &report, const Host &host, const std::string &bridge)
{
	for (const char *filter : {"xt_physdev", "ebtable_filter", "nft_meta_bridge"}) {
		if (host.module_users(filter) > 0) {
			report.warning(
				"bridge " + bridge,
				fmt::format("rules of iptables, ebtables or nftables for bridged frames are "
					    "in use ({}), and match nothing on a brlite bridge",
					    filter),
				"write them again with 'ringway vif rules' or in /etc/ringway/policy.d");
		}
	}
}

std::uint64_t value_of(const std::vector<Counter> &counters, std::string_view name)
{
	for (const Counter &counter : counters) {
		if (counter.name == name) {
			return counter.value;
		}
	}
	return 0;
}

// What the bridge has counted since it was made, and nobody would look for.
void check_counted(Report &report, Context &context, const std::string &bridge)
{
	const auto counters = context.links.counters(bridge).value_or(std::vector<Counter>());
	const std::string subject = "bridge " + bridge;
	if (const auto refused = value_of(counters, "fdb_refused_port_full")) {
		report.warning(
			subject,
			fmt::format("{} times an address was not learned, as its port had as many as it "
				    "may: all ports see what goes to such an address",
				    refused),
			fmt::format("'ringway -d bridge show {}' says which port; 'ringway bridge port "
				    "DEVICE fdb_max=NUMBER' lets an uplink have more",
				    bridge));
	}
	if (const auto refused = value_of(counters, "fdb_refused_full")) {
		report.warning(subject,
			       fmt::format("{} times an address was not learned, as the table was full: all "
					   "ports see what goes to such an address",
					   refused),
			       "make the bridge anew with a larger fdb_max=");
	}
	if (const auto dropped = value_of(counters, "drop_source_local")) {
		report.warning(subject,
			       fmt::format("{} frames came in with an address of this host and were dropped",
					   dropped),
			       "there is a loop, or somebody uses the address: 'dmesg' names the port");
	}
}

void check_bridge(Report &report, Context &context, const std::string &name,
		  const std::optional<Link> &bridge)
{
	const std::string subject = "bridge " + name;
	if (!bridge) {
		report.problem(subject, "no such device",
			       fmt::format("ip link add {} type brlite && ip link set {} up", name, name));
		return;
	}
	if (!bridge->is_bridge()) {
		report.problem(subject, "this device is not a bridge",
			       "name a bridge with bridge= in the vifspec");
		return;
	}
	if (!bridge->up) {
		report.problem(subject, "it is down", fmt::format("ip link set {} up", name));
	} else {
		report.ok(subject, fmt::format("{}, MTU {}", bridge->kind, bridge->mtu));
	}
	if (bridge->kind == "brlite") {
		check_habits(report, context.host, name);
		check_counted(report, context, name);
	}
}

// Neither of the two works reliably, and a guest with the host's address gets nothing through.
void check_address(Report &report, AddressOwners &owners, const Record &record)
{
	if (!record.mac) {
		return;
	}
	const auto [owner, first] = owners.emplace(record.mac->text(), record.text());
	if (!first) {
		report.problem(record.text(),
			       fmt::format("{} has its address {} too", owner->second, record.mac->text()),
			       fmt::format("ringway vif detach {} {}, and attach it with another mac=",
					   record.domid, record.devid));
	}
}

} // namespace

void check_bridges(Report &report, Context &context, const std::vector<Record> &records)
{
	std::map<std::string, std::vector<const Record *>> bridges;
	for (const Record &record : records) {
		if (record.backend == 0 && !record.bridge.empty()) {
			bridges[record.bridge].push_back(&record);
		}
	}
	if (bridges.empty()) {
		bridges[context.host.default_bridge()];
	}
	for (const auto &[name, vifs] : bridges) {
		const auto bridge = context.links.find(name);
		check_bridge(report, context, name, bridge);
		AddressOwners owners = bridge ? owners_on(context, *bridge) : AddressOwners();
		for (const Record *record : vifs) {
			check_address(report, owners, *record);
		}
	}
}

} // namespace ringway
