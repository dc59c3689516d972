// SPDX-License-Identifier: GPL-2.0-only
#include "vif/policy.hpp"

#include <fmt/format.h>
#include "context/file_lock.hpp"
#include "vif/kept_policy.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

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

void put_in_force(Context &context, const Record &record, const Policy &before, const Policy &policy)
{
	const Link link = find_port(context, record);
	if (policy.mac_lock && !record.mac) {
		throw Error(Exit::usage,
			    fmt::format("{}: it has no MAC address on record to be locked to; omit mac_lock=",
					record.text()));
	}
	PortPolicy port;
	port.isolated = policy.isolated;
	port.mac_lock = policy.mac_lock;
	port.mac = record.mac;
	port.ip_lock = policy.ip_lock;
	port.storm = policy.storm;
	port.rules = policy.rules;
	if (policy.mirror) {
		const int target = mirror_target(context, link, *policy.mirror);
		port.mirror_from = policy.mirror->from_guest ? target : 0;
		port.mirror_to = policy.mirror->to_guest ? target : 0;
	}
	port.vlan = policy.vlan;
	if (!policy.vlan && before.vlan) {
		port.vlan = Vlan::parse(default_vlan);
	}
	context.links.set_policy(link, port);
	if (policy.vlan) {
		begin_filtering(context, context.links.find(link.master).value_or(Link()));
	}
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

void update_policy(Context &context, const Record &record, const std::function<Policy(Policy)> &change)
{
	const FileLock lock(context.clock, own_locks(context.host.root()) /
						   fmt::format("policy-{}.{}", record.domid, record.devid));
	const Policy before = read_policy(context.store, record);
	const Policy policy = change(before);
	put_in_force(context, record, before, policy);
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
