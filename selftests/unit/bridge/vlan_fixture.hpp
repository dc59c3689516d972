// SPDX-License-Identifier: GPL-2.0-only
// A switch that filters VLANs, and frames with tags.
#pragma once
#include "switch_fixture.hpp"

namespace
{
constexpr u64 kNobody = mac_of(0, 1, 2, 3, 4, 5);

// A frame with tags in front of its payload: type and TCI of each.
struct Tagged : Bytes {
	Tagged(u64 destination, u64 source, std::initializer_list<std::pair<u16, u16>> tags)
	    : Bytes(destination, source)
	{
		u8 *at = data + 12;
		for (const auto &[type, tci] : tags) {
			for (const u16 word : {type, tci}) {
				*at++ = static_cast<u8>(word >> 8);
				*at++ = static_cast<u8>(word);
			}
		}
		*at++ = 0x08;
		*at = 0;
		frame.data = data;
	}
	Tagged(const Tagged &) = delete;
};

struct Vid : Tagged {
	Vid(u64 destination, u64 source, u16 tci) : Tagged(destination, source, {{kEtherTypeVlan, tci}}) {}
};

// one, two: access ports of VLAN 10; three: a trunk with 10 and 20; this host is in VLAN 1.
class VlanTest : public SwitchTest
{
protected:
	void SetUp() override
	{
		SwitchTest::SetUp();
		made->filter_vlans(true);
		access(local, 1);
		access(one, 10);
		access(two, 10);
		for (const u32 id : {10, 20})
			set_vlan(*three->vlans, id, 0);
	}
	void access(Port *port, u32 id)
	{
		set_vlan(*port->vlans, id, BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
	}
	void learn()
	{
		judge(one, {kMacBroadcast, kA});
		judge(two, {kMacBroadcast, kB});
	}
	void expect_port(const Verdict &verdict, Port *port, u16 flags = 0, u32 vlan = 0)
	{
		EXPECT_EQ(verdict.action, BRLITE_PORT);
		EXPECT_EQ(verdict.port, port);
		EXPECT_EQ(verdict.flags, flags);
		EXPECT_EQ(verdict.vlan, vlan);
	}
};
} // namespace
