// SPDX-License-Identifier: GPL-2.0-only
// A port locked to IP addresses: what it may send, and what nobody else may.
#include "packet_bytes.hpp"
#include "switch_fixture.hpp"

namespace
{
const Ip4 kMine{10, 0, 0, 1}, kTheirs{10, 0, 0, 2}, kNone4{0, 0, 0, 0}, kEverybody{255, 255, 255, 255};
const Ip6 kMine6 = ip6(0x20010db8, 1), kTheirs6 = ip6(0x20010db8, 2), kNone6{}, kNodes6 = ip6(0xff020000, 1);

class LockTest : public SwitchTest
{
	std::vector<std::vector<u64>> tables_;

protected:
	void SetUp() override
	{
		SwitchTest::SetUp();
		claim({{one, kMine}}, {{one, kMine6}, {two, kTheirs6}});
		made->set_policy(*one, BRLITE_ADDRESS_LOCKED);
		made->set_policy(*two, BRLITE_ADDRESS_LOCKED);
	}
	void claim(std::vector<std::pair<Port *, Ip4>> v4, std::vector<std::pair<Port *, Ip6>> v6)
	{
		const u64 seed[2] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9};
		const u32 n = static_cast<u32>(v4.size() + v6.size());
		tables_.emplace_back(Claims::bytes_for(n) / 8 + 1);
		auto *claims = new (tables_.back().data()) brlite_claims;
		claims->init(n, seed);
		for (auto &[port, address] : v4)
			ASSERT_TRUE(claims->add(load_ipv4(address.data()), port->index));
		for (auto &[port, address] : v6)
			ASSERT_TRUE(claims->add(load_ipv6(address.data()), port->index));
		made->set_claims(claims);
	}
	// 0: it passes. The frame's buffer is exactly as long as the frame: ASan sees a read behind it.
	u8 refused(Port *in, const PacketBytes &packet)
	{
		const std::unique_ptr<u8[]> exact(new u8[packet.bytes.size()]);
		memcpy(exact.get(), packet.bytes.data(), packet.bytes.size());
		const auto length = static_cast<u16>(packet.bytes.size());
		const Frame frame{exact.get(), length, length, 0};
		Verdict verdict;
		made->classify(*in, &frame, &verdict, 1);
		return verdict.action == BRLITE_DROP ? verdict.reason : 0;
	}
	static PacketBytes from_a(u64 to = kMacBroadcast) { return PacketBytes(to, kA); }
	static PacketBytes dhcp(Ip4 from, Ip4 to, u16 sport, u16 dport)
	{
		return from_a().ipv4(from, to, 17).udp(sport, dport);
	}
};

constexpr u8 kAddress = BRLITE_DROP_LOCKED_ADDRESS, kHidden = BRLITE_DROP_LOCKED_HIDDEN,
	     kServer = BRLITE_DROP_LOCKED_SERVER;

// BR-15
TEST_F(LockTest, Ipv4SourceIsItsOwn)
{
	EXPECT_EQ(refused(one, from_a().ipv4(kMine, kTheirs, 6).zeros(20)), 0);
	EXPECT_EQ(refused(one, from_a().ipv4(kTheirs, kMine, 6).zeros(20)), kAddress);
	EXPECT_EQ(refused(one, from_a().ipv4(kNone4, kMine, 6).zeros(20)), kHidden);
	EXPECT_EQ(refused(one, from_a().ipv4(kEverybody, kMine, 6).zeros(20)), kAddress);
	EXPECT_EQ(counted(one, kAddress), 2u);
}

// BR-15
TEST_F(LockTest, DhcpClientMayHaveNoAddressYet)
{
	EXPECT_EQ(refused(one, dhcp(kNone4, kEverybody, 68, 67)), 0);
	EXPECT_EQ(refused(one, dhcp(kMine, kTheirs, 68, 67)), 0) << "renewing";
	EXPECT_EQ(refused(one, dhcp(kNone4, kTheirs, 68, 67)), kHidden) << "not to everybody";
	EXPECT_EQ(refused(one, dhcp(kNone4, kEverybody, 68, 68)), kHidden);
	EXPECT_EQ(refused(one, dhcp(kNone4, kEverybody, 53, 67)), kHidden);
	EXPECT_EQ(refused(one, dhcp(kNone4, kEverybody, 68, 67).set(20, 0x20)), kHidden) << "a fragment";
}

