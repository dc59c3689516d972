// SPDX-License-Identifier: GPL-2.0-only
//
// A guest that is slow to take leave of an earlier vif closes its end of the next one of the same number, or
// does not see it.
#include <string>
#include "attach_fixture.hpp"

namespace ringway
{

class AttachAgain : public Attach
{
protected:
	// The first `times` vifs from now on are closed by the guest's end of the one before, which asks
	// whether its node is there, finds the new one's, and writes what it had to say.
	// `then`: what it does after them.
	void closes_late(int times, const std::string &state = "6", Guest then = Guest::connects)
	{
		world.guests[3] = Guest::silent;
		const auto usual = world.store.react;
		world.store.react = [this, usual, times, state, then] {
			usual();
			const std::string back_state = std::string(back) + "/state";
			const std::string front_state = std::string(front) + "/state";
			if (world.store.get(back_state) == "(absent)") {
				fresh_ = true;
			}
			if (fresh_ && world.store.get(back_state) == "2") {
				fresh_ = false;
				++made;
				if (made <= times) {
					world.store.put(front_state, state, {3, 0});
					world.store.put(back_state, state, {0, 3});
				} else {
					world.guests[3] = then;
					usual();
				}
			}
		};
	}
	int made = 0;

private:
	bool fresh_ = true;
};

// CL-30
TEST_F(AttachAgain, ALateCloseOfAnEarlierVifIsNotTheEnd)
{
	closes_late(1);
	const Millis before = world.clock.time;
	const Record record = go("mac=00:16:3e:00:00:01,vifname=web0");
	EXPECT_EQ(record.text(), "vif 3.0");
	EXPECT_EQ(made, 2);
	EXPECT_EQ(world.store.get(std::string(back) + "/state"), "4");
	EXPECT_EQ(world.store.get(std::string(front) + "/state"), "4");
	EXPECT_TRUE(world.links.find("web0"));
	EXPECT_LT(world.clock.time - before, Millis(5000));
	EXPECT_TRUE(world.store.watched.empty());
}

TEST_F(AttachAgain, NorWhenItHasOnlyBegunToClose)
{
	closes_late(1, "5");
	EXPECT_EQ(go().text(), "vif 3.0");
	EXPECT_EQ(made, 2);
}

// The number that was asked for, and the address that was drawn, are those of both attempts.
TEST_F(AttachAgain, WhatWasAskedForIsAskedForAgain)
{
	closes_late(1);
	int drawn = 0;
	context.random = [&] {
		++drawn;
		return std::array<std::uint8_t, 3>{1, 2, 3};
	};
	EXPECT_EQ(go("devid=0").text(), "vif 3.0");
	EXPECT_EQ(made, 2);
	EXPECT_EQ(drawn, 1);
}

// CL-30
TEST_F(AttachAgain, AGuestThatAlwaysClosesIsLeftInPeace)
{
	closes_late(100);
	const Millis before = world.clock.time;
	const std::string what = fails(Exit::failed);
	expect_in("the guest closed the vif (backend closed, guest closed)", what);
	expect_in("try again", what);
	EXPECT_EQ(made, 2);
	EXPECT_LT(world.clock.time - before, Millis(10000));
}

// The other way to be late: it found the next one's nodes, and took them for those that it knew.
// CL-30
TEST_F(AttachAgain, AGuestThatSawNoChangeGetsOne)
{
	world.guests[3] = Guest::silent;
	const auto usual = world.store.react;
	world.store.react = [this, usual] {
		usual();
		if (made == 0 && world.store.has(front)) {
			made = 1;
		} else if (made == 1 && !world.store.has(front)) {
			made = 2;
			world.guests[3] = Guest::connects;
		}
	};
	const Millis before = world.clock.time;
	EXPECT_EQ(go("mac=00:16:3e:00:00:01,vifname=web0").text(), "vif 3.0");
	EXPECT_EQ(made, 2);
	EXPECT_EQ(world.store.get(std::string(front) + "/state"), "4");
	EXPECT_TRUE(world.links.find("web0"));
	EXPECT_LT(world.clock.time - before, Millis(8000));
}

// Who does not wait for the guest is not kept waiting.
TEST_F(AttachAgain, NobodyWaitsWhoSaidSo)
{
	world.guests[3] = Guest::silent;
	const Millis before = world.clock.time;
	go(test::one_mac, "web", {Millis(40000), false});
	EXPECT_LT(world.clock.time - before, Millis(1000));
}

// A driver that says why it closed means it.
TEST_F(AttachAgain, ARefusalIsNotAskedTwice)
{
	world.store.put("/local/domain/3/error", "", {0, 3});
	closes_late(100);
	const auto usual = world.store.react;
	world.store.react = [this, usual] {
		usual();
		if (world.store.get(std::string(front) + "/state") == "6") {
			world.store.put("/local/domain/3/error/device/vif/0/error", "12 no memory", {3, 0});
		}
	};
	expect_in("12 no memory", fails(Exit::failed));
	EXPECT_EQ(made, 1);
}

// The time limit is that of both attempts.
TEST_F(AttachAgain, TheTimeLimitIsForBoth)
{
	closes_late(1, "6", Guest::silent);
	const Millis before = world.clock.time;
	expect_in("is netfront loaded", fails(Exit::timeout, "", "web", {Millis(6000), true}));
	EXPECT_EQ(made, 2);
	EXPECT_LT(world.clock.time - before, Millis(6000) + Millis(7000)) << "the undo has its own";
}

} // namespace ringway
