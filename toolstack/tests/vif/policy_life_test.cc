// SPDX-License-Identifier: GPL-2.0-only
//
// A policy outlives the vif: the guest reboots, and a new domain with the same UUID has a new vif.
#include <fstream>
#include <sys/stat.h>
#include "guest_test.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"
#include "vif/detach.hpp"
#include "vif/policy.hpp"

namespace ringway
{

class PolicyLife : public test::VifTest
{
protected:
	void set(const std::vector<std::string> &words) { vif_set(context, {}, "web", "0", words); }
	// The guest reboots: what libxl removes is gone, what it makes again is there.
	void reboot(const std::string &spec = test::one_mac)
	{
		for (const std::string path :
		     {"/local/domain/0/backend/vif/3", "/local/domain/3", "/libxl/3/device/vif"}) {
			world.store.drop(path);
		}
		world.clock.sleep(Millis(1000));
		world.links.policies.clear();
		world.add_domain(3, "web");
		attach_vif(spec);
	}
	const test::PortPolicy &port() { return world.links.policies["vif3.0"]; }
	std::string kept()
	{
		std::ifstream in(world.root / test::World::policy_file(3));
		return {std::istreambuf_iterator<char>(in), {}};
	}
	void keep(const std::string &text) { world.keep_policy(3, text); }
	void write(const std::string &text, const std::string &file = "web.toml")
	{
		world.add_file("etc/ringway/policy.d/" + file, text);
	}
};

// CL-23
TEST_F(PolicyLife, WhatWasSetIsInForceBeforeThePortOfTheNextLifeGoesUp)
{
	world.links.vlan_bridges.insert("xenbr0");
	set({"isolated=on", "mac_lock=on", "ip=10.0.0.1", "broadcast=200/50", "vlan=10p/20",
	     "rules=default drop to-guest"});
	vif_limit(context, {}, "web", "0", {"rate=10Mb/s", "rx-pps=500"});
	const test::PortPolicy before = port();
	ASSERT_TRUE(before.isolated && before.mac_lock && before.ip_lock && before.vlan);
	int times = 0;
	world.links.on_policy = [&] {
		EXPECT_FALSE(world.links.find("vif3.0")->up);
		++times;
	};
	reboot();
	EXPECT_EQ(times, 1);
	EXPECT_EQ(port(), before);
	EXPECT_TRUE(world.links.find("vif3.0")->up);
	EXPECT_EQ(node("rate"), "62500,50000");
	EXPECT_EQ(node("rx-pps"), "500");
}

TEST_F(PolicyLife, TheVlansOfAnAttachAreThereWhateverLibxlKnows)
{
	world.links.vlan_bridges.insert("xenbr0");
	detach(context, "web", "0", {});
	attach_vif("mac=00:16:3e:00:00:01,vlan=30");
	EXPECT_NE(kept().find("\"vlan\": \"30\""), std::string::npos) << kept();
	for (const char *node : {"/libxl/3/device/vif/0/vlan", "/local/domain/0/backend/vif/3/0/vlan"}) {
		world.store.drop(node); // as libxl of Xen 4.17 makes the vif
	}
	world.links.policies.clear();
	set({});
	EXPECT_EQ(port().vlan, Vlan::parse("30"));
}

TEST_F(PolicyLife, OnAnOrdinaryBridgeTheyAreThereToo)
{
	world.links.at("xenbr0").kind = "bridge";
	world.links.vlan_bridges.insert("xenbr0");
	detach(context, "web", "0", {});
	attach_vif("mac=00:16:3e:00:00:01,vlan=30");
	for (const char *node : {"/libxl/3/device/vif/0/vlan", "/local/domain/0/backend/vif/3/0/vlan"}) {
		world.store.drop(node);
	}
	world.links.vlans.clear();
	set({});
	EXPECT_EQ(world.links.vlans.at("vif3.0"), Vlan::parse("30"));
	world.links.vlan_bridges.clear();
	expect_in("bridge xenbr0 does not filter VLANs", refusal([&] { set({}); }));
}

// Its hotplug script runs while it has xl's name for it, and nobody looks once more when it gets its own.
TEST_F(PolicyLife, WhatIsWrittenForAGuestByNameHoldsAlsoWhenItMigratesHere)
{
	write("[[vif]]\nname = \"web\"\nisolated = true\n");
	for (const char *name : {"web--incoming", "web--migratedaway"}) {
		world.links.policies.clear();
		world.store.put("/local/domain/3/name", name);
		vif_set(context, {}, "3", "0", {});
		EXPECT_TRUE(port().isolated) << name;
	}
	world.links.policies.clear();
	world.store.put("/local/domain/3/name", "web--other");
	vif_set(context, {}, "3", "0", {});
	EXPECT_FALSE(port().isolated);
}

TEST_F(PolicyLife, ADetachedVifIsForgotten)
{
	set({"isolated=on"});
	EXPECT_NE(kept(), "");
	detach(context, "web", "0", {});
	EXPECT_EQ(kept(), "");
	world.links.policies.clear();
	attach_vif();
	EXPECT_FALSE(port().isolated);
}

// The wait for its vif ends, and the next life has the vif again.
TEST_F(PolicyLife, AGuestThatRebootsWhileItsVifIsDetachedKeepsThePolicy)
{
	set({"isolated=on"});
	const std::string before = kept();
	ASSERT_NE(before, "");
	world.guests[3] = test::Guest::silent;
	const auto others = world.clock.slept;
	bool gone = false;
	world.clock.slept = [&] {
		for (const std::string path :
		     {"/local/domain/0/backend/vif/3", "/local/domain/3", "/libxl/3/device/vif"}) {
			if (!gone) {
				world.store.drop(path);
			}
		}
		gone = true;
	};
	expect_in("its policy is kept", refusal([&] { detach(context, "web", "0", {}); }));
	EXPECT_EQ(refused_with, Exit::absent);
	world.clock.slept = others;
	EXPECT_EQ(kept(), before);
}

TEST_F(PolicyLife, AnotherAddressIsAnotherVif)
{
	set({"isolated=on"});
	reboot("mac=00:16:3e:00:00:02");
	EXPECT_FALSE(port().isolated);
}

// CL-24. Fails closed: no vif at all, and no port that is open.
TEST_F(PolicyLife, WhatCannotBeReadLeavesThePortClosed)
{
	set({"isolated=on"});
	for (const auto &[text, named] : std::vector<std::pair<std::string, std::string>>{
		     {R"({"ringway_policy":2})", "version 2"}, {"{", "damaged"}, {"", "damaged"}}) {
		keep(text);
		expect_in(named, refusal([&] { reboot(); }));
		const auto link = world.links.find("vif3.0");
		EXPECT_FALSE(link && link->up);
		EXPECT_EQ(kept(), text) << "nobody throws it away";
	}
	keep(R"({"ringway_policy":1})");
	write("[[vif]]\nbridge = \"xenbr0\"\nmac_lock = maybe\n");
	expect_in("web.toml' line 3", refusal([&] { reboot(); }));
	std::filesystem::remove(world.root / test::World::policy_file(3));
	std::filesystem::create_directories(world.root / test::World::policy_file(3));
	write("");
	expect_in("cannot read", refusal([&] { reboot(); }));
}

TEST_F(PolicyLife, WhatTheKernelRefusesIsNotOnTheDisk)
{
	set({"isolated=on"});
	const std::string before = kept();
	world.links.fail_at = world.links.changes + 1;
	expect_in("injected", refusal([&] { set({"mac_lock=on"}); }));
	EXPECT_EQ(kept(), before);
	world.backend_alive = false;
	world.store.drop("/local/domain/0/backend/vif/3/0/state");
	expect_in("detached in the meantime", refusal([&] { set({"mac_lock=on"}); }));
	EXPECT_EQ(kept(), before);
}

TEST_F(PolicyLife, WhatCannotBeKeptIsRefused)
{
	world.add_file("var/lib/ringway/policy", "a file where the folder should be");
	refusal([&] { set({"isolated=on"}); });
	EXPECT_EQ(refused_with, Exit::failed);
	EXPECT_FALSE(port().isolated);
}

TEST_F(PolicyLife, OnlyRootCanReadTheFile)
{
	set({"isolated=on"});
	struct stat info {
	};
	ASSERT_EQ(stat((world.root / test::World::policy_file(3)).c_str(), &info), 0);
	EXPECT_EQ(info.st_mode & 0777, 0600u);
	for (const auto &entry : std::filesystem::directory_iterator(world.root / "var/lib/ringway/policy")) {
		EXPECT_EQ(entry.path().extension(), ".json") << "no file on the way is left";
	}
}

TEST_F(PolicyLife, WhatTheAdministratorWroteIsInForce)
{
	write("[[vif]]\nbridge = \"xenbr0\"\nmac_lock = true\n", "10-all.toml");
	write("[[vif]]\nname = \"web\"\nip = [\"10.0.0.1\"]\npps = 100\nrate = \"1MB/s\"\n", "20-web.toml");
	reboot("mac=00:16:3e:00:00:01,rate=10Mb/s");
	EXPECT_TRUE(port().mac_lock);
	EXPECT_EQ(port().ip_lock, IpLock{"10.0.0.1"});
	EXPECT_EQ(node("pps"), "100");
	EXPECT_EQ(node("rate"), "62500,50000") << "the vifspec's counts more";
	reboot("mac=00:16:3e:00:00:01,ip=10.0.0.9");
	EXPECT_EQ(port().ip_lock, IpLock{"10.0.0.9"}) << "the vifspec's counts more";
	set({"mac_lock=off", "ip=any"});
	EXPECT_FALSE(port().mac_lock || port().ip_lock);
	reboot();
	EXPECT_FALSE(port().mac_lock || port().ip_lock) << "what was set counts most";
	set({"mac_lock=default"});
	EXPECT_TRUE(port().mac_lock) << "until it is given up";
	EXPECT_FALSE(port().ip_lock);
	set({"ip=default"});
	EXPECT_EQ(port().ip_lock, IpLock{"10.0.0.1"});
	EXPECT_EQ(kept(), "") << "nothing is set any more";
}

// It could not hold there, and nobody would know.
TEST_F(PolicyLife, AnOrdinaryBridgeIsRefusedWhatItCannotDo)
{
	world.links.at("xenbr0").kind = "bridge";
	reboot();
	write("[[vif]]\nbridge = \"xenbr0\"\nmac_lock = true\n");
	expect_in("port, mac_lock=on, and xenbr0 is none", refusal([&] { reboot(); }));
	write("[[vif]]\nbridge = \"xenbr0\"\nmac_lock = false\n");
	reboot();
	EXPECT_TRUE(world.links.find("vif3.0")->up);
}

} // namespace ringway
