// SPDX-License-Identifier: GPL-2.0-only
// Queues that go away while they are placed, and that cannot be put back.
#include <functional>
#include "verbs/place_fixture.hpp"

namespace ringway
{

using test::Place;

// 3.0 connects anew, and 3.1's interrupt is that of a disk in the end.
TEST_F(Place, InterruptsAreThoseOfTheQueuesWhenTheyAreMoved)
{
	world.clock.slept = [&] {
		world.add_file("proc/interrupts", " 75:  5  0  xen-dyn  -event  vif3.0-q0-tx\n"
						  " 76:  5  0  xen-dyn  -event  vif3.0-q0-rx\n"
						  " 72:  5  0  xen-dyn  -event  vif3.0-q1\n"
						  " 70:  5  0  xen-dyn  -event  blkif\n"
						  " 73:  5  0  xen-dyn  -event  blkif\n");
		world.add_file("proc/irq/75/smp_affinity_list", "0-3\n");
		world.add_file("proc/irq/76/smp_affinity_list", "0-3\n");
	};
	const auto json = run(apply).json;
	EXPECT_EQ(json["queues"].size(), 2u);
	EXPECT_EQ(json["cpus"][0]["queues"], 1);
	EXPECT_EQ(irq(70), "0-3");
	EXPECT_EQ(irq(73), "0-3");
	EXPECT_EQ(irq(72), "1");
	EXPECT_EQ(irq(75), "0");
	EXPECT_EQ(irq(76), "0");
	ASSERT_FALSE(world.notes.empty());
	EXPECT_EQ(world.notes.back(), "vif 3.1 queue 0: it is gone, and was not placed");
	EXPECT_EQ(place_undo(context, threads, {}).code, Exit::ok);
	EXPECT_EQ(irq(75), "0-3");
}

// A queue whose place before is not known is not kept so, and a file that says so is no damaged one.
TEST_F(Place, WhereAQueueWasIsKnownOrItIsNotPlaced)
{
	std::filesystem::remove(world.root / "proc/irq/73/smp_affinity_list");
	run(apply);
	ASSERT_FALSE(world.notes.empty());
	EXPECT_EQ(world.notes.back(), "vif 3.1 queue 0: it is gone, and was not placed");
	const auto file = world.root / "var/lib/ringway/place.json";
	std::ifstream in(file);
	std::string text(std::istreambuf_iterator<char>(in), {});
	EXPECT_EQ(text.find("\"before\": \"\""), std::string::npos) << text;

	text.replace(text.find("\"0-3\""), 5, "\"\"");
	std::ofstream(file) << text;
	const auto undone = place_undo(context, threads, {});
	EXPECT_EQ(undone.code, Exit::ok);
	expect_in("vif 3.0 queue 0: where it was is not known, so it stays\n", undone.answer.text);
	expect_in("vif 3.0 queue 1: CPUs 0-3\n", undone.answer.text);
	EXPECT_EQ(irq(70), "0");
	EXPECT_EQ(irq(72), "0-3");
	EXPECT_FALSE(kept());
}

TEST_F(Place, WhatCannotBePutBackDoesNotKeepTheOthers)
{
	run(apply);
	std::filesystem::remove(world.root / "proc/irq/72/smp_affinity_list");
	const auto undone = place_undo(context, threads, {});
	EXPECT_EQ(undone.code, Exit::failed);
	expect_in("vif 3.0 queue 1: interrupt 72 (vif3.0-q1): cannot move it to CPU 0-3: No such file",
		  undone.answer.text);
	EXPECT_EQ(irq(70), "0-3");
	EXPECT_EQ(irq(71), "0-3");
	EXPECT_EQ(irq(73), "0-3");
	ASSERT_TRUE(kept());

	world.add_file("proc/irq/72/smp_affinity_list", "1\n");
	const auto again = place_undo(context, threads, {});
	EXPECT_EQ(again.code, Exit::ok);
	EXPECT_EQ(again.answer.text, "vif 3.0 queue 1: CPUs 0-3\n"); // alone
	EXPECT_EQ(irq(72), "0-3");
	EXPECT_FALSE(kept());
}

} // namespace ringway
