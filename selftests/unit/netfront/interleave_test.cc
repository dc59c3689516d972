// SPDX-License-Identifier: GPL-2.0-only
// Several CPUs: every operation of operations.cc meets every other one at every call of it to Linux, and
// three of them meet at random.
#include "machine.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
const Meetings<World> meetings{operations, 48};

class FrontPair : public testing::TestWithParam<size_t>
{
};

// NF-44
TEST_P(FrontPair, MeetsEveryOtherAtEveryCall)
{
	meetings.every_other_with(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Interleave, FrontPair, testing::Range(size_t{0}, operations.size()),
			 [](const auto &info) { return test_name_of(operations[info.param].name); });

// NF-44
TEST(FrontInterleave, ThreeAtRandom)
{
	meetings.three_at_random();
}
} // namespace
