// SPDX-License-Identifier: GPL-2.0-only
#include "vif/policy.hpp"
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>
#include "context/file_lock.hpp"
#include "guest_test.hpp"
#include "verbs/commands.hpp"
#include "verbs/rows.hpp"
#include "vif/kept_policy.hpp"

namespace ringway
{

class PolicyTest : public test::VifTest
{
protected:
	std::string set(const std::vector<std::string> &words)
	{
		return vif_set(context, {}, "web", "0", words).text;
	}
	std::string refused(const std::vector<std::string> &words)
	{
		return refusal([&] { set(words); });
	}
	void make_the_bridge(const char *kind)
	{
		for (Link &link : world.links.all) {
			link.kind = link.name == "xenbr0" ? kind : link.kind;
		}
	}
};

// What the guest is told of its link: no bridge has to do with it.
TEST_F(PolicyTest, CarrierIsToldToTheGuest)
{
	make_the_bridge("bridge");
	set({"carrier=off"});
	EXPECT_EQ(node("carrier"), "0");
	set({"carrier=on"});
	EXPECT_EQ(node("carrier"), "1");
	EXPECT_FALSE(world.links.policies.contains("vif3.0"));
	EXPECT_NE(refused({"carrier=0"}).find("carrier '0'"), std::string::npos);
	EXPECT_NE(refused({"carrier=on", "carrier=off"}).find("given twice"), std::string::npos);
	EXPECT_EQ(node("carrier"), "1");
	EXPECT_NE(refused({"carrier=off", "isolated=on"}).find("brlite"), std::string::npos);
	make_the_bridge("brlite");
	set({"carrier=off", "isolated=on"});
	EXPECT_EQ(node("carrier") + node("isolated"), "01");
}

TEST_F(PolicyTest, GoesToTheDeviceAndIsKept)
{
	set({"isolated=on", "mac_lock=on", "ip=10.0.0.1,2001:DB8:0::1"});
	const test::PortPolicy &port = world.links.policies.at("vif3.0");
	EXPECT_TRUE(port.isolated);
	EXPECT_TRUE(port.mac_lock);
	EXPECT_EQ(port.mac->text(), "00:16:3e:00:00:01");
	EXPECT_EQ(*port.ip_lock, (std::vector<std::string>{"10.0.0.1", "2001:db8::1"}));
	EXPECT_EQ(node("isolated"), "1");
	EXPECT_EQ(node("mac-lock"), "1");
	EXPECT_EQ(node("ip-lock"), "10.0.0.1,2001:db8::1");
}

TEST_F(PolicyTest, OneWordChangesOneThing)
{
	set({"mac_lock=on", "ip=10.0.0.1"});
	set({"isolated=on"});
	EXPECT_TRUE(world.links.policies.at("vif3.0").mac_lock);
	EXPECT_EQ(node("ip-lock"), "10.0.0.1");
	set({"ip=any", "mac_lock=off", "isolated=off"});
	EXPECT_EQ(world.links.policies.at("vif3.0").ip_lock, std::nullopt);
	for (const char *name : {"isolated", "mac-lock", "ip-lock"}) {
		EXPECT_EQ(node(name), "(absent)") << name;
	}
}

TEST_F(PolicyTest, WithoutWordsWhatIsKeptIsPutInForceAgain)
{
	set({"mac_lock=on", "ip=none"});
	const test::PortPolicy before = world.links.policies.at("vif3.0");
	world.links.policies.clear();
	set({});
	EXPECT_EQ(world.links.policies.at("vif3.0"), before);
	EXPECT_TRUE(before.ip_lock && before.ip_lock->empty()) << "none is not any";
}

// Each key by itself: what bridge(8) set on the port, and nobody keeps, stays as it is.
TEST_F(PolicyTest, OnlyWhatIsNamedIsSent)
{
	world.links.vlan_bridges.insert("xenbr0");
	set({"mac_lock=off"});
	test::PortPolicy &port = world.links.policies.at("vif3.0");
	const int bridge = world.links.find("xenbr0")->index;
	const int other = world.links.add("vif9.0", "");
	world.links.all.back().master = bridge;
	port.isolated = port.mac_lock = true;
	port.storm = {{1, 1}, {2, 2}, {3, 3}};
	port.mirror_from = port.mirror_to = 99;
	port.ip_lock = IpLock{"10.0.0.9"};
	port.rules = parse_rules("default drop to-guest", "f");
	port.vlan = Vlan::parse("7");
	const auto only = [&](const std::string &word, const auto &expected) {
		test::PortPolicy wanted = port;
		expected(wanted);
		set({word});
		EXPECT_EQ(port, wanted) << word;
		EXPECT_EQ(world.links.vlan_sent, word.starts_with("vlan="));
	};
	only("isolated=off", [](auto &p) { p.isolated = false; });
	only("mac_lock=off", [](auto &p) { p.mac_lock = false; });
	only("ip=10.0.0.1", [](auto &p) { p.ip_lock = IpLock{"10.0.0.1"}; });
	only("ip=any", [](auto &p) { p.ip_lock = std::nullopt; });
	only("broadcast=50/6", [](auto &p) { p.storm.broadcast = {50, 6}; });
	only("multicast=50/6", [](auto &p) { p.storm.multicast = {50, 6}; });
	only("unknown=off", [](auto &p) { p.storm.unknown = {}; });
	only("rules=none", [](auto &p) { p.rules = {}; });
	only("mirror=vif9.0/to-guest", [&](auto &p) { p.mirror_from = 0, p.mirror_to = other; });
	only("vlan=10", [](auto &p) { p.vlan = Vlan::parse("10"); });
}

// Two commands at once: the other has the lock, and is done with isolated=on while this one waits.
TEST_F(PolicyTest, WhatAnotherCommandSetMeanwhileIsNotLost)
{
	const auto file = own_locks(world.root) / "policy-3.0";
	const int other = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ASSERT_EQ(flock(other, LOCK_EX), 0);
	bool waited = false;
	world.clock.slept = [&] {
		if (!std::exchange(waited, true)) {
			world.keep_policy(3, R"({"ringway_policy":1,"set":{"isolated":"on"}})");
			close(other);
		}
	};
	set({"mac_lock=on"});
	EXPECT_TRUE(waited);
	EXPECT_EQ(node("isolated") + node("mac-lock"), "11");
	EXPECT_FALSE(std::filesystem::exists(file)) << "the lock was not let go";
}

// xl looks at no address: two guests may have one, or a guest the host's.
TEST_F(PolicyTest, AnAddressThatOthersHaveIsNotLocked)
{
	world.links.add("eth0", "");
	world.links.at("eth0").master = world.links.at("xenbr0").index;
	world.links.at("eth0").mac = Mac::parse("00:16:3e:00:00:01");
	expect_in("port eth0", refused({"mac_lock=on"}));
	EXPECT_EQ(refused_with, Exit::conflict);
	world.links.at("eth0").mac = Mac();
	world.links.at("xenbr0").mac = Mac::parse("00:16:3e:00:00:01");
	expect_in("the bridge itself", refused({"mac_lock=on"}));
	world.links.at("xenbr0").mac = Mac();
	world.add_domain(4, "db");
	attach_vif("mac=00:16:3e:00:00:02", {}, "db");
	world.store.put("/libxl/4/device/vif/0/mac", "00:16:3e:00:00:01");
	expect_in("vif 4.0", refused({"mac_lock=on"}));
	EXPECT_EQ(node("mac-lock"), "(absent)");
	EXPECT_TRUE(world.links.policies.empty());
	set({"isolated=on"});
	world.store.put("/libxl/4/device/vif/0/mac", "00:16:3e:00:00:02");
	set({"mac_lock=on"});
	EXPECT_EQ(node("mac-lock"), "1");
}

TEST_F(PolicyTest, IsShown)
{
	EXPECT_EQ(set({}).find("policy"), std::string::npos);
	EXPECT_NE(set({"isolated=on", "ip=10.0.0.1"}).find("    policy isolated=on ip=10.0.0.1\n"),
		  std::string::npos);
	const auto json = to_json(make_row(context, *read_record(world.store, 3, 0)), false);
	EXPECT_EQ(json["isolated"], true);
	EXPECT_EQ(json["ip_lock"], nlohmann::json::array({"10.0.0.1"}));
	EXPECT_FALSE(json.contains("mac_lock"));
}

// BR-08
TEST_F(PolicyTest, StormLimits)
{
	set({"broadcast=1000", "multicast=50/7", "unknown=100"});
	const StormLimits &storm = world.links.policies.at("vif3.0").storm;
	EXPECT_EQ(storm.broadcast, (StormLimit{1000, 100}));
	EXPECT_EQ(storm.multicast, (StormLimit{50, 7}));
	EXPECT_EQ(storm.unknown, (StormLimit{100, 32}));
	EXPECT_EQ(node("storm-multicast"), "50/7");
	const std::string shown = set({"multicast=off"});
	EXPECT_NE(shown.find("policy broadcast=1000/100 unknown=100/32\n"), std::string::npos) << shown;
	EXPECT_EQ(storm.multicast, StormLimit());
	EXPECT_EQ(node("storm-multicast"), "(absent)");
	const auto json = to_json(make_row(context, *read_record(world.store, 3, 0)), false);
	EXPECT_EQ(json["storm_broadcast"]["packets_per_second"], 1000);
	EXPECT_FALSE(json.contains("storm_multicast"));
}

TEST_F(PolicyTest, Mirror)
{
	const int bridge = world.links.find("xenbr0")->index;
	const int other = world.links.add("vif9.0", "");
	for (Link &link : world.links.all) {
		link.master = link.name == "vif9.0" ? bridge : link.master;
	}
	const test::PortPolicy &port = world.links.policies["vif3.0"];
	EXPECT_NE(set({"mirror=vif9.0"}).find("policy mirror=vif9.0\n"), std::string::npos);
	EXPECT_EQ(port.mirror_from, other);
	EXPECT_EQ(port.mirror_to, other);
	EXPECT_EQ(node("mirror"), "vif9.0");
	set({"mirror=vif9.0/from-guest"});
	EXPECT_EQ(port.mirror_from, other);
	EXPECT_EQ(port.mirror_to, 0);
	EXPECT_EQ(node("mirror"), "vif9.0/from-guest");
	EXPECT_TRUE(world.notes.empty());
	for (const char *word : {"mirror=vif3.0", "mirror=gone", "mirror=xenbr0/to-guest"}) {
		set({word, "isolated=on"});
		EXPECT_EQ(port.mirror_to, 0) << word;
		EXPECT_TRUE(port.isolated) << "the rest is put in force";
		EXPECT_EQ(world.notes.size(), 1u) << word;
		world.notes.clear();
	}
	set({"mirror=none", "isolated=off"});
	EXPECT_EQ(node("mirror"), "(absent)");
}

TEST_F(PolicyTest, VlansGoToThePortAndAreKept)
{
	world.links.vlan_bridges.insert("xenbr0");
	const std::string shown = set({"vlan=10p/20"});
	EXPECT_EQ(world.links.policies.at("vif3.0").vlan, Vlan::parse("10p/20"));
	EXPECT_EQ(node("vlan"), "10p/20");
	EXPECT_NE(shown.find("    vlan 10p/20\n"), std::string::npos) << shown;
	EXPECT_EQ(shown.find("policy"), std::string::npos) << shown;
	world.links.policies.clear();
	set({"isolated=on"});
	EXPECT_FALSE(world.links.vlan_sent) << "another key leaves them alone";
	set({});
	EXPECT_EQ(world.links.policies.at("vif3.0").vlan, Vlan::parse("10p/20")) << "put in force again";
	set({"vlan=20/30"});
	EXPECT_EQ(world.links.policies.at("vif3.0").vlan->pvid, 0) << "what has no tag is dropped";
	set({"vlan=10p/20"});
	EXPECT_EQ(to_json(make_row(context, *read_record(world.store, 3, 0)), false)["vlan"], "10p/20");
	Output dry;
	dry.dry_run = true;
	EXPECT_EQ(vif_set(context, dry, "web", "0", {}).text,
		  "vif 3.0 would have: isolated=on vlan=10p/20\n");
}

TEST_F(PolicyTest, VlansAreLiftedToTheDefaultAndElseLeftAlone)
{
	set({"isolated=on"});
	EXPECT_EQ(world.links.policies.at("vif3.0").vlan, std::nullopt);
	world.links.vlan_bridges.insert("xenbr0");
	set({"vlan=10"});
	set({"vlan=none"});
	EXPECT_EQ(world.links.policies.at("vif3.0").vlan->pvid, 1);
	EXPECT_EQ(node("vlan"), "(absent)");
	set({});
	EXPECT_FALSE(world.links.vlan_sent);
}

// CL-25: all other guests, and this host, would lose the tags that they use.
TEST_F(PolicyTest, AGuestsVlansNeverMakeTheBridgeFilter)
{
	expect_in("echo 1 > /sys/class/net/xenbr0/brlite/vlan_filtering",
		  refused({"vlan=10", "isolated=on"}));
	EXPECT_EQ(refused_with, Exit::usage);
	EXPECT_TRUE(world.links.policies.empty());
	EXPECT_TRUE(world.links.vlan_bridges.empty());
	EXPECT_EQ(node("vlan") + node("isolated"), "(absent)(absent)");
	set({});
	EXPECT_FALSE(world.links.vlan_sent) << "nothing of it is kept";
}

TEST_F(PolicyTest, VlansOfTheVifspecAreKept)
{
	world.links.vlan_bridges.insert("xenbr0");
	attach_vif("mac=00:16:3e:00:00:02,vlan=10p/20");
	EXPECT_EQ(world.links.policies.at("vif3.1").vlan, Vlan::parse("10p/20"));
	world.links.policies.clear();
	vif_set(context, {}, "web", "1", {});
	EXPECT_EQ(world.links.policies.at("vif3.1").vlan, Vlan::parse("10p/20"));
}

TEST_F(PolicyTest, NonsenseIsNamed)
{
	for (const auto &[word, named] : std::vector<std::pair<std::string, std::string>>{
		     {"isolated=yes", "'yes'"},
		     {"isolated", "''"},
		     {"colour=blue", "'colour=blue'"},
		     {"ip=10.0.0.300", "'10.0.0.300'"},
		     {"ip=10.0.0.1/24", "'10.0.0.1/24'"},
		     {"broadcast=0", "'0'"},
		     {"broadcast=many", "'many'"},
		     {"multicast=10/", "''"},
		     {"multicast=10/0", "'0'"},
		     {"unknown=10000001", "'10000001'"},
		     {"unknown=-1", "'-1'"},
		     {"ip=", "''"},
		     {"ip=10.0.0.1,", "''"},
		     {"ip=::1,::1", "'::1'"},
		     {"ip=any,10.0.0.1", "'any'"},
		     {"vlan=0", "'0'"},
		     {"vlan=4095", "4095"},
		     {"vlan=10u/20", "'10u/20'"},
		     {"vlan=", "''"},
		     {"mirror=", "''"},
		     {"mirror=vif1.0/both", "'vif1.0/both'"},
		     {"mirror=sixteen-letters-", "'sixteen-letters-'"},
		     {"rules=accept everything", "'everything'"}}) {
		EXPECT_NE(refused({word}).find(named), std::string::npos) << word << ": " << refused({word});
	}
	EXPECT_TRUE(world.links.policies.empty());
	EXPECT_EQ(node("ip-lock"), "(absent)");
	std::string many = "ip=10.0.0.1";
	for (int i = 2; i <= 65; i++) {
		many += ",10.0.0." + std::to_string(i);
	}
	EXPECT_NE(refused({many}).find("65"), std::string::npos);
}

TEST_F(PolicyTest, AKeyGivenTwiceIsRefused)
{
	for (const std::vector<std::string> &words :
	     std::vector<std::vector<std::string>>{{"mac_lock=on", "mac_lock=off"},
						   {"ip=10.0.0.1", "isolated=on", "ip=any"},
						   {"broadcast=10", "broadcast=10"}}) {
		expect_in("given twice", refused(words));
		EXPECT_EQ(refused_with, Exit::usage);
	}
	EXPECT_TRUE(world.links.policies.empty());
	set({"broadcast=10", "multicast=10"});
}

TEST_F(PolicyTest, WhatTheKernelRefusesIsNotKept)
{
	world.links.fail_at = world.links.changes + 1;
	EXPECT_NE(refused({"isolated=on"}).find("injected"), std::string::npos);
	EXPECT_EQ(node("isolated"), "(absent)");
}

TEST_F(PolicyTest, OtherBridgesAreRefused)
{
	make_the_bridge("bridge");
	EXPECT_NE(refused({"isolated=on"}).find("not a port of a brlite bridge"), std::string::npos);
}

// A lock that cannot be read must not become none.
TEST_F(PolicyTest, UnreadableLockLocksAll)
{
	world.store.write(Store::none, "/local/domain/0/backend/vif/3/0/ip-lock", "10.0.0.1;rm");
	const Policy policy = read_policy(world.store, *read_record(world.store, 3, 0));
	EXPECT_TRUE(policy.ip_lock && policy.ip_lock->empty());
}

TEST_F(PolicyTest, DryRunTouchesNothing)
{
	Output output;
	output.dry_run = true;
	EXPECT_EQ(vif_set(context, output, "web", "0", {"isolated=on"}).text,
		  "vif 3.0 would have: isolated=on\n");
	const auto dry_refused = [&](const std::string &word) {
		return refusal([&] { vif_set(context, output, "web", "0", {word}); });
	};
	expect_in("does not filter VLANs", dry_refused("vlan=10"));
	const Mac before = std::exchange(world.links.at("xenbr0").mac, Mac::parse("00:16:3e:00:00:01"));
	expect_in("the bridge itself", dry_refused("mac_lock=on"));
	world.links.at("xenbr0").mac = before;
	EXPECT_TRUE(world.links.policies.empty());
	EXPECT_EQ(node("isolated"), "(absent)");
}

// A guest boots from the network by its emulated card, and its own driver takes over: it has one address, and
// no port of it is open meanwhile.
TEST_F(PolicyTest, AnEmulatedCardIsUnderTheSamePolicy)
{
	world.links.add("vif3.0-emu", "tun");
	Link &tap = world.links.at("vif3.0-emu");
	tap.master = world.links.at("xenbr0").index;
	const std::string state = "/local/domain/0/backend/vif/3/0/state";
	world.backend_alive = false;
	world.store.put(state, "2");
	set({"isolated=on", "mac_lock=on", "ip=10.0.0.1"});
	const auto &vif = world.links.policies["vif3.0"], &card = world.links.policies["vif3.0-emu"];
	for (const auto *port : {&vif, &card}) {
		EXPECT_TRUE(port->isolated && port->mac_lock);
	}
	EXPECT_TRUE(card.has_mac);
	EXPECT_EQ(card.ip_lock, IpLock{"10.0.0.1"});
	EXPECT_FALSE(vif.has_mac);
	EXPECT_EQ(vif.ip_lock, IpLock());
	world.store.put(state, "4");
	expect_in("its MAC address should be behind the port", vif_show(context, {}, "web", "0").text);
	set({});
	EXPECT_TRUE(vif.has_mac);
	EXPECT_EQ(vif.ip_lock, IpLock{"10.0.0.1"});
	EXPECT_FALSE(card.has_mac);
	EXPECT_EQ(card.ip_lock, IpLock());
	tap.master = 0;
	set({});
	EXPECT_TRUE(vif.has_mac);
}

} // namespace ringway
