// SPDX-License-Identifier: GPL-2.0-only
// Several CPUs: every operation of operations.cc meets every other one at every call of it to Linux, and
// three of them meet at random.
#include "operations.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
const Meetings<World> meetings{operations, 4};

// A row that has lost its subject would pass for ever.
TEST(Operations, ArmWhatTheirNamesSay)
{
	const auto armed_by = [](const char *name, auto &&timer) {
		meetings.alone(name, [&](World &w) { EXPECT_NE(timer(w), 0u) << name; });
	};
	armed_by("a waits for b", [](World &w) { return queue_of(w.a)->from_guest.hold; });
	armed_by("a is limited", [](World &w) { return queue_of(w.a)->from_guest.timer; });
	armed_by("b is limited", [](World &w) { return queue_of(w.b)->to_guest.timer; });
	armed_by("a's time has come", [](World &w) { return queue_of(w.a)->from_guest.timer; });
	armed_by("b's time has come", [](World &w) { return queue_of(w.b)->to_guest.timer; });
	armed_by("a's events are held", [](World &w) { return queue_of(w.a)->from_guest.hold; });
	armed_by("a's events are held", [](World &w) { return queue_of(w.b)->to_guest.hold; });
}

// NB-59
TEST(Operations, MapWhatTheirNamesSay)
{
	const auto mapped_after = [](const char *name) {
		size_t mapped = 999;
		meetings.alone(name, [&](World &) { mapped = host->mappings.size(); });
		return mapped;
	};
	EXPECT_EQ(mapped_after("a maps"), 3u);
	EXPECT_EQ(mapped_after("b maps"), 16u);
	EXPECT_EQ(mapped_after("a unmaps"), 16u);
	EXPECT_EQ(mapped_after("b unmaps"), 3u);
	EXPECT_EQ(mapped_after("a sends from mapped to mapped"), 19u);
	EXPECT_EQ(mapped_after("b's backlog goes to mapped"), 19u);
}

// NB-59
TEST(Operations, ChangeTheReceiverAsTheirNamesSay)
{
	const auto after = [](const char *name, auto &&what) { meetings.alone(name, what); };
	after("b's carrier goes", [](World &w) { EXPECT_FALSE(w.b.dev.carrier); });
	after("b's carrier comes back", [](World &w) { EXPECT_TRUE(w.b.dev.carrier); });
	after("b connects again with two queues",
	      [](World &w) { EXPECT_EQ(netback_queues(w.b.dev.vif), 2u); });
	after("b connects again with one queue",
	      [](World &w) { EXPECT_EQ(netback_queues(w.b.dev.vif), 1u); });
	after("a sends to two queues",
	      [](World &w) { EXPECT_EQ(w.b.receive(0).size() + w.b.receive(1).size(), 3u); });
}

class Pair : public testing::TestWithParam<size_t>
{
};

// NB-59
TEST_P(Pair, MeetsEveryOtherAtEveryCall)
{
	meetings.every_other_with(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Interleave, Pair, testing::Range(size_t{0}, operations.size()),
			 [](const auto &info) { return test_name_of(operations[info.param].name); });

// NB-59
TEST(Interleave, ThreeAtRandom)
{
	meetings.three_at_random();
}
} // namespace
