// SPDX-License-Identifier: GPL-2.0-only
// VLANs: who may say what, who gets it, and with which tag.
//
// Cases of docs/security.md: BR-09, BR-10, BR-18
#include "vlan_fixture.hpp"

namespace
{
TEST_F(VlanTest, SameVlanIsDirect)
{
	learn();
	expect_port(judge(one, {kB, kA}), two);
	expect_port(judge(two, {kA, kB}), one);
}

// BR-09
TEST_F(VlanTest, OtherVlansAreOutOfReach)
{
	learn();
	access(two, 20);
	clear_vlan(*two->vlans, 10);
	made->vlans_left(*two);
	EXPECT_EQ(judge(one, {kB, kA}).action, BRLITE_FLOOD) << "nobody in VLAN 10 has it";
	EXPECT_EQ(flooded(one, {kB, kA}), (std::vector<Port *>{three}));
	EXPECT_EQ(made->set(*two, kB, FdbTarget::kStatic, true), Error::none);
	expect_drop(one, {kB, kA}, BRLITE_DROP_VLAN);
}

// BR-09
TEST_F(VlanTest, TagsOfOthersAreRefused)
{
	learn();
	for (const u16 id : {1, 9, 11, 20, 4094, 4095}) {
		expect_drop(one, Vid(kB, kA, id), BRLITE_DROP_VLAN);
		expect_drop(one, Vid(kMacBroadcast, kA, id), BRLITE_DROP_VLAN);
		expect_drop(one, Vid(kB, kA, static_cast<u16>(0xf000 | id)), BRLITE_DROP_VLAN);
		EXPECT_TRUE(flooded(one, Vid(kMacBroadcast, kA, id)).empty());
	}
	expect_drop(three, Vid(kB, kA, 4095), BRLITE_DROP_VLAN);
}

// The reason is the VLAN, however long the frame before or this one is.
TEST_F(VlanTest, TooLongForAPortThatIsNotInTheVlan)
{
	learn();
	EXPECT_EQ(made->set(*two, kB, FdbTarget::kStatic, true), Error::none);
	clear_vlan(*two->vlans, 10);
	expect_drop(one, {kB, kA, 9000}, BRLITE_DROP_VLAN);
}

// BR-09: what is dropped for its tag is not learned either.
TEST_F(VlanTest, ForeignTagsTeachNothing)
{
	const u32 before = made->entries();
	judge(one, Vid(kB, kA, 20));
	EXPECT_EQ(made->entries(), before);
}

// An entry for all VLANs is hidden in one VLAN by the address' own entry there: from the next frame on.
TEST_F(VlanTest, WhatRestsOnAnEntryForAllVlansHearsOfOneForItsOwn)
{
	EXPECT_EQ(made->set(*one, kA, FdbTarget::kStatic, true), Error::none);
	made->set_policy(*two, BRLITE_LOCKED);
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).action, BRLITE_FLOOD);
	EXPECT_EQ(made->set(*two, fdb_key(kA, 10), FdbTarget::kStatic, true), Error::none);
	expect_drop(one, {kMacBroadcast, kA}, BRLITE_DROP_LOCKED_MAC);
}

TEST_F(VlanTest, WhatRestsOnAnEntryForAllVlansHearsOfOneThatWasLearned)
{
	EXPECT_EQ(made->set(*one, kA, 0, true), Error::none);
	judge(one, {kMacBroadcast, kA});
	judge(two, {kMacBroadcast, kA});
	EXPECT_EQ(made->fdb().find(fdb_key(kA, 10)).target.port(), two->index);
	judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(made->fdb().find(fdb_key(kA, 10)).target.port(), one->index);
}

// BR-10: on a bridge of service tags those count, and a customer's tag is payload.
TEST_F(VlanTest, TheTypeOfTagsIsTheBridges)
{
	for (Port *port : {local, one, two, three})
		port->vlans->type = kEtherTypeServiceVlan;
	learn();
	expect_port(judge(three, Tagged(kA, kNobody, {{kEtherTypeServiceVlan, 10}, {kEtherTypeVlan, 20}})),
		    one, BRLITE_VIA_SKB, 10);
	expect_drop(three, Vid(kA, kNobody, 10), BRLITE_DROP_VLAN);
	expect_drop(one, Tagged(kB, kA, {{kEtherTypeServiceVlan, 20}}), BRLITE_DROP_VLAN);
	expect_port(judge(one, Vid(kB, kA, 20)), two);
	EXPECT_TRUE(flooded(one, Tagged(kMacBroadcast, kA, {{kEtherTypeServiceVlan, 20}})).empty());
}

