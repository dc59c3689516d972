// SPDX-License-Identifier: GPL-2.0-only
#include "swap/other_kind.hpp"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include "bridge-lite/settings/port_words.h"
#include "bridge-lite/uapi.h"
#include "swap/picture.hpp"

namespace ringway::test
{

namespace
{

Bytes u8(std::uint8_t value)
{
	return {value};
}
Bytes u16(unsigned value)
{
	return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)};
}
Bytes u32(unsigned value)
{
	return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
		static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
}

BridgeImage ordinary()
{
	BridgeImage out;
	out.index = 7;
	out.name = "xenbr0";
	out.kind = "bridge";
	out.data = {{IFLA_BR_AGEING_TIME, u32(12000)},     {IFLA_BR_STP_STATE, u32(0)},
		    {IFLA_BR_PRIORITY, u16(4097)},         {IFLA_BR_VLAN_FILTERING, u8(1)},
		    {IFLA_BR_GROUP_FWD_MASK, u16(0x4000)}, {IFLA_BR_VLAN_PROTOCOL, {0x88, 0xa8}},
		    {IFLA_BR_VLAN_DEFAULT_PVID, u16(5)},   {IFLA_BR_MCAST_SNOOPING, u8(0)}};
	out.ports = {{3,
		      "eth0",
		      {{IFLA_BRPORT_LEARNING, u8(1)},
		       {IFLA_BRPORT_ISOLATED, u8(0)},
		       {IFLA_BRPORT_PRIORITY, u16(32)}},
		      {{2, 0, 5, 0}}},
		     {4, "tap1", {{IFLA_BRPORT_LEARNING, u8(0)}, {IFLA_BRPORT_ISOLATED, u8(1)}}, {}}};
	out.addresses = {{20, {1, 2, 3}}};
	out.sysctls = {{"ipv4/conf/xenbr0/rp_filter", "2"}};
	return out;
}

} // namespace

TEST(OtherKind, WhatBothKnowIsTakenOver)
{
	const BridgeImage lite = as_brlite(ordinary());
	EXPECT_EQ(lite.kind, "brlite");
	EXPECT_TRUE(lite.obstacles.empty());
	EXPECT_EQ(lite.data.at(IFLA_BRLITE_AGEING_TIME), u32(120));
	EXPECT_EQ(lite.data.at(IFLA_BRLITE_VLAN_FILTERING), u32(1));
	EXPECT_EQ(lite.data.at(IFLA_BRLITE_GROUP_FWD_MASK), u32(0x4000));
	EXPECT_EQ(lite.data.at(IFLA_BRLITE_VLAN_PROTOCOL), u32(0x88a8));
	EXPECT_EQ(lite.data.at(IFLA_BRLITE_DEFAULT_PVID), u32(5));
	EXPECT_TRUE(lite.ports[0].settings.empty()); // nothing that a port does not have anyway
	EXPECT_EQ(lite.ports[1].settings, ordinary().ports[1].settings);
	EXPECT_EQ(lite.ports[0].vlans, ordinary().ports[0].vlans);
}

TEST(OtherKind, MembersOfGroupsAreToldApartWhereTheyWere)
{
	BridgeImage bridge = ordinary();
	EXPECT_EQ(as_brlite(bridge).data.at(IFLA_BRLITE_MCAST_SNOOPING), u32(0));
	bridge.data[IFLA_BR_MCAST_SNOOPING] = u8(1);
	bridge.data[IFLA_BR_MCAST_QUERIER] = u8(1);
	BridgeImage lite = as_brlite(bridge);
	EXPECT_EQ(lite.data.at(IFLA_BRLITE_MCAST_SNOOPING), u32(1));
	EXPECT_EQ(lite.data.at(IFLA_BRLITE_MCAST_QUERIER), u32(1));
	EXPECT_EQ(to_json(as_bridge(lite, bridge)), to_json(bridge));
	lite.data[IFLA_BRLITE_MCAST_SNOOPING] = u32(0);
	EXPECT_EQ(as_bridge(lite, bridge).data.at(IFLA_BR_MCAST_SNOOPING), u8(0));
	EXPECT_EQ(as_bridge(lite, {}).data.at(IFLA_BR_MCAST_SNOOPING), u8(0));
}

TEST(OtherKind, ThereAndBackItIsTheSame)
{
	const BridgeImage before = ordinary(), back = as_bridge(as_brlite(before), before);
	EXPECT_EQ(to_json(back), to_json(before));
}

