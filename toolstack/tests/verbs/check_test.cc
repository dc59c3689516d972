// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/check.hpp"
#include "verbs/commands.hpp"

namespace ringway
{

class Check : public test::VifTest
{
protected:
	std::string all(bool root = true)
	{
		auto findings = check_host(world.host, root, "1.2.3");
		if (worth_going_on(findings)) {
			for (const Finding &finding : check_vifs(context)) {
				findings.push_back(finding);
			}
		}
		is_healthy = healthy(findings);
		return check_answer(findings).text;
	}
	void expect_problem(const std::string &part)
	{
		const std::string text = all();
		EXPECT_NE(text.find(part), std::string::npos) << text;
		EXPECT_FALSE(is_healthy) << text;
	}
	bool is_healthy = false;
};

TEST_F(Check, AHealthyHostIsOk)
{
	const std::string text = all();
	EXPECT_TRUE(is_healthy) << text;
	EXPECT_EQ(text.find("problem"), std::string::npos) << text;
}

// CL-18
TEST_F(Check, NamesWhatIsWrongWithTheHost)
{
	EXPECT_NE(all(false).find("not root"), std::string::npos);
	EXPECT_FALSE(is_healthy);
	world.remove_file("sys/bus/xen-backend/drivers/vif");
	expect_problem("modprobe");
	world.add_file("proc/xen/capabilities", "\n");
	expect_problem("dom0");
	world.remove_file("proc/xen/capabilities");
	world.remove_file("sys/hypervisor/type");
	expect_problem("does not run on Xen");
}

TEST_F(Check, TwoBackendsAreAWarning)
{
	world.add_file("sys/module/xen_netback/refcnt", "0");
	const std::string text = all();
	EXPECT_NE(text.find("modprobe -r xen_netback"), std::string::npos) << text;
	EXPECT_TRUE(is_healthy);
}

TEST_F(Check, ShowsVersions)
{
	expect_in("ok       ringway: version 1.2.3\n", all());
	EXPECT_EQ(all().find("bridge_lite"), std::string::npos) << "it is not loaded";
	world.add_file("sys/module/bridge_lite/version", "0.1.0\n");
	expect_in("ok       module bridge_lite: version 0.1.0\n", all());
	expect_in("ok       module ringway_netback: does not say its version\n", all());
}

TEST_F(Check, AModuleThatIsNotTheOneOnDiskIsAWarning)
{
	world.add_file("sys/module/bridge_lite/version", "0.1.0\n");
	world.add_module("bridge-lite", "0.1.0");
	expect_in("ok       module bridge_lite: version 0.1.0\n", all());
	world.add_module("bridge-lite", "0.2.0");
	const std::string text = all();
	expect_in("warning  module bridge_lite: version 0.1.0, but its file on disk is version 0.2.0\n",
		  text);
	expect_in("modprobe -r bridge_lite && modprobe bridge_lite", text);
	EXPECT_TRUE(is_healthy);
}

TEST_F(Check, AnotherBuildOfTheSameVersionIsAWarning)
{
	world.add_file("sys/module/bridge_lite/version", "0.1.0\n");
	world.add_module("bridge-lite", "0.1.0", "the build that runs");
	world.add_file("sys/module/bridge_lite/notes/.note.gnu.build-id", "the build that runs");
	expect_in("ok       module bridge_lite: version 0.1.0\n", all());
	world.add_module("bridge-lite", "0.1.0", "the build after that");
	expect_in("warning  module bridge_lite: version 0.1.0, but its file on disk is another build of it\n",
		  all());
	world.add_file(world.module_path("bridge-lite"), "packed");
	expect_in("ok       module bridge_lite: version 0.1.0\n", all()); // compressed: nobody knows
}

TEST_F(Check, NamesWhatIsWrongWithVifs)
{
	world.links.set_master(*world.links.find("vif3.0"), Link());
	expect_problem("ip link set vif3.0 master xenbr0");
	world.links.set_master(*world.links.find("vif3.0"), *world.links.find("xenbr0"));
	world.links.set_up(*world.links.find("vif3.0"), false);
	expect_problem("ip link set vif3.0 up");
	world.links.set_up(*world.links.find("vif3.0"), true);
	world.links.set_up(*world.links.find("xenbr0"), false);
	expect_problem("ip link set xenbr0 up");
	world.links.set_up(*world.links.find("xenbr0"), true);
	all();
	EXPECT_TRUE(is_healthy);
	world.backend_alive = false;
	world.store.put("/local/domain/0/backend/vif/3/0/state", "6");
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "22 \x1b[1mbad");
	expect_problem("22 \\x1b[1mbad");
	world.store.drop("/local/domain/3");
	expect_problem("ringway vif detach 3 0");
}