// BR-15
TEST_F(LockTest, DhcpServersAreRefused)
{
	EXPECT_EQ(refused(one, dhcp(kMine, kEverybody, 67, 68)), kServer);
	EXPECT_EQ(refused(one, dhcp(kMine, kEverybody, 67, 68).set(20, 0x20)), kServer) << "first fragment";
	EXPECT_EQ(refused(one, dhcp(kMine, kEverybody, 67, 68).set(21, 1)), 0) << "a later one has no ports";
	EXPECT_EQ(refused(three, dhcp(kTheirs, kEverybody, 67, 68)), 0) << "elsewhere it may live";
	EXPECT_EQ(refused(one, from_a().ipv6(kMine6, kNodes6, 17).udp(547, 546)), kServer);
	EXPECT_EQ(refused(one, from_a().ipv6(kMine6, kNodes6, 17).udp(546, 547)), 0);
}

// BR-13
TEST_F(LockTest, ArpSpeaksForItself)
{
	EXPECT_EQ(refused(one, from_a().arp(1, kA, kMine, kTheirs)), 0);
	EXPECT_EQ(refused(one, from_a().arp(2, kA, kMine, kTheirs)), 0);
	EXPECT_EQ(refused(one, from_a().arp(1, kA, kMine, kMine)), 0) << "gratuitous, for its own";
	EXPECT_EQ(refused(one, from_a().arp(1, kA, kNone4, kMine)), 0) << "a probe";
	EXPECT_EQ(refused(one, from_a().arp(2, kA, kTheirs, kMine)), kAddress);
	EXPECT_EQ(refused(one, from_a().arp(1, kA, kTheirs, kTheirs)), kAddress);
	EXPECT_EQ(refused(one, from_a().arp(2, kB, kMine, kTheirs)), kHidden) << "another hardware address";
	EXPECT_EQ(refused(one, from_a().arp(2, kA, kNone4, kTheirs)), kHidden);
	EXPECT_EQ(refused(one, from_a().arp(3, kA, kMine, kTheirs)), kHidden) << "reverse ARP";
	EXPECT_EQ(refused(one, from_a().arp(1, kA, kMine, kTheirs).set(19, 16)), kHidden) << "odd lengths";
}

// BR-15
TEST_F(LockTest, Ipv6SourceIsItsOwn)
{
	EXPECT_EQ(refused(one, from_a().ipv6(kMine6, kTheirs6, 6).zeros(20)), 0);
	EXPECT_EQ(refused(one, from_a().ipv6(kTheirs6, kMine6, 6).zeros(20)), kAddress);
	EXPECT_EQ(refused(one, from_a().ipv6(ip6(0x20010db8, 3), kMine6, 6).zeros(20)), kAddress);
	EXPECT_EQ(refused(one, from_a().ipv6(kNone6, kMine6, 6).zeros(20)), kHidden);
	EXPECT_EQ(refused(one, from_a().ipv6(kNodes6, kMine6, 6).zeros(20)), kHidden);
	// 00:16:3e:00:00:0a makes fe80::216:3eff:fe00:a
	const Ip6 own = ip6(0xfe800000, 0x02163efffe00000a), other = ip6(0xfe800000, 0x02163efffe00000b);
	EXPECT_EQ(refused(one, from_a().ipv6(own, kNodes6, 6).zeros(20)), 0);
	EXPECT_EQ(refused(one, from_a().ipv6(other, kNodes6, 6).zeros(20)), kAddress);
}

