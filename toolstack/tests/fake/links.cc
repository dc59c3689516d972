// SPDX-License-Identifier: GPL-2.0-only
#include "fake/links.hpp"

#include <algorithm>
#include <iterator>
#include <fmt/format.h>
#include "fake/calls.hpp"
#include "words/error.hpp"

namespace ringway::test
{

int FakeLinks::add(const std::string &name, const std::string &kind, bool up, unsigned mtu)
{
	Link link;
	link.index = next_++;
	link.name = name;
	link.kind = kind;
	link.up = up;
	link.mtu = mtu;
	all.push_back(link);
	return link.index;
}

std::optional<Link> FakeLinks::find(const std::string &name)
{
	++questions;
	const auto found =
		std::find_if(all.begin(), all.end(), [&](const Link &l) { return l.name == name; });
	return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<Link> FakeLinks::find(int index)
{
	++questions;
	const auto found =
		std::find_if(all.begin(), all.end(), [&](const Link &l) { return l.index == index; });
	return found == all.end() ? std::nullopt : std::optional(*found);
}

std::vector<Link> FakeLinks::list()
{
	++questions;
	return all;
}

std::vector<Link> FakeLinks::ports(const Link &bridge)
{
	++questions;
	std::vector<Link> out;
	std::copy_if(all.begin(), all.end(), std::back_inserter(out),
		     [&](const Link &l) { return l.master == bridge.index; });
	return out;
}

Link &FakeLinks::at(const std::string &name)
{
	return *std::find_if(all.begin(), all.end(), [&](const Link &l) { return l.name == name; });
}

void FakeLinks::step(const std::string &what)
{
	call();
	if (on_change) {
		on_change();
	}
	if (++changes == fail_at) {
		throw Error(Exit::failed, fmt::format("{} failed: injected", what));
	}
}

Link &FakeLinks::change(const Link &link, const std::string &what)
{
	step(fmt::format("device {}: {}", link.name, what));
	const auto found =
		std::find_if(all.begin(), all.end(), [&](const Link &l) { return l.index == link.index; });
	if (found == all.end()) {
		throw Error(Exit::failed, fmt::format("device {}: {} failed: it is gone", link.name, what));
	}
	return *found;
}

void FakeLinks::rename(const Link &link, const std::string &name)
{
	Link &it = change(link, "renaming");
	if (renamed) {
		renamed(it.name, name);
	}
	it.name = name;
}

void FakeLinks::set_mac(const Link &link, const Mac &mac)
{
	change(link, "address").mac = mac;
}

void FakeLinks::set_mtu(const Link &link, unsigned mtu)
{
	change(link, "mtu").mtu = mtu;
}

void FakeLinks::set_master(const Link &link, const Link &bridge)
{
	change(link, "joining").master = bridge.index;
}

void FakeLinks::set_up(const Link &link, bool up)
{
	change(link, "up").up = up;
}

void FakeLinks::set_vlan(const Link &link, const Vlan &vlan)
{
	vlans[change(link, "vlan").name] = vlan;
}

namespace
{

template <typename To, typename From>
void take(To &to, const std::optional<From> &from)
{
	if (from) {
		to = *from;
	}
}

} // namespace

void FakeLinks::change_port(const Link &link, const PortChange &wanted)
{
	if (on_policy) {
		on_policy();
	}
	PortPolicy &port = policies[change(link, "policy").name];
	take(port.isolated, wanted.isolated);
	take(port.mac_lock, wanted.mac_lock);
	take(port.mac, wanted.mac);
	if (wanted.mac_lock) {
		port.has_mac = *wanted.mac_lock && wanted.has_mac;
	}
	take(port.ip_lock, wanted.ip_lock);
	for (std::size_t i = 0; i < storm_kinds.size(); ++i) {
		take(port.storm.*storm_kinds[i].limit, wanted.storm[i]);
	}
	take(port.rules, wanted.rules);
	take(port.mirror_from, wanted.mirror_from);
	take(port.mirror_to, wanted.mirror_to);
	take(port.vlan, wanted.vlan);
	vlan_sent = wanted.vlan.has_value();
}

std::optional<PortState> FakeLinks::port_state(const Link &link, const std::optional<Mac> &mac)
{
	const auto master = find(link.master);
	if (!master || master->kind != "brlite") {
		return std::nullopt;
	}
	PortPolicy port;
	if (const auto at = policies.find(link.name); at != policies.end()) {
		port = at->second;
	}
	PortState state;
	state.isolated = port.isolated;
	state.locked = port.mac_lock;
	state.has_mac = port.has_mac && port.mac == mac;
	state.ip_lock = port.ip_lock;
	state.storm = port.storm;
	state.counted.rules = port.rules;
	for (const Way way : ways) {
		state.counted.of(way) = {std::vector(port.rules.of(way).rules.size(), hits), hits + 1,
					 hits + 2};
	}
	state.mirror_from = port.mirror_from;
	state.mirror_to = port.mirror_to;
	state.vlans = vlan_table(port.vlan.value_or(Vlan::parse("1")));
	return state;
}

} // namespace ringway::test
