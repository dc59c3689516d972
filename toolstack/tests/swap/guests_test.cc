// SPDX-License-Identifier: GPL-2.0-only
// What guests do while the host goes from one stack to the other, and what is left where it ends too early.
#include "swap/change_fixture.hpp"

#include <linux/if_link.h>

namespace ringway::test
{

namespace
{

class GuestsTest : public ChangeTest
{
protected:
	// Another guest, as its toolstack and hotplug script make it.
	void start(unsigned domid, const std::string &name)
	{
		world.add_domain(domid, name);
		attach_vif(fmt::format("mac=00:16:3e:00:00:{:02x}", domid), {}, name);
		world.clock.sleep(std::chrono::seconds(1));
	}
	std::string state_of(unsigned domid)
	{
		return fmt::format(
			"{} {}", master(fmt::format("vif{}.0", domid)),
			world.store.get(fmt::format("/local/domain/0/backend/vif/{}/0/state", domid)));
	}
	const Link &vif() { return world.links.at("vif3.0"); }
};

} // namespace

TEST_F(GuestsTest, ItIsDoneWhenPacketsPass)
{
	const Outcome outcome = make_so(swap, plan_swap(swap, false, {}).after);
	EXPECT_TRUE(vif().running);
	EXPECT_TRUE(outcome.troubles.empty());
	EXPECT_FALSE(outcome.nobody_is_back);
}

TEST_F(GuestsTest, NobodyWaitsForACarrierThatWasNotThere)
{
	world.links.at("vif3.0").running = false; // the guest posts no buffers
	const SwapPlan plan = plan_swap(swap, false, {});
	carrier_takes = std::chrono::hours(1);
	EXPECT_TRUE(make_so(swap, plan.after).troubles.empty());
}

// It saw the backend wait and makes new rings, while the driver still shows Connected for the old ones.
TEST_F(GuestsTest, AGuestThatMakesNewRingsIsWaitedFor)
{
	const SwapPlan plan = plan_swap(swap, false, {});
	carrier_takes = Millis(0);
	const std::string front = "/local/domain/3/device/vif/0/state";
	const std::string back = "/local/domain/0/backend/vif/3/0/state";
	Millis bound{0};
	const auto others = world.store.react;
	world.store.react = [&] {
		if (bound != Millis(0) || context.host.backend_driver() != "xen_netback") {
			return others();
		}
		bound = world.clock.time;
		world.guests[3] = Guest::silent;
		world.store.put(front, "1");
		world.store.put(back, "4");
		world.links.at("vif3.0").running = true;
	};
	world.clock.slept = [&] {
		if (bound == Millis(0) || world.clock.time < bound + Millis(100)) {
			return;
		}
		if (world.store.get(front) == "1") {
			world.store.put(back, "2");
			world.guests[3] =
				world.clock.time >= bound + Millis(900) ? Guest::connects : Guest::silent;
		}
		others();
		look_at_carriers();
	};
	EXPECT_TRUE(make_so(swap, plan.after).troubles.empty());
	EXPECT_EQ(world.store.get(front), "4");
	EXPECT_EQ(world.store.get(back), "4");
	EXPECT_GE(world.clock.time, bound + Millis(900));
}

// CL-29
TEST_F(GuestsTest, OneThatStaysAwayDoesNotKeepTheHostFromChanging)
{
	start(5, "other");
	const SwapPlan plan = plan_swap(swap, false, {});
	fails.meanwhile = [&](const std::string &what) {
		if (what == "unbinding" && world.guests[3] != Guest::silent) {
			world.guests[3] = Guest::silent;
			world.store.put("/local/domain/3/device/vif/0/state", "6");
		}
	};
	const Outcome outcome = change_over(swap, plan.after);
	ASSERT_EQ(outcome.troubles.size(), 1u);
	expect_in("vif 3.0: it is not connected any more (backend closed, guest closed, 22 ",
		  outcome.troubles[0]);
	expect_in("'ringway vif detach 3 0' and attach it again", outcome.troubles[0]);
	EXPECT_EQ(state_of(5), "vif5.0 in xenbr0 up 4");
}

// CL-29
TEST_F(GuestsTest, OneThatStartsMeanwhileIsTakenAlong)
{
	for (const bool to_ringway : {false, true}) {
		const SwapPlan plan = plan_swap(swap, to_ringway, {});
		const unsigned domid = to_ringway ? 6 : 5;
		fails.meanwhile = [&](const std::string &what) {
			if (what == "unbinding") {
				fails.meanwhile = {};
				start(domid, fmt::format("new{}", domid));
			}
		};
		EXPECT_TRUE(change_over(swap, plan.after).troubles.empty());
		EXPECT_EQ(context.host.backend_driver(), to_ringway ? "ringway_netback" : "xen_netback");
		EXPECT_EQ(state_of(3), "vif3.0 in xenbr0 up 4");
		EXPECT_EQ(state_of(domid), fmt::format("vif{}.0 in xenbr0 up 4", domid));
	}
}

// CL-29
TEST_F(GuestsTest, OneMayGoAtAnyMoment)
{
	for (const std::string moment :
	     {"building", "unbinding", "unloading ringway-netback", "loading xen-netback"}) {
		SCOPED_TRACE(moment);
		const SwapPlan plan = plan_swap(swap, false, {});
		fails.meanwhile = [&](const std::string &what) {
			if (what == moment) {
				detach_by_force();
			}
		};
		EXPECT_TRUE(change_over(swap, plan.after).troubles.empty());
		EXPECT_EQ(context.host.backend_driver(), "xen_netback");
		fails.meanwhile = {};
		make_so(swap, plan.before);
		world.add_domain(3, "web");
		attach_vif();
		look_at_carriers();
		EXPECT_EQ(host(), is_ringway);
	}
	const SwapPlan plan = plan_swap(swap, false, {});
	modules.before_unbinding = [&] { detach_by_force(); };
	EXPECT_TRUE(change_over(swap, plan.after).troubles.empty());
}

// CL-29
TEST_F(GuestsTest, OneMayRebootMeanwhile)
{
	const SwapPlan plan = plan_swap(swap, false, {});
	fails.meanwhile = [&](const std::string &what) {
		if (what == "building") {
			detach_by_force();
			start(4, "web");
		}
	};
	EXPECT_TRUE(change_over(swap, plan.after).troubles.empty());
	EXPECT_EQ(context.host.backend_driver(), "xen_netback");
	EXPECT_EQ(state_of(4), "vif4.0 in xenbr0 up 4");
}

// Its device is another one than before, which has the settings of any new port.
TEST_F(GuestsTest, ItIsThePortThatItWas)
{
	const Attributes quiet{{IFLA_BRPORT_UNICAST_FLOOD, {0}}, {IFLA_BRPORT_LEARNING, {0}}};
	const auto settings = [&] { return bridges.settings[vif().index]; };
	bridges.settings[vif().index] = quiet;
	start(5, "other");
	int index = vif().index;
	for (const bool to_ringway : {false, true}) {
		const SwapPlan plan = plan_swap(swap, to_ringway, {});
		EXPECT_TRUE(change_over(swap, plan.after).troubles.empty());
		EXPECT_NE(vif().index, index);
		EXPECT_EQ(settings(), quiet);
		EXPECT_TRUE(bridges.settings[world.links.at("vif5.0").index].empty());
		index = vif().index;
	}
	const SwapPlan plan = plan_swap(swap, false, {});
	make_so(swap, plan.after);
	make_so(swap, plan.before);
	EXPECT_EQ(settings(), quiet);
	make_so(swap, plan.before);
	EXPECT_TRUE(vif().up);
}

// The driver is the whole host's: a vif on a bridge that was not named has a new device, too.
TEST_F(GuestsTest, ItIsThePortThatItWasOnABridgeThatStays)
{
	const Attributes quiet{{IFLA_BRPORT_UNICAST_FLOOD, {0}}};
	world.links.add("br-other", "brlite");
	bridges.settings[vif().index] = quiet;
	const SwapPlan plan = plan_swap(swap, false, {"br-other"});
	ASSERT_EQ(plan.before.others.size(), 1u);
	EXPECT_EQ(from_json(to_json(plan.before)).others.at(0).ports.size(), 2u);
	make_so(swap, plan.after);
	EXPECT_EQ(world.links.at("xenbr0").kind, "brlite");
	EXPECT_EQ(bridges.settings[vif().index], quiet);
	make_so(swap, plan.before);
	EXPECT_EQ(bridges.settings[vif().index], quiet);
}

// Whatever one vif's device refuses, the others are put back.
TEST_F(GuestsTest, TroubleWithOneIsNoneForTheOthers)
{
	start(5, "other");
	const SwapPlan plan = plan_swap(swap, false, {});
	for (int at = 1;; ++at) {
		world.links.fail_at = world.links.changes + at;
		const Outcome outcome = change_over(swap, plan.after);
		const bool all = world.links.changes < world.links.fail_at;
		world.links.fail_at = 0;
		const int back =
			(state_of(3) == "vif3.0 in xenbr0 up 4") + (state_of(5) == "vif5.0 in xenbr0 up 4");
		EXPECT_GE(back, all ? 2 : 1) << at;
		EXPECT_EQ(outcome.troubles.empty(), all) << at;
		make_so(swap, plan.before);
		EXPECT_EQ(host(), is_ringway) << at;
		EXPECT_EQ(state_of(5), "vif5.0 in xenbr0 up 4") << at;
		if (all) {
			break;
		}
	}
}

// CL-27
TEST_F(GuestsTest, WhereverItIsKilledItIsUndone)
{
	start(5, "other");
	for (const bool to_ringway : {false, true}) {
		const SwapPlan plan = plan_swap(swap, to_ringway, {});
		for (int at = 1;; ++at) {
			SCOPED_TRACE(at);
			fails = {};
			fails.kill_at = at;
			bool killed = false;
			try {
				change_over(swap, plan.after);
			} catch (const Killed &) {
				killed = true;
			}
			fails = {};
			if (!killed) {
				EXPECT_GT(at, 15);
				break;
			}
			EXPECT_TRUE(make_so(swap, plan.before).troubles.empty());
			EXPECT_EQ(host(), to_ringway ? is_stock : is_ringway);
			EXPECT_EQ(state_of(5), "vif5.0 in xenbr0 up 4");
			EXPECT_TRUE(vif().running);
		}
	}
}

} // namespace ringway::test
