// SPDX-License-Identifier: GPL-2.0-only
// The rules of ports: what passes a list of them, in either direction, and what nothing passes.
#include "packet_bytes.hpp"
#include "switch_fixture.hpp"

namespace
{
const Ip4 kWeb{10, 1, 0, 1}, kPeer{10, 1, 0, 2}, kFar{10, 2, 0, 3};
const Ip6 kWeb6 = ip6(0x20010db8, 1), kPeer6 = ip6(0x20010db8, 2), kFar6 = ip6(0x20010db9, 2);
constexpr u8 kTcp = 6, kUdp = 17, kIcmp = 1;
constexpr u64 kOther = mac_of(0x00, 0x16, 0x3e, 0, 0, 0x0c);
constexpr bool kAccept = true, kDrop = false;

// A rule as rtnetlink gives it.
struct Given : brlite_rule {
	Given(bool accept) : brlite_rule{} { action = accept ? BRLITE_RULE_ACCEPT : BRLITE_RULE_DROP; }
	Given &want(u8 bit)
	{
		match = static_cast<u8>(match | bit);
		return *this;
	}
	Given &is(u8 what) { return kind = what, want(BRLITE_MATCH_KIND); }
	Given &proto(u8 number) { return protocol = number, want(BRLITE_MATCH_PROTOCOL); }
	Given &news() { return want(BRLITE_MATCH_NEW); }
	template <typename Address>
	Given &source(const Address &a, u8 bits)
	{
		std::copy(a.begin(), a.end(), from);
		from_bits = bits;
		return is(sizeof a == 4 ? BRLITE_KIND_IPV4 : BRLITE_KIND_IPV6).want(BRLITE_MATCH_FROM);
	}
	template <typename Address>
	Given &target(const Address &a, u8 bits)
	{
		std::copy(a.begin(), a.end(), to);
		to_bits = bits;
		return is(sizeof a == 4 ? BRLITE_KIND_IPV4 : BRLITE_KIND_IPV6).want(BRLITE_MATCH_TO);
	}
	Given &sport(u16 first, u16 last)
	{
		return from_ports[0] = first, from_ports[1] = last, want(BRLITE_MATCH_FROM_PORTS);
	}
	Given &dport(u16 first, u16 last)
	{
		return to_ports[0] = first, to_ports[1] = last, want(BRLITE_MATCH_TO_PORTS);
	}
};

struct Table {
	brlite_rule_hits hits{};
	brlite_rule_list list;

