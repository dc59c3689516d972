// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/vif_wait.hpp"

namespace ringway
{

class VifWait : public test::GuestTest
{
protected:
	VifWait()
	{
		world.guests[3] = test::Guest::silent;
		attach_vif(test::one_mac, {.wait_for_guest = false});
	}
	Answer wait() { return vif_wait(context, {}, "web", "0", std::chrono::seconds(5)); }
};

TEST_F(VifWait, EndsWhenTheGuestConnects)
{
	const Millis from = world.clock.time;
	world.clock.slept = [&] {
		if (world.clock.time > from + std::chrono::seconds(2)) {
			world.guests[3] = test::Guest::connects;
		}
	};
	EXPECT_EQ(wait().json["state"], "connected");
	EXPECT_GT(world.clock.time, from + std::chrono::seconds(2));
	EXPECT_TRUE(world.store.watched.empty());
	const Millis then = world.clock.time;
	wait();
	EXPECT_EQ(world.clock.time, then); // at once
}

TEST_F(VifWait, SaysWhyItDoesNot)
{
	expect_in("vif 3.0: not connected in time (backend initwait, guest ", refusal([&] { wait(); }));
	EXPECT_EQ(refused_with, Exit::timeout);
	world.guests[3] = test::Guest::refuses;
	expect_in("vif 3.0: it closed (backend closed", refusal([&] { wait(); }));
	EXPECT_EQ(refused_with, Exit::failed);
}

TEST_F(VifWait, AVifThatGoesEndsIt)
{
	world.clock.slept = [&] { world.store.drop("/libxl/3/device/vif/0"); };
	expect_in("vif 3.0: it was detached meanwhile", refusal([&] { wait(); }));
	EXPECT_EQ(refused_with, Exit::absent);
	EXPECT_TRUE(world.store.watched.empty());
}

TEST_F(VifWait, ASignalEndsIt)
{
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(1);
	expect_in("interrupted by a signal", refusal([&] { wait(); }));
}

} // namespace ringway
