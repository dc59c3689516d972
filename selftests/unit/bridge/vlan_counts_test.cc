// SPDX-License-Identifier: GPL-2.0-only
// Packets and bytes by VLAN and port: what is counted, on which side, and that nothing is while nobody asks.
#include "vlan_fixture.hpp"

namespace
{
constexpr u32 kBytes = 60 - 14; // of a frame of 60, behind its Ethernet header

class VlanCountsTest : public VlanTest
{
protected:
	using Counts = Hosted::VlanCounts;
	void SetUp() override
	{
		VlanTest::SetUp();
		learn();
		made->count_vlans(true);
	}
	static Counts of(const Port *port, u32 vlan)
	{
		const auto found = Hosted::by_vlan.find({port, vlan});
		return found == Hosted::by_vlan.end() ? Counts{} : found->second;
	}
};

TEST_F(VlanCountsTest, WhatGoesFromPortToPortCountsAtBoth)
{
	judge(one, {kB, kA});
	judge(one, {kB, kA, 9000 - 100, BRLITE_FRAME_GSO});
	EXPECT_EQ(of(one, 10), (Counts{2, kBytes + 8900 - 14, 0, 0}));
	EXPECT_EQ(of(two, 10), (Counts{0, 0, 2, kBytes + 8900 - 14}));
	EXPECT_EQ(Hosted::by_vlan.size(), 2u);
}

TEST_F(VlanCountsTest, WhatIsTakenBackIsNotCountedTwice)
{
	const Bytes frame{kB, kA};
	const Verdict verdict = judge(one, frame);
	made->take_back(*one, &frame.frame, &verdict, 1);
	EXPECT_EQ(of(one, 10), (Counts{0, 0, 0, 0}));
	EXPECT_EQ(of(two, 10), (Counts{0, 0, 0, 0}));
}

// The tag that says which VLAN it is does not count, wherever it lies.
TEST_F(VlanCountsTest, TagsAreNoBytes)
{
	judge(three, Vid(kA, kNobody, 10));
	EXPECT_EQ(of(three, 10), (Counts{1, kBytes - 4, 0, 0}));
	EXPECT_EQ(of(one, 10), (Counts{0, 0, 1, kBytes - 4}));
	judge(three, {kA, kNobody, 60, BRLITE_FRAME_TAG_BESIDE | 10 << BRLITE_FRAME_VID_SHIFT});
	EXPECT_EQ(of(three, 10).in_bytes, kBytes - 4 + kBytes);
}

TEST_F(VlanCountsTest, FloodsCountAtEachPortThatTheyReach)
{
	const Bytes frame(kMacBroadcast, kA);
	judge(one, frame);
	flooded(one, frame, 1);
	EXPECT_EQ(of(one, 10), (Counts{1, kBytes, 0, 0}));
	EXPECT_EQ(of(two, 10), (Counts{0, 0, 1, kBytes}));
	EXPECT_EQ(of(three, 10), (Counts{0, 0, 1, kBytes}));
	EXPECT_EQ(Hosted::by_vlan.size(), 3u) << "this host is in another VLAN";
}

TEST_F(VlanCountsTest, ThisHostIsAPort)
{
	access(local, 10);
	judge(one, {kHost, kA});
	judge(one, {kMacBroadcast, kA});
	judge(local, {kA, kHost});
	EXPECT_EQ(of(local, 10), (Counts{1, kBytes, 2, 2 * kBytes}));
	EXPECT_EQ(of(one, 10), (Counts{2, 2 * kBytes, 1, kBytes}));
}

// What is dropped came in nevertheless, if its VLAN is the port's. What is in no VLAN of the port, is cut
// short, or is for the neighbour alone does not.
TEST_F(VlanCountsTest, WhatIsDropped)
{
	expect_drop(one, {kA, kA}, BRLITE_DROP_HAIRPIN);
	EXPECT_EQ(of(one, 10), (Counts{1, kBytes, 0, 0}));
	expect_drop(one, Vid(kB, kA, 20), BRLITE_DROP_VLAN);
	expect_drop(one, {kB, kA, 13}, BRLITE_DROP_RUNT);
	expect_drop(one, {mac_of(0x01, 0x80, 0xc2, 0, 0, 0x0e), kA}, BRLITE_DROP_LINK_LOCAL);
	EXPECT_EQ(of(one, 10).in, 1u);
	EXPECT_EQ(Hosted::by_vlan.size(), 1u);
}

TEST_F(VlanCountsTest, NothingIsCountedUnlessAskedForAndWhileTagsMeanNothing)
{
	const Bytes frame(kMacBroadcast, kA);
	made->count_vlans(false);
	judge(one, frame);
	flooded(one, frame);
	made->count_vlans(true);
	made->filter_vlans(false);
	judge(one, frame);
	flooded(one, frame);
	EXPECT_TRUE(Hosted::by_vlan.empty());
}
} // namespace
