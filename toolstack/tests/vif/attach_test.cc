// SPDX-License-Identifier: GPL-2.0-only
#include <cerrno>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>
#include "vif/attach.hpp"
#include "fake.hpp"

namespace ringway
{

using test::difference;
using test::Guest;
using test::Tree;
using test::World;

constexpr const char *back = "/local/domain/0/backend/vif/3/0";
constexpr const char *front = "/local/domain/3/device/vif/0";
constexpr const char *record_path = "/libxl/3/device/vif/0";

class Attach : public testing::Test
{
protected:
	Attach() { world.add_domain(3, "web"); }

	Record go(const std::string &spec = "mac=00:16:3e:00:00:01", const std::string &domain = "web",
		  AttachOptions options = {})
	{
		Context context = world.context();
		return attach(context, domain, VifSpec::parse(spec), options);
	}

	// The one line of a failed attach. Afterwards nothing may be left of it.
	std::string fails(Exit code, const std::string &spec = "mac=00:16:3e:00:00:01",
			  const std::string &domain = "web", AttachOptions options = {})
	{
		const Tree before = world.store.tree;
		const std::size_t links = world.links.all.size();
		std::string what = "(accepted)";
		try {
			go(spec, domain, options);
		} catch (const Error &error) {
			what = error.what();
			EXPECT_EQ(error.code(), code) << what;
			EXPECT_EQ(what.find('\n'), std::string::npos) << what;
			EXPECT_EQ(what.find('\x1b'), std::string::npos) << what;
		}
		EXPECT_EQ(difference(before, world.store.tree), "") << "something was left behind: " << what;
		EXPECT_EQ(world.links.all.size(), links) << "a device was left behind: " << what;
		EXPECT_EQ(world.store.open_transactions(), 0u);
		EXPECT_TRUE(world.store.watched.empty());
		return what;
	}

	void expect_in(const std::string &part, const std::string &whole)
	{
		EXPECT_NE(whole.find(part), std::string::npos) << whole;
	}

