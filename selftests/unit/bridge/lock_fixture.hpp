// SPDX-License-Identifier: GPL-2.0-only
// A switch with ports that are locked to IP addresses.
#pragma once
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
} // namespace
