// SPDX-License-Identifier: GPL-2.0-only
// take: packets of one slot and of many, as a guest puts them on its ring.
#include "take_fixture.hpp"

using namespace ringway;
using namespace ringway::test;

namespace ringway::test
{
INSTANTIATE_TEST_SUITE_P(Starts, Take, testing::ValuesIn(kStarts));
} // namespace ringway::test

namespace
{
TEST_P(Take, NothingThere)
{
	EXPECT_EQ(run().value(), 0u);
	EXPECT_EQ(batch.packet_count, 0u);
	EXPECT_EQ(batch.slot_count, 0u);
}

TEST_P(Take, OneSlot)
{
	post({60}, NETTXF_csum_blank | NETTXF_data_validated);
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().len, 60u);
	EXPECT_EQ(only().slot_count, 1u);
	EXPECT_EQ(only().extra_count, 0u);
	EXPECT_EQ(only().flags, NETTXF_csum_blank | NETTXF_data_validated);
	EXPECT_EQ(only().fate, Fate::pending);
	EXPECT_FALSE(only().gso());
	EXPECT_EQ(batch.slots[0].gref, 1000 + GetParam());
	EXPECT_EQ(batch.slots[0].offset, 64u);
	EXPECT_EQ(batch.slots[0].size, 60u);
	EXPECT_EQ(batch.slots[0].id, 0u);
	EXPECT_EQ(back.req_cons(), GetParam() + 1);
}

TEST_P(Take, FlagsThatAreNotForUsAreDropped)
{
	post({60}, 0xff00 | NETTXF_csum_blank);
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().flags, NETTXF_csum_blank);
}

TEST_P(Take, SeveralSlots)
{
	post({100, 4096, 7});
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().len, 4203u);
	EXPECT_EQ(only().slot_count, 3u);
	EXPECT_EQ(batch.slots[0].size, 100u);
	EXPECT_EQ(batch.slots[1].size, 4096u);
	EXPECT_EQ(batch.slots[2].size, 7u);
	EXPECT_EQ(batch.slots[2].id, 2u);
	EXPECT_EQ(back.req_cons(), GetParam() + 3);
	check_sound(batch);
}

// --- how many slots ------------------------------------------------------------------------------------

// NB-11
TEST_P(Take, SlotCounts)
{
	for (u32 n = 1; n <= 30; n++)
		for (const u32 rest : {0u, 1u, 20u, 2000u}) {
			std::vector<u32> sizes(n, rest);
			sizes[0] = 64;
			SCOPED_TRACE(testing::Message() << n << " slots of " << rest);
			if (n >= kFatalSlots) {
				EXPECT_EQ(error(sizes), Error::too_many_slots);
			} else {
				EXPECT_EQ(fate(sizes), n <= kLegacySlots + 1 ? Fate::pending : Fate::bad);
				EXPECT_EQ(only().slot_count, n);
				EXPECT_EQ(back.req_cons(), GetParam() + n);
				check_sound(batch);
			}
		}
}

// NB-11
TEST_P(Take, FatalThresholdIsAParameter)
{
	std::vector<u32> sizes(40, 10);
	sizes[0] = 64;
	post(sizes);
	const auto taken = take(back, batch, 64, {60});
	ASSERT_TRUE(taken.ok());
	EXPECT_EQ(only().fate, Fate::bad);
	EXPECT_EQ(only().slot_count, 40u);
}

// Every way to cut a small frame: nothing overruns, and what is pending adds up.
// NB-12
TEST_P(Take, GridOfSlotsAndTotalLength)
{
	for (u32 n = 1; n <= 21; n++)
		for (u32 total = 0; total <= 300; total += total < 130 ? 1 : 17)
			for (const u32 tail : {0u, 1u, 7u}) {
				if (tail * (n - 1) > total)
					continue;
				std::vector<u32> sizes(n, tail);
				sizes[0] = total - tail * (n - 1);
				const Fate got = fate(sizes);
				const bool good = n <= kLegacySlots + 1 && sizes[0] >= kEthHeader;
				ASSERT_EQ(got, good ? Fate::pending : Fate::bad)
					<< n << " slots, " << total << " bytes, tail " << tail;
				check_sound(batch);
			}
}

TEST_P(Take, LargestPacket)
{
	std::vector<u32> sizes(16, 4096);
	sizes[0] = 4095;
	EXPECT_EQ(fate(sizes), Fate::pending);
	EXPECT_EQ(only().len, 65535u);
	check_sound(batch);
}
} // namespace
