// SPDX-License-Identifier: GPL-2.0-only
// Several CPUs: every operation of operations.cc meets every other one at every call of it to Linux, and
// three of them meet at random.
#include "world.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// That a port that was refused is freed while somebody floods, that a policy is seen before what it points to
// is there, or after that went, and that an address is learned or a group joined after the port went, shows
// at one call of a pair only.
const std::vector<Close> close{
	{"a is limited", "a CPU looks behind policies"},
	{"a is limited no longer", "a CPU looks behind policies"},
	{"a gets rules", "a CPU looks behind policies"},
	{"a is mirrored to b", "a CPU looks behind policies"},
	{"eth0 hears a stranger", "eth0 goes down"},
	{"eth0 hears a stranger", "eth0 leaves"},
	{"b sends in its VLAN", "b loses its VLAN"},
	{"b joins a group", "b leaves"},
	{"a floods", "one that another driver has is refused"},
	{"a floods", "one on the bridge itself is refused"},
};
const Meetings<World> meetings{operations, 40, close};

TEST(BridgeInterleave, ClosePairsAreThere)
{
	meetings.know_their_close_pairs();
}

class BridgePair : public testing::TestWithParam<size_t>
{
};

// BR-29, BR-31, BR-32
TEST_P(BridgePair, MeetsEveryOtherAtEveryCall)
{
	meetings.every_other_with(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Interleave, BridgePair, testing::Range(size_t{0}, operations.size()),
			 [](const auto &info) { return test_name_of(operations[info.param].name); });

// BR-29
TEST(BridgeInterleave, ThreeAtRandom)
{
	meetings.three_at_random();
}
} // namespace
