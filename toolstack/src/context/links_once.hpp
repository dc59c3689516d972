// SPDX-License-Identifier: GPL-2.0-only
//
// The links as they were at one look. Asking the kernel for each vif by its name takes a thousand questions
// on a host with a thousand vifs; a list of all takes one.
#pragma once

#include <map>
#include "context/context.hpp"

namespace ringway
{

// For who only looks: what is changed meanwhile, by whomever, is not seen.
class LinksOnce : public Links
{
public:
	explicit LinksOnce(Links &links) : links_(links) {}

	std::optional<Link> find(const std::string &name) override;
	std::optional<Link> find(int index) override;
	std::vector<Link> ports(const Link &bridge) override;
	std::vector<Link> list() override;
	std::optional<PortState> port_state(const Link &link, const std::optional<Mac> &mac) override
	{
		return links_.port_state(link, mac);
	}
	bool filters_vlans(const Link &bridge) override { return links_.filters_vlans(bridge); }
	std::optional<std::vector<Counter>> counters(const std::string &device) override
	{
		return links_.counters(device);
	}

	void rename(const Link &link, const std::string &name) override { links_.rename(link, name); }
	void set_mac(const Link &link, const Mac &mac) override { links_.set_mac(link, mac); }
	void set_mtu(const Link &link, unsigned mtu) override { links_.set_mtu(link, mtu); }
	void set_master(const Link &link, const Link &bridge) override { links_.set_master(link, bridge); }
	void set_up(const Link &link, bool up) override { links_.set_up(link, up); }
	void set_vlan(const Link &link, const Vlan &vlan) override { links_.set_vlan(link, vlan); }
	void change_port(const Link &link, const PortChange &change) override
	{
		links_.change_port(link, change);
	}

private:
	const std::map<int, Link> &look();

	Links &links_;
	std::optional<std::map<int, Link>> by_index_; // when somebody has asked
	std::map<std::string, int> by_name_;
};

// What a verb that only looks works with.
struct OneLook {
	LinksOnce links;
	Context context;

	explicit OneLook(const Context &from)
	    : links(from.links), context{from.store,  links,     from.host,   from.clock,
					 from.random, from.note, from.journal}
	{
	}
	OneLook(const OneLook &) = delete;
	OneLook &operator=(const OneLook &) = delete;
};

} // namespace ringway