TEST_F(VlanTest, NoPvidMeansNoUntaggedFrames)
{
	expect_drop(three, {kMacBroadcast, kA}, BRLITE_DROP_VLAN);
	expect_drop(three, Vid(kMacBroadcast, kA, 0), BRLITE_DROP_VLAN);
	EXPECT_EQ(judge(three, Vid(kMacBroadcast, kA, 20)).action, BRLITE_FLOOD);
}

// BR-09: a priority tag names no VLAN; the frame is in the port's own, and never leaves as it came.
TEST_F(VlanTest, PriorityTagsAreInThePortsOwn)
{
	learn();
	expect_port(judge(one, Vid(kB, kA, 0xe000)), two, BRLITE_VIA_SKB, 10);
	judge(three, Vid(kMacBroadcast, kNobody, 10));
	expect_port(judge(one, Vid(kNobody, kA, 0xe000)), three, BRLITE_VIA_SKB, 10);
}

TEST_F(VlanTest, TagsComeAndGoByTheWayOfAnSkb)
{
	learn();
	judge(three, Vid(kMacBroadcast, kNobody, 10));
	expect_port(judge(one, {kNobody, kA}), three, BRLITE_VIA_SKB, 10);
	expect_port(judge(three, Vid(kA, kNobody, 10)), one, BRLITE_VIA_SKB, 10);
	expect_port(judge(three, Vid(kA, kNobody, 0xa00a)), one, BRLITE_VIA_SKB, 10);
	Port *four = add();
	set_vlan(*four->vlans, 10, 0);
	judge(four, Vid(kMacBroadcast, kB, 10));
	expect_port(judge(three, Vid(kB, kNobody, 10)), four);
	EXPECT_EQ(judge(one, Vid(kB, kA, 10)).port, four) << "an access port's own tag is allowed";
	EXPECT_EQ(judge(one, Vid(kB, kA, 10)).flags, 0);
}

TEST_F(VlanTest, FloodsStayInTheVlan)
{
	set_vlan(*two->vlans, 20, 0);
	EXPECT_EQ(flooded(one, {kMacBroadcast, kA}), (std::vector<Port *>{two, three}));
	EXPECT_EQ(flooded(three, Vid(kMacBroadcast, kA, 20)), (std::vector<Port *>{two}));
	EXPECT_TRUE(flooded(three, {kMacBroadcast, kA}).empty()) << "no PVID";
	EXPECT_TRUE(flooded(local, {kMacBroadcast, kHost}).empty());
	const Verdict verdict = judge(one, {kMacBroadcast, kA});
	EXPECT_EQ(verdict.action, BRLITE_FLOOD);
	EXPECT_EQ(verdict.flags, BRLITE_VIA_SKB) << "this host is in another VLAN";
	EXPECT_EQ(verdict.vlan, 10u);
	made->set_promisc(true);
	EXPECT_EQ(judge(one, {kMacBroadcast, kB}).flags, BRLITE_VIA_SKB | BRLITE_AND_LOCAL);
}

TEST_F(VlanTest, ThisHostIsInItsVlansAlone)
{
	expect_drop(one, {kHost, kA}, BRLITE_DROP_VLAN);
	access(three, 1);
	EXPECT_EQ(judge(three, {kHost, kA}).action, BRLITE_LOCAL);
	EXPECT_EQ(judge(three, {kHost, kA}).vlan, 0u);
	set_vlan(*local->vlans, 10, 0);
	const Verdict verdict = judge(one, {kHost, kA});
	EXPECT_EQ(verdict.action, BRLITE_LOCAL);
	EXPECT_EQ(verdict.vlan, 10u) << "its VLAN device wants to see the tag";
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).flags, BRLITE_AND_LOCAL | BRLITE_VIA_SKB);
	expect_port(judge(local, Vid(kA, kHost, 10)), one, BRLITE_VIA_SKB, 10);
	expect_drop(local, Vid(kA, kHost, 20), BRLITE_DROP_VLAN);
	expect_drop(one, {kA, kHost}, BRLITE_DROP_SOURCE_LOCAL);
}

