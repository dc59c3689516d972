// SPDX-License-Identifier: GPL-2.0-only
//
// A host for `apply` and `showconf`: the bridge xenbr0 with vif 3.0 of "web" and the uplink eth0; eth1 is
// free.
#pragma once

#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <set>
#include "fake/bridges.hpp"
#include "guest_test.hpp"
#include "verbs/apply.hpp"
#include "verbs/showconf.hpp"
#include "words/change.hpp"

namespace ringway::test
{

class ApplyTest : public VifTest
{
protected:
	ApplyTest()
	{
		world.links.add("eth0", "");
		world.links.add("eth1", "", false);
		world.links.at("eth0").master = world.links.at("xenbr0").index;
		bridges.of["xenbr0"] = {{BridgeKey::ageing_time, 300},
					{BridgeKey::fdb_max, 16384},
					{BridgeKey::fdb_entries, 7},
					{BridgeKey::vlan_filtering, 1}};
		bridges.of_port["eth0"] = {{PortKey::fdb_max, 0}, {PortKey::fdb_entries, 3}};
		bridges.of_port["eth1"] = {{PortKey::fdb_max, 0}, {PortKey::loop_block, 0}};
		world.links.vlan_bridges.insert("xenbr0");
	}
	Applied apply_text(const std::string &text, ApplyOptions options = {})
	{
		const auto objects = parse_config_file(text, "host.toml",
						       [](const std::string &) { return std::string(); });
		return apply(all, {}, objects, options);
	}
	Applied diff(const std::string &text) { return apply_text(text, {.diff = true, .attach = {}}); }
	// Of each object.
	static std::vector<std::string> actions(const Applied &applied)
	{
		std::vector<std::string> out;
		for (const auto &object : applied.answer.json["objects"]) {
			out.push_back(object["action"]);
		}
		return out;
	}
	static std::vector<Change> changes(const Applied &applied, std::size_t object = 0)
	{
		std::vector<Change> out;
		for (const auto &change : applied.answer.json["objects"][object]["changes"]) {
			out.push_back({change["key"], change.value("from", ""), change["to"]});
		}
		return out;
	}
	// Applied once it is so, and applied again it is nothing.
	void expect_done(const std::string &text)
	{
		const int steps = world.links.changes;
		const Tree before = world.store.tree;
		const Applied again = apply_text(text);
		EXPECT_EQ(again.code, Exit::ok);
		for (const std::string &action : actions(again)) {
			EXPECT_EQ(action, "none") << again.answer.text;
		}
		EXPECT_EQ(world.links.changes, steps);
		EXPECT_EQ(difference(before, world.store.tree), "");
		EXPECT_EQ(diff(text).code, Exit::ok);
	}

	// Of links, bridges and ports, and of what is kept on the disk.
	std::string state()
	{
		std::string out;
		for (const Link &link : world.links.all) {
			out += fmt::format("{} {} {} {} {}:", link.name, link.master, link.up, link.mtu,
					   link.mac.text());
			const auto port = world.links.port_state(link, std::nullopt).value_or(PortState());
			out += fmt::format(" {} {} {} {} {} {}\n", port.isolated, port.locked,
					   port.storm.broadcast.rate, port.storm.multicast.rate,
					   port.mirror_to, vlan_text(port.vlans));
		}
		for (const auto &[name, values] : bridges.of) {
			out += world.links.find(name)
				       ? fmt::format("{}: {}\n", name,
						     fmt::join(words_of(words_of(values)), " "))
				       : "";
		}
		for (const auto &[name, values] : bridges.of_port) {
			out += fmt::format("{}: {}\n", name, fmt::join(words_of(words_of(values)), " "));
		}
		const auto folder = world.root / "var/lib/ringway/policy";
		if (std::filesystem::exists(folder)) {
			std::set<std::string> files; // in an order of their own
			for (const auto &file : std::filesystem::directory_iterator(folder)) {
				std::ifstream in(file.path());
				files.insert(file.path().filename().string() +
					     std::string(std::istreambuf_iterator<char>(in), {}));
			}
			out += fmt::format("{}", fmt::join(files, ""));
		}
		return out;
	}

	FakeBridges bridges{world.links};
	BridgeContext bridge{world.links, bridges, world.store, world.host, world.clock, world.journal};
	ApplyContext all{context, bridge};
};

using Words = std::vector<std::string>;

} // namespace ringway::test
