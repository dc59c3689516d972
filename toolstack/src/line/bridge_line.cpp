// SPDX-License-Identifier: GPL-2.0-only
// ringway bridge add|set|show|port|fdb|flush

#include <memory>
#include "line/line.hpp"
#include "verbs/bridge.hpp"
#include "world/nl_bridges.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

struct BridgeTyped {
	std::string name, port;
	BridgeWords words;
};

using BridgeWork = Answer (*)(BridgeContext &, const Line &, const BridgeTyped &);

CLI::App *add_verb(CLI::App &bridge, Line &line, const char *name, const char *help, BridgeWork work,
		   const std::shared_ptr<BridgeTyped> &typed)
{
	CLI::App *verb = bridge.add_subcommand(name, help)->fallthrough();
	verb->callback([&line, work, typed] {
		line.run = [&line, work, typed] {
			World world;
			Context context = world.open();
			NlBridges bridges;
			BridgeContext all{context.links, bridges,       context.store,
					  context.host,  context.clock, context.journal};
			print(line.output, work(all, line, *typed));
			return static_cast<int>(Exit::ok);
		};
	});
	return verb;
}

} // namespace

void add_bridge(CLI::App &app, Line &line)
{
	CLI::App &bridge =
		*app.add_subcommand("bridge", "Bridges of kind brlite")->require_subcommand(1)->fallthrough();
	const auto typed = std::make_shared<BridgeTyped>();
	const char *keys = "ageing_time=, fdb_max=, fdb_port_max=, vlan_filtering=on|off, group_fwd_mask=, "
			   "stp_state=on|off, vlan_protocol=802.1Q|802.1ad, default_pvid=, "
			   "mcast_snooping=on|off, mcast_querier=on|off, vlan_stats_enabled=on|off";
	CLI::App *add = add_verb(
		bridge, line, "add", "Make one, with its ports, and take it up",
		[](BridgeContext &c, const Line &l, const BridgeTyped &t) {
			return bridge_add(c, l.output, t.name, t.words);
		},
		typed);
	add->add_option("NAME", typed->name, "Its name")->required();
	add->add_option("SETTING", typed->words, std::string("ports=DEVICE,..., address=MAC, ") + keys);
	CLI::App *set = add_verb(
		bridge, line, "set", "Change its settings",
		[](BridgeContext &c, const Line &l, const BridgeTyped &t) {
			return bridge_set(c, l.output, t.name, t.words);
		},
		typed);
	set->add_option("NAME", typed->name, "Its name")->required();
	set->add_option("SETTING", typed->words, keys)->required();
	CLI::App *show = add_verb(
		bridge, line, "show", "Show all, or one, with settings and ports",
		[](BridgeContext &c, const Line &l, const BridgeTyped &t) {
			return bridge_show(c, l.output, t.name);
		},
		typed);
	show->add_option("NAME", typed->name, "Its name; all without it");
	CLI::App *port = add_verb(
		bridge, line, "port", "Show or change a port, such as an uplink",
		[](BridgeContext &c, const Line &l, const BridgeTyped &t) {
			return bridge_port(c, l.output, t.name, t.words);
		},
		typed);
	port->add_option("DEVICE", typed->name, "The port")->required();
	port->add_option("SETTING", typed->words,
			 "fdb_max=, loop_block=SECONDS, isolated=on|off, broadcast= multicast= "
			 "unknown=PPS[/BURST]|off, mirror=DEVICE[/from-guest|/to-guest]|none");
	CLI::App *fdb = add_verb(
		bridge, line, "fdb", "List the addresses that it knows",
		[](BridgeContext &c, const Line &, const BridgeTyped &t) { return bridge_fdb(c, t.name); },
		typed);
	fdb->add_option("NAME", typed->name, "The bridge")->required();
	CLI::App *flush = add_verb(
		bridge, line, "flush", "Forget the addresses that it learned",
		[](BridgeContext &c, const Line &l, const BridgeTyped &t) {
			return bridge_flush(c, l.output, t.name, t.port);
		},
		typed);
	flush->add_option("NAME", typed->name, "The bridge")->required();
	flush->add_option("PORT", typed->port, "Those behind this port only");
}

} // namespace ringway
