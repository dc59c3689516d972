// SPDX-License-Identifier: GPL-2.0-only
#include "fake/bridges.hpp"
#include "guest_test.hpp"
#include "verbs/bridge.hpp"

namespace ringway
{

// xenbr0 with vif 3.0 and the uplink eth0; eth1 is free.
class Bridge : public test::VifTest
{
protected:
	Bridge()
	{
		world.links.add("eth0", "");
		world.links.add("eth1", "", false);
		world.links.at("eth0").master = world.links.at("xenbr0").index;
		world.links.add("br0", "bridge");
	}
	Answer add(const std::string &name, const BridgeWords &words, const Output &output = {})
	{
		return bridge_add(all, output, name, words);
	}
	std::string add_refused(const std::string &name, const BridgeWords &words)
	{
		const std::size_t before = world.links.all.size();
		const std::string said = refusal([&] { add(name, words); });
		EXPECT_EQ(world.links.all.size(), before);
		return said;
	}
	std::string port_refused(const std::string &device, const BridgeWords &words)
	{
		const auto before = world.links.policies;
		const std::string said = refusal([&] { bridge_port(all, {}, device, words); });
		EXPECT_EQ(world.links.policies, before);
		EXPECT_TRUE(bridges.of_port.empty());
		return said;
	}

