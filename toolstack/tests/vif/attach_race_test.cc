// SPDX-License-Identifier: GPL-2.0-only
//
// Others write at the same time.
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>
#include "attach_fixture.hpp"
#include "context/file_lock.hpp"

namespace ringway
{

// CL-11: two commands that want the same address find it free at the same moment.
TEST_F(Attach, AnAddressThatIsTakenMeanwhileIsRefused)
{
	const auto file = own_locks(world.root) / "attach";
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
		expect_in("vif 5.0 already has it on bridge xenbr0", error.what());
	}
	EXPECT_TRUE(waited);
	EXPECT_FALSE(world.store.has(back));
	EXPECT_FALSE(world.store.has(record_path));
	EXPECT_FALSE(std::filesystem::exists(file)) << "the lock was not let go";
}

TEST_F(Attach, ALockThatIsNeverLetGoEndsTheWait)
{
	const auto file = own_locks(world.root) / "attach";
	const int other = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	ASSERT_EQ(flock(other, LOCK_EX), 0);
	expect_in("another command holds the lock", fails(Exit::timeout));
	close(other);
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

// CL-08
TEST_F(Attach, AConflictAnywhereIsHarmless)
{
	for (int i = 1; i <= 60; ++i) {
		World fresh;
		fresh.add_domain(3, "web");
		Context other = fresh.context();
		int left = i;
		const auto usual = fresh.store.react;
		fresh.store.react = [&] {
			usual();
			if (--left == 0) {
				fresh.store.put("/tool/noise", "x");
			}
		};
		EXPECT_EQ(attach(other, "web", VifSpec::parse(""), {}).text(), "vif 3.0");
	}
}

// Seen with six attaches at once: xenstored mixes old and new state inside a transaction and then calls a
// removal invalid.
// CL-08
TEST_F(Attach, AnInconsistentViewIsAConflict)
{
	World dry;
	dry.add_domain(3, "web");
	Context dry_run = dry.context();
	const int start = dry.store.operations;
	plan_attach(dry_run, "web", VifSpec::parse(""));
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

// CL-12
TEST_F(Attach, AReusedNumberIsNotTheSameDomain)
{
	world.store.conflicts = 1;
	bool swapped = false;
	const auto usual = world.store.react;
	world.store.react = [&] { usual(); };
	// between the lookup and the transaction, domain 3 becomes another
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
	EXPECT_THROW(attach(context, "web", VifSpec::parse(""), {}), Error);
	EXPECT_FALSE(world.store.has(back)) << "hotplug-status must not bring it back";
}

} // namespace ringway