	Table(bool accept_rest, const std::vector<Given> &rules) : list(accept_rest, &hits)
	{
		for (const Given &rule : rules) {
			EXPECT_TRUE(is_possible(rule));
			add_rule(list, rule);
		}
	}
};

PacketBytes from_a(u64 to = kB)
{
	return PacketBytes(to, kA);
}
PacketBytes tcp(PacketBytes packet, u32 from, u32 to, int flags)
{
	return packet.be16(from).be16(to).zeros(8).add({0x50, flags}).zeros(6);
}
PacketBytes tcp4(u32 to, int flags = 0x10)
{
	return tcp(from_a().ipv4(kWeb, kPeer, kTcp), 40000, to, flags);
}
PacketBytes udp4(u32 from, u32 to)
{
	return from_a().ipv4(kWeb, kPeer, kUdp).udp(from, to);
}

class RulesTest : public SwitchTest
{
	std::vector<std::unique_ptr<Table>> tables_;

protected:
	void SetUp() override
	{
		SwitchTest::SetUp();
		judge(one, {kMacBroadcast, kA});
		judge(two, {kMacBroadcast, kB});
	}
	Table &rules(Port *port, brlite_direction way, bool accept_rest, std::vector<Given> list)
	{
		tables_.push_back(std::make_unique<Table>(accept_rest, list));
		port->rules[way] = &tables_.back()->list;
		const u32 bit = way == BRLITE_FROM_GUEST ? BRLITE_RULES_FROM : BRLITE_RULES_TO;
		made->set_policy(*port, (port->policy & ~BRLITE_SHARED_POLICY) | bit);
		return *tables_.back();
	}
	// The frame's buffer is exactly as long as what is staged: ASan sees a read behind it.
	Verdict outcome(Port *in, const PacketBytes &packet, size_t staged = ~size_t{0})
	{
		const size_t n = std::min(packet.bytes.size(), staged);
		const std::unique_ptr<u8[]> exact(new u8[n]);
		memcpy(exact.get(), packet.bytes.data(), n);
		const Frame frame{exact.get(), static_cast<u32>(packet.bytes.size()), static_cast<u16>(n), 0};
		Verdict verdict;
		made->classify(*in, &frame, &verdict, 1);
		return verdict;
	}
	bool passes(const PacketBytes &packet, size_t staged = ~size_t{0})
	{
		const Verdict verdict = outcome(one, packet, staged);
		if (verdict.action == BRLITE_DROP)
			EXPECT_EQ(verdict.reason, BRLITE_DROP_RULE);
		return verdict.action != BRLITE_DROP;
	}
	std::vector<Port *> flooded_to(Port *in, const PacketBytes &packet)
	{
		std::vector<Port *> all;
		Port *some[2];
		u32 cursor = 0;
		const Frame frame{packet.bytes.data(), 60, static_cast<u16>(packet.bytes.size()), 0};
		while (const u32 n = made->flood_ports(*in, frame, 0, some, 2, cursor))
			all.insert(all.end(), some, some + n);
		return all;
	}
};

// BR-28
TEST_F(RulesTest, FirstMatchDecidesThenTheRest)
{
	Table &table = rules(one, BRLITE_FROM_GUEST, kDrop,
			     {Given(kDrop).proto(kTcp).dport(25, 25), Given(kAccept).proto(kTcp),
			      Given(kDrop).proto(kTcp), Given(kAccept).is(BRLITE_KIND_ARP)});
	EXPECT_FALSE(passes(tcp4(25)));
	EXPECT_TRUE(passes(tcp4(26)));
	EXPECT_TRUE(passes(tcp4(24)));
	EXPECT_FALSE(passes(udp4(1, 2)));
	EXPECT_TRUE(passes(from_a().arp(1, kA, kWeb, kPeer)));
	EXPECT_EQ(table.hits.n[0], 1u);
	EXPECT_EQ(table.hits.n[1], 2u);
	EXPECT_EQ(table.hits.n[2], 0u);
	EXPECT_EQ(table.hits.n[3], 1u);
	EXPECT_EQ(table.hits.n[RuleList::kDefault], 1u);
	EXPECT_EQ(counted(one, BRLITE_DROP_RULE), 2u);
}

TEST_F(RulesTest, AcceptedFramesGoDirectly)
{
	rules(one, BRLITE_FROM_GUEST, kDrop, {Given(kAccept).proto(kUdp)});
	rules(two, BRLITE_TO_GUEST, kDrop, {Given(kAccept).proto(kUdp)});
	two->owner = two;
	const Verdict verdict = outcome(one, udp4(1, 2));
	EXPECT_EQ(verdict.action, BRLITE_PORT);
	EXPECT_EQ(verdict.port, two);
	EXPECT_EQ(verdict.owner, two);
	EXPECT_EQ(verdict.flags, 0);
}

TEST_F(RulesTest, EachFieldIsCompared)
{
	const auto only = [&](const Given &rule) { rules(one, BRLITE_FROM_GUEST, kDrop, {rule}); };
	const PacketBytes v4 = udp4(1000, 2000);
	const PacketBytes v6 = from_a().ipv6(kWeb6, kPeer6, kUdp).udp(1000, 2000);
	only(Given(kAccept).is(BRLITE_KIND_IPV4));
	EXPECT_TRUE(passes(v4));
	EXPECT_FALSE(passes(v6));
	EXPECT_FALSE(passes(from_a().arp(1, kA, kWeb, kPeer)));
	only(Given(kAccept).is(BRLITE_KIND_IPV6));
	EXPECT_FALSE(passes(v4));
	EXPECT_TRUE(passes(v6));
	only(Given(kAccept).is(BRLITE_KIND_OTHER));
	EXPECT_FALSE(passes(v4));
	EXPECT_TRUE(passes(from_a().type(0x8847).zeros(40)));
	only(Given(kAccept).proto(kUdp));
	EXPECT_TRUE(passes(v4));
	EXPECT_TRUE(passes(v6)) << "of either version";
	EXPECT_FALSE(passes(tcp4(2000)));
	only(Given(kAccept).proto(0));
	EXPECT_FALSE(passes(from_a().arp(1, kA, kWeb, kPeer))) << "no protocol is not protocol 0";
	EXPECT_TRUE(passes(from_a().ipv4(kWeb, kPeer, 0)));
	for (const auto &[bits, fits] :
	     {std::pair{u8{24}, false}, {u8{14}, true}, {u8{15}, true}, {u8{0}, true}}) {
		only(Given(kAccept).target(Ip4{10, 1, 255, 9}, bits));
		EXPECT_EQ(passes(v4), fits) << int{bits};
		EXPECT_FALSE(passes(v6));
	}
	only(Given(kAccept).source(kPeer, 31));
	EXPECT_FALSE(passes(v4)) << ".1 is not below .2/31";
	only(Given(kAccept).source(kPeer6, 126));
	EXPECT_TRUE(passes(v6));
	only(Given(kAccept).source(kFar6, 31));
	EXPECT_TRUE(passes(v6));
	only(Given(kAccept).source(kFar6, 32));
	EXPECT_FALSE(passes(v6));
	only(Given(kAccept).source(kWeb6, 128).target(kPeer6, 128));
	EXPECT_TRUE(passes(v6));
	only(Given(kAccept).target(kWeb6, 128));
	EXPECT_FALSE(passes(v6));
}

TEST_F(RulesTest, PortRangesHaveBothEnds)
{
	rules(one, BRLITE_FROM_GUEST, kDrop,
	      {Given(kAccept).proto(kUdp).sport(100, 200).dport(300, 300),
	       Given(kAccept).dport(65000, 65535)});
	for (const auto &[from, to, fits] : {std::tuple{99, 300, false},
					     {100, 300, true},
					     {200, 300, true},
					     {201, 300, false},
					     {150, 299, false},
					     {150, 301, false},
					     {1, 64999, false},
					     {1, 65000, true},
					     {1, 65535, true},
					     {1, 0, false}})
		EXPECT_EQ(passes(udp4(static_cast<u32>(from), static_cast<u32>(to))), fits)
			<< from << " " << to;
	EXPECT_TRUE(passes(tcp4(65000))) << "ports alone mean TCP as well";
	EXPECT_FALSE(passes(from_a().ipv4(kWeb, kPeer, kIcmp).udp(1, 65000)));
	EXPECT_FALSE(passes(from_a().arp(1, kA, kWeb, kPeer)));
}

TEST_F(RulesTest, NewIsSynWithoutAck)
{
	rules(one, BRLITE_FROM_GUEST, kAccept, {Given(kDrop).proto(kTcp).news()});
	EXPECT_FALSE(passes(tcp4(80, 0x02)));
	EXPECT_FALSE(passes(tcp4(80, 0xc2))) << "with ECN";
	EXPECT_FALSE(passes(tcp4(80, 0x03))) << "and whatever else";
	EXPECT_TRUE(passes(tcp4(80, 0x12)));
	EXPECT_TRUE(passes(tcp4(80, 0x10)));
	EXPECT_TRUE(passes(tcp4(80, 0x04)));
}

// A later fragment has no ports; what could change a first one is refused.
TEST_F(RulesTest, Fragments)
{
	rules(one, BRLITE_FROM_GUEST, kDrop,
	      {Given(kAccept).proto(kUdp).dport(53, 53), Given(kAccept).proto(kTcp).target(kPeer, 32)});
	const auto fragment = [](PacketBytes packet, u32 offset, bool more) {
		return packet.set(20, static_cast<u8>((more ? 0x20 : 0) | offset >> 8))
			.set(21, offset & 0xff);
	};
	EXPECT_TRUE(passes(fragment(udp4(1, 53), 0, true)));
	EXPECT_FALSE(passes(fragment(udp4(1, 53), 1, true))) << "a rule with ports does not match it";
	EXPECT_FALSE(passes(fragment(udp4(1, 53), 185, false)));
	EXPECT_TRUE(passes(fragment(tcp4(80), 0, true)));
	EXPECT_TRUE(passes(fragment(tcp4(80), 2, false))) << "one without does";
	EXPECT_FALSE(passes(fragment(tcp4(80), 1, false))) << "it would write over the flags";
	const auto cut = [&](size_t bytes) {
		PacketBytes packet = fragment(tcp4(80), 0, true);
		packet.bytes.resize(14 + 20 + bytes);
		return packet;
	};
	EXPECT_FALSE(passes(cut(8))) << "a tiny first one";
	EXPECT_FALSE(passes(cut(19)));
	EXPECT_TRUE(passes(cut(20)));
}

// BR-11
TEST_F(RulesTest, WhatIsHiddenPassesNoRules)
{
	Table &table = rules(one, BRLITE_FROM_GUEST, kAccept, {Given(kAccept).is(BRLITE_KIND_OTHER)});
	const PacketBytes fine = udp4(1, 2);
	EXPECT_TRUE(passes(fine));
	std::vector<PacketBytes> hidden;
	hidden.push_back(PacketBytes(fine).set(14, 0x55));          // not version 4
	hidden.push_back(PacketBytes(fine).set(14, 0x44));          // a header of 16 bytes
	hidden.push_back(PacketBytes(fine).set(14, 0x4f));          // options that lie beyond
	hidden.push_back(PacketBytes(fine).set(16, 0).set(17, 19)); // shorter than its header
	hidden.push_back(PacketBytes(fine).set(16, 0).set(17, 27)); // than its UDP header
	hidden.push_back(from_a().snap(60).type(0x0800).zeros(40));
	hidden.push_back(from_a().be16(60).add({0x42, 0x42, 3}).zeros(40));
	hidden.push_back(
		from_a().tag(0x8100, 1).tag(0x8100, 2).tag(0x8100, 3).ipv4(kWeb, kPeer, kUdp).udp(1, 2));
	hidden.push_back(from_a().tag(0x8100, 1)); // the tag's type is not there
	hidden.push_back(from_a().ipv6(kWeb6, kPeer6, kUdp).set(14, 0x40).udp(1, 2));
	hidden.push_back(from_a().ipv6(kWeb6, kPeer6, 60)); // an extension that is not there
	hidden.push_back(from_a().ipv6(kWeb6, kPeer6, 0).add({17, 9}).zeros(62)); // and one that is cut short
	hidden.push_back(from_a().ipv6(kWeb6, kPeer6, 44).fragment(60, 1).extension(kUdp).udp(1, 2));
	hidden.push_back(from_a().ipv6(kWeb6, kPeer6, 44).fragment(44, 0).fragment(kUdp, 0).udp(1, 2));
	hidden.push_back(from_a().ipv6(kWeb6, kPeer6, 44).fragment(60, 0x100).zeros(100));
	hidden.push_back(tcp(from_a().ipv6(kWeb6, kPeer6, 44).fragment(kTcp, 8), 1, 2, 0)); // offset 1
	PacketBytes deep = from_a().ipv6(kWeb6, kPeer6, 60);
	for (int i = 0; i < 8; i++)
		deep.extension(60);
	hidden.push_back(deep.extension(kUdp).udp(1, 2));
	for (size_t i = 0; i < hidden.size(); i++)
		EXPECT_FALSE(passes(hidden[i])) << i;
	EXPECT_EQ(table.hits.n[RuleList::kHidden], hidden.size());
	for (size_t staged = 14; staged < fine.bytes.size(); staged++)
		EXPECT_FALSE(passes(fine, staged)) << staged;
}

TEST_F(RulesTest, WhatLiesInFrontIsSeenThrough)
{
	rules(one, BRLITE_FROM_GUEST, kDrop, {Given(kAccept).proto(kUdp).dport(53, 53)});
	EXPECT_TRUE(passes(from_a().tag(0x8100, 5).tag(0x88a8, 6).ipv4(kWeb, kPeer, kUdp).udp(1, 53)));
	EXPECT_TRUE(passes(
		from_a().ipv6(kWeb6, kPeer6, 0).extension(43, 3).extension(60).extension(kUdp).udp(1, 53)));
	EXPECT_FALSE(passes(from_a().ipv6(kWeb6, kPeer6, 0).extension(kUdp).udp(1, 54)));
	EXPECT_TRUE(passes(from_a().ipv6(kWeb6, kPeer6, 44).fragment(kUdp, 1).udp(1, 53)));
	EXPECT_FALSE(passes(from_a().ipv6(kWeb6, kPeer6, 44).fragment(kUdp, 9).udp(1, 53))) << "a later one";
	PacketBytes options = from_a().ipv4(kWeb, kPeer, kUdp);
	EXPECT_TRUE(passes(options.set(14, 0x46).add({1, 1, 1, 0}).udp(1, 53)));
	PacketBytes deep = from_a().ipv6(kWeb6, kPeer6, 60);
	for (int i = 0; i < 7; i++)
		deep.extension(60);
	EXPECT_TRUE(passes(deep.extension(kUdp).udp(1, 53))) << "eight are not too many";
	EXPECT_FALSE(passes(from_a().ipv6(kWeb6, kPeer6, 51).extension(kUdp).udp(1, 53)))
		<< "AH is a protocol";
}

TEST_F(RulesTest, ToGuestHoldsForAllWhoSendThere)
{
	Table &table = rules(two, BRLITE_TO_GUEST, kDrop, {Given(kAccept).proto(kUdp).dport(53, 53)});
	EXPECT_TRUE(passes(udp4(1, 53)));
	EXPECT_FALSE(passes(udp4(1, 54)));
	EXPECT_EQ(counted(one, BRLITE_DROP_RULE), 1u);
	PacketBytes own = PacketBytes(kB, kHost).ipv4(kWeb, kPeer, kUdp).udp(1, 54);
	EXPECT_EQ(outcome(local, own).reason, BRLITE_DROP_RULE) << "this host included";
	EXPECT_EQ(outcome(two, PacketBytes(kA, kB).ipv4(kPeer, kWeb, kUdp).udp(54, 1)).port, one)
		<< "what it sends is another matter";
	EXPECT_EQ(outcome(one, PacketBytes(kHost, kA).ipv4(kWeb, kPeer, kUdp).udp(1, 54)).action,
		  BRLITE_LOCAL);
	EXPECT_EQ(table.hits.n[0], 1u);
	EXPECT_EQ(table.hits.n[RuleList::kDefault], 2u);
}

TEST_F(RulesTest, FromGuestHoldsForAllDestinations)
{
	rules(one, BRLITE_FROM_GUEST, kDrop, {});
	for (u64 to : {kB, kHost, kMacBroadcast, mac_of(0x33, 0x33, 0, 0, 0, 1), mac_of(0, 1, 2, 3, 4, 5)}) {
		const PacketBytes packet = PacketBytes(to, kA).ipv4(kWeb, kPeer, kUdp).udp(1, 2);
		EXPECT_EQ(outcome(one, packet).reason, BRLITE_DROP_RULE);
		EXPECT_EQ(outcome(three, PacketBytes(to, kOther).ipv4(kFar, kPeer, kUdp).udp(1, 2)).reason <=
				  BRLITE_TO_LOCAL,
			  true);
	}
	EXPECT_EQ(two->policy, 0u) << "nobody else is asked";
}

TEST_F(RulesTest, FloodsLeaveOutWhomRulesKeepThemFrom)
{
	rules(two, BRLITE_TO_GUEST, kDrop, {Given(kAccept).is(BRLITE_KIND_ARP)});
	const PacketBytes arp = from_a(kMacBroadcast).arp(1, kA, kWeb, kPeer);
	const PacketBytes dhcp = from_a(kMacBroadcast).ipv4(kWeb, kPeer, kUdp).udp(68, 67);
	EXPECT_EQ(outcome(one, arp).flags, BRLITE_AND_LOCAL | BRLITE_VIA_SKB)
		<< "frames of a batch have different ports";
	EXPECT_EQ(flooded_to(one, arp), (std::vector<Port *>{two, three}));
	EXPECT_EQ(flooded_to(one, dhcp), (std::vector<Port *>{three}));
	EXPECT_EQ(counted(two, BRLITE_DROP_RULE), 1u);
	made->set_policy(*two, 0);
	EXPECT_EQ(outcome(one, arp).flags, BRLITE_AND_LOCAL);
	EXPECT_EQ(one->policy, 0u) << "nothing is left of it anywhere";
}

TEST_F(RulesTest, PolicyWithoutAListIsOpen)
{
	made->set_policy(*one, BRLITE_RULES_FROM | BRLITE_RULES_TO);
	EXPECT_TRUE(passes(udp4(1, 2)));
}

TEST(Rules, ImpossibleOnesAreRefused)
{
	EXPECT_TRUE(is_possible(Given(kAccept)));
	EXPECT_TRUE(is_possible(Given(kAccept).target(kWeb, 32)));
	EXPECT_FALSE(is_possible(Given(kAccept).target(kWeb, 33)));
	EXPECT_TRUE(is_possible(Given(kAccept).source(kWeb6, 128)));
	EXPECT_FALSE(is_possible(Given(kAccept).source(kWeb6, 129)));
	EXPECT_FALSE(is_possible(Given(kAccept).want(BRLITE_MATCH_FROM))) << "of which version?";
	EXPECT_FALSE(is_possible(Given(kAccept).target(kWeb, 32).is(BRLITE_KIND_ARP)));
	EXPECT_FALSE(is_possible(Given(kAccept).is(BRLITE_KIND_ARP).proto(kTcp)));
	EXPECT_FALSE(is_possible(Given(kAccept).is(4)));
	EXPECT_FALSE(is_possible(Given(kAccept).want(0x80)));
	EXPECT_FALSE(is_possible(Given(kAccept).proto(kIcmp).dport(1, 2)));
	EXPECT_FALSE(is_possible(Given(kAccept).dport(2, 1)));
	EXPECT_FALSE(is_possible(Given(kAccept).news()));
	EXPECT_FALSE(is_possible(Given(kAccept).proto(kUdp).news()));
	Given odd(kAccept);
	odd.action = 2;
	EXPECT_FALSE(is_possible(odd));
}

TEST_F(RulesTest, AsManyAsThereCanBe)
{
	std::vector<Given> all;
	for (u16 i = 0; i < BRLITE_RULES_MAX; i++)
		all.push_back(Given(i % 2 == 0).proto(kUdp).dport(i, i));
	Table &table = rules(one, BRLITE_FROM_GUEST, kAccept, all);
	for (u32 i = 0; i < BRLITE_RULES_MAX; i++) {
		EXPECT_EQ(passes(udp4(1, i)), i % 2 == 0) << i;
		EXPECT_EQ(table.hits.n[i], 1u);
	}
	EXPECT_TRUE(passes(udp4(1, BRLITE_RULES_MAX)));
}
} // namespace
