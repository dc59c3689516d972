// SPDX-License-Identifier: GPL-2.0-only
#include <fstream>
#include "attach_fixture.hpp"

namespace ringway
{

TEST_F(Attach, WiresTheVifUp)
{
	const Record record = go();
	EXPECT_EQ(record.text(), "vif 3.0");
	EXPECT_EQ(world.store.get(std::string(back) + "/state"), "4");
	EXPECT_EQ(world.store.get(std::string(back) + "/hotplug-status"), "connected");
	const auto link = world.links.find("vif3.0");
	ASSERT_TRUE(link);
	EXPECT_EQ(link->mac, Mac::vif());
	EXPECT_EQ(link->master, world.links.find("xenbr0")->index);
	EXPECT_TRUE(link->up);
	EXPECT_TRUE(world.notes.empty());
	EXPECT_TRUE(world.store.watched.empty());
}

// CL-06: who may do what, on every node, as xl does it.
TEST_F(Attach, SetsEveryPermissionInTheSameTransaction)
{
	const Tree before = world.store.tree;
	bool seen_half = false;
	const auto usual = world.store.react;
	world.store.react = [&] {
		if (world.store.has(front) != world.store.has(back) ||
		    world.store.has(front) != world.store.has(record_path) ||
		    (world.store.has(front) && !world.store.has(std::string(back) + "/hotplug-status"))) {
			seen_half = true;
		}
		usual();
	};
	go("mac=00:16:3e:00:00:01,rate=10Mb/s,vifname=web0,mtu=1400,gatewaydev=eth0");
	EXPECT_FALSE(seen_half) << "ends of a vif appeared one by one";
	for (const auto &[path, node] : world.store.tree) {
		if (before.contains(path)) {
			continue;
		}
		if (path == std::string(front) + "/mtu" || path.starts_with(std::string(back))) {
			EXPECT_EQ(node.access, (NodeAccess{0, 3})) << path;
		} else if (path.starts_with(front)) {
			EXPECT_EQ(node.access, (NodeAccess{3, 0})) << path;
		} else if (path.starts_with(record_path)) {
			EXPECT_EQ(node.access, NodeAccess{}) << path;
		}
	}
	EXPECT_EQ(world.store.get(std::string(record_path) + "/rate"), "62500,50000");
	EXPECT_EQ(world.store.get(std::string(back) + "/vifname"), "web0");
	EXPECT_EQ(world.store.get(std::string(back) + "/gatewaydev"), "eth0");
	EXPECT_EQ(world.store.get(std::string(front) + "/mtu"), "1400");
	EXPECT_EQ(world.store.get(std::string(front) + "/trusted"), "1");
	EXPECT_EQ(world.store.get(std::string(record_path) + "/backend"), back);
	EXPECT_TRUE(world.links.find("web0"));
	EXPECT_FALSE(world.links.find("vif3.0"));
}

// CL-22
TEST_F(Attach, UntrustedAndBridgeMtuReachTheGuest)
{
	world.links.add("jumbo", "bridge", true, 9000);
	go("bridge=jumbo,untrusted");
	EXPECT_EQ(world.store.get(std::string(front) + "/trusted"), "0");
	EXPECT_EQ(world.store.get(std::string(front) + "/mtu"), "9000");
	EXPECT_FALSE(world.store.has(std::string(back) + "/mtu"));
	EXPECT_EQ(world.links.find("vif3.0")->mtu, 9000u);
}

TEST_F(Attach, MakesAnAddressInXensRange)
{
	EXPECT_EQ(go("").mac->text(), "00:16:3e:7f:02:03");
	// the only one that this world's random numbers give is taken now
	expect_in("give one with mac=", fails(Exit::failed, ""));
}

TEST_F(Attach, NumbersVifsFromTheLowestFree)
{
	EXPECT_EQ(go("mac=00:16:3e:00:00:01").devid, 0u);
	EXPECT_EQ(go("mac=00:16:3e:00:00:02,devid=2").devid, 2u);
	EXPECT_EQ(go("mac=00:16:3e:00:00:03").devid, 1u);
	EXPECT_EQ(go("mac=00:16:3e:00:00:04").devid, 3u);
	expect_in("devid 2", fails(Exit::conflict, "mac=00:16:3e:00:00:05,devid=2"));
}

TEST_F(Attach, GuestCannotKeepNumbersAway)
{
	for (int i = 0; i < 100; ++i) {
		world.store.put("/local/domain/3/device/vif/" + std::to_string(i) + "/state", "4", {3, 0});
	}
	EXPECT_EQ(go().devid, 0u);
	EXPECT_EQ(world.store.get(std::string(front) + "/mac"), "00:16:3e:00:00:01");
}

// CL-17
TEST_F(Attach, LeftOverBackendKeepsItsNumber)
{
	world.backend_alive = false;
	world.store.put(std::string(back) + "/state", "5");
	world.backend_alive = true;
	EXPECT_EQ(go().devid, 1u);
}

TEST_F(Attach, VlansGoToABridgeThatFilters)
{
	expect_in("does not filter VLANs", fails(Exit::usage, "vlan=10p/20"));
	world.links.vlan_bridges.insert("xenbr0");
	go("vlan=10p/20");
	EXPECT_EQ(world.links.policies.at("vif3.0").vlan, Vlan::parse("10p/20"));
}

// The port is locked before it goes up.
TEST_F(Attach, LocksToAddresses)
{
	world.links.on_policy = [&] { EXPECT_FALSE(world.links.find("vif3.0")->up); };
	world.links.vlan_bridges.insert("xenbr0");
	go("ip=10.0.0.1/32 2001:DB8:0::1,vlan=10");
	EXPECT_EQ(*world.links.policies.at("vif3.0").ip_lock,
		  (std::vector<std::string>{"10.0.0.1", "2001:db8::1"}));
	EXPECT_EQ(world.store.get(std::string(back) + "/ip-lock"), "10.0.0.1,2001:db8::1");
	EXPECT_EQ(world.store.get(std::string(back) + "/ip"), "10.0.0.1/32 2001:DB8:0::1");
	EXPECT_EQ(world.store.get(std::string(back) + "/vlan"), "10");
	EXPECT_TRUE(world.links.find("vif3.0")->up);
}

TEST_F(Attach, JoinsTheDefaultBridgeOfXlUnlessOneIsNamed)
{
	world.links.add("br1", "brlite");
	world.add_file("etc/xen/xl.conf", "vif.default.bridge=\"br1\"\n");
	EXPECT_EQ(go().bridge, "br1");
	EXPECT_EQ(world.links.find("vif3.0")->master, world.links.find("br1")->index);
	EXPECT_EQ(world.store.get(std::string(record_path) + "/bridge"), "br1");
	EXPECT_EQ(go("bridge=xenbr0").bridge, "xenbr0");
}

TEST_F(Attach, DownBridgeIsNoted)
{
	world.links.add("br1", "bridge", false);
	go("bridge=br1");
	ASSERT_EQ(world.notes.size(), 1u);
	expect_in("ip link set br1 up", world.notes.front());
}

// With xl, scripts make rules and call hooks; who is used to that is told.
TEST_F(Attach, WhatScriptsWouldDoIsNoted)
{
	const std::string hooks = "etc/xen/scripts/vif-post.d/";
	world.add_file("proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
	for (const char *name : {"ringway.hook", "zabbix.hook", "old.hook", "README"}) {
		world.add_file(hooks + name, "#!/bin/sh\n");
		if (std::string(name) != "old.hook") {
			std::filesystem::permissions(world.root / (hooks + name),
						     std::filesystem::perms::owner_all);
		}
	}
	go(std::string(test::one_mac) + ",bridge=xenbr0"); // brlite
	ASSERT_EQ(world.notes.size(), 1u);
	EXPECT_EQ(world.notes[0], "not called: zabbix.hook of /etc/xen/scripts/vif-post.d; 'xl "
				  "network-attach' calls its hooks");
	world.links.add("br1", "bridge", true);
	go("mac=00:16:3e:00:00:02,bridge=br1");
	ASSERT_EQ(world.notes.size(), 3u);
	expect_in("frames of bridge br1 pass iptables", world.notes[1]);
	world.remove_file(hooks + "zabbix.hook");
	world.add_file("proc/sys/net/bridge/bridge-nf-call-iptables", "0\n");
	go("mac=00:16:3e:00:00:03,bridge=br1");
	EXPECT_EQ(world.notes.size(), 3u);
}

TEST_F(Attach, NoWaitDoesNotWaitForTheGuest)
{
	world.guests[3] = Guest::silent;
	go("", "web", {Millis(5000), false});
	EXPECT_EQ(world.store.get(std::string(back) + "/hotplug-status"), "connected");
	EXPECT_TRUE(world.links.find("vif3.0")->up);
}

TEST_F(Attach, AnOldErrorIsNotTakenForOurs)
{
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "13 old", {0, {}});
	go();
	EXPECT_FALSE(world.store.has("/local/domain/0/error/backend/vif/3/0"));
}

TEST_F(Attach, ADriverDomainsDeviceIsNotOurs)
{
	world.add_domain(5, "netvm");
	attach(context, "web", VifSpec::parse("backend=netvm,bridge=theirs"), {Millis(2000), false});
	EXPECT_EQ(world.store.tree.at("/local/domain/5/backend/vif/3/0/state").access, (NodeAccess{5, 3}));
	EXPECT_EQ(world.store.tree.at(std::string(front) + "/mac").access, (NodeAccess{3, 5}));
	EXPECT_EQ(world.store.get(std::string(front) + "/backend-id"), "5");
	EXPECT_EQ(world.store.get("/local/domain/5/backend/vif/3/0/hotplug-status"), "");
}

TEST_F(Attach, DryRunWritesNothing)
{
	const Tree before = world.store.tree;
	const auto plan = plan_attach(context, "web", VifSpec::parse("mac=00:16:3e:00:00:01"));
	EXPECT_EQ(difference(before, world.store.tree), "");
	EXPECT_EQ(world.store.open_transactions(), 0u);
	EXPECT_GT(plan.size(), 25u);
	for (const PlannedNode &item : plan) {
		EXPECT_TRUE(item.node == nullptr || schema::valid(*item.node, item.value)) << item.path;
	}
}

TEST_F(Attach, ThisHostSaysNothingToTheGuest)
{
	const std::string file = "proc/sys/net/ipv6/conf/vif3.0/disable_ipv6";
	world.add_file(file, "0\n");
	go();
	std::string value;
	std::ifstream(world.root / file) >> value;
	EXPECT_EQ(value, "1");
}

} // namespace ringway
