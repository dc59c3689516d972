// SPDX-License-Identifier: GPL-2.0-only
#include "vif/port_plan.hpp"

#include <algorithm>
#include <fmt/format.h>
extern "C" {
#include <xen/io/xenbus.h>
}
#include "vif/device.hpp"
#include "vif/state.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

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

// What the words name, or all that is wanted.
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

// It keeps the locks, to nothing.
void shut(PortChange &change)
{
	change.has_mac = false;
	if (change.ip_lock && *change.ip_lock) {
		change.ip_lock = std::optional(IpLock());
	}
}

std::string on_off(bool on)
{
	return on ? "on" : "off";
}

std::string limit_text(const StormLimit &limit)
{
	return limit.rate == 0 ? "off" : storm_text(limit);
}

std::string lock_text(const std::optional<IpLock> &lock)
{
	if (!lock) {
		return "any";
	}
	IpLock sorted = *lock;
	std::sort(sorted.begin(), sorted.end());
	return ip_lock_text(sorted);
}

} // namespace

std::optional<Link> emulated_port(Context &context, const Record &record, const Link &vif)
{
	if (vif.master == 0) { // two that are on no bridge are not on the same
		return std::nullopt;
	}
	for (const std::string &name : {vif.name, record.device_name()}) {
		const auto tap = context.links.find(name + "-emu");
		if (tap && tap->master == vif.master) {
			return tap;
		}
	}
	return std::nullopt;
}

std::string no_policy_there(const Link &port, const std::optional<Link> &bridge)
{
	const std::string what = fmt::format("{} is not a port of a brlite bridge", port.name);
	return bridge && bridge->kind == "bridge"
		       ? fmt::format("{}: {} is an ordinary one, for which bridge(8) has words of its own; "
				     "'ringway use ringway' makes it one of kind brlite",
				     what, bridge->name)
		       : fmt::format("{}; join one with 'ip link set {} master BRIDGE', or create one with "
				     "'ip link add BRIDGE type brlite'",
				     what, port.name);
}

std::string not_filtering(const Link &bridge, const std::string &vlan)
{
	const std::string how =
		bridge.kind == "brlite"
			? fmt::format("let it with 'echo 1 > /sys/class/net/{}/brlite/vlan_filtering', after "
				      "'bridge vlan add' for all ports that need tags, this host's too",
				      bridge.name)
			: fmt::format("make it with 'ip link set {} type bridge vlan_filtering 1'",
				      bridge.name);
	return fmt::format("vlan {}: bridge {} does not filter VLANs; {}", quote(vlan), bridge.name, how);
}

Link find_port(Context &context, const Record &record)
{
	const Link link = must_have_device(context, record, set_it_there);
	const auto master = link.master != 0 ? context.links.find(link.master) : std::nullopt;
	if (!master || master->kind != "brlite") {
		throw Error(Exit::usage, fmt::format("{}: {}", record.text(), no_policy_there(link, master)));
	}
	return link;
}

std::vector<PlannedPort> plan_ports(Context &context, const Record &record, const Policy &policy,
				    const std::vector<std::string> &words)
{
	PlannedPort vif{find_port(context, record), {}};
	vif.change = port_change(context, record, vif.link, policy, words);
	const auto tap = emulated_port(context, record, vif.link);
	if (!tap) {
		return {vif};
	}
	PlannedPort emulated{*tap, vif.change};
	if (backend_state(context.store, record) == XenbusStateConnected) {
		shut(emulated.change);
		return {emulated, vif};
	}
	shut(vif.change);
	return {vif, emulated};
}

std::vector<std::string> differences(const PortChange &planned, const PortState &now)
{
	std::vector<std::string> out;
	const auto compare = [&](std::string_view key, const std::string &wanted, const std::string &is) {
		if (wanted != is) {
			out.push_back(fmt::format("{} should be {} and is {}", key, wanted, is));
		}
	};
	if (planned.isolated) {
		compare("isolated", on_off(*planned.isolated), on_off(now.isolated));
	}
	if (planned.mac_lock) {
		compare("mac_lock", on_off(*planned.mac_lock), on_off(now.locked));
		if (*planned.mac_lock && now.locked && planned.has_mac != now.has_mac) {
			out.push_back(now.has_mac ? "its MAC address should be behind the guest's other port"
						  : "its MAC address should be behind the port and is not");
		}
	}
	if (planned.ip_lock) {
		compare("ip", lock_text(*planned.ip_lock), lock_text(now.ip_lock));
	}
	for (std::size_t i = 0; i < storm_kinds.size(); ++i) {
		if (planned.storm[i]) {
			compare(storm_kinds[i].key, limit_text(*planned.storm[i]),
				limit_text(now.storm.*storm_kinds[i].limit));
		}
	}
	if (planned.rules && *planned.rules != now.counted.rules) {
		out.push_back("rules should be others than are in force");
	}
	if (planned.mirror_from &&
	    (planned.mirror_from != now.mirror_from || planned.mirror_to != now.mirror_to)) {
		out.push_back("mirror should be another than is in force");
	}
	if (planned.vlan) {
		compare("vlan", vlan_text(vlan_table(*planned.vlan)), vlan_text(now.vlans));
	}
	return out;
}

} // namespace ringway