// The same address in two VLANs is two stations.
TEST_F(VlanTest, AddressesBelongToTheirVlan)
{
	access(two, 20);
	clear_vlan(*two->vlans, 10);
	judge(one, {kMacBroadcast, kA});
	judge(two, {kMacBroadcast, kA});
	EXPECT_EQ(judge(three, Vid(kA, kB, 10)).port, one);
	EXPECT_EQ(judge(three, Vid(kA, kB, 20)).port, two);
	EXPECT_EQ(judge(three, Vid(kA, kB, 10)).port, one) << "the verdict of another VLAN is not reused";
	EXPECT_EQ(counted(two, BRLITE_MOVED), 0u);
}

// One batch, one destination, several tags: each frame has its own verdict.
TEST_F(VlanTest, ABatchWithManyTags)
{
	learn();
	const Bytes plain(kB, kA);
	const Vid ours(kB, kA, 10), other(kB, kA, 20), priority(kB, kA, 0);
	const Frame frames[] = {plain.frame, ours.frame, other.frame, priority.frame, plain.frame};
	Verdict verdicts[5];
	made->classify(*one, frames, verdicts, 5);
	expect_port(verdicts[0], two);
	expect_port(verdicts[1], two, BRLITE_VIA_SKB, 10);
	EXPECT_EQ(verdicts[2].reason, BRLITE_DROP_VLAN);
	expect_port(verdicts[3], two, BRLITE_VIA_SKB, 10);
	expect_port(verdicts[4], two);
}

// An entry by hand without a VLAN holds in all of them, whatever was learned before.
TEST_F(VlanTest, EntriesWithoutAVlanHoldInAll)
{
	access(two, 10);
	judge(three, Vid(kMacBroadcast, kA, 20));
	EXPECT_EQ(made->set(*one, kA, FdbTarget::kStatic, true), Error::none);
	expect_port(judge(two, {kA, kB}), one);
	judge(three, Vid(kMacBroadcast, kA, 10));
	EXPECT_EQ(counted(three, BRLITE_LEARN_STATIC), 1u);
	expect_drop(three, Vid(kA, kNobody, 20), BRLITE_DROP_VLAN);
	made->set_policy(*one, BRLITE_LOCKED);
	expect_drop(three, Vid(kMacBroadcast, kA, 10), BRLITE_DROP_LOCKED_MAC);
	expect_drop(one, {kMacBroadcast, kB}, BRLITE_DROP_LOCKED_MAC);
	EXPECT_EQ(judge(one, {kMacBroadcast, kA}).action, BRLITE_FLOOD);
}

TEST_F(VlanTest, AnEntryOfAVlanGoesBeforeOneOfAll)
{
	EXPECT_EQ(made->set(*one, kA, FdbTarget::kStatic, true), Error::none);
	EXPECT_EQ(made->set(*two, fdb_key(kA, 10), FdbTarget::kStatic, true), Error::none);
	EXPECT_EQ(judge(three, Vid(kA, kB, 10)).port, two);
	EXPECT_EQ(made->erase(nullptr, fdb_key(kA, 10)), Error::none);
	EXPECT_EQ(judge(three, Vid(kA, kB, 10)).port, one);
}

// BR-10: only the first tag counts, and only one of 802.1Q.
TEST_F(VlanTest, TagsWithinTagsArePayload)
{
	learn();
	EXPECT_EQ(judge(one, Tagged(kB, kA, {{kEtherTypeVlan, 10}, {kEtherTypeVlan, 20}})).port, two);
	expect_drop(one, Tagged(kB, kA, {{kEtherTypeVlan, 20}, {kEtherTypeVlan, 10}}), BRLITE_DROP_VLAN);
	const Tagged hop(kMacBroadcast, kA, {{kEtherTypeVlan, 10}, {kEtherTypeVlan, 20}});
	EXPECT_EQ(judge(one, hop).vlan, 10u);
	EXPECT_EQ(flooded(one, hop), (std::vector<Port *>{two, three})) << "as any frame of VLAN 10";
	for (const u16 type : {0x88a8, 0x9100, 0x9200}) {
		expect_port(judge(one, Tagged(kB, kA, {{type, 20}})), two);
		expect_port(judge(one, Tagged(kB, kA, {{type, 20}, {kEtherTypeVlan, 20}})), two);
		expect_drop(three, Tagged(kB, kA, {{type, 20}, {kEtherTypeVlan, 10}}), BRLITE_DROP_VLAN);
	}
}

