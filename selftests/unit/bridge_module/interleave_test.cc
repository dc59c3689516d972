// SPDX-License-Identifier: GPL-2.0-only
// Several CPUs: every operation of operations.cc meets every other one at every call of it to Linux, and
// three of them meet at random.
#include "world.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
const Meetings<World> meetings{operations, 40};

class BridgePair : public testing::TestWithParam<size_t>
{
};

// BR-29
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
