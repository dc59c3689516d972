// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/apply_fixture.hpp"
#include "vif/policy.hpp"
#include "vif/wanted_policy.hpp"

namespace ringway
{

using test::Words;

class Apply : public test::ApplyTest
{
protected:
	int changes_before = world.links.changes;
};

TEST_F(Apply, BridgesAndUplinksAreMade)
{
	const std::string text = R"(
[[bridge]]
name = "xenbr1"
address = "00:16:3e:00:00:09"
ageing_time = 60
vlan_filtering = true
[[uplink]]
device = "eth1"
bridge = "xenbr1"
broadcast = 500
loop_block = 10
mirror = "none"
)";
	const Applied planned = diff(text);
	EXPECT_EQ(actions(planned), (Words{"add", "add"})); // the uplink of a bridge that is not there yet
	EXPECT_EQ(planned.code, Exit::failed);
	EXPECT_FALSE(world.links.find("xenbr1"));
	expect_in("+ bridge xenbr1\n    address = 00:16:3e:00:00:09\n    ageing_time = 60\n",
		  planned.answer.text);
	expect_in("2 to add\n", planned.answer.text);

	const Applied done = apply_text(text);
	EXPECT_EQ(done.code, Exit::ok) << done.answer.text;
	expect_in("2 added\n", done.answer.text);
	const Link made = *world.links.find("xenbr1");
	EXPECT_TRUE(made.up);
	EXPECT_EQ(made.mac.text(), "00:16:3e:00:00:09");
	EXPECT_EQ(bridges.of["xenbr1"],
		  (BridgeValues{{BridgeKey::ageing_time, 60}, {BridgeKey::vlan_filtering, 1}}));
	EXPECT_EQ(world.links.at("eth1").master, made.index);
	EXPECT_TRUE(world.links.at("eth1").up);
	EXPECT_EQ(world.links.policies["eth1"].storm.broadcast.rate, 500u);
	EXPECT_EQ(bridges.of_port["eth1"][PortKey::loop_block], 10u);
	expect_done(text);
	expect_in("nothing to do: all 2 are as the file says\n", apply_text(text).answer.text);
}

TEST_F(Apply, OnlyWhatDiffersIsChanged)
{
	const std::string text = R"(
[[bridge]]
name = "xenbr0"
ageing_time = 60
vlan_filtering = true
[[uplink]]
device = "eth0"
bridge = "xenbr0"
isolated = true
)";
	EXPECT_EQ(changes(diff(text), 0), (std::vector<Change>{{"ageing_time", "300", "60"}}));
	EXPECT_EQ(changes(diff(text), 1), (std::vector<Change>{{"isolated", "off", "on"}}));
	EXPECT_EQ(world.links.changes, changes_before);
	expect_in("~ bridge xenbr0\n    ageing_time: 300 -> 60\n", diff(text).answer.text);
	EXPECT_EQ(apply_text(text).code, Exit::ok);
	EXPECT_EQ(bridges.of["xenbr0"][BridgeKey::ageing_time], 60u);
	EXPECT_TRUE(world.links.policies["eth0"].isolated);
	expect_done(text);
	world.links.at("eth0").up = false;
	EXPECT_EQ(changes(apply_text(text), 1), (std::vector<Change>{{"up", "off", "on"}}));
	expect_done(text);
}

TEST_F(Apply, AVifIsAttachedWithItsPolicyInForceBeforeItIsUp)
{
	const std::string text = R"(
[defaults.vif]
bridge = "xenbr0"
mac_lock = true
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:02"
rate = "10Mb/s"
rx-pps = 500
vlan = 10
ip = ["192.0.2.7"]
)";
	bool up_too_early = false;
	world.links.on_policy = [&] {
		const auto device = world.links.find("vif3.1");
		up_too_early = up_too_early || (device && device->up);
	};
	const Applied planned = diff(text);
	EXPECT_EQ(actions(planned), (Words{"add"}));
	EXPECT_FALSE(world.links.find("vif3.1"));
	const Applied done = apply_text(text);
	EXPECT_EQ(done.code, Exit::ok) << done.answer.text;
	EXPECT_FALSE(up_too_early);
	const auto record = *read_record(world.store, 3, 1);
	EXPECT_EQ(record.rate, "62500,50000");
	EXPECT_EQ(record.rx_pps, "500");
	const auto &policy = world.links.policies["vif3.1"];
	EXPECT_TRUE(policy.mac_lock);
	EXPECT_EQ(policy.ip_lock, IpLock{"192.0.2.7"});
	EXPECT_EQ(policy.vlan->text, "10");
	expect_done(text);
}