	World world;
};

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

// CL-11: two commands that want the same address find it free at the same moment.
TEST_F(Attach, AnAddressThatIsTakenMeanwhileIsRefused)
{
	const auto file = world.root / "run/lock/ringway-attach";
	std::filesystem::create_directories(file.parent_path());
	const int other = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	ASSERT_EQ(flock(other, LOCK_EX), 0);
	bool waited = false;
	world.clock.slept = [&] {
		if (!std::exchange(waited, true)) {
			world.store.put("/libxl/5/device/vif/0/backend", "/local/domain/0/backend/vif/5/0");
			world.store.put("/libxl/5/device/vif/0/mac", "00:16:3e:00:00:01");
			world.store.put("/libxl/5/device/vif/0/bridge", "xenbr0");
			close(other);
		}
	};
	try {
		go();
		ADD_FAILURE() << "accepted";
	} catch (const Error &error) {
		EXPECT_EQ(error.code(), Exit::conflict);
		expect_in("vif 5.0 has it on bridge xenbr0", error.what());
	}
	EXPECT_TRUE(waited);
	EXPECT_FALSE(world.store.has(back));
	EXPECT_FALSE(world.store.has(record_path));
	EXPECT_FALSE(std::filesystem::exists(file)) << "the lock was not let go";
}

TEST_F(Attach, ALockThatIsNeverLetGoEndsTheWait)
{
	const auto file = world.root / "run/lock/ringway-attach";
	std::filesystem::create_directories(file.parent_path());
	const int other = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	ASSERT_EQ(flock(other, LOCK_EX), 0);
	expect_in("is locked by another tool", fails(Exit::timeout));
	close(other);
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

TEST_F(Attach, NamesWhatDoesNotExist)
{
	expect_in("'nosuch'", fails(Exit::absent, "", "nosuch"));
	expect_in("'7'", fails(Exit::absent, "", "7"));
	expect_in("''", fails(Exit::absent, "", ""));
	expect_in("'br9'", fails(Exit::absent, "bridge=br9"));
	expect_in("'lo'", fails(Exit::usage, "bridge=lo"));
	expect_in("'netvm'", fails(Exit::absent, "backend=netvm"));
	expect_in("'Domain-0'", fails(Exit::usage, "", "Domain-0"));
	expect_in("\\x1b", fails(Exit::absent, "", "\x1b[2J"));
}

// CL-16
TEST_F(Attach, RefusesNamesInUse)
{
	world.links.add("eth0", "");
	expect_in("'eth0'", fails(Exit::conflict, "vifname=eth0"));
	expect_in("'vif9.0'", fails(Exit::usage, "vifname=vif9.0"));
}

TEST_F(Attach, RefusesAnAddressInUseOnTheSameBridge)
{
	world.add_domain(4, "db");
	world.links.add("br1", "bridge");
	go("mac=00:16:3e:00:00:01");
	expect_in("vif 3.0 has it", fails(Exit::conflict, "mac=00:16:3e:00:00:01", "db"));
	EXPECT_EQ(go("mac=00:16:3e:00:00:01,bridge=br1", "db").text(), "vif 4.0");
}

TEST_F(Attach, VlansNeedABridgeThatFilters)
{
	world.links.add("br1", "bridge", true);
	expect_in("'10p/20'", fails(Exit::usage, "bridge=br1,vlan=10p/20"));
	world.links.vlan_bridges.insert("br1");
	go("bridge=br1,vlan=10p/20");
	EXPECT_EQ(world.links.vlans.at("vif3.0").pvid, 10);
	EXPECT_EQ(world.store.get(std::string(back) + "/vlan"), "10p/20");
}

TEST_F(Attach, VlansMakeABrliteBridgeFilter)
{
	go("vlan=10p/20");
	EXPECT_EQ(world.links.vlans.at("vif3.0").pvid, 10);
	EXPECT_TRUE(world.links.vlan_bridges.contains("xenbr0"));
	ASSERT_EQ(world.notes.size(), 1u);
	expect_in("VLAN 1", world.notes.front());
}

TEST_F(Attach, NeverPretendsToLockAddresses)
{
	world.links.add("br1", "bridge", true);
	expect_in("'10.0.0.1'", fails(Exit::usage, "bridge=br1,ip=10.0.0.1"));
	expect_in("'10.0.0.0/24'", fails(Exit::usage, "ip=10.0.0.0/24"));
	expect_in("'10.0.0.1/128'", fails(Exit::usage, "ip=10.0.0.1/128"));
	expect_in("given twice", fails(Exit::usage, "ip=10.0.0.1 10.0.0.1/32"));
}

// The port is locked before it goes up.
TEST_F(Attach, LocksToAddresses)
{
	world.links.on_policy = [&] { EXPECT_FALSE(world.links.find("vif3.0")->up); };
	go("ip=10.0.0.1/32 2001:DB8:0::1,vlan=10");
	EXPECT_EQ(*world.links.policies.at("vif3.0").ip_lock,
		  (std::vector<std::string>{"10.0.0.1", "2001:db8::1"}));
	EXPECT_EQ(world.store.get(std::string(back) + "/ip-lock"), "10.0.0.1,2001:db8::1");
	EXPECT_EQ(world.store.get(std::string(back) + "/ip"), "10.0.0.1/32 2001:DB8:0::1");
	EXPECT_EQ(world.store.get(std::string(back) + "/vlan"), "10");
	EXPECT_TRUE(world.links.find("vif3.0")->up);
}

// CL-18
TEST_F(Attach, WithoutADriverSaysWhatToType)
{
	world.remove_file("sys/bus/xen-backend/drivers/vif");
	expect_in("modprobe ringway-netback", fails(Exit::host));
}

TEST_F(Attach, DownBridgeIsNoted)
{
	world.links.add("br1", "bridge", false);
	go("bridge=br1");
	ASSERT_EQ(world.notes.size(), 1u);
	expect_in("ip link set br1 up", world.notes.front());
}

// CL-08
TEST_F(Attach, RacesAreRunAgain)
{
	world.store.conflicts = 5;
	EXPECT_EQ(go().text(), "vif 3.0");
	EXPECT_EQ(world.store.conflicts, 0);
}

// CL-08
TEST_F(Attach, EndlessRacesEnd)
{
	world.store.conflicts = 1000000;
	const Millis before = world.clock.time;
	expect_in("conflict", fails(Exit::failed));
	EXPECT_LT(world.clock.time - before, Millis(10000));
	EXPECT_GT(world.store.conflicts, 999900) << "bounded";
}

// CL-09: every operation of an attach fails once, whichever it is; nothing may be left.
TEST_F(Attach, AFailureAnywhereLeavesNothing)
{
	World dry;
	dry.add_domain(3, "web");
	Context context = dry.context();
	const int start = dry.store.operations;
	attach(context, "web", VifSpec::parse("mac=00:16:3e:00:00:01,vifname=web0"), {});
	const int operations = dry.store.operations - start;
	ASSERT_GT(operations, 50);
	for (int error : {ENOSPC, E2BIG, EACCES}) {
		for (int i = 1; i <= operations; ++i) {
			world.store.fail_at = i;
			world.store.fail_with = error;
			EXPECT_NE(fails(Exit::failed, "mac=00:16:3e:00:00:01,vifname=web0"), "(accepted)")
				<< "operation " << i;
			EXPECT_EQ(world.store.fail_at, 0) << "was injected";
		}
	}
}

// CL-08
TEST_F(Attach, AConflictAnywhereIsHarmless)
{
	for (int i = 1; i <= 60; ++i) {
		World fresh;
		fresh.add_domain(3, "web");
		Context context = fresh.context();
		int left = i;
		const auto usual = fresh.store.react;
		fresh.store.react = [&] {
			usual();
			if (--left == 0) {
				fresh.store.put("/tool/noise", "x");
			}
		};
		EXPECT_EQ(attach(context, "web", VifSpec::parse(""), {}).text(), "vif 3.0");
	}
}

// Seen with six attaches at once: xenstored mixes old and new state inside a transaction and then calls a
// removal invalid.
// CL-08
TEST_F(Attach, AnInconsistentViewIsAConflict)
{
	World dry;
	dry.add_domain(3, "web");
	Context context = dry.context();
	const int start = dry.store.operations;
	plan_attach(context, "web", VifSpec::parse(""));
	const int checks = dry.store.operations - start;
	for (int i = 2; i <= 80; ++i) {
		World fresh;
		fresh.add_domain(3, "web");
		Context other = fresh.context();
		fresh.store.fail_at = checks + i / 2; // inside the transaction that makes the nodes
		fresh.store.fail_with = i % 2 == 0 ? EINVAL : EIO;
		EXPECT_EQ(attach(other, "web", VifSpec::parse(""), {}).text(), "vif 3.0") << i;
		EXPECT_EQ(fresh.store.fail_at, 0) << "was injected";
		EXPECT_EQ(fresh.store.open_transactions(), 0u);
	}
}

TEST_F(Attach, WhatStaysInvalidIsReported)
{
	Context context = world.context();
	context.random = [&] {
		world.store.fail_always = EINVAL;
		return std::array<std::uint8_t, 3>{1, 2, 3};
	};
	try {
		attach(context, "web", VifSpec::parse(""), {});
		FAIL();
	} catch (const Error &error) {
		expect_in("Invalid argument", error.what());
	}
}

TEST_F(Attach, EveryStepOfTheDeviceIsUndone)
{
	for (int i = 1; i <= 6; ++i) {
		world.links.changes = 0;
		world.links.fail_at = i;
		expect_in("injected", fails(Exit::failed, "mac=00:16:3e:00:00:01,vifname=web0"));
	}
	world.links.changes = 0;
	world.links.fail_at = 7;
	go("mac=00:16:3e:00:00:01,vifname=web0");
	EXPECT_EQ(world.links.changes, 6) << "down, name, address, MTU, bridge, up";
}

// CL-14
TEST_F(Attach, AGuestThatNeverConnectsIsLetGo)
{
	world.guests[3] = Guest::silent;
	const Millis before = world.clock.time;
	const std::string what = fails(Exit::timeout, "", "web", {Millis(5000), true});
	expect_in("backend initwait, guest initialising", what);
	expect_in("--no-wait", what);
	EXPECT_GE(world.clock.time - before, Millis(5000));
	EXPECT_LT(world.clock.time - before, Millis(20000));
}

TEST_F(Attach, NoWaitDoesNotWaitForTheGuest)
{
	world.guests[3] = Guest::silent;
	go("", "web", {Millis(5000), false});
	EXPECT_EQ(world.store.get(std::string(back) + "/hotplug-status"), "connected");
	EXPECT_TRUE(world.links.find("vif3.0")->up);
}

TEST_F(Attach, ADeadBackendDriverIsNamed)
{
	world.backend_alive = false;
	const Tree before = world.store.tree;
	try {
		go("", "web", {Millis(2000), true});
		FAIL();
	} catch (const Error &error) {
		EXPECT_EQ(error.code(), Exit::timeout);
		expect_in("ringway check", error.what());
	}
	EXPECT_EQ(difference(before, world.store.tree), "");
}

TEST_F(Attach, NoDeviceFromTheDriverIsNamed)
{
	world.makes_devices = false;
	expect_in("no network device", fails(Exit::timeout, "", "web", {Millis(2000), true}));
}

TEST_F(Attach, ARefusalIsReportedInTheDriversWords)
{
	world.guests[3] = Guest::refuses;
	const std::string what = fails(Exit::failed);
	expect_in("22 \\x1b[31mbad", what);
}

TEST_F(Attach, AnOldErrorIsNotTakenForOurs)
{
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "13 old", {0, {}});
	go();
	EXPECT_FALSE(world.store.has("/local/domain/0/error/backend/vif/3/0"));
}

// CL-12
TEST_F(Attach, ADomainThatDiesEndsTheWait)
{
	world.guests[3] = Guest::silent;
	const auto usual = world.store.react;
	world.store.react = [&] {
		usual();
		if (world.store.get(std::string(back) + "/hotplug-status") == "connected") {
			world.store.dead.insert(3);
		}
	};
	const Millis before = world.clock.time;
	expect_in("died", fails(Exit::absent, "", "web", {Millis(40000), true}));
	EXPECT_LT(world.clock.time - before, Millis(10000));
}

// CL-12
TEST_F(Attach, AReusedNumberIsNotTheSameDomain)
{
	world.store.conflicts = 1;
	bool swapped = false;
	const auto usual = world.store.react;
	world.store.react = [&] { usual(); };
	// between the lookup and the transaction, domain 3 becomes another
	Context context = world.context();
	int reads = 0;
	context.random = [&] {
		++reads;
		if (!swapped) {
			swapped = true;
			world.store.put("/local/domain/3/vm", "/vm/another", {0, 3});
		}
		return std::array<std::uint8_t, 3>{1, 2, 3};
	};
	try {
		attach(context, "web", VifSpec::parse(""), {});
		FAIL() << "attached to another domain";
	} catch (const Error &error) {
		EXPECT_EQ(error.code(), Exit::absent);
	}
	EXPECT_FALSE(world.store.has(record_path));
}

// CL-10
TEST_F(Attach, ASignalUndoes)
{
	world.guests[3] = Guest::silent;
	world.clock.interrupt_at = world.clock.time + Millis(1000);
	expect_in("signal", fails(Exit::failed));
}

TEST_F(Attach, AnUndoThatFailsSaysWhatToType)
{
	world.guests[3] = Guest::silent;
	const auto usual = world.store.react;
	world.store.react = [&] {
		usual();
		if (world.clock.time > Millis(3500)) {
			world.store.fail_at = 1; // xenstored is gone for good
			world.store.fail_with = EIO;
		}
	};
	try {
		go("", "web", {Millis(2000), true});
		FAIL();
	} catch (const Error &error) {
		expect_in("ringway vif detach 3 0", error.what());
	}
}

TEST_F(Attach, SomebodyElseMayRemoveItMeanwhile)
{
	bool once = true;
	const auto usual = world.store.react;
	world.store.react = [&] {
		usual();
		if (once && world.links.find("vif3.0")) {
			once = false;
			world.store.drop(back);
			world.store.drop(front);
			world.store.drop(record_path);
		}
	};
	Context context = world.context();
	EXPECT_THROW(attach(context, "web", VifSpec::parse(""), {}), Error);
	EXPECT_FALSE(world.store.has(back)) << "hotplug-status must not bring it back";
}

TEST_F(Attach, ADriverDomainsDeviceIsNotOurs)
{
	world.add_domain(5, "netvm");
	Context context = world.context();
	attach(context, "web", VifSpec::parse("backend=netvm,bridge=theirs"), {Millis(2000), false});
	EXPECT_EQ(world.store.tree.at("/local/domain/5/backend/vif/3/0/state").access, (NodeAccess{5, 3}));
	EXPECT_EQ(world.store.tree.at(std::string(front) + "/mac").access, (NodeAccess{3, 5}));
	EXPECT_EQ(world.store.get(std::string(front) + "/backend-id"), "5");
	EXPECT_EQ(world.store.get("/local/domain/5/backend/vif/3/0/hotplug-status"), "");
}

TEST_F(Attach, DryRunWritesNothing)
{
	const Tree before = world.store.tree;
	Context context = world.context();
	const auto plan = plan_attach(context, "web", VifSpec::parse("mac=00:16:3e:00:00:01"));
	EXPECT_EQ(difference(before, world.store.tree), "");
	EXPECT_EQ(world.store.open_transactions(), 0u);
	EXPECT_GT(plan.size(), 25u);
	for (const PlannedNode &item : plan) {
		EXPECT_TRUE(item.node == nullptr || schema::valid(*item.node, item.value)) << item.path;
	}
}

} // namespace ringway
