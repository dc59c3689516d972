// SPDX-License-Identifier: GPL-2.0-only
// From Ringway to the stock drivers on a host with one guest; and every step of it fails once.
#include "swap/boot_files.hpp"
#include "swap/change_fixture.hpp"

namespace ringway::test
{

TEST_F(ChangeTest, ToStockAndBack)
{
	ASSERT_EQ(host(), is_ringway);
	const SwapPlan plan = plan_swap(swap, false, {});
	EXPECT_TRUE(plan.obstacles.empty());
	EXPECT_EQ(plan.steps.size(), 3u);
	EXPECT_EQ(make_so(swap, plan.after).away, std::chrono::microseconds(1500));
	EXPECT_EQ(host(), is_stock);
	EXPECT_EQ(node("hotplug-status"), "connected");
	write_files(world.root, plan.after.files);
	EXPECT_TRUE(plan_swap(swap, false, {}).empty());
	make_so(swap, plan.before);
	EXPECT_EQ(host(), is_ringway);
}

// Nobody makes such a bridge at the next boot, if the package goes.
TEST_F(ChangeTest, ToStockGoesEveryBridgeOfOurs)
{
	world.links.add("br-store", "brlite");
	world.links.add("br-lan", "bridge");
	world.add_file("etc/network/interfaces", "iface br-store inet manual\n\tbrlite_ports none\n"
						 "iface br-down inet manual\n\tbrlite_ports none\n");
	const SwapPlan plan = plan_swap(swap, false, {});
	ASSERT_EQ(plan.after.bridges.size(), 2u);
	EXPECT_EQ(plan.after.bridges[1].name, "br-store");
	EXPECT_EQ(plan.after.bridges[1].kind, "bridge");
	EXPECT_EQ(plan.after.files.at("etc/network/interfaces"),
		  "iface br-store inet manual\n\tbridge_ports none\n"
		  "iface br-down inet manual\n\tbridge_ports none\n");
	EXPECT_EQ(plan_swap(swap, false, {"xenbr0"}).after.files.at("etc/network/interfaces"),
		  plan.before.files.at("etc/network/interfaces"));
	make_so(swap, plan.after);
	EXPECT_EQ(plan_swap(swap, true, {}).after.bridges.size(), 1u) << "those of guests";
}

// The host may die before anybody has confirmed it.
TEST_F(ChangeTest, TheNextBootIsAsBeforeUntilItIsConfirmed)
{
	world.add_file("etc/network/interfaces",
		       "auto xenbr0\niface xenbr0 inet dhcp\n\tbrlite_ports eth0\n");
	const SwapPlan plan = plan_swap(swap, false, {});
	make_so(swap, plan.after);
	EXPECT_EQ(boot_files(world.root), plan.before.files);
	write_files(world.root, plan.after.files);
	EXPECT_EQ(boot_files(world.root), plan.after.files);
	EXPECT_NE(plan.after.files, plan.before.files);
}

// udev may load a driver for a guest that comes at the moment when there is none: the files that it asks
// still name the other one.
TEST_F(ChangeTest, ADriverThatSomebodyElseLoadsGoesAgain)
{
	const SwapPlan plan = plan_swap(swap, false, {});
	int loaded = 0;
	fails.meanwhile = [&](const std::string &what) {
		if (what == "unloading ringway-netback" && ++loaded < 3) {
			world.load_driver("ringway_netback");
		}
	};
	change_over(swap, plan.after);
	EXPECT_EQ(loaded, 3);
	EXPECT_EQ(host(), is_stock);
}

// CL-27
TEST_F(ChangeTest, WhateverFailsIsUndone)
{
	const SwapPlan plan = plan_swap(swap, false, {});
	for (int at = 1;; ++at) {
		fails = {};
		fails.at = at;
		bool failed = false;
		try {
			make_so(swap, plan.after);
		} catch (const Error &) {
			failed = true;
		}
		fails = {};
		if (!failed) {
			EXPECT_EQ(at, 5); // steps: bridge, unbinding, unloading, loading
			break;
		}
		make_so(swap, plan.before);
		EXPECT_EQ(host(), is_ringway) << "step " << at;
	}
}

TEST_F(ChangeTest, ASignalStopsIt)
{
	const SwapPlan plan = plan_swap(swap, false, {});
	world.clock.interrupt_at = world.clock.time;
	expect_in("signal", refusal([&] { make_so(swap, plan.after); }));
	EXPECT_EQ(host(), is_ringway);
}

TEST_F(ChangeTest, AGuestThatDoesNotComeBackIsAFailure)
{
	const SwapPlan plan = plan_swap(swap, false, {});
	world.backend_alive = false;
	expect_in("vif 3.0: it is not connected any more", refusal([&] { change_over(swap, plan.after); }));
	expect_in("'ringway vif detach 3 0'",
		  make_so(swap, plan.after).troubles.at(0)); // as an undoing would
}

TEST_F(ChangeTest, AGuestThatIsGoneIsNone)
{
	const SwapPlan plan = plan_swap(swap, false, {});
	detach_by_force();
	make_so(swap, plan.after);
	EXPECT_EQ(context.host.backend_driver(), "xen_netback");
}

TEST_F(ChangeTest, WhatStandsInTheWayIsNamedAndNothingDone)
{
	bridges.obstacles = {"xenbr0.5 (vlan) stands on it"};
	world.remove_file("lib");
	const SwapPlan plan = plan_swap(swap, false, {"xenbr0"});
	ASSERT_EQ(plan.obstacles.size(), 2u);
	expect_in("xenbr0: xenbr0.5", plan.obstacles[0]);
	expect_in("no module xen-netback", plan.obstacles[1]);
	expect_in("no bridge of that name", refusal([&] { plan_swap(swap, false, {"br7"}); }));
	EXPECT_EQ(bridges.built, 0);
}

TEST_F(ChangeTest, APolicyThatWouldNotBeInForceIsSaidAloud)
{
	world.keep_policy(3, R"({"ringway_policy":1,"set":{"isolated":"on"}})");
	const SwapPlan plan = plan_swap(swap, false, {});
	ASSERT_EQ(plan.warnings.size(), 1u);
	expect_in("NOT IN FORCE", plan.warnings[0]);
}

} // namespace ringway::test
