// SPDX-License-Identifier: GPL-2.0-only
//
// Bridges beside the list of links.
#pragma once

#include "context/bridges.hpp"
#include "fake/links.hpp"
#include "words/error.hpp"

namespace ringway::test
{

class FakeBridges : public Bridges
{
public:
	explicit FakeBridges(FakeLinks &links) : links_(links) {}

	std::vector<std::string> names() override
	{
		std::vector<std::string> out;
		for (const Link &link : links_.all) {
			if (link.kind == "brlite") {
				out.push_back(link.name);
			}
		}
		return out;
	}
	void add(const std::string &name, const BridgeValues &values) override
	{
		links_.step("creating it");
		if (links_.find(name)) {
			throw Error(Exit::failed, "bridge " + name + ": creating it failed: File exists");
		}
		links_.add(name, "brlite", false);
		of[name] = values;
	}
	void remove(const Link &bridge) override
	{
		for (Link &link : links_.all) {
			link.master = link.master == bridge.index ? 0 : link.master;
		}
		std::erase_if(links_.all, [&](const Link &link) { return link.index == bridge.index; });
	}
	void change(const Link &bridge, const BridgeValues &values) override
	{
		links_.step("changing it");
		for (const auto &[key, value] : values) {
			of[bridge.name][key] = value;
		}
	}
	BridgeValues values(const Link &bridge) override { return of[bridge.name]; }
	void change_port(const Link &port, const PortValues &values) override
	{
		links_.step("changing it");
		for (const auto &[key, value] : values) {
			of_port[port.name][key] = value;
		}
	}
	PortValues port_values(const Link &port) override { return of_port[port.name]; }
	std::vector<FdbEntry> fdb(const Link &) override { return table; }
	void flush(const Link &bridge, const std::optional<Link> &port) override
	{
		links_.step("flushing it");
		flushed.push_back(port ? port->name : bridge.name);
		std::erase_if(table,
			      [&](const FdbEntry &entry) { return !port || entry.device == port->name; });
	}

	std::map<std::string, BridgeValues> of;
	std::map<std::string, PortValues> of_port;
	std::vector<FdbEntry> table;
	std::vector<std::string> flushed;

private:
	FakeLinks &links_;
};

} // namespace ringway::test
