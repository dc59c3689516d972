// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include "words/vlan_change.hpp"

namespace ringway
{

constexpr VlanMarks tagged, untagged{true, false}, pvid{true, true};

TEST(VlanChange, NothingWhereTheyAreEqual)
{
	const VlanTable now = {{10, pvid}, {20, tagged}, {21, tagged}, {30, untagged}};
	EXPECT_EQ(vlan_change(now, Vlan::parse("10p/20-21/30u")), VlanChange());
}

TEST(VlanChange, OnlyWhatDiffersIsTouched)
{
	const VlanTable now = {{1, pvid}, {20, tagged}, {21, tagged}, {22, tagged}, {40, untagged}};
	EXPECT_EQ(vlan_change(now, Vlan::parse("10p/20-21/40")),
		  (VlanChange{{{10, 10, pvid}, {40, 40, tagged}}, {{1, 1, pvid}, {22, 22, tagged}}}));
}

TEST(VlanChange, ThePvidMoves)
{
	const VlanTable now = {{10, pvid}, {20, tagged}};
	EXPECT_EQ(vlan_change(now, Vlan::parse("10/20p")),
		  (VlanChange{{{10, 10, tagged}, {20, 20, pvid}}, {}}));
}

TEST(VlanChange, NeighboursAreOneRangeUnlessTheirMarksDiffer)
{
	EXPECT_EQ(
		vlan_change({}, Vlan::parse("9u/10p/11u/12u/20-4094")),
		(VlanChange{{{9, 9, untagged}, {10, 10, pvid}, {11, 12, untagged}, {20, 4094, tagged}}, {}}));
	VlanTable all;
	for (std::uint16_t vid = 1; vid <= 4094; ++vid) {
		all[vid] = {};
	}
	EXPECT_EQ(vlan_change(all, Vlan::parse("100")),
		  (VlanChange{{{100, 100, pvid}}, {{1, 99, tagged}, {101, 4094, tagged}}}));
}

// VLANs that could not be read: the port is in none.
TEST(VlanChange, NoneIsNone)
{
	EXPECT_EQ(vlan_change({{1, pvid}}, {}), (VlanChange{{}, {{1, 1, pvid}}}));
}

} // namespace ringway