	test::FakeBridges bridges{world.links};
	BridgeContext all{world.links, bridges, world.store, world.host, world.clock, world.journal};
};

TEST_F(Bridge, MadeWithSettingsAndPortsAndUp)
{
	const Answer answer =
		add("xenbr1", {"ageing_time=60", "vlan_filtering=on", "group_fwd_mask=0x4000",
			       "vlan_protocol=802.1ad", "address=00:16:3e:00:00:09", "ports=eth1"});
	const Link made = *world.links.find("xenbr1");
	EXPECT_TRUE(made.up);
	EXPECT_EQ(made.mac.text(), "00:16:3e:00:00:09");
	EXPECT_EQ(world.links.at("eth1").master, made.index);
	EXPECT_TRUE(world.links.at("eth1").up);
	EXPECT_EQ(bridges.of["xenbr1"], (BridgeValues{{BridgeKey::ageing_time, 60},
						      {BridgeKey::vlan_filtering, 1},
						      {BridgeKey::group_fwd_mask, 0x4000},
						      {BridgeKey::vlan_protocol, 0x88a8}}));
	EXPECT_EQ(answer.json["settings"]["vlan_protocol"], "802.1ad");
	EXPECT_EQ(answer.json["settings"]["group_fwd_mask"], "0x4000");
	EXPECT_EQ(answer.json["ports"][0]["ifname"], "eth1");
	expect_in("bridge xenbr1: mac 00:16:3e:00:00:09 mtu 1500 up, 1 ports\n", answer.text);
}

TEST_F(Bridge, OfWhatFailsHalfWayNothingStays)
{
	for (int step = 1; step <= 5; ++step) { // creating it, address, joining, port up, bridge up
		world.links.changes = 0;
		world.links.fail_at = step;
		expect_in("injected", add_refused("xenbr1", {"address=00:16:3e:00:00:09", "ports=eth1"}));
		EXPECT_EQ(world.links.at("eth1").master, 0);
	}
	world.links.fail_at = 0;
	add("xenbr1", {"ports=eth1"});
}

TEST_F(Bridge, RefusedByName)
{
	EXPECT_EQ(add_refused("xenbr0", {}),
		  "bridge 'xenbr0': there is a device of that name; change it with 'ringway bridge set'");
	EXPECT_EQ(refused_with, Exit::conflict);
	expect_in("bridge 'a/b': a device name", add_refused("a/b", {}));
	expect_in("ports 'eth9': no such device", add_refused("b", {"ports=eth1,eth9"}));
	EXPECT_EQ(add_refused("b", {"ports=eth0"}),
		  "ports 'eth0': it is in xenbr0 already; take it out with 'ip link set eth0 nomaster'");
	expect_in("ports 'br0': a bridge cannot be a port", add_refused("b", {"ports=br0"}));
	expect_in("address 'x': write six pairs",
		  refusal([&] { add("b", {"address=x"}); }).replace(0, 3, "address"));
	expect_in("ageing 'x': unknown; the keys are ageing_time=", add_refused("b", {"ageing=x"}));
	expect_in("ageing_time '-1': write a number from 0", add_refused("b", {"ageing_time=-1"}));
	expect_in("fdb_max '1048577': write a number from 1 to 1048576",
		  add_refused("b", {"fdb_max=1048577"}));
	expect_in("group_fwd_mask '1': write a mask of 0xfff8", add_refused("b", {"group_fwd_mask=1"}));
	expect_in("vlan_filtering 'yes': write on or off", add_refused("b", {"vlan_filtering=yes"}));
	expect_in("'ageing_time': given twice", add_refused("b", {"ageing_time=1", "ageing_time=2"}));
	expect_in("mcast_snooping '2': write on or off", add_refused("b", {"mcast_snooping=2"}));
	expect_in("vlan_protocol '1': write 802.1Q", add_refused("b", {"vlan_protocol=1"}));
	expect_in("fdb_entries '1': it can only be read", add_refused("b", {"fdb_entries=1"}));
	expect_in("default_pvid '4095': write a number from 0 to 4094",
		  add_refused("b", {"default_pvid=4095"}));
	expect_in("bridge 'br0': it is an ordinary one", refusal([&] { bridge_set(all, {}, "br0", {}); }));
	expect_in("bridge 'lo': this device is no bridge", refusal([&] { bridge_show(all, {}, "lo"); }));
	expect_in("bridge 'nobr': no such device; create it with 'ringway bridge add nobr'",
		  refusal([&] { bridge_fdb(all, "nobr"); }));
}

TEST_F(Bridge, ChangedAndShown)
{
	const auto json = bridge_set(all, {}, "xenbr0",
				     {"default_pvid=0", "stp_state=on", "mcast_snooping=on",
				      "mcast_querier=on", "vlan_stats_enabled=on"})
				  .json;
	EXPECT_EQ(json["settings"]["stp_state"], "on");
	EXPECT_EQ(json["settings"]["default_pvid"], "0");
	EXPECT_EQ(json["settings"]["mcast_snooping"], "on");
	EXPECT_EQ(json["settings"]["mcast_querier"], "on");
	EXPECT_EQ(json["settings"]["vlan_stats_enabled"], "on");
	EXPECT_EQ(json["ports"].size(), 2u);
	EXPECT_EQ(bridge_show(all, {}, "").json.size(), 1u); // br0 is not one
}

TEST_F(Bridge, AnUplinkHasSettingsOfItsOwn)
{
	const Answer answer =
		bridge_port(all, {}, "eth0",
			    {"loop_block=10", "broadcast=500/50", "isolated=on", "mirror=vif3.0/to-guest"});
	EXPECT_EQ(bridges.of_port["eth0"], (PortValues{{PortKey::loop_block, 10}}));
	const auto &policy = world.links.policies["eth0"];
	EXPECT_EQ(policy.storm.broadcast, (StormLimit{500, 50}));
	EXPECT_TRUE(policy.isolated);
	EXPECT_EQ(policy.mirror_to, world.links.at("vif3.0").index);
	EXPECT_EQ(policy.mirror_from, 0);
	EXPECT_EQ(answer.json["policy"]["broadcast"], "500/50");
	EXPECT_EQ(answer.json["policy"]["mirror"], "vif3.0/to-guest");
	bridge_port(all, {}, "eth0", {"mirror=none", "broadcast=off"});
	EXPECT_EQ(policy.mirror_to, 0);
	EXPECT_EQ(policy.storm.broadcast.rate, 0u);
	EXPECT_TRUE(policy.isolated); // what is not named stays
}

TEST_F(Bridge, APortIsRefusedByName)
{
	EXPECT_EQ(port_refused("vif3.0", {"isolated=on"}),
		  "isolated 'on': vif3.0 is vif 3.0; use 'ringway vif set 3 0 isolated=on'");
	expect_in("port 'eth1': it is in no brlite bridge", port_refused("eth1", {}));
	expect_in("port 'nic': no such device", port_refused("nic", {}));
	expect_in("loop_block '3601': write a number from 0 to 3600",
		  port_refused("eth0", {"loop_block=3601"}));
	expect_in("mirror 'eth1': name another port", port_refused("eth0", {"mirror=eth1"}));
	expect_in("mirror 'eth0': name another port", port_refused("eth0", {"mirror=eth0"}));
	expect_in("speed '1': unknown; the keys are", port_refused("eth0", {"isolated=on", "speed=1"}));
	bridge_port(all, {}, "vif3.0", {"fdb_max=4"}); // no policy: vif set has no word for it
	EXPECT_EQ(bridges.of_port["vif3.0"], (PortValues{{PortKey::fdb_max, 4}}));
}

TEST_F(Bridge, ADryRunDoesNothing)
{
	const Output dry{.dry_run = true};
	expect_in("would add xenbr1 ageing_time=60", add("xenbr1", {"ageing_time=60"}, dry).text);
	EXPECT_FALSE(world.links.find("xenbr1"));
	bridge_set(all, dry, "xenbr0", {"ageing_time=60"});
	EXPECT_TRUE(bridges.of["xenbr0"].empty());
	bridge_port(all, dry, "eth0", {"loop_block=1", "isolated=on"});
	EXPECT_TRUE(bridges.of_port.empty());
	EXPECT_FALSE(world.links.policies["eth0"].isolated);
	bridge_flush(all, dry, "xenbr0", "");
	EXPECT_TRUE(bridges.flushed.empty());
}

TEST_F(Bridge, AddressesAreListedAndForgotten)
{
	bridges.table = {{Mac::parse("00:16:3e:00:00:01"), "vif3.0", 0, "learned", false, 7},
			 {Mac::parse("00:16:3e:00:00:02"), "eth0", 10, "static", true, 0}};
	const Answer answer = bridge_fdb(all, "xenbr0");
	EXPECT_EQ(answer.json[0]["idle_seconds"], 7);
	EXPECT_FALSE(answer.json[0].contains("vlan"));
	EXPECT_EQ(answer.json[1]["vlan"], 10);
	expect_in("00:16:3e:00:00:02 eth0               10 static   - by a program\n", answer.text);
	bridge_flush(all, {}, "xenbr0", "");
	bridge_flush(all, {}, "xenbr0", "vif3.0");
	EXPECT_EQ(bridges.flushed, (std::vector<std::string>{"xenbr0", "vif3.0"}));
	expect_in("port 'eth1': it is in no brlite bridge",
		  refusal([&] { bridge_flush(all, {}, "xenbr0", "eth1"); }));
}

} // namespace ringway