// Who has neigh_suppress is not asked for what a locked port has, and that port always is.
// BR-34
TEST_F(LockTest, WhoHasALockedAddressIsAskedItself)
{
	Port *four = add();
	const auto asked = [&](const PacketBytes &packet, Port *from) {
		const auto length = static_cast<u16>(packet.bytes.size());
		const std::unique_ptr<u8[]> exact(new u8[length]);
		memcpy(exact.get(), packet.bytes.data(), length);
		Port *ports[8];
		u32 cursor = 0;
		const u32 n = made->flood_ports(*from, {exact.get(), length, length, 0}, 0, ports, 8, cursor);
		return std::vector<Port *>(ports, ports + n);
	};
	using Are = std::vector<Port *>;
	const auto arp = [](u32 operation, Ip4 from, Ip4 to) {
		return from_a().arp(operation, kA, from, to);
	};
	const Ip4 mine_too{10, 0, 0, 9};
	EXPECT_EQ(asked(arp(1, mine_too, kMine), four), (Are{one, two, three})) << "nobody has said so";
	made->set_policy(*three, BRLITE_NEIGH_SUPPRESS);
	made->set_policy(*one, BRLITE_ADDRESS_LOCKED | BRLITE_NEIGH_SUPPRESS);
	EXPECT_EQ(asked(arp(1, mine_too, kMine), four), (Are{one, two}));
	EXPECT_EQ(asked(arp(1, kNone4, kMine), four), (Are{one, two})) << "a probe: who has it answers";
	EXPECT_EQ(asked(arp(1, mine_too, kTheirs), four), (Are{one, two, three})) << "nobody's here";
	EXPECT_EQ(asked(arp(1, kMine, kMine), one), (Are{two, three, four})) << "announces";
	EXPECT_EQ(asked(arp(2, kMine, kMine), one), (Are{two, three, four}));
	PacketBytes tagged = PacketBytes(kMacBroadcast, kA).tag(0x8100, 10).arp(1, kA, mine_too, kMine);
	EXPECT_EQ(asked(tagged, four), (Are{one, two}));
	tagged.bytes.pop_back();
	EXPECT_EQ(asked(tagged, four), (Are{one, two, three})) << "cut short: no question";

	const auto solicit = [](Ip6 target, u8 hops) {
		return from_a().ipv6(ip6(0xfe800000, 1), kNodes6, 58).set(21, hops).icmpv6(135, target);
	};
	EXPECT_EQ(asked(solicit(kMine6, 255), four), (Are{one, two}));
	EXPECT_EQ(asked(solicit(kTheirs6, 255), four), (Are{two})) << "one has the word, too";
	EXPECT_EQ(asked(solicit(kMine6, 64), four), (Are{one, two, three})) << "nobody would believe it";
	EXPECT_EQ(asked(solicit(ip6(0x20010db8, 3), 255), four), (Are{one, two, three}));
	made->set_claims(nullptr);
	EXPECT_EQ(asked(arp(1, mine_too, kMine), four), (Are{one, two, three}));
}

// BR-14
TEST_F(LockTest, NeighbourDiscoverySpeaksForItself)
{
	const auto advert = [](Ip6 target, u64 mac) {
		return from_a().ipv6(kMine6, kNodes6, 58).icmpv6(136, target).option(2, mac);
	};
	EXPECT_EQ(refused(one, advert(kMine6, kA)), 0);
	EXPECT_EQ(refused(one, advert(kTheirs6, kA)), kAddress);
	EXPECT_EQ(refused(one, advert(ip6(0x20010db8, 9), kA)), kAddress);
	EXPECT_EQ(refused(one, advert(kMine6, kB)), kHidden) << "another hardware address";
	const auto ask = [](Ip6 from, Ip6 target) {
		return from_a().ipv6(from, kNodes6, 58).icmpv6(135, target);
	};
	EXPECT_EQ(refused(one, ask(kMine6, kTheirs6).option(1, kA)), 0) << "it may ask for anyone";
	EXPECT_EQ(refused(one, ask(kNone6, kMine6)), 0) << "duplicate address detection";
	EXPECT_EQ(refused(one, ask(kNone6, kTheirs6)), kAddress);
	EXPECT_EQ(refused(one, ask(kMine6, kTheirs6).option(1, kB)), kHidden);
	EXPECT_EQ(refused(one, from_a().ipv6(kMine6, kNodes6, 58).icmpv6(128, kNone6)), 0) << "ping";
	EXPECT_EQ(refused(one, from_a().ipv6(kNone6, kNodes6, 58).icmpv6(128, kNone6)), kHidden);
}

// BR-14
TEST_F(LockTest, RoutersAreRefusedHoweverDeepTheyHide)
{
	for (u8 type : {u8{134}, u8{137}}) {
		EXPECT_EQ(refused(one, from_a().ipv6(kMine6, kNodes6, 58).icmpv6(type, kNone6)), kServer);
		for (u8 extension : {0, 43, 60, 135})
			EXPECT_EQ(refused(one, from_a().ipv6(kMine6, kNodes6, extension)
						       .extension(60)
						       .extension(58, 2)
						       .icmpv6(type, kNone6)),
				  kServer)
				<< +extension;
		EXPECT_EQ(
			refused(one, from_a().ipv6(kMine6, kNodes6, 44).fragment(58, 1).icmpv6(type, kNone6)),
			kHidden)
			<< "in a first fragment";
		EXPECT_EQ(refused(one, from_a().ipv6(kMine6, kNodes6, 44).fragment(60, 1).extension(58, 8)),
			  kHidden)
			<< "whose first fragment does not reach to it";
	}
	PacketBytes deep = from_a().ipv6(kMine6, kNodes6, 60);
	for (int i = 0; i < 12; i++)
		deep.extension(60);
	EXPECT_EQ(refused(one, deep.extension(58).icmpv6(134, kNone6)), kHidden);
	EXPECT_EQ(refused(three, from_a().ipv6(ip6(0x20010db8, 7), kNodes6, 58).icmpv6(134, kNone6)), 0)
		<< "elsewhere it may live";
}

