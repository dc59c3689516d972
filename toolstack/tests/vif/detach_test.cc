// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "vif/detach.hpp"

namespace ringway
{

using test::difference;
using test::Guest;
using test::Tree;

class Detach : public test::GuestTest
{
protected:
	Detach() : before(world.store.tree) { attach_one(); }

	void attach_one(const std::string &spec = test::one_mac) { attach_vif(spec, {Millis(1000), false}); }
	DetachResult go(const std::string &vif = "0", const std::string &domain = "web")
	{
		return detach(context, domain, vif, {});
	}
	std::string fails(Exit code, const std::string &vif, const std::string &domain = "web")
	{
		const std::string what = refusal([&] { go(vif, domain); });
		EXPECT_TRUE(refused_with == Exit::ok || refused_with == code) << what;
		return what;
	}

	Tree before;
};

TEST_F(Detach, LeavesWhatWasThereBefore)
{
	EXPECT_FALSE(go().forced);
	EXPECT_EQ(difference(before, world.store.tree), "");
	EXPECT_FALSE(world.links.find("vif3.0"));
}

TEST_F(Detach, FindsTheVifByItsAddress)
{
	attach_one("mac=00:16:3e:00:00:02");
	EXPECT_EQ(go("00:16:3E:00:00:02").record.devid, 1u);
	EXPECT_TRUE(world.store.has("/local/domain/0/backend/vif/3/0/state"));
	EXPECT_EQ(go("0").record.devid, 0u);
	EXPECT_EQ(difference(before, world.store.tree), "");
}

TEST_F(Detach, NamesWhatIsNotThere)
{
	EXPECT_NE(fails(Exit::absent, "1").find("vif 3.1"), std::string::npos);
	EXPECT_NE(fails(Exit::absent, "00:16:3e:99:99:99").find("00:16:3e:99:99:99"), std::string::npos);
	EXPECT_NE(fails(Exit::usage, "one").find("'one'"), std::string::npos);
	EXPECT_NE(fails(Exit::usage, "65536").find("'65536'"), std::string::npos);
	EXPECT_NE(fails(Exit::usage, "00:16").find("'00:16'"), std::string::npos);
	EXPECT_NE(fails(Exit::absent, "0", "db").find("'db'"), std::string::npos);
}

// CL-14
TEST_F(Detach, ASilentGuestIsForced)
{
	world.guests[3] = Guest::silent;
	const Millis start = world.clock.time;
	EXPECT_TRUE(go().forced);
	EXPECT_EQ(difference(before, world.store.tree), "");
	EXPECT_LT(world.clock.time - start, Millis(20000));
	ASSERT_EQ(world.notes.size(), 1u);
}

// CL-14
TEST_F(Detach, ADeadBackendIsForced)
{
	world.backend_alive = false;
	world.remove_file("sys/bus/xen-backend/devices/vif-3-0");
	EXPECT_TRUE(go().forced);
	EXPECT_EQ(difference(before, world.store.tree), "");
}

TEST_F(Detach, ADeviceThatStaysIsReported)
{
	world.backend_alive = false;
	EXPECT_NE(fails(Exit::timeout, "0").find("vif3.0"), std::string::npos);
}

// CL-01: whatever the guest does to its directory, the vif of the record goes and no other.
TEST_F(Detach, AGuestThatLiesIsNotBelieved)
{
	attach_one("mac=00:16:3e:00:00:02");
	world.store.put("/local/domain/3/device/vif/0/backend", "/local/domain/0/backend/vif/3/1", {3, 0});
	world.store.put("/local/domain/3/device/vif/0/backend-id", "5", {3, 0});
	world.store.put("/local/domain/3/device/vif/0/state", std::string(4000, 'x'), {3, 0});
	world.store.put("/local/domain/3/device/vif/9/backend", "/local/domain/0/backend/vbd/3/1", {3, 0});
	go("0");
	EXPECT_FALSE(world.store.has("/local/domain/0/backend/vif/3/0"));
	EXPECT_TRUE(world.store.has("/local/domain/0/backend/vif/3/1/state"));
	EXPECT_NE(fails(Exit::absent, "9").find("3.9"), std::string::npos);
}

// CL-01
TEST_F(Detach, AGuestThatDeletedItsDirectoryDoesNotMind)
{
	world.store.drop("/local/domain/3/device/vif");
	go();
	EXPECT_EQ(difference(before, world.store.tree), "");
}

// CL-02
TEST_F(Detach, ADriverDomainThatLiesIsNotBelieved)
{
	world.store.put("/local/domain/0/backend/vif/3/0/mac", "00:16:3e:ff:ff:ff", {0, 3});
	world.store.put("/local/domain/0/backend/vif/3/0/frontend", "/local/domain/0", {0, 3});
	go("00:16:3e:00:00:01");
	EXPECT_EQ(difference(before, world.store.tree), "");
}

// CL-12, CL-17
TEST_F(Detach, ADomainThatIsGoneCanStillBeCleaned)
{
	world.store.drop("/local/domain/3");
	EXPECT_EQ(go("0", "3").record.domid, 3u);
	EXPECT_FALSE(world.store.has("/local/domain/0/backend/vif/3"));
	EXPECT_FALSE(world.store.has("/libxl/3/device/vif"));
}

TEST_F(Detach, ABackendThatIsGoneIsNotMissed)
{
	world.store.drop("/local/domain/0/backend/vif/3/0");
	EXPECT_FALSE(go().forced);
	EXPECT_EQ(difference(before, world.store.tree), "");
}

TEST_F(Detach, ANewVifWithTheSameNumberSurvives)
{
	const auto old = read_record(world.store, 3, 0);
	world.store.put("/libxl/3/device/vif/0/mac", "00:16:3e:00:00:77");
	remove_vif(context, *old, Millis(100));
	EXPECT_TRUE(world.store.has("/libxl/3/device/vif/0/mac"));
}

TEST_F(Detach, ABrokenRecordIsNotActedUpon)
{
	for (const char *bad : {"/local/domain/0/backend/vif/3/1", "/local/domain/0/backend/vbd/3/0",
				"/local/domain/x/backend/vif/3/0", "/local/domain/99999/backend/vif/3/0", "",
				"/", "/local/domain/0/backend/vif/3/0/.."}) {
		world.store.put("/libxl/3/device/vif/0/backend", bad);
		EXPECT_EQ(read_record(world.store, 3, 0), std::nullopt) << bad;
		fails(Exit::absent, "0");
	}
}

// CL-10
TEST_F(Detach, ASignalDoesNotStopHalfWay)
{
	world.guests[3] = Guest::silent;
	world.clock.interrupt_at = world.clock.time;
	go();
	EXPECT_EQ(difference(before, world.store.tree), "");
}

TEST_F(Detach, RemovesWhatTheDriversSaid)
{
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "22 bad", {0, {}});
	world.store.put("/local/domain/3/error/device/vif/0/error", "22 bad", {3, {}});
	go();
	for (const auto &[path, node] : world.store.tree) {
		EXPECT_EQ(path.find("vif/3/0"), std::string::npos) << path;
		EXPECT_EQ(path.find("vif/0"), std::string::npos) << path;
	}
}

} // namespace ringway