TEST_F(Apply, AVifIsChangedInPlace)
{
	const std::string text = R"(
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:01"
bridge = "xenbr0"
rate = "10Mb/s"
isolated = true
unknown = "100/32"
vlan = "10p/20"
rules = """
accept from-guest arp
default drop from-guest
"""
)";
	const Applied planned = diff(text);
	EXPECT_EQ(actions(planned), (Words{"change"}));
	EXPECT_EQ(changes(planned)[0], (Change{"rate", "none", "10Mb/s"}));
	EXPECT_EQ(changes(planned)[1], (Change{"isolated", "off", "on"}));
	expect_in("    rules: none -> (rules)\n", planned.answer.text);
	EXPECT_EQ(apply_text(text).code, Exit::ok);
	EXPECT_EQ(node("rate"), "62500,50000");
	EXPECT_TRUE(world.links.policies["vif3.0"].isolated);
	expect_done(text);
	// What somebody set beside it is put right.
	world.links.policies["vif3.0"].isolated = false;
	EXPECT_EQ(changes(diff(text)), (std::vector<Change>{{"isolated", "off", "on"}}));
	apply_text(text);
	expect_done(text);
	// What is in force, but would be gone with the guest's next start, too.
	update_policy(context, *read_record(world.store, 3, 0), {"isolated=default"});
	world.links.policies["vif3.0"].isolated = true;
	EXPECT_EQ(changes(diff(text)),
		  (std::vector<Change>{{"isolated", "on until the guest's next start", "on"}}));
	apply_text(text);
	expect_done(text);
}

TEST_F(Apply, AVifMovesToAnotherBridge)
{
	const std::string text = R"(
[[bridge]]
name = "xenbr1"
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:01"
bridge = "xenbr1"
isolated = true
)";
	EXPECT_EQ(changes(diff(text), 1)[0], (Change{"bridge", "xenbr0", "xenbr1"}));
	const Applied done = apply_text(text);
	EXPECT_EQ(done.code, Exit::ok) << done.answer.text;
	EXPECT_EQ(world.links.at("vif3.0").master, world.links.at("xenbr1").index);
	EXPECT_TRUE(world.links.at("vif3.0").up);
	EXPECT_EQ(node("bridge"), "xenbr1");
	EXPECT_EQ(read_record(world.store, 3, 0)->bridge, "xenbr1");
	EXPECT_TRUE(world.links.policies["vif3.0"].isolated);
	expect_done(text);
}

TEST_F(Apply, WhatCannotBeDoneDoesNotKeepTheOthers)
{
	world.links.add("br0", "bridge");
	world.links.add("eth2", "");
	world.links.at("eth2").master = world.links.at("br0").index;
	const Applied done = apply_text(R"(
[[bridge]]
name = "xenbr0"
fdb_max = 100
[[uplink]]
device = "eth9"
bridge = "xenbr0"
[[uplink]]
device = "eth2"
bridge = "xenbr0"
[[uplink]]
device = "vif3.0"
bridge = "xenbr0"
[[vif]]
guest = "db"
mac = "00:16:3e:00:00:07"
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:01"
mtu = 9000
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:02"
bridge = "nobr"
[[uplink]]
device = "eth1"
bridge = "xenbr0"
)");
	EXPECT_EQ(done.code, Exit::failed);
	EXPECT_EQ(actions(done), (Words{"fail", "fail", "fail", "fail", "add", "skip", "fail", "fail"}));
	const std::string &text = done.answer.text;
	expect_in("! bridge xenbr0: fdb_max '100': xenbr0 has 16384, which is fixed when", text);
	expect_in("! uplink eth9: uplink 'eth9': no such device", text);
	expect_in("! uplink eth2: uplink 'eth2': it is in br0 already; take it out with", text);
	expect_in("! uplink vif3.0: uplink 'vif3.0': it is vif 3.0 of a guest; write [[vif]]", text);
	expect_in("? vif db 00:16:3e:00:00:07: domain 'db' is not running", text);
	expect_in("mtu '9000': vif 3.0 has '1500', which cannot change while it is there; run 'ringway vif "
		  "detach 3 0' first",
		  text);
	expect_in("bridge 'nobr': no such device", text);
	expect_in("1 added, 1 skipped, 6 failed, and are as they were\n", text);
	EXPECT_EQ(done.answer.json["objects"][5]["skipped"], "domain 'db' is not running");
	EXPECT_EQ(done.answer.json["objects"][1]["error"]["kind"], "absent");
	EXPECT_EQ(done.answer.json["failed"], 6);
	EXPECT_EQ(world.links.at("eth1").master, world.links.at("xenbr0").index);
}

// Each change of a link fails once: what the object was before it is again, and once nothing fails all is
// done.
TEST_F(Apply, AnObjectThatFailsIsAsItWas)
{
	const std::string text = R"(
[[bridge]]
name = "xenbr0"
address = "00:16:3e:00:00:09"
ageing_time = 60
[[bridge]]
name = "xenbr1"
address = "00:16:3e:00:00:0a"
[[uplink]]
device = "eth1"
bridge = "xenbr0"
isolated = true
fdb_max = 9
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:01"
bridge = "xenbr1"
broadcast = 100
rate = "1Mb/s"
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:02"
multicast = 50
)";
	const auto objects = parse_config_file(text, "host.toml", [](const std::string &) { return ""; });
	for (const ConfigObject &object : objects) {
		for (int step = 1;; ++step) {
			const std::string before = state();
			const auto tree = world.store.tree;
			world.links.changes = 0;
			world.links.fail_at = step;
			const Applied done = apply(all, {}, {object}, {});
			world.links.fail_at = 0;
			if (done.code == Exit::ok) {
				EXPECT_GT(step, 1);
				break;
			}
			expect_in("injected", done.answer.text);
			EXPECT_EQ(state(), before) << object.text() << " step " << step;
			EXPECT_EQ(test::difference(tree, world.store.tree), "") << object.text() << step;
			ASSERT_LT(step, 30);
		}
	}
	expect_done(text);
}

} // namespace ringway
