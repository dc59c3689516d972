// SPDX-License-Identifier: GPL-2.0-only
// Hashes: what a packet costs for which a queue has to be found.
#pragma once
#include "core/flow_hash.hpp"
#include "core/hash.hpp"
#include "measured.hpp"
#include "netback/from_guest/groups.hpp"
#include <memory>
#include <vector>

namespace ringway::bench
{
// A TCP packet of flow `number`.
inline std::vector<u8> flow_head(bool six, u32 number)
{
	std::vector<u8> head(128, 7);
	head[12] = six ? 0x86 : 0x08;
	head[13] = six ? 0xdd : 0x00;
	head[14] = six ? 0x60 : 0x45;
	head[six ? 20 : 23] = 6;
	if (!six)
		head[20] = head[21] = 0;
	head[14 + (six ? 40 : 20) + 1] = static_cast<u8>(number);
	return head;
}

inline u32 bench_flow_hash(bool six)
{
	const std::vector<u8> head = flow_head(six, 1);
	for (u32 round = 0; round < kRounds; round++) {
		auto body = [&] {
			for (u32 i = 0; i < kPackets; i++)
				keep(flow_hash(head.data(), 128));
		};
		measured(body);
	}
	return kRounds * kPackets;
}

// The hash that a receiver asked for.
inline u32 bench_toeplitz(bool six)
{
	const std::vector<u8> head = flow_head(six, 1);
	HashConfig config{
		XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ, kHashTypes, 0, {0x6d, 0x5a, 0x56, 0xda}, {}};
	for (u32 round = 0; round < kRounds; round++) {
		auto body = [&] {
			for (u32 i = 0; i < kPackets; i++)
				keep(hash_frame(config, head.data(), 128));
		};
		measured(body);
	}
	return kRounds * kPackets;
}

// A batch of as many flows, one packet after the other, taken apart into lists for eight queues.
inline u32 bench_spread(u32 flows)
{
	std::vector<std::vector<u8>> head;
	for (u32 flow = 0; flow < flows; flow++)
		head.push_back(flow_head(false, flow));
	auto batch = std::make_unique<Batch>();
	auto groups = std::make_unique<netback::Groups>();
	u32 queue[8];
	for (u32 round = 0; round < kRounds; round++) {
		auto body = [&] {
			netback::Group *at = nullptr;
			groups->count = 0;
			for (u32 i = 0; i < kPackets; i++) {
				const u32 flow = flow_hash(head[i % flows].data(), 128);
				groups->append(at, &queue[spread_hash(flow, 0, 1) % 8], batch->packets[i], i);
			}
		};
		measured(body);
	}
	return kRounds * kPackets;
}
} // namespace ringway::bench
