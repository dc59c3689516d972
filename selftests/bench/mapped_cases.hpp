// SPDX-License-Identifier: GPL-2.0-only
// Buffers that stay mapped: finding them, copying their bytes, and place for a receiver that has them.
#pragma once
#include "core/place_chain.hpp"
#include "core/place_mapped.hpp"
#include "place_cases.hpp"
#include <cstdlib>

namespace ringway::bench
{
// 512 buffers, which are few pages here: instructions do not depend on how many.
struct MappedEnd {
	static constexpr u32 kBuffers = 512, kFirst = 40;
	std::unique_ptr<void, decltype(&std::free)> memory{std::malloc(MappedBuffers::bytes(kBuffers)),
							   &std::free};
	std::vector<u8> page = std::vector<u8>(kPageSize);
	MappedBuffers *buffers = new (memory.get()) MappedBuffers(kBuffers);

	MappedEnd()
	{
		(void)buffers->map().fill(kBuffers, [this](u32 i) {
			return GrefEntry{kFirst + i, 0, false, true, page.data()};
		});
	}
};

// Requests by the ids of before, or by new ones all the time.
inline u32 bench_find_mapped(bool known)
{
	MappedEnd end;
	u64 sum = 0;
	for (u32 round = 0; round < kRounds; round++) {
		auto body = [&] {
			for (u32 i = 0; i < kPackets; i++) {
				const u32 n = known ? i : i * 7 + round * 3;
				sum += end.buffers->readable(MappedEnd::kFirst + n % MappedEnd::kBuffers,
							     static_cast<u16>(i)) != nullptr;
			}
		};
		measured(body);
	}
	keep(sum);
	return kRounds * kPackets;
}

// As stage does it: found by its id, and up to 256 bytes of it copied.
inline u32 bench_stage_mapped(u32 len)
{
	MappedEnd end;
	std::vector<u8> staging(kPackets * 256);
	const u32 n = len < 256 ? len : 256;
	for (u32 round = 0; round < kRounds; round++) {
		auto body = [&] {
			for (u32 i = 0; i < kPackets; i++)
				if (const u8 *bytes =
					    end.buffers->readable(MappedEnd::kFirst + i, static_cast<u16>(i)))
					shared::copy_in(staging.data() + 256 * i, bytes + 64, n);
		};
		measured(body);
	}
	keep(staging);
	return kRounds * kPackets;
}

// Up to 256 bytes staged, what is longer goes on from the sender's page.
inline u32 bench_place_mapped(u32 len)
{
	MappedEnd end;
	std::vector<u8> sender(kPageSize);
	const u8 *rest = sender.data() + 256;
	const MappedSource from{sender.data(), len < 256 ? len : 256, &rest};
	for (u32 round = 0; round < kRounds; round++) {
		test::RxEnds ring;
		auto &[page, front, back] = ring;
		(void)ring.restart();
		for (u32 i = 0; i < RxFrontRing::kSize; i++)
			front.post(RxRequest{static_cast<u16>(i), 0, MappedEnd::kFirst + i});
		front.push_requests();
		auto body = [&] {
			StraightRun run(back, *end.buffers);
			for (u32 i = 0; i < kPackets; i++)
				(void)run.place(from, static_cast<u16>(len), 0);
			run.finish();
			(void)back.push_responses();
		};
		measured(body);
	}
	return kRounds * kPackets;
}

// A TSO packet of 64 KiB: 256 bytes staged, then the sender's pages.
inline u32 bench_place_chain()
{
	constexpr u32 len = 65226, most = 18;
	MappedEnd end;
	auto pending = std::make_unique<RxPending>();
	std::vector<u8> sender(kPageSize);
	std::vector<MappedPiece> pieces{{sender.data(), 256}, {sender.data() + 256, kPageSize - 256}};
	for (u32 left = len - kPageSize; left; left -= pieces.back().len)
		pieces.push_back({sender.data(), left < kPageSize ? left : kPageSize});
	RxMeta meta{len, 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448, true};
	const u32 slots = rx_whole_slots(pieces.data(), static_cast<u32>(pieces.size()));
	const u32 count = kRxSlots / most;
	for (u32 round = 0; round < kRounds; round++) {
		test::RxEnds ring;
		auto &[page, front, back] = ring;
		(void)ring.restart();
		for (u32 i = 0; i < RxFrontRing::kSize; i++)
			front.post(RxRequest{static_cast<u16>(i), 0, MappedEnd::kFirst + i});
		front.push_requests();
		auto body = [&] {
			for (u32 i = 0; i < count; i++)
				(void)place_chain(back, *end.buffers, meta, pieces.data(), slots, *pending);
			place_respond(back, *pending);
			(void)back.push_responses();
		};
		measured(body);
	}
	return kRounds * count;
}
} // namespace ringway::bench
