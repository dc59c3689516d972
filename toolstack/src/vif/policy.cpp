// SPDX-License-Identifier: GPL-2.0-only
#include "vif/policy.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "context/undo.hpp"
#include "vif/address.hpp"
#include "vif/device.hpp"
#include "vif/kept_policy.hpp"
#include "vif/limit.hpp"
#include "vif/stock.hpp"
#include "vif/policy_turn.hpp"
#include "vif/port_plan.hpp"
#include "vif/wanted_policy.hpp"
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

// A bridge that does not look at tags could not keep the port in its VLANs; and it is not for one guest's
// sake that all others, and this host, lose the tags that they use.
void check_filtering(Context &context, const Link &port, const Policy &policy)
{
	const auto bridge = context.links.find(port.master);
	if (policy.vlan && bridge && !context.links.filters_vlans(*bridge)) {
		throw Error(Exit::usage, not_filtering(*bridge, policy.vlan->text));
	}
}

// What the ports should do, nothing of which is refused before it is tried.
std::vector<PlannedPort> possible_ports(Context &context, const Record &record, const Policy &before,
					const Policy &policy, const std::vector<std::string> &words)
{
	std::vector<PlannedPort> ports = plan_ports(context, record, policy, words);
	for (PlannedPort &port : ports) {
		if (port.change.mac_lock == true) {
			check_mac_lock(context, record, port.link);
		}
		if (port.change.vlan) {
			check_filtering(context, port.link, policy);
		}
		if (before.vlan && !policy.vlan) {
			port.change.vlan = Vlan::parse(default_vlan);
		}
	}
	return ports;
}

void write_policy(Context &context, const Record &record, const Policy &policy)
{
	transact(context.store, context.clock, [&](Transaction &transaction) {
		if (!transaction.read(node_path(record.backend_path(), schema::backend::state))) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached in the meantime", record.text()));
		}
		keep_policy(transaction, record, policy);
	});
}

void put_in_force(Context &context, const Record &record, const Policy &policy,
		  const std::vector<std::string> &words)
{
	const Policy before = read_policy(context.store, record);
	if (words.empty() && policy.empty() && before.empty()) {
		return;
	}
	const auto ports = possible_ports(context, record, before, policy, words);
	all_or_nothing([&](Undo &undo) {
		for (const PlannedPort &port : ports) {
			const auto state = context.links.port_state(port.link, port.change.mac);
			undo.add([&context, port, was = undoing(port.change, state)] {
				context.links.change_port(port.link, was);
			});
			context.links.change_port(port.link, port.change);
		}
		write_policy(context, record, policy);
	});
}

// Both would have one file. xl makes such vifs.
void expect_no_twin(Context &context, const Record &record)
{
	const auto twin =
		record.mac ? find_twin(context.store, record.domid, *record.mac, record.devid) : std::nullopt;
	if (twin) {
		throw Error(
			Exit::conflict,
			fmt::format("{}: {}, of the same guest, has its address {} too, and what is set for "
				    "one of them would be set for both; give one another address",
				    record.text(), twin->text(), record.mac->text()));
	}
}

// First on the disk, so that what is in force outlives whatever happens; back again when it cannot be.
void keep_while(WantedPolicy &wanted, const KeptWords &before, const std::function<void()> &action)
{
	if (!wanted.file || wanted.kept == before) {
		action();
		return;
	}
	wanted.file->write(wanted.kept, wanted.names.name);
	try {
		action();
	} catch (...) {
		wanted.file->write(before, wanted.names.name);
		throw;
	}
}

// Ports that left a bridge were taken down by it, because they were open then. Not while the vif is wired up:
// whoever does that takes it up.
void take_up(Context &context, const Record &record, const Policy &policy)
{
	const auto status = context.store.read(
		Store::none, node_path(record.backend_path(), schema::backend::hotplug_status));
	if (policy.empty() || status != "connected") {
		return;
	}
	for (const PlannedPort &port : plan_ports(context, record, policy, {})) {
		if (!port.link.up) {
			context.links.set_up(port.link, true);
			context.note(fmt::format("{} is up again", port.link.name));
		}
	}
}

void put_limits(Context &context, const Record &record, const std::vector<Limit> &limits)
{
	if (limits.empty()) {
		return;
	}
	set_limits(context, record, limits);
	if (const std::string unknown = unknown_limits(context.host, record, limits); !unknown.empty()) {
		context.note(fmt::format("{}: not in force: {}", record.text(), unknown));
	}
}