// As it does while it boots from the network, or for ever where it has no PV driver.
TEST_F(Check, AGuestThatUsesItsEmulatedCardIsWell)
{
	world.backend_alive = false;
	world.store.put("/local/domain/0/backend/vif/3/0/state", "2");
	expect_problem("is netfront loaded in the guest?");
	world.links.add("vif3.0-emu", "tun");
	expect_problem("is netfront loaded in the guest?"); // it is not on the bridge
	world.links.at("vif3.0-emu").master = world.links.at("xenbr0").index;
	expect_in("ok       vif 3.0: the guest uses its emulated card, device vif3.0-emu\n", all());
	EXPECT_TRUE(is_healthy);
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "22 bad");
	expect_problem("22 bad");
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "");
	for (const char *port : {"vif3.0", "vif3.0-emu"}) {
		world.links.at(port).master = 0;
	}
	expect_problem("is netfront loaded in the guest?"); // neither port is on a bridge
}

// Frames to addresses that are not in the table reach every guest, and nobody looks for the counter.
TEST_F(Check, ABridgeThatCouldNotLearnSaysSo)
{
	std::vector<Counter> counted = {{"drop_source_local", 0}, {"fdb_refused_port_full", 0}};
	world.links.count = [&](const std::string &device) {
		return device == "xenbr0" ? counted : std::vector<Counter>{{"fdb_refused_full", 1}};
	};
	EXPECT_EQ(all().find("warning  bridge"), std::string::npos);
	counted[1].value = 7;
	expect_in("warning  bridge xenbr0: 7 times an address was not learned, as its port had as many",
		  all());
	expect_in("'ringway -d bridge show xenbr0' says which port", all());
	counted.push_back({"fdb_refused_full", 8});
	expect_in("warning  bridge xenbr0: 8 times an address was not learned, as the table was full", all());
	EXPECT_EQ(all().find("address of this host"), std::string::npos);
	counted[0].value = 9;
	expect_in("warning  bridge xenbr0: 9 frames came in with an address of this host", all());
	EXPECT_TRUE(is_healthy);
	world.links.at("xenbr0").kind = "bridge";
	EXPECT_EQ(all().find("warning  bridge"), std::string::npos);
}

TEST_F(Check, TwoWithOneAddressAreAProblem)
{
	const Mac mac = *list_records(world.store).at(0).mac;
	world.links.add("eth0", "");
	world.links.at("eth0").mac = mac;
	EXPECT_EQ(all().find("too"), std::string::npos); // it is not on the bridge
	world.links.at("eth0").master = world.links.at("xenbr0").index;
	expect_problem("vif 3.0: port eth0 has its address " + mac.text() + " too\n");
	expect_in("ringway vif detach 3 0, and attach it with another mac=", all());
	world.links.at("eth0").mac = Mac::parse("00:16:3e:00:00:98");
	EXPECT_EQ(all().find("too"), std::string::npos);
	world.links.at("xenbr0").mac = mac;
	expect_problem("vif 3.0: the bridge itself has its address");
	world.links.at("xenbr0").mac = Mac::parse("00:16:3e:00:00:99");
	EXPECT_EQ(all().find("too"), std::string::npos);
}