// BR-10: a tag that a NIC took off is the outermost one, whatever the data look like.
TEST_F(VlanTest, TagsBesideTheData)
{
	learn();
	const auto beside = [](u16 id) {
		return static_cast<u16>(BRLITE_FRAME_TAG_BESIDE | id << BRLITE_FRAME_VID_SHIFT);
	};
	expect_port(judge(three, Bytes(kA, kNobody, 60, beside(10))), one, BRLITE_VIA_SKB, 10);
	EXPECT_EQ(judge(three, Bytes(kA, kNobody, 60, beside(20))).action, BRLITE_FLOOD) << "A is in 10";
	expect_drop(three, Bytes(kA, kNobody, 60, beside(4095)), BRLITE_DROP_VLAN);
	expect_drop(three, Bytes(kA, kNobody, 60, beside(0)), BRLITE_DROP_VLAN);
	Vid inner(kA, kNobody, 20);
	inner.frame.flags = beside(10);
	expect_port(judge(three, inner), one, BRLITE_VIA_SKB, 10);
	inner.frame.flags = BRLITE_FRAME_TAG_OTHER;
	expect_drop(three, inner, BRLITE_DROP_VLAN);
	access(three, 10);
	expect_port(judge(three, inner), one);
}

// BR-18
TEST_F(VlanTest, FramesThatEndWithinTheirTag)
{
	for (u16 staged = 14; staged < 18; staged++) {
		Vid frame(kB, kA, 10);
		std::vector<u8> exact(frame.data, frame.data + staged); // nothing may be read beyond
		frame.frame.data = exact.data();
		frame.frame.staged = staged;
		frame.frame.len = staged;
		expect_drop(one, frame, BRLITE_DROP_RUNT);
	}
}

TEST_F(VlanTest, WithoutFilteringTagsMeanNothing)
{
	made->filter_vlans(false);
	learn();
	for (const u16 id : {0, 10, 20, 4095})
		expect_port(judge(one, Vid(kB, kA, id)), two);
	EXPECT_EQ(flooded(one, Vid(kMacBroadcast, kA, 20)), (std::vector<Port *>{two, three}));
	EXPECT_EQ(judge(one, Vid(kMacBroadcast, kA, 20)).flags, BRLITE_AND_LOCAL);
	EXPECT_EQ(judge(one, Vid(kMacBroadcast, kA, 20)).vlan, 0u);
}

TEST_F(VlanTest, SwitchingForgetsWhatWasLearned)
{
	learn();
	const u32 own = 1;
	for (const bool on : {false, true}) {
		made->filter_vlans(on);
		EXPECT_EQ(made->entries(), own);
		learn();
		EXPECT_EQ(made->entries(), own + 2);
		expect_port(judge(one, {kB, kA}), two);
	}
}

TEST_F(VlanTest, PortsThatJoinLater)
{
	Port *four = add();
	expect_drop(four, {kMacBroadcast, kB}, BRLITE_DROP_VLAN);
	access(four, 10);
	EXPECT_EQ(judge(four, {kMacBroadcast, kB}).action, BRLITE_FLOOD);
}

TEST_F(VlanTest, WhatTheTableOfAPortSays)
{
	brlite_vlans vlans{};
	for (const u32 id : {1u, 63u, 64u, 4094u}) {
		EXPECT_EQ(vlan_flags(vlans, id), 0u);
		set_vlan(vlans, id, BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
		EXPECT_EQ(vlan_flags(vlans, id),
			  BRLITE_VLAN_MEMBER | BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
	}
	EXPECT_EQ(vlan_flags(vlans, 1), BRLITE_VLAN_MEMBER | BRLITE_VLAN_UNTAGGED) << "there is one PVID";
	set_vlan(vlans, 4094, 0);
	EXPECT_EQ(vlan_flags(vlans, 4094), BRLITE_VLAN_MEMBER);
	EXPECT_EQ(vlans.pvid, 0);
	set_vlan(vlans, 64, BRLITE_VLAN_PVID);
	clear_vlan(vlans, 64);
	EXPECT_EQ(vlans.pvid, 0);
	EXPECT_EQ(vlan_flags(vlans, 64), 0u);
	EXPECT_EQ(vlan_flags(vlans, 63), BRLITE_VLAN_MEMBER | BRLITE_VLAN_UNTAGGED);
}
} // namespace
