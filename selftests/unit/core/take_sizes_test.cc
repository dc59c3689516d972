// SPDX-License-Identifier: GPL-2.0-only
// take: sizes and offsets of slots, right and wrong.
#include "take_fixture.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// NB-09
TEST_P(Take, Runts)
{
	for (u32 size = 0; size < 20; size++)
		EXPECT_EQ(fate({size}), size < 14 ? Fate::bad : Fate::pending) << size;
}

// The first slot has to hold the Ethernet header, whatever follows.
// NB-09
TEST_P(Take, ShortFirstSlot)
{
	for (u32 size = 0; size < 20; size++)
		EXPECT_EQ(fate({size, 1000}), size < 14 ? Fate::bad : Fate::pending) << size;
}

// NB-13
TEST_P(Take, EmptySlots)
{
	for (u32 n = 2; n <= 19; n++)
		for (u32 empty = 0; empty < n; empty++) {
			std::vector<u32> sizes(n, 30);
			sizes[empty] = 0;
			EXPECT_EQ(fate(sizes), empty ? Fate::pending : Fate::bad) << empty << " of " << n;
			EXPECT_EQ(only().slot_count, n); // they are answered like the others
			check_sound(batch);
		}
	std::vector<u32> only_first(19, 0);
	only_first[0] = 60;
	EXPECT_EQ(fate(only_first), Fate::pending);
	EXPECT_EQ(fate(std::vector<u32>(19, 0)), Fate::bad);
}

// NB-07
TEST_P(Take, SlotsLargerThanTheFrame)
{
	// A frame of 64 KiB and a bit: the 16-bit total wrapped.
	std::vector<u32> sizes(17, 4096);
	sizes[16] = 100;
	EXPECT_EQ(fate(sizes), Fate::bad);
	EXPECT_EQ(only().slot_count, 17u);
	EXPECT_EQ(back.req_cons(), GetParam() + 17);

	for (const s32 claimed : {0, 13, 14, 99, 100, 113, 114}) {
		restart();
		post({50, 50, 50}, 0, {}, claimed);
		ASSERT_TRUE(run().ok()) << claimed;
		// The first slot's share is what is claimed less 100.
		EXPECT_EQ(only().fate, claimed >= 114 ? Fate::pending : Fate::bad) << claimed;
		EXPECT_EQ(only().slot_count, 3u);
		check_sound(batch);
	}
}

// NB-08
TEST_P(Take, FirstSlotClaimsMoreThanThereIs)
{
	restart();
	post({60, 40}, 0, {}, 3000); // the first slot's own size is 2960 then
	ASSERT_TRUE(run().ok());
	EXPECT_EQ(only().fate, Fate::pending);
	EXPECT_EQ(batch.slots[0].size, 2960u);
	check_sound(batch);
}

// NB-06
TEST_P(Take, SlotAtTheEdgeOfItsPage)
{
	struct Case {
		u16 offset, size;
		bool ok;
	};
	for (const Case c : {Case{0, 4096, true},
			     {1, 4095, true},
			     {4082, 14, true},
			     {1, 4096, false},
			     {4083, 14, false},
			     {4096, 14, false},
			     {65535, 14, false},
			     {65535, 65535, false},
			     {0, 4097, false},
			     {0, 65535, false}}) {
		restart();
		front.post(TxRequest{1, c.offset, 0, 0, c.size});
		front.push_requests();
		SCOPED_TRACE(testing::Message() << c.offset << "+" << c.size);
		EXPECT_EQ(run().error(), c.ok ? Error::none : Error::slot_cross_page);
		check_sound(batch);
	}
	// A slot behind the first: at every position.
	for (u32 n = 2; n <= 19; n++)
		for (const Case c : {Case{4095, 1, true},
				     {4096, 0, true},
				     {4096, 1, false},
				     {4095, 2, false},
				     {65535, 1, false}}) {
			restart();
			for (u32 i = 0; i < n; i++) {
				const bool last = i == n - 1;
				front.post(TxRequest{1, last ? c.offset : u16{0},
						     static_cast<u16>(last ? 0 : NETTXF_more_data), 0,
						     static_cast<u16>(i == 0 ? 400
								      : last ? c.size
									     : 4)});
			}
			front.push_requests();
			SCOPED_TRACE(testing::Message() << n << ": " << c.offset << "+" << c.size);
			EXPECT_EQ(run().error(), c.ok ? Error::none : Error::slot_cross_page);
		}
}

// NB-10
TEST_P(Take, PromisedSlotIsMissing)
{
	for (u32 n = 1; n <= 19; n++) {
		restart();
		for (u32 i = 0; i < n; i++)
			front.post(TxRequest{1, 0, NETTXF_more_data, 0, static_cast<u16>(i ? 4 : 400)});
		front.push_requests();
		EXPECT_EQ(run().error(), Error::slot_missing) << n;
	}
	// The ring is full of one packet that never ends: the threshold comes first.
	restart();
	for (u32 i = 0; i < 256; i++)
		front.post(TxRequest{1, 0, NETTXF_more_data, 0, static_cast<u16>(i ? 4 : 4000)});
	front.push_requests();
	EXPECT_EQ(run().error(), Error::too_many_slots);
}
} // namespace
