// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/vif_ensure.hpp"
#include <fmt/format.h>
#include <fstream>
#include "guest_test.hpp"
#include "vif/policy.hpp"

namespace ringway
{

class VifEnsure : public test::GuestTest
{
protected:
	nlohmann::json ensure(const std::string &spec, const Output &output = {})
	{
		return vif_ensure(context, output, "web", VifSpec::parse(spec), {}).json;
	}
	void expect_nothing_done(const std::string &spec)
	{
		const auto tree = world.store.tree;
		const int changes = world.links.changes;
		EXPECT_EQ(ensure(spec)["action"], "none") << spec;
		EXPECT_EQ(test::difference(tree, world.store.tree), "");
		EXPECT_EQ(world.links.changes, changes);
	}
};

TEST_F(VifEnsure, AttachesWhatIsMissingAndLeavesWhatIsThere)
{
	const std::string spec =
		std::string(test::one_mac) +
		",bridge=xenbr0,rate=10Mb/s,ip=192.0.2.7,devid=2,mtu=1400,untrusted,backend=0";
	const auto made = ensure(spec);
	EXPECT_EQ(made["action"], "attach");
	EXPECT_EQ(made["devid"], 2);
	expect_nothing_done(spec);
	expect_nothing_done(test::one_mac);             // what is not named may be as it is
	expect_nothing_done("devid=2,ip=192.0.2.7/32"); // known by its number
}

TEST_F(VifEnsure, ChangesWhatDiffers)
{
	world.links.add("xenbr1", "brlite");
	world.links.vlan_bridges = {"xenbr0", "xenbr1"};
	attach_vif(std::string(test::one_mac) + ",rate=10Mb/s");
	const std::string spec =
		std::string(test::one_mac) + ",bridge=xenbr1,rate=20Mb/s,ip=192.0.2.7,vlan=10";
	const auto planned = ensure(spec, {.dry_run = true});
	EXPECT_EQ(planned["changes"].dump(),
		  R"([{"from":"xenbr0","key":"bridge","to":"xenbr1"},{"from":"10Mb/s","key":"rate",)"
		  R"("to":"20Mb/s"},{"from":"any","key":"ip","to":"192.0.2.7"},)"
		  R"({"from":"none","key":"vlan","to":"10p"}])");
	EXPECT_EQ(node("rate"), "62500,50000");
	const auto done = ensure(spec);
	EXPECT_EQ(done["action"], "change");
	EXPECT_EQ(done["changes"], planned["changes"]);
	EXPECT_EQ(done["bridge"], "xenbr1");
	EXPECT_EQ(node("rate"), "125000,50000");
	EXPECT_EQ(world.links.policies["vif3.0"].ip_lock, IpLock{"192.0.2.7"});
	expect_nothing_done(spec);
	ensure(std::string(test::one_mac) + ",bridge=xenbr0");
	EXPECT_EQ(world.links.at("vif3.0").master, world.links.at("xenbr0").index);
	EXPECT_EQ(node("rate"), "125000,50000"); // what is not named stays
}

TEST_F(VifEnsure, LibxlsConfigurationFollowsTheMove)
{
	const std::string file = fmt::format("var/lib/xen/userdata-d.3.{}.libxl-json", test::uuid_of(3));
	world.links.add("xenbr1", "brlite");
	world.add_file(file, "{}");
	attach_vif();
	ensure(std::string(test::one_mac) + ",bridge=xenbr1");
	std::ifstream in(world.root / file);
	EXPECT_EQ(nlohmann::json::parse(in)["nics"][0]["bridge"], "xenbr1");
}

TEST_F(VifEnsure, WhatCannotChangeIsAnError)
{
	attach_vif();
	const auto says = [&](const std::string &spec) { return refusal([&] { ensure(spec); }); };
	EXPECT_EQ(says(std::string(test::one_mac) + ",mtu=9000"),
		  "mtu '9000': vif 3.0 has '1500', which cannot change while it is there; run 'ringway vif "
		  "detach 3 0' first");
	EXPECT_EQ(refused_with, Exit::conflict);
	expect_in("devid '7': vif 3.0 has '0'", says(std::string(test::one_mac) + ",devid=7"));
	expect_in("trusted 'off': vif 3.0 has 'on'", says(std::string(test::one_mac) + ",untrusted"));
	expect_in("vifname 'new': vif 3.0 has 'vif3.0'", says(std::string(test::one_mac) + ",vifname=new"));
	EXPECT_EQ(says("bridge=xenbr0"),
		  "the vif is known by its address or its number: give mac= or devid=");
	world.links.add("xenbr1", "brlite");
	world.links.at("xenbr1").mac = Mac::parse("00:16:3e:00:00:01");
	expect_in("has 00:16:3e:00:00:01 on bridge xenbr1 already",
		  says(std::string(test::one_mac) + ",bridge=xenbr1"));
	expect_in("bridge 'nobr': no such device", says(std::string(test::one_mac) + ",bridge=nobr"));
	EXPECT_EQ(world.links.at("vif3.0").master, world.links.at("xenbr0").index);
	EXPECT_TRUE(world.links.at("vif3.0").up);
}

TEST_F(VifEnsure, OnTheNewBridgeNothingPassesBeforeThePolicyIsInForce)
{
	world.links.add("xenbr1", "brlite");
	const Record record = attach_vif();
	update_policy(context, record, {"isolated=on"});
	bool up_too_early = false;
	world.links.on_policy = [&] { up_too_early |= world.links.at("vif3.0").up; };
	world.links.policies.clear(); // as a port that joins anew has none
	ensure(std::string(test::one_mac) + ",bridge=xenbr1");
	EXPECT_FALSE(up_too_early);
	EXPECT_TRUE(world.links.policies["vif3.0"].isolated);
	EXPECT_TRUE(world.links.at("vif3.0").up);
}

} // namespace ringway