// The words give up what was kept, and then nothing is wanted that an ordinary bridge cannot do. What the
// vifspec says there is not for this command to change: VLANs are bridge(8)'s, addresses are iptables'.
bool only_gives_up(Context &context, const Record &record, const WantedPolicy &wanted,
		   const std::vector<std::string> &words)
{
	if (!on_ordinary_bridge(context, record) || wanted.needs_brlite()) {
		return false;
	}
	const KeyValues named = key_values(words);
	return std::none_of(named.begin(), named.end(),
			    [&](const auto &word) { return wanted.vifspec.contains(word.first); });
}

} // namespace

FileLock policy_turn(Context &context, const Record &record)
{
	return {context.clock,
		own_locks(context.host.root()) / fmt::format("policy-{}.{}", record.domid, record.devid)};
}

void update_policy(Context &context, const Record &record, const std::vector<std::string> &words)
{
	(void)change_policy({}, words);
	const FileLock lock = policy_turn(context, record);
	WantedPolicy wanted = wanted_policy(context, record);
	const KeptWords before = wanted.kept;
	expect_no_twin(context, record);
	wanted.set(words);
	keep_while(wanted, before, [&] {
		if (only_gives_up(context, record, wanted, words)) {
			write_policy(context, record, wanted.policy());
		} else {
			put_in_force(context, record, wanted.policy(), words);
		}
	});
}

Policy try_policy(Context &context, const Record &record, const std::vector<std::string> &words)
{
	(void)change_policy({}, words);
	WantedPolicy wanted = wanted_policy(context, record);
	if (!words.empty()) {
		expect_no_twin(context, record);
	}
	wanted.set(words);
	const Policy policy = wanted.policy();
	if (!words.empty() && !only_gives_up(context, record, wanted, words)) {
		(void)possible_ports(context, record, read_policy(context.store, record), policy, words);
	}
	return policy;
}

void put_policy_in_force(Context &context, const Record &record)
{
	const FileLock lock = policy_turn(context, record);
	const WantedPolicy wanted = wanted_policy(context, record);
	const bool ordinary = on_ordinary_bridge(context, record);
	if (ordinary) {
		put_attached_vlans(context, record, wanted);
	} else {
		put_in_force(context, record, wanted.policy(), {});
		take_up(context, record, wanted.policy());
	}
	put_limits(context, record, wanted_limits(record, wanted));
	if (ordinary && wanted.needs_brlite()) {
		// By these first words the hook for Xen's scripts knows it: packaging/scripts/vif-post.d.
		throw Error(Exit::host,
			    fmt::format("only a brlite bridge can do what is wanted of {}'s "
					"port, {}, and {} is none",
					record.text(), wanted.policy().text(), wanted.names.bridge));
	}
}

void put_named_in_force(Context &context, const Record &record)
{
	const FileLock lock = policy_turn(context, record);
	const WantedPolicy wanted = wanted_policy(context, record);
	if (const auto words = words_of(only_limits(wanted.words(), false)); !words.empty()) {
		put_in_force(context, record, wanted.policy(), words);
	}
}

void keep_attached(Context &context, const Record &record, const KeyValues &words)
{
	const FileLock lock = policy_turn(context, record);
	const VifNames names = vif_names(context, record);
	const auto file = KeptPolicy::of(context.host.root(), names);
	KeptWords kept = file ? file->read() : KeptWords();
	if (file && kept.attached != words) {
		kept.attached = words;
		file->write(kept, names.name);
	}
}

void update_limits(Context &context, const Record &record, const std::vector<std::string> &words)
{
	expect_known_limits(context.host, record, parse_limit_changes(words));
	const FileLock lock = policy_turn(context, record);
	WantedPolicy wanted = wanted_policy(context, record);
	const std::vector<Limit> limits = limits_then(wanted, words);
	const KeptWords before = wanted.kept;
	expect_no_twin(context, record);
	wanted.set(words);
	keep_while(wanted, before, [&] { set_limits(context, record, limits); });
}

std::vector<Limit> try_limits(Context &context, const Record &record, const std::vector<std::string> &words)
{
	expect_known_limits(context.host, record, parse_limit_changes(words));
	return limits_then(wanted_policy(context, record), words);
}

void forget_policy(Context &context, const VifNames &names)
{
	if (const auto file = KeptPolicy::of(context.host.root(), names)) {
		file->write({}, "");
	}
}

} // namespace ringway