TEST(OtherKind, WhatWasChangedMeanwhileCounts)
{
	BridgeImage lite = as_brlite(ordinary());
	lite.data[IFLA_BRLITE_AGEING_TIME] = u32(60);
	lite.ports[1].settings.erase(IFLA_BRPORT_ISOLATED);
	const BridgeImage back = as_bridge(lite, ordinary());
	EXPECT_EQ(back.data.at(IFLA_BR_AGEING_TIME), u32(6000));
	EXPECT_EQ(back.data.at(IFLA_BR_PRIORITY), u16(4097));
	EXPECT_EQ(back.ports[1].settings.at(IFLA_BRPORT_ISOLATED), u8(0));
}

TEST(OtherKind, WithoutAMemoryOnlyWhatDiffersIsSet)
{
	BridgeImage lite = as_brlite(ordinary());
	lite.data = {{IFLA_BRLITE_AGEING_TIME, u32(300)}, {IFLA_BRLITE_VLAN_FILTERING, u32(1)}};
	EXPECT_EQ(as_bridge(lite, std::nullopt).data, (Attributes{{IFLA_BR_VLAN_FILTERING, u8(1)}}));
}

TEST(OtherKind, WhatABrliteBridgeLacksIsNamed)
{
	BridgeImage bridge = ordinary();
	bridge.data[IFLA_BR_STP_STATE] = u32(1);
	bridge.ports[0].settings[IFLA_BRPORT_MODE] = u8(1);
	const auto obstacles = as_brlite(bridge).obstacles;
	ASSERT_EQ(obstacles.size(), 2u);
	EXPECT_NE(obstacles[0].find("ip link set xenbr0 type bridge stp_state 0"), std::string::npos);
	EXPECT_EQ(obstacles[1], "its port eth0 has hairpin, which a brlite bridge has not: "
				"'bridge link set dev eth0 hairpin off' first");
}

// Every port setting of Linux's bridge is taken over, or is a reason to change nothing, as the kernel's
// brlite has it.
TEST(OtherKind, NoSettingOfAPortIsLost)
{
	unsigned taken = 0, refused = 0;
	for (int type = 1; type <= BRLITE_BRPORT_LAST; ++type) {
		const brlite_port_word word = brlite_port_word_of(static_cast<std::uint16_t>(type));
		const bool known = word.kind == BRLITE_WORD_POLICY || word.kind == BRLITE_WORD_ROUTER;
		const bool lacking =
			word.kind == BRLITE_WORD_LACKING || type == IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT;
		// No kernel has learning_sync on for a port of its own bridge.
		if ((!known && !lacking) || type == IFLA_BRPORT_LEARNING_SYNC) {
			continue;
		}
		// What the setting is at first is no reason for anything.
		const std::uint32_t usual = type == IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT          ? 512
					    : word.inverted || word.kind == BRLITE_WORD_ROUTER ? 1
											       : 0;
		BridgeImage bridge = ordinary();
		bridge.ports[0].settings = {{type, u32(usual)}};
		EXPECT_TRUE(as_brlite(bridge).obstacles.empty()) << type;
		EXPECT_TRUE(as_brlite(bridge).ports[0].settings.empty()) << type;
		bridge.ports[0].settings = {{type, u32(usual == 0 ? 1 : 0)}};
		const BridgeImage lite = as_brlite(bridge);
		EXPECT_EQ(lite.ports[0].settings.contains(type), known) << type;
		EXPECT_EQ(lite.obstacles.size(), known ? 0u : 1u) << type;
		EXPECT_EQ(to_json(as_bridge(lite, bridge)), to_json(bridge)) << type;
		++(known ? taken : refused);
	}
	EXPECT_EQ(taken, 9u);
	EXPECT_EQ(refused, 14u);
}

TEST(OtherKind, APictureIsReadAsItWasWritten)
{
	HostPicture picture{"xen_netback",
			    {ordinary()},
			    {},
			    {{3, 0, "vif3.0", "xenbr0", "fe:ff:ff:ff:ff:ff", 1500, true, true}},
			    {{"etc/a", "# B\xfcro\n"}, {"etc/b", std::nullopt}}};
	const auto json = to_json(picture);
	EXPECT_EQ(to_json(from_json(nlohmann::json::parse(json.dump()))), json);
	EXPECT_FALSE(from_json(json).files.at("etc/b").has_value());
}

} // namespace ringway::test
