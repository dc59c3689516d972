// SPDX-License-Identifier: GPL-2.0-only
// A port locked to IP addresses: what nobody else may send.
#include "lock_fixture.hpp"

namespace
{
class ClaimTest : public LockTest
{
};

// BR-16: another guest cannot be taken for who has the address, nor can it send in its name; and that holds
// behind a SNAP header, too
TEST_F(ClaimTest, ClaimedAddressesAreNobodyElsesSource)
{
	Port *guest = add();
	guest->is_guest = true;
	for (Port *in : {two, guest}) {
		const auto from_b = [] { return PacketBytes(kMacBroadcast, kB); };
		EXPECT_EQ(refused(in, from_b().ipv4(kMine, kTheirs, 6).zeros(20)), kAddress);
		EXPECT_EQ(refused(in, from_b().arp(2, kB, kMine, kTheirs)), kAddress);
		EXPECT_EQ(refused(in, from_b().ipv6(kMine6, kTheirs6, 6).zeros(20)), kAddress);
		EXPECT_EQ(refused(in, from_b().ipv6(kTheirs6, kNodes6, 58).icmpv6(136, kMine6)), kAddress);
	}
	EXPECT_EQ(refused(guest, from_a().tag(0x8100, 7).ipv4(kMine, kTheirs, 6).zeros(20)), kAddress);
	EXPECT_EQ(refused(guest, from_a().snap(60).ipv4(kMine, kTheirs, 6).zeros(20)), kAddress);
	EXPECT_EQ(refused(guest, from_a().ipv4({8, 8, 8, 8}, kMine, 6).zeros(20)), 0);
	EXPECT_EQ(refused(guest, from_a().type(0x88b5).zeros(46)), 0) << "not locked: any protocol";
	EXPECT_EQ(refused(guest, from_a().type(0x0800).zeros(46)), 0);
	EXPECT_EQ(refused(local, from_a().ipv4(kMine, kTheirs, 6).zeros(20)), 0) << "this host is trusted";
}

// BR-16: a router behind an uplink sends on what a locked port sent to it, but has the address not itself.
TEST_F(ClaimTest, ARouterSendsOnWhatALockedPortSent)
{
	const auto from_router = [] { return PacketBytes(kMacBroadcast, kB); };
	EXPECT_EQ(refused(three, from_router().ipv4(kMine, {10, 0, 7, 7}, 6).zeros(20)), 0);
	EXPECT_EQ(refused(three, from_router().ipv6(kMine6, ip6(0x20010db8, 77), 6).zeros(20)), 0);
	EXPECT_EQ(refused(three, from_router().ipv6(kMine6, ip6(0x20010db8, 77), 58).icmpv6(128, kNone6)), 0);
	EXPECT_EQ(refused(three, from_router().arp(2, kB, kMine, kTheirs)), kAddress);
	EXPECT_EQ(refused(three, from_router().arp(1, kB, kMine, kTheirs)), kAddress);
	EXPECT_EQ(refused(three, from_router().ipv6(kTheirs6, kNodes6, 58).icmpv6(136, kMine6)), kAddress);
	EXPECT_EQ(refused(three, from_router().ipv6(kMine6, kNodes6, 58).icmpv6(135, kTheirs6)), kAddress);
	EXPECT_EQ(refused(three, from_router().ipv6(kNone6, kNodes6, 58).icmpv6(135, kMine6)), kAddress);
}

// BR-16: the same of a guest that routes from VLAN to VLAN
TEST_F(ClaimTest, AGuestMayRouteIntoAnotherVlan)
{
	Port *guest = add();
	guest->is_guest = true;
	made->filter_vlans(true);
	set_vlan(*one->vlans, 10, BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
	for (const u32 vlan : {10u, 20u})
		set_vlan(*guest->vlans, vlan, 0);
	const auto in_vlan = [](u16 vlan) { return PacketBytes(kMacBroadcast, kB).tag(0x8100, vlan); };
	EXPECT_EQ(refused(guest, in_vlan(20).ipv4(kMine, {10, 0, 7, 7}, 6).zeros(20)), 0);
	EXPECT_EQ(refused(guest, in_vlan(10).ipv4(kMine, {10, 0, 7, 7}, 6).zeros(20)), kAddress);
	EXPECT_EQ(refused(guest, in_vlan(20).arp(2, kB, kMine, kTheirs)), kAddress);
}

// BR-16: what receivers believe, however it is written
TEST_F(ClaimTest, NobodyAnnouncesAClaimedAddressInDisguise)
{
	const auto from_b = [] { return PacketBytes(kMacBroadcast, kB); };
	for (Port *in : {two, three}) {
		EXPECT_EQ(refused(in, from_b().arp(2, kB, kMine, kTheirs).set(15, 6)), kAddress)
			<< "IEEE 802's hardware type";
		PacketBytes deep = from_b().ipv6(kTheirs6, kNodes6, 60);
		for (int i = 0; i < 12; i++)
			deep.extension(60);
		EXPECT_EQ(refused(in, deep.extension(58).icmpv6(136, kMine6)), kHidden);
	}
	EXPECT_EQ(refused(three, from_b().ipv6(kNone6, kNodes6, 58).icmpv6(136, kMine6)), kAddress)
		<< "from nobody";
	PacketBytes cut = from_b().ipv6(kTheirs6, kNodes6, 58).icmpv6(136, kMine6);
	cut.bytes.resize(14 + 40 + 20);
	EXPECT_EQ(refused(three, cut), kHidden) << "its target lies beyond";
	EXPECT_EQ(refused(three, from_b().arp(2, kB, kTheirs, kMine).set(15, 6)), 0);
	EXPECT_EQ(refused(three, from_b().arp(2, kB, kMine, kTheirs).set(15, 15)), 0) << "nobody reads it";
}
} // namespace
