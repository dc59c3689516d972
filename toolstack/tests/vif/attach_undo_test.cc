// SPDX-License-Identifier: GPL-2.0-only
//
// Whatever fails half way is undone.
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>
#include "attach_fixture.hpp"
#include "context/file_lock.hpp"

namespace ringway
{

// CL-09: every operation of an attach fails once, whichever it is; nothing may be left.
TEST_F(Attach, AFailureAnywhereLeavesNothing)
{
	World dry;
	dry.add_domain(3, "web");
	Context dry_run = dry.context();
	const int start = dry.store.operations;
	attach(dry_run, "web", VifSpec::parse("mac=00:16:3e:00:00:01,vifname=web0"), {});
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
	expect_in("went away", fails(Exit::absent, "", "web", {Millis(40000), true}));
	EXPECT_LT(world.clock.time - before, Millis(10000));
}

// CL-10
TEST_F(Attach, ASignalUndoes)
{
	world.guests[3] = Guest::silent;
	world.clock.interrupt_at = world.clock.time + Millis(1000);
	expect_in("signal", fails(Exit::failed));
}

class AttachWithLibxl : public Attach
{
protected:
	AttachWithLibxl() { world.add_file(file, R"({"c_info": {"name": "web"}})"); }
	std::string config()
	{
		std::ifstream in(world.root / file);
		return {std::istreambuf_iterator<char>(in), {}};
	}
	void expect_clean(const std::string &what)
	{
		EXPECT_EQ(what.find("cleaning up failed"), std::string::npos) << what;
		EXPECT_EQ(config().find("nics"), std::string::npos) << config();
	}
	const std::string file = "var/lib/xen/userdata-d.3." + test::uuid_of(3) + ".libxl-json";
};

// Before the vif is there: a typing error in a file of the administrator's.
TEST_F(AttachWithLibxl, APolicyThatCannotBeReadIsNamedBeforeAnythingIsTouched)
{
	world.add_file("etc/ringway/policy.d/x.toml", "[[vif]]\nname = web\n");
	const int before = world.store.operations;
	const std::string what = fails(Exit::usage);
	expect_in("x.toml' line 2", what);
	expect_clean(what);
	EXPECT_EQ(world.links.changes, 0);
	EXPECT_LT(world.store.operations - before, 20) << "it was created";
}

TEST_F(AttachWithLibxl, WhatIsKeptAndCannotBeReadLeavesNoVifBehind)
{
	world.keep_policy(3, "{");
	const std::string what = fails(Exit::failed);
	expect_in("damaged", what);
	expect_clean(what);
}

// What it has to wait for, it waits for: the signal was for the attach.
TEST_F(AttachWithLibxl, ASignalDoesNotStopTheUndoing)
{
	world.guests[3] = Guest::silent;
	world.links.vlan_bridges.insert("xenbr0");
	world.clock.interrupt_at = world.clock.time + Millis(1000);
	const auto usual = world.store.react;
	int other = -1, sleeps = 0;
	world.store.react = [&] {
		usual();
		if (other < 0 && world.clock.interrupted()) {
			other = open((own_locks(world.root) / "policy-3.0").c_str(),
				     O_RDWR | O_CREAT | O_CLOEXEC, 0600);
			EXPECT_EQ(flock(other, LOCK_EX | LOCK_NB), 0);
		}
	};
	world.clock.slept = [&] {
		if (other >= 0 && !world.store.has(record_path) && ++sleeps == 3) {
			close(other);
		}
	};
	const std::string what = fails(Exit::failed, "mac=00:16:3e:00:00:01,vlan=30");
	expect_in("signal", what);
	expect_clean(what);
	EXPECT_GE(sleeps, 3);
	EXPECT_FALSE(std::filesystem::exists(world.root / World::policy_file(3))) << "its VLANs are kept";
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

} // namespace ringway
