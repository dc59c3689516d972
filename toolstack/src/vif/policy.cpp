// SPDX-License-Identifier: GPL-2.0-only
#include "vif/policy.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "context/file_lock.hpp"
#include "vif/address.hpp"
#include "vif/kept_policy.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

// The lock takes the address away from whoever else has it: another guest, or this host.
void check_mac_lock(Context &context, const Record &record, const Link &link)
{
	if (!record.mac) {
		throw Error(Exit::usage,
			    fmt::format("{}: it has no MAC address on record to be locked to; omit mac_lock=",
					record.text()));
	}
	const std::string bridge = context.links.find(link.master).value_or(Link()).name;
	if (const auto other = address_user(context, *record.mac, bridge, true, &record)) {
		throw Error(
			Exit::conflict,
			fmt::format("{}: it cannot be locked to {}, which {} has on bridge {} too; give one "
				    "of them another address",
				    record.text(), record.mac->text(), *other, bridge));
	}
}

// The port's VLANs until now are not to be had back: it gets the one that every port starts with.
constexpr std::string_view default_vlan = "1";

// A guest that was the mirror may be gone: that must not keep the rest from being put in force.
int mirror_target(Context &context, const Link &port, const Mirror &mirror)
{
	const auto target = context.links.find(mirror.device);
	if (target && target->master == port.master && target->index != port.index) {
		return target->index;
	}
	context.note(fmt::format("mirror {}: not another port of {}'s bridge, so nothing is copied; run "
				 "'ringway vif set' again when it is one, or give it up with mirror=none",
				 quote(mirror.device), port.name));
	return 0;
}

// What the words name, or all that is kept.
PortChange port_change(Context &context, const Record &record, const Link &link, const Policy &policy,
		       const std::vector<std::string> &words)
{
	const auto named = [&](std::string_view key) {
		return words.empty() || std::any_of(words.begin(), words.end(), [&](const std::string &word) {
			       return word.starts_with(key) && word.substr(key.size(), 1) == "=";
		       });
	};
	PortChange change;
	if (named("isolated")) {
		change.isolated = policy.isolated;
	}
	if (named("mac_lock")) {
		change.mac_lock = policy.mac_lock;
		change.mac = record.mac;
	}
	if (named("ip")) {
		change.ip_lock = policy.ip_lock;
	}
	for (std::size_t i = 0; i < storm_kinds.size(); ++i) {
		if (named(storm_kinds[i].key)) {
			change.storm[i] = policy.storm.*storm_kinds[i].limit;
		}
	}
	if (named("rules")) {
		change.rules = policy.rules;
	}
	if (named("mirror")) {
		const int target = policy.mirror ? mirror_target(context, link, *policy.mirror) : 0;
		change.mirror_from = policy.mirror && policy.mirror->from_guest ? target : 0;
		change.mirror_to = policy.mirror && policy.mirror->to_guest ? target : 0;
	}
	if (named("vlan")) {
		change.vlan = policy.vlan;
	}
	return change;
}

} // namespace

Link find_port(Context &context, const Record &record)
{
	if (record.backend != 0) {
		throw Error(Exit::usage, fmt::format("{}: its backend is domain {}: set the policy there",
						     record.text(), record.backend));
	}
	const auto name = context.host.vif_device(record.domid, record.devid);
	const auto link = name ? context.links.find(*name) : std::nullopt;
	if (!link) {
		throw Error(Exit::absent,
			    fmt::format("{}: it has no network device here; see 'ringway vif show {} {}'",
					record.text(), record.domid, record.devid));
	}
	const auto master = link->master != 0 ? context.links.find(link->master) : std::nullopt;
	if (!master || master->kind != "brlite") {
		throw Error(
			Exit::usage,
			fmt::format("{}: {} is not a port of a brlite bridge; join one with 'ip link set {} "
				    "master BRIDGE', or create one with 'ip link add BRIDGE type brlite'",
				    record.text(), link->name, link->name));
	}
	return *link;
}

void update_policy(Context &context, const Record &record, const std::vector<std::string> &words)
{
	const FileLock lock(context.clock, own_locks(context.host.root()) /
						   fmt::format("policy-{}.{}", record.domid, record.devid));
	const Policy before = read_policy(context.store, record);
	const Policy policy = change_policy(before, words);
	const Link link = find_port(context, record);
	PortChange change = port_change(context, record, link, policy, words);
	if (change.mac_lock == true) {
		check_mac_lock(context, record, link);
	}
	if (before.vlan && !policy.vlan) {
		change.vlan = Vlan::parse(default_vlan);
	}
	context.links.change_port(link, change);
	if (change.vlan && policy.vlan) {
		begin_filtering(context, context.links.find(link.master).value_or(Link()));
	}
	transact(context.store, context.clock, [&](Transaction &transaction) {
		if (!transaction.read(node_path(record.backend_path(), schema::backend::state))) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached in the meantime", record.text()));
		}
		keep_policy(transaction, record, policy);
	});
}

void begin_filtering(Context &context, const Link &bridge)
{
	if (bridge.kind != "brlite" || context.links.filters_vlans(bridge)) {
		return;
	}
	context.links.filter_vlans(bridge);
	context.note(fmt::format(
		"bridge {} filters VLANs from now on; ports without vlan= are untagged members of VLAN {}",
		bridge.name, default_vlan));
}

} // namespace ringway
