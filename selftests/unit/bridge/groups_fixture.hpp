// SPDX-License-Identifier: GPL-2.0-only
// A switch that tells members of groups apart, and what tests of that ask of it.
#pragma once
#include "group_frames.hpp"
#include "switch_fixture.hpp"
#include "core/group_query.hpp"
#include <set>

using namespace ringway::test;

namespace
{
using Index = std::set<u32>;
const IpAddress kG = ip4(239, 1, 2, 3), kOther = ip4(239, 4, 5, 6), kG6 = ip6(5, 0x01020304);
const IpAddress kAll = ip4(0, 0, 0, 0), kRouter = ip4(10, 0, 0, 9);
constexpr u64 kC = mac_of(0x00, 0x16, 0x3e, 0, 0, 0x0c);

class GroupsTest : public SwitchTest
{
	static inline const u64 seed_[2] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9};

protected:
	std::unique_ptr<brlite_groups> groups = std::make_unique<brlite_groups>();

	void SetUp() override
	{
		SwitchTest::SetUp();
		groups->init(seed_);
		EXPECT_EQ(made->set_groups(groups.get()), nullptr);
		groups->set_host({});
	}
	static Frame frame_of(const FrameBytes &bytes)
	{
		return {bytes.data(), static_cast<u32>(bytes.size()), static_cast<u16>(bytes.size()), 0};
	}
	Verdict send(Port *in, const FrameBytes &bytes)
	{
		const Frame frame = frame_of(bytes);
		Verdict verdict;
		made->classify(*in, &frame, &verdict, 1);
		return verdict;
	}
	// Which ports a frame gets to; this host's is 0.
	Index gets(Port *in, const FrameBytes &bytes)
	{
		const Frame frame = frame_of(bytes);
		const Verdict verdict = send(in, bytes);
		Index all;
		if (verdict.action != BRLITE_FLOOD)
			return all;
		if (verdict.flags & BRLITE_AND_LOCAL)
			all.insert(0);
		Port *some[2];
		u32 cursor = 0;
		while (const u32 n = made->flood_ports(*in, frame, verdict.list, some, 2, cursor))
			for (u32 i = 0; i < n; i++)
				EXPECT_TRUE(all.insert(some[i]->index).second);
		return all;
	}
	static FrameBytes data(const IpAddress &group, u64 from = kB, u16 vlan = 0)
	{
		FrameBytes f = ethernet(group_mac(group), from, is_ipv4(group) ? 0x0800 : 0x86dd, vlan);
		f.resize(60, 17);
		return f;
	}
	// A router behind `port` asks, and everybody has had time to answer.
	void ask(Port *port, const IpAddress &source = kRouter, bool ipv6 = false)
	{
		EXPECT_EQ(send(port, ipv6 ? mld1(130, {}, kC, 10000) : igmp_query(kC, source, kAll)).action,
			  BRLITE_FLOOD);
		Hosted::seconds += 12;
	}
	void pass(u32 seconds)
	{
		Hosted::seconds += seconds;
		groups->age(Hosted::seconds);
	}
	u32 members() const
	{
		u32 position = 0, n = 0;
		while (groups->next_member(position))
			n++;
		return n;
	}
};
} // namespace
