// SPDX-License-Identifier: GPL-2.0-only
// Queues that threads poll, where that is asked for.
#include "fake/calls.hpp"
#include "verbs/place_fixture.hpp"

namespace ringway
{

using test::Place;

TEST_F(Place, ThreadsWhereTheyAreAskedFor)
{
	run(apply);
	EXPECT_EQ(threaded(), "off off");
	EXPECT_EQ(thread_cpus(), "0-3 0-3 0-3 0-3 0-3 0-3 0-3 0-3");

	run(with_threads);
	EXPECT_EQ(threaded(), "on on");
	EXPECT_EQ(thread_cpus(), "0 0 1 1 0 0 0-3 0-3");
	EXPECT_EQ(irq(72), "1");
	const auto json = run().json;
	EXPECT_EQ(json["queues"][1]["threads"], true);
	EXPECT_EQ(json["queues"][1]["cpus_now"], "1");

	PlaceOptions other = apply; // those that have threads keep them
	other.cpus = std::vector<unsigned>{3};
	run(other);
	EXPECT_EQ(thread_cpus(), "3 3 3 3 3 3 0-3 0-3");

	place_undo(context, threads, {});
	EXPECT_EQ(threaded(), "off off");
	EXPECT_EQ(irq(72), "0-3");
	EXPECT_FALSE(kept());
}

TEST_F(Place, ThreadsThatWereThereBeforeStay)
{
	world.add_file("sys/class/net/vif3.1/threaded", "1\n");
	threads.add(305, "napi/vif3.1-10002", "2");
	threads.add(306, "napi/vif3.1-10003", "2");
	run(with_threads);
	EXPECT_EQ(thread_cpus(), "0 0 1 1 0 0 0-3 0-3");
	place_undo(context, threads, {});
	EXPECT_EQ(threaded(), "off on");
	EXPECT_EQ(thread_cpus(), "0 0 1 1 2 2 0-3 0-3"); // those of vif3.0 are no threads any more
}

// A guest that starts again has a new device: no threads, and then others.
TEST_F(Place, AGuestThatConnectsAgainGetsItsThreadsBack)
{
	run(with_threads);
	world.add_file("sys/class/net/vif3.0/threaded", "0\n");
	for (unsigned pid = 301; pid <= 304; ++pid) {
		world.remove_file(fmt::format("proc/{}", pid));
		threads.add(pid, fmt::format("napi/vif3.0-{}", 20000 + pid), "0-3");
	}
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(40);
	std::vector<std::string> said;
	place_keep(context, threads, [&](const std::string &line) { said.push_back(line); });
	EXPECT_EQ(said, (std::vector<std::string>{"vif 3.0 queue 0: CPU 0", "vif 3.0 queue 1: CPU 1"}));
	EXPECT_EQ(threaded(), "on on");
	EXPECT_EQ(thread_cpus(), "0 0 1 1 0 0 0-3 0-3");
}

TEST_F(Place, AThreadThatCannotBeMovedLeavesAllAsItWas)
{
	threads.refused = 305;
	expect_in("thread: cannot move it", refusal([&] { run(with_threads); }));
	EXPECT_EQ(threaded(), "off off");
	EXPECT_EQ(thread_cpus(), "0-3 0-3 0-3 0-3 0-3 0-3 0-3 0-3");
	EXPECT_EQ(irq(72), "0-3");
	EXPECT_FALSE(kept());
	threads.refused = 0;
	world.remove_file("proc/303");
	expect_in("vif 3.0 queue 0: 3 threads for 2 queues", refusal([&] { run(with_threads); }));
	EXPECT_EQ(threaded(), "off off");
	std::filesystem::remove(world.root / "sys/class/net/vif3.0/threaded");
	expect_in("device 'vif3.0': its polls cannot be given threads", refusal([&] { run(with_threads); }));
}

// What was before is on the disk before anything is moved.
TEST_F(Place, WhoeverIsKilledLosesNothing)
{
	std::string at_first_move;
	{
		const test::BeforeEachCall look([&] {
			if (irq(70) != "0-3" && at_first_move.empty()) {
				at_first_move = kept() ? "kept" : "lost";
			}
		});
		run(with_threads);
	}
	EXPECT_EQ(at_first_move, "kept");
}

} // namespace ringway
