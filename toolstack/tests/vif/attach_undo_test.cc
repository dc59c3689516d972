// SPDX-License-Identifier: GPL-2.0-only
//
// Whatever fails half way is undone.
#include <cerrno>
#include "attach_fixture.hpp"

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
