// SPDX-License-Identifier: GPL-2.0-only
// place and the copy batch: packets into the buffers a guest posted.
#pragma once
#include "core/place.hpp"
#include "measured.hpp"
#include "ring_page.hpp"
#include <memory>
#include <vector>

namespace ringway::bench
{
using Copies = CopyBatch<512>;

// The builder alone: small packets out of one staging page into a guest's buffers. `refused`: how many of
// the batch fail.
inline u32 bench_copies(u32 refused)
{
	auto copies = std::make_unique<Copies>();
	u32 failed = 0;
	for (u32 round = 0; round < kRounds; round++) {
		auto body = [&] {
			for (u32 i = 0; i < kPackets; i++)
				copies->add({9, DOMID_SELF, static_cast<u16>(64 * i), false},
					    {i + 8, 7, 0, true}, 60, static_cast<u16>(i));
			copies->run(
				[refused](gnttab_copy *op, u32 n) {
					for (u32 i = 0; i < n; i++)
						op[i].status = i < refused ? GNTST_bad_gntref : GNTST_okay;
				},
				[&failed](u16 tag) { failed += tag + 1; });
		};
		measured(body);
	}
	keep(failed);
	return kRounds * kPackets;
}

inline u32 bench_place(u32 pieces, u32 len, u8 gso, bool keep_pieces = false)
{
	auto copies = std::make_unique<Copies>();
	auto pending = std::make_unique<RxPending>();
	const RxMeta meta{len, 0, gso, 1448, keep_pieces};
	std::vector<SourcePiece> piece(pieces);
	for (u32 p = 0; p < pieces; p++)
		piece[p] = {
			{p + 1, static_cast<u16>(p ? 7 : DOMID_SELF), 0, p != 0},
			static_cast<u16>(p + 1 < pieces ? len / pieces : len - len / pieces * (pieces - 1))};
	const u32 slots = keep_pieces
				  ? rx_whole_slots(piece.data(), pieces) + (gso != XEN_NETIF_GSO_TYPE_NONE)
				  : rx_slots_needed(meta);
	const u32 count = kRxSlots / slots < kPackets ? kRxSlots / slots : kPackets;
	u32 done = 0;
	for (u32 round = 0; round < kRounds; round++) {
		test::RxEnds ring;
		auto &[page, front, back] = ring;
		(void)ring.restart();
		for (u32 i = 0; i < RxFrontRing::kSize; i++)
			front.post(RxRequest{static_cast<u16>(i), 0, i + 1});
		front.push_requests();
		auto body = [&] {
			const bool plain = pieces == 1 && slots == 1 && !gso;
			if (plain) {
				OneSlotRun run(back, 7, *copies, *pending);
				for (u32 i = 0; i < count; i++)
					run.place({9, 64}, static_cast<u16>(len), 0);
				run.finish();
			}
			for (u32 i = plain ? count : 0; i < count; i++) {
				// Room is made as netback makes it; the hypercall itself is not counted here.
				if (copies->room() < rx_copy_ops_bound(pieces, slots) + kPackets)
					copies->clear();
				place_packet(back, 7, meta, piece.data(), *copies, *pending);
			}
			copies->run(
				[](gnttab_copy *op, u32 n) {
					for (u32 i = 0; i < n; i++)
						op[i].status = GNTST_okay;
				},
				[](u16) {});
			place_respond(back, *pending);
			(void)back.push_responses();
		};
		measured(body);
		done += count;
	}
	return done;
}
} // namespace ringway::bench