// BR-11
TEST_F(LockTest, WhatHidesIsSeenOrRefused)
{
	const auto forged = [](PacketBytes start) { return start.arp(2, kA, kTheirs, kMine); };
	const auto honest = [](PacketBytes start) { return start.arp(2, kA, kMine, kTheirs); };
	EXPECT_EQ(refused(one, forged(from_a().tag(0x8100, 0))), kAddress);
	EXPECT_EQ(refused(one, honest(from_a().tag(0x8100, 0))), 0);
	EXPECT_EQ(refused(one, forged(from_a().tag(0x8100, 0).tag(0x8100, 0))), kAddress);
	EXPECT_EQ(refused(one, forged(from_a().tag(0x88a8, 5).tag(0x8100, 0))), kAddress);
	EXPECT_EQ(refused(one, honest(from_a().tag(0x8100, 0).tag(0x8100, 0).tag(0x8100, 0))), kHidden);
	EXPECT_EQ(refused(one, forged(from_a().snap(36))), kHidden);
	EXPECT_EQ(refused(one, honest(from_a().snap(36))), kHidden);
	EXPECT_EQ(refused(one, honest(from_a().snap(0))), kHidden);
	EXPECT_EQ(refused(one, from_a().type(0x0800).zeros(46)), kHidden);
	EXPECT_EQ(refused(one, from_a().type(0x88b5).zeros(46)), kHidden) << "no protocol of IP's";
	EXPECT_EQ(refused(one, from_a().ipv4(kMine, kTheirs, 17)), kHidden) << "no room for ports";
	EXPECT_EQ(refused(one, from_a().ipv4(kMine, kTheirs, 17).udp(1, 2).set(14, 0x44)), kHidden);
	EXPECT_EQ(refused(one, from_a().ipv4(kMine, kTheirs, 17).udp(1, 2).set(14, 0x65)), kHidden);
}

// BR-16: another guest cannot be taken for who has the address, nor can it send in its name; and that holds
// behind a SNAP header, too
TEST_F(LockTest, ClaimedAddressesAreNobodyElsesSource)
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
TEST_F(LockTest, ARouterSendsOnWhatALockedPortSent)
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
TEST_F(LockTest, AGuestMayRouteIntoAnotherVlan)
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
TEST_F(LockTest, NobodyAnnouncesAClaimedAddressInDisguise)
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

TEST_F(LockTest, TakenBackItIsGone)
{
	made->set_policy(*one, 0);
	made->set_policy(*two, 0);
	made->set_claims(nullptr);
	EXPECT_EQ(refused(one, from_a().ipv4(kTheirs, kMine, 6).zeros(20)), 0);
	EXPECT_EQ(one->policy | two->policy | three->policy, 0u);
}

// BR-18: each kind of packet cut short at each length, in a buffer of exactly that length
TEST_F(LockTest, CutShortIsNeverReadBeyond)
{
	for (const PacketBytes &whole :
	     {dhcp(kNone4, kEverybody, 68, 67), from_a().arp(2, kA, kMine, kTheirs),
	      from_a().tag(0x8100, 0).tag(0x88a8, 0).arp(2, kA, kMine, kTheirs),
	      from_a().snap(60).ipv4(kMine, kTheirs, 17).udp(1, 2),
	      from_a().ipv6(kMine6, kNodes6, 0)
		      .extension(60)
		      .extension(58, 3)
		      .icmpv6(136, kMine6)
		      .option(2, kA),
	      from_a().ipv6(kMine6, kNodes6, 44).fragment(17, 1).udp(1, 2)})
		for (size_t length = 14; length < whole.bytes.size(); length++) {
			PacketBytes cut = whole;
			cut.bytes.resize(length);
			(void)refused(three, cut);
			const u8 reason = refused(one, cut);
			EXPECT_TRUE(reason == kHidden || reason == kServer || reason == 0) << length;
		}
	PacketBytes arp = from_a().arp(2, kA, kMine, kTheirs);
	arp.bytes.pop_back();
	EXPECT_EQ(refused(one, arp), kHidden);
}

TEST_F(LockTest, ManyAddressesEachHasItsOwner)
{
	std::vector<std::pair<Port *, Ip4>> all;
	for (int i = 0; i < 1000; i++)
		all.push_back({i % 2 ? one : two, {10, 1, static_cast<u8>(i >> 8), static_cast<u8>(i)}});
	claim(all, {});
	for (auto &[port, address] : all) {
		EXPECT_EQ(refused(port, from_a().ipv4(address, kMine, 6).zeros(20)), 0);
		EXPECT_EQ(refused(port == one ? two : one, from_a().ipv4(address, kMine, 6).zeros(20)),
			  kAddress);
	}
}
} // namespace
