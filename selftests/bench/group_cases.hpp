// SPDX-License-Identifier: GPL-2.0-only
// The switch while it tells members of multicast groups apart.
#pragma once
#include "core/group_address.hpp"
#include "switch_cases.hpp"

namespace ringway::bench
{
// A bridge that tells members of groups apart, to the one that has the group or to a station.
inline u32 bench_groups(bool to_group)
{
	World world(2, 10);
	const u64 seed[2] = {kSeed.mask, kSeed.factor};
	const u8 address[4] = {239, 1, 2, 3};
	const IpAddress group = load_ipv4(address);
	const auto groups = std::make_unique<brlite_groups>();
	groups->init(seed);
	groups->set_querier(true, Still::now() - 1000); // long enough for all answers
	(void)groups->set_member(group, 0, 2, true, false, Still::now());
	(void)world.made->set_groups(groups.get());
	for (u32 i = 0; i < kPackets; i++) {
		world.fill(i, to_group ? group_mac(group) : World::mac(1), World::mac(0));
		world.put_udp_header(i);
		__builtin_memcpy(world.head[i] + 30, address, sizeof address);
	}
	for (u32 round = 0; round < kRounds; round++)
		world.judge(kPackets);
	return kRounds * kPackets;
}
} // namespace ringway::bench