// They would go on counting nothing, and the guest would be open.
TEST_F(Check, FiltersThatMatchNothingAreNamed)
{
	for (const std::string filter : {"xt_physdev", "ebtable_filter", "nft_meta_bridge"}) {
		world.add_file("sys/module/" + filter + "/refcnt", "0\n");
		EXPECT_EQ(all().find(filter), std::string::npos) << "loaded, and not in use";
		world.add_file("sys/module/" + filter + "/refcnt", "2\n");
		expect_in("warning  bridge xenbr0: rules of iptables, ebtables or nftables", all());
		expect_in(filter, all());
		EXPECT_TRUE(is_healthy);
		world.links.at("xenbr0").kind = "bridge";
		EXPECT_EQ(all().find(filter), std::string::npos) << "there they do something";
		world.links.at("xenbr0").kind = "brlite";
		world.remove_file("sys/module/" + filter);
	}
}

// The port left the bridge, came back, and was open: somebody else's words, or nobody's.
TEST_F(Check, APolicyThatIsNotInForceIsNamedAndMended)
{
	vif_set(context, {}, "web", "0", {"isolated=on", "mac_lock=on", "ip=10.0.0.1", "broadcast=200/50"});
	all();
	EXPECT_TRUE(is_healthy) << all();
	const test::PortPolicy before = world.links.policies.at("vif3.0");
	world.links.policies.clear();
	world.links.at("vif3.0").up = false;
	const std::string text = all();
	EXPECT_FALSE(is_healthy);
	for (const char *part :
	     {"problem  policy of vif 3.0: ", "isolated should be on and is off",
	      "mac_lock should be on and is off", "ip should be 10.0.0.1 and is any",
	      "broadcast should be 200/50 and is off", "vif3.0 is down", "ringway check --fix"}) {
		expect_in(part, text);
	}
	expect_in("not in force: vif3.0: isolated should be on", vif_show(context, {}, "web", "0").text);
	EXPECT_TRUE(vif_show(context, {}, "web", "0").json.contains("not_in_force"));
	expect_in("put in force again", check_answer(check_vifs(context, true)).text);
	EXPECT_EQ(world.links.policies.at("vif3.0"), before);
	EXPECT_TRUE(world.links.at("vif3.0").up);
	all();
	EXPECT_TRUE(is_healthy) << all();
	world.links.policies.at("vif3.0").has_mac = false;
	expect_problem("its MAC address should be behind the port");
	check_vifs(context, true);
	world.links.policies.clear();
	world.links.at("vif3.0").master = 0;
	world.links.on_policy = [&] { EXPECT_FALSE(world.links.find("vif3.0")->up); };
	expect_problem("no port of a brlite bridge, and isolated=on");
	check_vifs(context, true);
	EXPECT_EQ(world.links.policies.at("vif3.0"), before);
	world.add_file("etc/ringway/policy.d/a.toml", "[[vif]\n");
	expect_problem("a.toml' line 1");
}

TEST_F(Check, AScriptThatPutsNoPolicyInForceIsNamed)
{
	world.store.put("/libxl/3/device/vif/0/script", "/etc/xen/scripts/vif-bridge");
	EXPECT_EQ(all().find("warning"), std::string::npos) << "there is no policy";
	vif_set(context, {}, "web", "0", {"isolated=on"});
	expect_in(
		"warning  policy of vif 3.0: not in force when xl attaches it anew: its script is vif-bridge",
		all());
	EXPECT_TRUE(is_healthy) << "it is in force now";
	world.add_file("etc/xen/scripts/vif-post.d/ringway.hook", "");
	EXPECT_EQ(all().find("warning"), std::string::npos);
	world.remove_file("etc/xen/scripts/vif-post.d/ringway.hook");
	world.store.put("/libxl/3/device/vif/0/script", "/etc/xen/scripts/vif-bridge-lite");
	EXPECT_EQ(all().find("warning"), std::string::npos);
}

// What bridge(8) set beside it is nobody's mistake.
TEST_F(Check, WhatNobodyAskedForMayBeAsItIs)
{
	world.links.policies["vif3.0"].isolated = true;
	all();
	EXPECT_TRUE(is_healthy);
	expect_in("policy isolated=on", vif_show(context, {}, "web", "0").text);
}

} // namespace ringway
