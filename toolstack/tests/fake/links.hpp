// SPDX-License-Identifier: GPL-2.0-only
//
// A list of links, whose changes fail on demand.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>
#include "context/links.hpp"

namespace ringway::test
{

// What a port of a brlite bridge may do, after all changes.
struct PortPolicy {
	bool isolated = false;
	bool mac_lock = false;
	std::optional<Mac> mac;
	bool has_mac = false;
	std::optional<IpLock> ip_lock;
	StormLimits storm;
	PortRules rules;
	int mirror_from = 0, mirror_to = 0;
	std::optional<Vlan> vlan; // absent: whatever they were

	bool operator==(const PortPolicy &) const = default;
};

class FakeLinks : public Links
{
public:
	std::optional<Link> find(const std::string &name) override;
	std::optional<Link> find(int index) override;
	std::vector<Link> list() override;
	std::vector<Link> ports(const Link &bridge) override;
	void rename(const Link &link, const std::string &name) override;
	void set_mac(const Link &link, const Mac &mac) override;
	void set_mtu(const Link &link, unsigned mtu) override;
	void set_master(const Link &link, const Link &bridge) override;
	void set_up(const Link &link, bool up) override;
	void set_vlan(const Link &link, const Vlan &vlan) override;
	void change_port(const Link &link, const PortChange &change) override;
	std::optional<PortState> port_state(const Link &link, const std::optional<Mac> &mac) override;
	bool filters_vlans(const Link &bridge) override { return vlan_bridges.contains(bridge.name); }
	std::optional<std::vector<Counter>> counters(const std::string &device) override
	{
		return std::any_of(all.begin(), all.end(), [&](const Link &l) { return l.name == device; }) &&
				       count
			       ? std::optional(count(device))
			       : std::nullopt;
	}

	void step(const std::string &what); // of somebody else, which is counted and may fail
	Link &at(const std::string &name);  // to change it as others would
	int add(const std::string &name, const std::string &kind, bool up = true, unsigned mtu = 1500);

	std::vector<Link> all;
	std::set<std::string> vlan_bridges;
	std::function<std::vector<Counter>(const std::string &)> count;
	std::map<std::string, Vlan> vlans;
	std::map<std::string, PortPolicy> policies;
	bool vlan_sent = false; // with the last change of a port
	std::uint64_t hits = 0; // of each rule
	int questions = 0;      // each a way to the kernel and back
	int changes = 0;
	int fail_at = 0; // the so-many-th change from the start fails
	std::function<void(const std::string &from, const std::string &to)> renamed;
	std::function<void()> on_policy;
	std::function<void()> on_change; // before each

private:
	Link &change(const Link &link, const std::string &what);
	int next_ = 1;
};

} // namespace ringway::test
