// SPDX-License-Identifier: GPL-2.0-only
// A port locked to IP addresses: what it may send, and what nobody else may.
#include "lock_fixture.hpp"

namespace
{
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
